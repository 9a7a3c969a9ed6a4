"""Apply a fix, run the command again, look again; put everything back unless both are content.

The journal is written before the change, and the undo belongs to the kind of change. `treat` knows no supervisor: it is
handed `again`, which runs the user's command with extra variables and says how it went.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from unjam.fixes import journal
from unjam.fixes.end_process import EndProcess
from unjam.fixes.journal import Entry
from unjam.fixes.move_aside import MoveAside, move
from unjam.fixes.one_run_environment import OneRunEnvironment
from unjam.model import Change, Finding, Fix


class Run(Protocol):
    """How a run of the command went. `modes` are the ids of what was found in it, empty when it is well."""

    @property
    def succeeded(self) -> bool: ...

    @property
    def modes(self) -> tuple[str, ...]: ...


R = TypeVar("R", bound=Run)


@dataclass(frozen=True, slots=True)
class Treated(Generic[R]):
    """What became of a fix: `healed` when the command succeeded and the rule is silent; else all has been put back."""

    entry: Entry
    run: R
    healed: bool


def treat(
    fix: Fix, finding: Finding, argv: tuple[str, ...], folder: Path, again: Callable[[Mapping[str, str]], R]
) -> Treated[R]:
    """Apply, run again, look again; put back unless healed. An interruption puts back as well."""
    changes = tuple(change.describe() for change in fix.changes)
    entry = journal.begin(finding.mode, fix.title, folder, argv, changes)
    try:
        environment: dict[str, str] = {}
        for change in fix.changes:
            entry = _apply(change, entry, environment)
        run = again(environment)
    except BaseException:
        journal.take_back(entry, journal.PUT_BACK)
        raise
    healed = run.succeeded and finding.mode not in run.modes
    if not healed:
        return Treated(journal.take_back(entry, journal.PUT_BACK), run, healed=False)
    return Treated(journal.close(entry), run, healed=True)


def _apply(change: Change, entry: Entry, environment: dict[str, str]) -> Entry:
    match change:
        case OneRunEnvironment():
            environment.update(change.values)
        case MoveAside():
            aside = change.destination(entry.id)
            entry = journal.save(replace(entry, moves=(*entry.moves, (change.path, aside))))
            move(change.path, aside)
        case EndProcess():
            entry = journal.save(replace(entry, ended=(*entry.ended, change.describe())))
            change.apply()
        case _:
            raise TypeError(f"treat does not know how to apply {change!r}")
    return entry


def journal_entries() -> tuple[Entry, ...]:
    """All fixes that were applied, the newest first."""
    return tuple(journal.entries())


def undo(entry_id: str | None = None) -> Entry:
    """Take one fix back (the newest without an id). `CannotUndo` names the file that somebody has changed since."""
    return journal.take_back(journal.find(entry_id))
