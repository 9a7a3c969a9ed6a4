"""A case: the facts of one or more looks, in time, and what could not be looked at.

"Looked and saw nothing" and "could not look" are different answers; and one look cannot tell slow from stuck, save where
the kernel tells the age. So a case keeps its looks, and knows how long each fact has stood unchanged.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from unjam.facts.printed import Printed
from unjam.facts.requests import Download
from unjam.facts.seen import Fact, Program
from unjam.facts.settings import GoCommand, GoSetting

F = TypeVar("F", bound=Fact)
M = TypeVar("M")

#: Seconds a wait may stand unchanged before it counts as stuck.
PATIENCE = 5.0


@dataclass(frozen=True, slots=True)
class Look:
    """What one look brought. `at` is seconds on a monotonic clock, None for a text, which has no clock.

    `kinds` are the fact types that were looked for; `refused` those that could not be, each with the reason.
    """

    at: float | None
    facts: tuple[Fact, ...]
    kinds: frozenset[type[Fact]]
    refused: tuple[tuple[type[Fact], str], ...] = ()
    looked_at: tuple[str, ...] = ()


@dataclass(slots=True)
class Case:
    """The facts of all looks. Rules read `all`, `printed`, `setting` and `stuck`; they see the newest look."""

    looks: list[Look] = field(default_factory=list)
    patience: float = PATIENCE
    _first: dict[tuple[object, ...], float] = field(default_factory=dict, repr=False)

    def add(self, look: Look) -> Case:
        """Take in a further look: what stands unchanged keeps its age, what moved begins anew."""
        if look.at is not None:
            keys = {fact.key for fact in look.facts}
            self._first = {key: self._first.get(key, look.at) for key in keys}
        self.looks.append(look)
        return self

    @property
    def now(self) -> tuple[Fact, ...]:
        """The facts of the newest look."""
        return self.looks[-1].facts if self.looks else ()

    def all(self, kind: type[F]) -> Iterator[F]:
        """The facts of that kind in the newest look."""
        return (fact for fact in self.now if isinstance(fact, kind))

    def printed(self, kind: type[M]) -> Iterator[tuple[M, Printed[Any]]]:
        """The messages of that kind that go certainly printed, each with its fact."""
        said = (fact for fact in self.now if isinstance(fact, Printed) and fact.seen.program in {Program.GO, Program.GOPLS})
        return ((fact.message, fact) for fact in said if isinstance(fact.message, kind))

    def waiting(self, kind: type[F]) -> Iterator[F]:
        """The facts of that kind that have stood unchanged for longer than patience."""
        return (fact for fact in self.all(kind) if self.stuck(fact))

    def age(self, fact: Fact) -> float | None:
        """Seconds the fact has stood: the longer of what the kernel says and what the looks have seen. None in a text."""
        at = self.looks[-1].at if self.looks else None
        if at is None:
            return fact.since
        return max(fact.since or 0.0, at - self._first.get(fact.key, at))

    def rate(self, download: Download) -> float | None:
        """Bytes per second with which a download has grown since it was first seen; None in a single look."""
        at = self.looks[-1].at
        for look in self.looks[:-1]:
            for first in look.facts:
                if isinstance(first, Download) and first.path == download.path and at is not None and look.at is not None:
                    return (download.size - first.size) / (at - look.at)
        return None

    def stuck(self, fact: Fact) -> bool:
        """Whether a wait counts as stuck. A text shows what stood there when it ended: that counts."""
        age = self.age(fact)
        return age is None or self.looks[-1].at is None or age >= self.patience

    def setting(self, name: str) -> GoSetting | None:
        """The effective Go setting of that name, if the environment was seen."""
        return next((fact for fact in self.all(GoSetting) if fact.name == name), None)

    def command(self) -> GoCommand | None:
        """The go command itself, if it was seen."""
        return next(self.all(GoCommand), None)

    def refusals(self, kinds: tuple[type[Fact], ...]) -> tuple[str, ...]:
        """Why facts of these kinds could not be looked at."""
        if not self.looks:
            return ()
        return tuple(dict.fromkeys(reason for kind, reason in self.looks[-1].refused if kind in kinds))

    def looked_at(self) -> tuple[str, ...]:
        """In words, what all looks took in."""
        return tuple(dict.fromkeys(word for look in self.looks for word in look.looked_at))
