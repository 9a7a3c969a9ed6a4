"""Apply a fix, run the command again, look again; put everything back unless both are content.

The journal is written before the change, and the undo belongs to the kind of change. `treat` knows no supervisor: it is
handed `again`, which runs the user's command with extra variables and says how it went.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from unjam.errors import CannotTreat, CannotUndo
from unjam.fixes import journal
from unjam.fixes.end_process import EndProcess
from unjam.fixes.journal import Entry
from unjam.fixes.move_aside import MoveAside, move
from unjam.fixes.one_run_environment import OneRunEnvironment
from unjam.fixes.project_files import root_of
from unjam.host.folders import alone_in
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
    """Apply, run again, look again; put back unless healed. An interruption puts back as well.

    Raises CannotTreat when it could not be applied; then, too, all is as it was.
    """
    with _alone(folder):
        entry = _begun(fix, finding, argv, folder)
        environment: dict[str, str] = {}
        try:
            for change in fix.changes:
                entry = _apply(change, entry, environment)
            run = again(environment)
        except OSError as error:
            journal.take_back(entry, journal.PUT_BACK)
            raise CannotTreat(f"{error.filename or finding.subject}: {error.strerror}") from error
        except BaseException:
            journal.take_back(entry, journal.PUT_BACK)
            raise
        if not run.succeeded or finding.mode in run.modes:
            return Treated(journal.take_back(entry, journal.PUT_BACK), run, healed=False)
        return Treated(journal.close(entry), run, healed=True)


def check_ready(folder: Path) -> None:
    """Raises CannotTreat where no fix can be applied now: no journal, or another unjam is at work on this project."""
    journal.check_writable()
    with _alone(folder):
        pass


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Two that keep and restore the same go.mod would lose each other's work."""
    root = root_of(folder)
    with alone_in(root) as alone:
        if not alone:
            raise CannotTreat(f"another unjam is healing a command in {root}; once it is done, this can be typed again")
        yield


def _begun(fix: Fix, finding: Finding, argv: tuple[str, ...], folder: Path) -> Entry:
    changes = tuple(change.describe() for change in fix.changes)
    try:
        return journal.begin(finding.mode, fix.title, folder, argv, changes)
    except OSError as error:
        raise CannotTreat(f"undo needs a journal, and it cannot be written: {error.strerror}") from error


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
    entry = journal.find(entry_id)
    with alone_in(root_of(Path(entry.folder))) as alone:
        if not alone:
            raise CannotUndo(f"fix {entry.id} is being applied, or another taken back; wait until that is over")
        return journal.take_back(journal.find(entry.id))
