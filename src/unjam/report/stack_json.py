"""Goroutines as `goroutines --json` prints them. Ten thousand of them have a handful of stacks: each is encoded once."""

from __future__ import annotations

import msgspec
from msgspec import Raw, Struct

from unjam.inspect.goroutines import Frame, GoroutineDump


class _Goroutine(Struct, frozen=True, gc=False):
    id: int
    state: str
    wait: str
    frames: Raw
    created_by: str


class _Dump(Struct, frozen=True):
    pid: int
    go: str
    goroutines: list[_Goroutine]


def encode(dump: GoroutineDump) -> bytes:
    """`{"pid", "go", "goroutines"}`: the shape of `report.json.GoroutinesJson`.

    `wait` of a goroutine whose stack is not shown says why: "running: stack not read", "moved".
    """
    known: dict[int, Raw] = {}
    found = []
    for one in dump.goroutines:
        frames = known.get(id(one.frames))  # the dump keeps every tuple alive, so that ids stay distinct
        if frames is None:
            frames = known[id(one.frames)] = _frames(one.frames)
        creator = one.created_by.function if one.created_by else ""
        found.append(_Goroutine(one.id, one.state, one.wait or one.note, frames, creator))
    return msgspec.json.encode(_Dump(dump.pid, dump.go, found))


def _frames(frames: tuple[Frame, ...]) -> Raw:
    return Raw(msgspec.json.encode(frames))  # Frame is a dataclass: function, file, line, in this order
