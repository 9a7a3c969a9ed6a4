"""Goroutines that wait for what no other fact covers, and what the goroutines of a user's own program do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from unjam.facts.seen import Fact


@dataclass(frozen=True, slots=True)
class OtherWait(Fact):
    """A goroutine of go that waits for a file or a connection of which no mode knows.

    `idle` is seconds in which the process has not run, `cpu_s` the processor time it has used so far.
    """

    frame: str
    idle: float | None
    cpu_s: float

    trouble: ClassVar[bool] = True

    @property
    def key(self) -> tuple[object, ...]:
        """The same wait, in a process that has done nothing since."""
        return ("other", self.seen.pid, self.frame, self.cpu_s)

    @property
    def since(self) -> float | None:
        """Seconds in which the process has not run."""
        return self.idle


@dataclass(frozen=True, slots=True)
class GoroutineGroup(Fact):
    """Goroutines of a user's own program with one stack: how many, in which state, and the innermost place that says most.

    No trouble: what such a program waits for is its own affair.
    """

    count: int
    state: str  # Go's word, or its reason for a wait
    function: str
    place: str  # file:line

    @property
    def key(self) -> tuple[object, ...]:
        """The same place."""
        return ("goroutines", self.seen.pid, self.state, self.function, self.place)
