"""Goroutine dumps as text: what SIGQUIT, a panic or pprof's debug=2 prints, Go 1.18 to 1.27 (and, in the main, 1.11 on).

The shapes are those of goroutineheader, traceback2 and printcreatedby in runtime/traceback.go. Text is read as people
paste it: indented, with CRLF, with lines wrapped or cut. Whatever is no goroutine is passed over; nothing raises.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from unjam.golang import dump_stack
from unjam.golang.dump_stack import DumpedFrame, Stack

__all__ = [
    "DumpedFrame",
    "DumpedGoroutine",
    "StackGroup",
    "count_goroutines",
    "group_by_stack",
    "parse_dump",
    "split_by_process",
]

# It begins with a literal, which `re` finds quickly, and so must look back to see that only blanks stand before it.
# One line break is allowed inside the brackets, where a terminal of 80 columns wraps a long state.
_HEADER = re.compile(
    r"goroutine[ ](\d{1,19})(?:[ ]gp=\S{1,20})?(?:[ ]m=\S{1,20})?(?:[ ]mp=\S{1,20})?"
    r"[ ]\[([^\[\]\n]{1,120}\n?[^\[\]\n]{0,80})\](?:[ ]\{([^\n]*)\})?:?[ \t]*$",
    re.MULTILINE,
)
_MINUTES = re.compile(r"\b(\d{1,12})\s+minutes?\b")
_MARKS = (" (leaked)", " (scan)", " (durable)")


@dataclass(frozen=True, slots=True)
class DumpedGoroutine:
    """One goroutine of a dump. `frames` are innermost first; equal stacks of one dump are the same tuple.

    `apart` says that other text stands between it and the goroutine before, as between the dumps of two processes.
    `wait_minutes` is None where the runtime printed none: it prints whole minutes, from one on.
    `created_by_id` is None before Go 1.21, which did not print it. `line` counts from 1 and is that of the header.
    """

    id: int
    state: str
    wait_minutes: int | None
    frames: tuple[DumpedFrame, ...]
    functions: tuple[str, ...]
    created_by: DumpedFrame | None
    created_by_id: int | None
    line: int
    elided: bool = False
    leaked: bool = False
    locked: bool = False
    labels: str = ""
    apart: bool = False


@dataclass(frozen=True, slots=True)
class StackGroup:
    """Goroutines of one state that stand at the same place."""

    state: str
    frames: tuple[DumpedFrame, ...]
    goroutines: tuple[DumpedGoroutine, ...]


@dataclass(frozen=True, slots=True)
class _State:
    name: str
    minutes: int | None
    leaked: bool
    locked: bool


def parse_dump(text: str) -> Iterator[DumpedGoroutine]:
    """Every goroutine of `text`, in order. Goroutine 0 is the scheduler's own stack, as the runtime prints it."""
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    stacks = dump_stack.Stacks()
    states: dict[str, _State] = {}
    line, counted = 1, 0
    apart = False
    headers = _headers(text)
    header = next(headers, None)
    while header is not None:
        following = next(headers, None)
        stack, more = stacks.read(text[header.end() : following.start() if following else len(text)])
        line += text.count("\n", counted, header.start())
        counted = header.start()
        inside = header[2]
        state = states.get(inside) or states.setdefault(inside, _state(inside))
        yield _goroutine(int(header[1]), state, stack, line, header[3] or "", apart)
        header, apart = following, more


def count_goroutines(text: str) -> int:
    """How many `parse_dump` would find, for less."""
    return sum(1 for _ in _headers(text))


def _headers(text: str) -> Iterator[re.Match[str]]:
    return (match for match in _HEADER.finditer(text) if _begins_line(text, match.start()))


def group_by_stack(goroutines: Iterable[DumpedGoroutine]) -> tuple[StackGroup, ...]:
    """The goroutines by state and stack, the largest group first; equals keep the order of the dump."""
    groups: dict[tuple[str, tuple[DumpedFrame, ...]], list[DumpedGoroutine]] = {}
    known: dict[tuple[str, int], list[DumpedGoroutine]] = {}  # by identity first: hashing long stacks is slow
    for one in goroutines:
        members = known.get((one.state, id(one.frames)))
        if members is None:
            members = known[one.state, id(one.frames)] = groups.setdefault((one.state, one.frames), [])
        members.append(one)
    found = [StackGroup(state, frames, tuple(members)) for (state, frames), members in groups.items()]
    return tuple(sorted(found, key=lambda group: -len(group.goroutines)))


def split_by_process(goroutines: Iterable[DumpedGoroutine]) -> tuple[tuple[DumpedGoroutine, ...], ...]:
    """The goroutines of each process, of a text that holds several dumps: an id that comes again is another process's.

    Goroutine 0 and running ones may come again: with GOTRACEBACK=crash the runtime prints them once per thread.
    """
    processes: list[list[DumpedGoroutine]] = []
    seen: set[int] = set()
    for stretch in _stretches(goroutines):
        ids = {one.id for one in stretch if one.id and one.state != "running"}
        if not processes or ids & seen:
            processes.append([])
            seen.clear()
        processes[-1].extend(stretch)
        seen |= ids
    return tuple(tuple(process) for process in processes)


def _stretches(goroutines: Iterable[DumpedGoroutine]) -> Iterator[list[DumpedGoroutine]]:
    """Goroutines with no other text between them."""
    stretch: list[DumpedGoroutine] = []
    for one in goroutines:
        if one.apart and stretch:
            yield stretch
            stretch = []
        stretch.append(one)
    if stretch:
        yield stretch


def _begins_line(text: str, at: int) -> bool:
    return at == 0 or text[at - 1] == "\n" or not text[text.rfind("\n", 0, at) + 1 : at].strip(" \t")


def _goroutine(number: int, state: _State, stack: Stack, line: int, labels: str, apart: bool) -> DumpedGoroutine:
    return DumpedGoroutine(
        id=number,
        state=state.name,
        wait_minutes=state.minutes,
        frames=stack.frames,
        functions=stack.functions,
        created_by=stack.created_by,
        created_by_id=stack.created_by_id,
        line=line,
        elided=stack.elided,
        leaked=state.leaked,
        locked=state.locked,
        labels=labels,
        apart=apart,
    )


def _state(inside: str) -> _State:
    """`chan receive (scan), 5 minutes, locked to thread` taken apart; the marks are not part of the state's name."""
    name, _, rest = " ".join(inside.split()).partition(", ")
    leaked = " (leaked)" in name
    for mark in _MARKS:
        name = name.replace(mark, "")
    minutes = _MINUTES.search(rest)
    return _State(name, int(minutes[1]) if minutes else None, leaked, "locked to thread" in rest)
