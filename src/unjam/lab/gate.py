"""A gate: the point at which a child of go waits, for ever, until somebody opens it.

The waiting is the plain kind that real helpers do: a read that nobody answers. Nothing polls, and no `sleep` runs
beside the child, so that the process tree looks as it does on a user's machine.
"""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from unjam.lab.lab import Lab


class Gate:
    """A FIFO nobody writes to, and the shell line that waits for it. Once lifted it stays open."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        folder.chmod(0o777)  # whoever runs go leaves word here that he waits
        self._reached, self._opened, self._fifo = folder / "reached", folder / "opened", folder / "fifo"
        self._writer: int | None = None
        os.mkfifo(self._fifo)

    @property
    def wait(self) -> str:
        """A line of POSIX shell that returns only when the gate is open."""
        reached, opened, fifo = (shlex.quote(str(path)) for path in (self._reached, self._opened, self._fifo))
        return f"[ -e {opened} ] || {{ echo >{reached}; IFS= read -r _ <{fifo}; }}"

    @property
    def waited_on(self) -> bool:
        """Whether a child has come to the gate and found it shut."""
        return self._writer is None and self._reached.exists()

    def lift(self) -> None:
        """Open the gate: who waits goes on, who comes later does not wait."""
        if self._opened.exists():
            return
        self._opened.touch()
        # Opened for both directions, a FIFO never blocks its opener, and a line for each reader stays in the pipe:
        # a child that saw the gate shut but has not yet begun to read is let through as well.
        self._writer = os.open(self._fifo, os.O_RDWR | os.O_NONBLOCK)
        os.write(self._writer, b"\n" * 4096)

    def close(self) -> None:
        """Let everybody go, and give the descriptor back."""
        self.lift()
        if self._writer is not None:
            os.close(self._writer)
            self._writer = None


def put_gate(lab: Lab, name: str) -> Gate:
    """A shut gate of that name in the lab, which opens when the lab closes."""
    gate = Gate(lab.folder / "gates" / name)
    lab.on_close(gate.close)
    return gate
