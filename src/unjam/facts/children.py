"""Child processes that the go command waits for. None of them has a deadline."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from unjam.facts.seen import Fact


class Task(StrEnum):
    """What go started the child for."""

    LS_REMOTE = "git ls-remote"
    FETCH = "git fetch"
    FULL_FETCH = "git fetch of the whole repository"
    STATUS = "git status for the build's VCS stamp"
    VCS = "another VCS command"
    CC_PROBE = "asking the C compiler who it is"
    CC = "compiling C"
    PKG_CONFIG = "asking pkg-config for flags"
    CACHE_PROG = "asking GOCACHEPROG"
    GOAUTH = "a GOAUTH command"
    GO_COMMAND = "a go command of gopls"
    USER = "the user's own program"
    OTHER = "another child"


class Wants(StrEnum):
    """What the innermost process of the chain waits for."""

    NETWORK = "the network"
    TERMINAL = "an answer on the terminal"
    CREDENTIAL = "a credential helper"
    PIPE = "a pipe"
    NOTHING = "nothing that can be seen"
    HIDDEN = "something that we are not shown"


@dataclass(frozen=True, slots=True)
class WaitingChild(Fact):
    """A child that has not returned. `chain` is the command lines from go's child down to the innermost, secrets masked.

    `tools` are their roles in the same order (`git`, `git-remote-https`, `ssh`, `credential-helper`, `cc`, …).
    `remote` is what it talks to (URL or peer). `idle` is seconds without CPU or bytes, `moved` how many of those it has had so
    far: bytes, or processor seconds for a child without a connection; None where they tell nothing, and in a text.
    """

    task: Task
    chain: tuple[str, ...]
    tools: tuple[str, ...]
    wants: Wants
    remote: str = ""
    child_pid: int = 0
    idle: float | None = None
    moved: float | None = None
    age: float | None = None  # seconds since it was started
    connecting: bool = False  # its connection is not made: nobody answers the attempt

    trouble: ClassVar[bool] = True

    @property
    def key(self) -> tuple[object, ...]:
        """The same child in the same wait, with nothing done since."""
        return ("child", self.seen.pid, self.child_pid, self.wants, self.moved)

    @property
    def since(self) -> float | None:
        """Seconds without movement."""
        return self.idle


@dataclass(frozen=True, slots=True)
class Working(Fact):
    """A child that works, or one of go's own tools, which work or end. However long it takes, that is no trouble."""

    role: str  # compile, link, cc, git fetch, …

    @property
    def key(self) -> tuple[object, ...]:
        """The same process."""
        return ("works", self.seen.pid, self.seen.text)
