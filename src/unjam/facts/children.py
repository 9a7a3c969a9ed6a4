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
    WORKS = "nothing: it works"


@dataclass(frozen=True, slots=True)
class WaitingChild(Fact):
    """A child that has not returned. `chain` is the command lines from go's child down to the innermost, secrets masked.

    `tools` are their roles in the same order (`git`, `git-remote-https`, `ssh`, `credential-helper`, `cc`, …).
    `remote` is what it talks to (URL or peer). `idle` is seconds without CPU or bytes; in a text None.
    """

    task: Task
    chain: tuple[str, ...]
    tools: tuple[str, ...]
    wants: Wants
    remote: str = ""
    child_pid: int = 0
    idle: float | None = None
    age: float | None = None  # seconds since it was started
    banner: bool | None = None  # ssh only: whether the server has sent a byte

    trouble: ClassVar[bool] = True

    @property
    def key(self) -> tuple[object, ...]:
        """The same child in the same wait."""
        return ("child", self.seen.pid, self.child_pid, self.wants)

    @property
    def since(self) -> float | None:
        """Seconds without movement."""
        return self.idle
