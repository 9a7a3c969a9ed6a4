"""What became of a watched command, what the watcher tells meanwhile, and what it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from unjam.diagnose import Diagnosis
from unjam.facts.case import PATIENCE, Case, Look
from unjam.host.stderr import Write
from unjam.model import Finding, Fix, Remedy
from unjam.supervise.progress import Progress


class State(StrEnum):
    """How the command stands, or how it ended. STOPPED: by Ctrl-Z or a signal, which is nobody's trouble."""

    RUNNING = "running"
    SLOW = "slow"
    STUCK = "stuck"
    STOPPED = "stopped"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A command that has ended, or that is being watched.

    `exit_code` and `signal` say how go ended (both None while it runs). `stalled_s` is how long what is stuck has stood
    still, `throughput` bytes per second of a slow download. `stderr_text` is the end of what go said; `unseen` why it could
    not be read. `chosen` is the fix that the user said yes to: the command was ended for it. `prompting`: something below
    go may be asking the terminal right now. `left` could not be ended. `defect`: what failed in unjam itself.
    """

    argv: tuple[str, ...]
    pid: int
    go: str
    exit_code: int | None
    signal: int | None
    state: State
    stalled_s: float | None
    case: Case
    diagnosis: Diagnosis | None
    stderr_text: str = ""
    unseen: str = ""
    may_rerun: bool = False
    why_not_rerun: str = ""
    throughput: float | None = None
    elapsed_s: float = 0.0
    chosen: tuple[Finding, Fix] | None = None
    timed_out: bool = False
    interrupted: bool = False
    left: tuple[int, ...] = ()
    prompting: bool = False
    defect: str = ""

    @property
    def succeeded(self) -> bool:
        """Whether go ended with 0."""
        return self.exit_code == 0

    @property
    def modes(self) -> tuple[str, ...]:
        """The ids of what was found, the root cause first."""
        return tuple(finding.mode for finding in self.diagnosis.findings) if self.diagnosis else ()

    @property
    def code(self) -> int:
        """The exit code that a shell would show: 124 at the deadline, 128 + n after a signal."""
        if self.timed_out:
            return 124
        return self.exit_code if self.exit_code is not None else 128 + (self.signal or 0)


class Listener(Protocol):
    """Who is told. Every call comes from the watching thread."""

    def stuck(self, diagnosis: Diagnosis, so_far: Outcome) -> None:
        """Something stands still. Once per new finding."""

    def slow(self, so_far: Outcome) -> None:
        """It moves, slowly. Once."""

    def moves(self, so_far: Outcome) -> None:
        """What stood still moves again."""

    def offer(self, finding: Finding, remedy: Remedy, so_far: Outcome, still: Callable[[], bool]) -> bool:
        """Whether to end the command and apply the fix. `still` says whether it is still worth asking; call it often."""
        ...

    def progress(self, progress: Progress) -> None:
        """How far the command is, a few times a second."""

    def defect(self, error: str) -> None:
        """Unjam itself failed. Once; the command is not touched by it."""

    def pause(self) -> None:
        """The screen is about to belong to somebody else."""


class Silent:
    """Tells nobody, offers nothing."""

    def stuck(self, diagnosis: Diagnosis, so_far: Outcome) -> None:
        """Nobody is told."""

    def slow(self, so_far: Outcome) -> None:
        """Nobody is told."""

    def moves(self, so_far: Outcome) -> None:
        """Nobody is told."""

    def offer(self, finding: Finding, remedy: Remedy, so_far: Outcome, still: Callable[[], bool]) -> bool:
        """No."""
        return False

    def progress(self, progress: Progress) -> None:
        """Nobody is told."""

    def defect(self, error: str) -> None:
        """The outcome has it."""

    def pause(self) -> None:
        """There is no screen."""


#: One look into a running process. Raises NoSuchProcess when it has gone.
LookAt = Callable[[int], Look]


@dataclass(frozen=True, slots=True)
class Options:
    """How to watch. Times are seconds.

    `adopt` takes over processes whose parent has died, so that none is orphaned; only for a program of its own, since a
    library's host may have children that are none of our business. `talk` adds `-x` where looking cannot tell enough.
    `overlay` are variables for this run only. `end_when_stuck_by` names the mode that a fix was for: stuck by it again, the
    command is ended. `write` takes what go says on standard error, `own` is what we said there.
    """

    stall: float = PATIENCE
    deadline: float | None = None
    live: bool = False
    adopt: bool = False
    talk: bool = False
    go: str | None = None
    overlay: tuple[tuple[str, str], ...] = field(default=())
    end_when_stuck_by: str = ""
    write: Write | None = None
    own: Sequence[bytes] = ()
