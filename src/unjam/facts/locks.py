"""File locks that the go command waits for. Waiting for one prints nothing, with -x neither."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from unjam.facts.seen import Fact


class LockKind(StrEnum):
    """Which of go's locks a file is."""

    VERSION = "cache/download/…/@v/VERSION.lock"
    VCS = "cache/vcs/HASH.lock"
    SIDE = "cache/lock"
    GO_MOD = "go.mod or go.sum"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Holder:
    """The process that holds a lock: the real patient. `waits_for` says what it does, as far as it could be seen."""

    pid: int
    started: float  # clock ticks since boot: with the pid it names this very process
    argv: str
    age: float
    waits_for: str = ""
    busy: bool | None = None


@dataclass(frozen=True, slots=True)
class WaitingLock(Fact):
    """A `flock` that does not return. `path` is "" in a dump that names no file; `holder` None when nobody could be named."""

    kind: LockKind
    path: str
    holder: Holder | None = None
    waited: float | None = None

    trouble: ClassVar[bool] = True

    @property
    def key(self) -> tuple[object, ...]:
        """The same lock with the same holder."""
        return ("lock", self.seen.pid, self.path or self.kind, self.holder and self.holder.pid)

    @property
    def since(self) -> float | None:
        """Seconds the waiting thread has not run."""
        return self.waited
