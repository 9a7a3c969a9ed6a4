"""Ending a process that holds others up. It has no undo, so it is always asked for, by pid and never by name."""

from __future__ import annotations

from dataclasses import dataclass

from unjam.host.processes import end


@dataclass(frozen=True, slots=True)
class EndProcess:
    """End exactly this process: the pid together with its start time (clock ticks since boot), so never a successor."""

    pid: int
    started: float
    argv: str

    def describe(self) -> str:
        """Which process."""
        return f"end process {self.pid}: {self.argv} (TERM, then KILL after 5 s; this cannot be undone)"

    def apply(self) -> bool:
        """End it; False when it had gone by itself."""
        return end(self.pid, self.started)
