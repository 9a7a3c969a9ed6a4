"""Where a fact was seen, and the base of all facts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from unjam.model import Cite


class Program(StrEnum):
    """The program a fact was seen in. Rules about go's network never speak for a user's own server."""

    GO = "cmd/go"
    GOPLS = "gopls"
    USER = "user"
    UNKNOWN = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """The proof of a fact: `text` in words or quoted raw (already scrubbed of secrets), and the place it was seen.

    `pid` is the process that suffers (0 in a text); `also` are further citations, such as the socket behind a goroutine.
    """

    text: str
    source: str
    program: Program = Program.GO
    pid: int = 0
    also: tuple[Cite, ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """Anything known, with its proof. `key` is equal in two looks when nothing has moved between them."""

    seen: Seen

    #: True for a wait or a failure: something that some rule should explain.
    trouble: ClassVar[bool] = False

    @property
    def key(self) -> tuple[object, ...]:
        """What identifies the fact across looks."""
        return (type(self).__name__, self.seen.pid, self.seen.text)

    @property
    def since(self) -> float | None:
        """Seconds it has lasted as the kernel or the text tells it; None where nothing tells."""
        return None

    def cite(self) -> Cite:
        """The proof, as a citation."""
        return Cite(self.seen.text, self.seen.source)

    def cites(self) -> tuple[Cite, ...]:
        """The proof and what backs it."""
        return (self.cite(), *self.seen.also)
