"""Whether a command does nothing at all any more: the sign of a hang where no server can tell that somebody waits."""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass
from pathlib import Path

from unjam.lab.running import Running, session_members

_SLEEPS = frozenset("SDtTZ")  # states of a thread that burns nothing (proc_pid_stat(5))


@dataclass(frozen=True, slots=True)
class Activity:
    """All that a session has done so far: its threads by process, their CPU ticks, and what it has said."""

    threads: tuple[tuple[int, int], ...]
    ticks: int
    said: int
    awake: bool


def activity(running: Running) -> Activity:
    """One look at every thread of the command and its children."""
    threads, ticks, awake = [], 0, False
    for pid in sorted(session_members(running.pid)):
        for task in sorted(Path(f"/proc/{pid}/task").glob("*")):
            with contextlib.suppress(OSError):
                fields = (task / "stat").read_text(errors="replace").rpartition(")")[2].split()
                threads.append((pid, int(task.name)))
                ticks += int(fields[11]) + int(fields[12])  # utime and stime
                awake = awake or fields[0] not in _SLEEPS
    return Activity(tuple(threads), ticks, len(running.stdout) + len(running.stderr), awake)


class Quiet:
    """True once nothing has changed for so many seconds, with every thread asleep at each look."""

    def __init__(self, seconds: float = 1.0) -> None:
        self._seconds = seconds
        self._last: Activity | None = None
        self._since = 0.0

    def __call__(self, running: Running) -> bool:
        """Look once more."""
        now, seen = time.monotonic(), activity(running)
        if seen != self._last or seen.awake or not seen.threads:
            self._last, self._since = seen, now
        return now - self._since >= self._seconds
