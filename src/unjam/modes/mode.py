"""What a failure mode is: a value that ties together its rule, its remedy and its reproduction.

Its id, title and explanation are read from where it stands and what its docstring says: `modes/net/dial_blackhole.py` is
`net-dial-blackhole`, the first line of its docstring is its title.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from unjam.facts.case import Case
from unjam.facts.seen import Fact
from unjam.model import Candidate, Finding, Remedy

if TYPE_CHECKING:
    from unjam.lab.lab import Lab


class Channel(StrEnum):
    """Where a mode can be seen: a running process, the text of `-x`, a goroutine dump, what go prints when it fails."""

    ATTACH = "attach"
    X = "x"
    DUMP = "dump"
    ERROR = "error"


ATTACH, X, DUMP, ERROR = Channel.ATTACH, Channel.X, Channel.DUMP, Channel.ERROR


@dataclass(frozen=True, slots=True)
class Mode:
    """One way in which a go command gets stuck or fails.

    `reads` are the facts without which the rule cannot answer; `seen_by` the channels that prove it (in any other it is at
    most a candidate); `masks` the ids of symptoms it explains, where both went wrong in the same way; `offers` what the
    remedy is for the reproduction; `since` and `until` the Go versions (minor, inclusive) that can have it.
    """

    reads: tuple[type[Fact], ...]
    examine: Callable[[Case], Iterator[Finding | Candidate]]
    remedy: Callable[[Finding, Case], Remedy]
    reproduce: Callable[[Lab], None]
    seen_by: frozenset[Channel]
    offers: str = "advice"
    masks: tuple[str, ...] = ()
    since: int = 21
    until: int = 99

    @property
    def id(self) -> str:
        """The id, from the folder and the file: `net-dial-blackhole`."""
        _, _, area, name = self.examine.__module__.rsplit(".", 3)
        return f"{area}-{name}".replace("_", "-")

    @property
    def title(self) -> str:
        """The first line of the docstring, without its full stop."""
        return self.explanation.partition("\n")[0].rstrip(".")

    @property
    def explanation(self) -> str:
        """The docstring: title, You see, Why, The fix."""
        return (sys.modules[self.examine.__module__].__doc__ or "").strip()

    @property
    def hangs(self) -> bool:
        """Whether the command hangs rather than fails: attach proves every hang, and nothing else."""
        return Channel.ATTACH in self.seen_by
