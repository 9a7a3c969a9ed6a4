"""What go printed: a message of `golang.messages`, with the line it stood on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

from unjam.facts.seen import Fact

M = TypeVar("M")


@dataclass(frozen=True, slots=True)
class Printed(Fact, Generic[M]):
    """An error that go printed; `message` says what it means. Progress lines are not facts."""

    message: M

    trouble: ClassVar[bool] = True

    @property
    def key(self) -> tuple[object, ...]:
        """The same words."""
        return ("printed", self.seen.text)
