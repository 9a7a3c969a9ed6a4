"""A Go runtime in a foreign process: a library that was built with -buildmode=c-shared, say in Python."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from unjam.inspect import procfs
from unjam.inspect.buildinfo import read_build_info
from unjam.inspect.elf import BadExecutable, Elf, map_elf

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Mapped:
    """A file that is mapped for execution; `start` is where its first byte lies."""

    path: str
    start: int


def go_library(pid: int) -> tuple[Elf, int] | None:
    """The first Go library of the process, and how far from its linked addresses it was loaded; None when it has none."""
    raw = procfs.read(pid, "maps")
    for mapped in mapped_libraries(raw) if isinstance(raw, bytes) else ():
        elf = _elf(f"{procfs.PROC}/{pid}/root{mapped.path}")
        if elf is not None and elf.segments and read_build_info(elf) is not None:
            return elf, mapped.start - min(segment.address for segment in elf.segments)
    return None


def _elf(path: str) -> Elf | None:
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        return map_elf(fd)
    except (OSError, ValueError, BadExecutable):
        return None
    finally:
        os.close(fd)


def mapped_libraries(maps: bytes) -> tuple[Mapped, ...]:
    """The files in /proc/PID/maps that hold code, each with the place of its beginning."""
    starts: dict[str, int] = {}
    code: dict[str, None] = {}
    for start, rights, offset, path in _lines(maps):
        if offset == 0:
            starts.setdefault(path, start)
        if "x" in rights:
            code[path] = None
    return tuple(Mapped(path, starts[path]) for path in code if path in starts)


def _lines(maps: bytes) -> Iterator[tuple[int, str, int, str]]:
    """(start, rights, offset, path) of each line that names a file."""
    for line in os.fsdecode(maps).split("\n"):
        words = line.split(maxsplit=5)
        if len(words) == 6 and words[5].startswith("/"):
            try:
                yield int(words[0].partition("-")[0], 16), words[1], int(words[2], 16), words[5]
            except ValueError:
                continue
