"""Goroutines grouped by where they stand, for a person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from unjam.inspect.goroutines import Frame, Goroutine, GoroutineDump
from unjam.modes.wording import duration
from unjam.report import page
from unjam.report.page import BLANK, Line

#: Goroutine ids that are named of one group.
_IDS = 6
#: How every goroutine begins, and how every one of them parks: Go's own dumps leave these out as well.
_ALWAYS = frozenset({"runtime.goexit", "runtime.gopark", "runtime.goparkunlock"})


@dataclass(frozen=True, slots=True)
class Group:
    """Goroutines with one state, wait and stack, created at one place. `waited` is the longest wait known, in seconds."""

    members: tuple[Goroutine, ...]

    @property
    def first(self) -> Goroutine:
        """One that stands for all."""
        return self.members[0]

    @property
    def waited(self) -> float | None:
        """The longest wait that is known, in seconds."""
        return max((one.waited for one in self.members if one.waited is not None), default=None)


def grouped(goroutines: Iterable[Goroutine]) -> tuple[Group, ...]:
    """The largest group first; equal sizes by the lowest id. Stacks that one look read as the same are the same object."""
    groups: dict[tuple[object, ...], list[Goroutine]] = {}
    for one in goroutines:
        key = (one.state, one.wait, one.note, id(one.frames) if one.frames else one.id, id(one.created_by))
        groups.setdefault(key, []).append(one)
    merged: dict[tuple[object, ...], list[Goroutine]] = {}
    for members in groups.values():
        one = members[0]
        merged.setdefault((one.state, one.wait, one.note, one.frames, one.created_by), []).extend(members)
    ordered = sorted(merged.values(), key=lambda members: (-len(members), members[0].id))
    return tuple(Group(tuple(members)) for members in ordered)


def lines(dump: GoroutineDump, *, together: bool = True) -> Iterator[Line]:
    """All goroutines: those that stand at one place together, or one by one."""
    groups = grouped(dump.goroutines) if together else tuple(Group((one,)) for one in dump.goroutines)
    many = f"{len(dump.goroutines):,} goroutine{'' if len(dump.goroutines) == 1 else 's'}"
    places = f" at {len(groups):,} place{'' if len(groups) == 1 else 's'}" if together else ""
    of = dump.module or dump.program or "a Go program"
    yield Line(f"{of} (pid {dump.pid}, {dump.go}): {many}{places}, read in {dump.took:.2f} s", page.STRONG, margin=0)
    for group in groups:
        yield BLANK
        yield from _group(group)


def _group(group: Group) -> Iterator[Line]:
    one = group.first
    upto = "up to " if group.members[1:] else ""
    waited = "" if group.waited is None else f", {upto}{duration(group.waited)}"
    state = f"{one.state}: {one.wait}" if one.wait else one.state
    yield Line(f"{state}{waited}{_ids(group.members)}", page.STRONG, f"{len(group.members):,}")
    if one.note:
        yield Line(f"({one.note})", page.QUIET)
    yield from (_frame(frame) for frame in one.frames if frame.function not in _ALWAYS)
    if one.created_by:
        yield _frame(one.created_by, "created by ", page.QUIET)


def _ids(members: Sequence[Goroutine]) -> str:
    named = ", ".join(str(one.id) for one in members[:_IDS])
    return f"   [{named}{', …' if len(members) > _IDS else ''}]"


def _frame(frame: Frame, before: str = "", style: str = page.PLAIN) -> Line:
    place = f"   {frame.file}:{frame.line}" if frame.file else ""
    return Line(f"{before}{frame.function}{place}", style, whole=True)
