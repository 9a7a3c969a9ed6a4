"""Goroutines that a process printed itself, as those that were read from its memory: the same pages show both."""

from __future__ import annotations

from collections.abc import Iterable

from unjam.golang.dump import DumpedGoroutine
from unjam.golang.dump_stack import DumpedFrame
from unjam.inspect.buildinfo import BuildInfo
from unjam.inspect.goroutines import Frame, Goroutine, GoroutineDump

#: What Go prints in the brackets is one of these states, or else the reason of a wait.
_STATES = frozenset({"idle", "runnable", "running", "syscall", "waiting", "dead", "copystack", "preempted"})


def as_dump(pid: int, build: BuildInfo | None, goroutines: Iterable[DumpedGoroutine], took: float = 0.0) -> GoroutineDump:
    """All but goroutine 0, which is the scheduler's own stack."""
    known: dict[int, tuple[Frame, ...]] = {}  # equal stacks are one object there, and here again
    found = tuple(_goroutine(one, known) for one in goroutines if one.id)
    build = build or BuildInfo("")
    return GoroutineDump(pid, build.go, build.path, build.module, "", found, (), took)


def _goroutine(one: DumpedGoroutine, known: dict[int, tuple[Frame, ...]]) -> Goroutine:
    frames = known.get(id(one.frames))
    if frames is None:
        frames = known[id(one.frames)] = tuple(map(_frame, one.frames))
    state, wait = (one.state, "") if one.state in _STATES else ("waiting", one.state)
    return Goroutine(
        id=one.id,
        state=state,
        wait=wait,
        frames=frames,
        created_by=_frame(one.created_by) if one.created_by else None,
        stack_known=bool(frames),
        note="" if frames else "stack not printed",
        sched_key=(0, one.line),
        waited=None if one.wait_minutes is None else 60.0 * one.wait_minutes,
        created_by_id=one.created_by_id,
    )


def _frame(frame: DumpedFrame) -> Frame:
    return Frame(frame.function, frame.file, frame.line)
