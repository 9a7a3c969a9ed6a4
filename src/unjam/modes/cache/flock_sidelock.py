"""Another process holds the lock of the module cache itself.

You see: nothing at all, with `-x` neither. No CPU, no network, for as long as the other process holds the lock.

Why: while one go writes go.mod or go.sum, it locks cache/lock. go waits without a deadline and without a word. The
holder is the patient: often it is another go that hangs on the network, or the editor's `go list`. Removing the lock
file does not help: the lock is on the open file.

The fix: cure the holder; unjam says what it waits for. If it is left over, end it: that has no undo, so unjam asks.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from unjam.facts.case import Case
from unjam.facts.locks import LockKind, WaitingLock
from unjam.model import Candidate, Finding, Remedy
from unjam.modes.lock_holder import end_holder, waiting_for
from unjam.modes.mode import ATTACH, DUMP, Mode

if TYPE_CHECKING:
    from unjam.lab.lab import Lab


def examine(case: Case) -> Iterator[Finding | Candidate]:
    """A lock of that kind that stands."""
    return waiting_for(case, LockKind.SIDE, "the lock of the module cache")


def remedy(finding: Finding, case: Case) -> Remedy:
    """End the holder, if it is stuck itself."""
    return end_holder(finding, case)


def reproduce(lab: Lab) -> None:
    """A process holds the lock under which go.sum is written."""
    from unjam.lab.locks import side_locked

    lab.add(side_locked(lab))


MODE = Mode(
    reads=(WaitingLock,),
    examine=examine,
    remedy=remedy,
    reproduce=reproduce,
    seen_by=frozenset({ATTACH, DUMP}),
    offers="fix",
)
