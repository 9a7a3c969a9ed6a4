"""The environment that go works with, and the go command itself."""

from __future__ import annotations

from dataclasses import dataclass

from unjam.facts.seen import Fact
from unjam.golang.secrets import EnvValue

#: The origin of settings that a pasted `go env` shows: all that there is to see, and no error beside it is needed.
PASTED = "go env"


@dataclass(frozen=True, slots=True)
class GoSetting(Fact):
    """One effective setting (GOPROXY, CC, HTTPS_PROXY, …) and where it was set: "process", "GOENV file …", "default"."""

    name: str
    value: EnvValue
    origin: str

    @property
    def raw(self) -> str:
        """The value as go has it, secrets and all: for a run of go, never for a person."""
        return self.value.reveal()


@dataclass(frozen=True, slots=True)
class GoCommand(Fact):
    """The go command itself: its arguments, folder, version, age in seconds, and whether it moves (CPU share 0 to 1)."""

    argv: tuple[str, ...]
    cwd: str
    version: str
    age: float
    cpu_share: float | None = None
    stopped: bool = False
    exit_code: int | None = None


@dataclass(frozen=True, slots=True)
class WaitingUser(Fact):
    """A wait that is nobody's fault: the user's own program runs, a reader does not read, a question waits for its answer."""

    why: str
