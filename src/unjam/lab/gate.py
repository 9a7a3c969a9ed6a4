"""A gate: the point at which a child of go waits, for ever, until somebody opens it.

The waiting is the plain kind that real helpers do: a read that nobody answers. Nothing polls, and no `sleep` runs
beside the child, so that the process tree looks as it does on a user's machine.
"""

from __future__ import annotations

import os
import shlex
from pathlib import Path

from unjam.lab.room import Room


class Gate:
    """A FIFO nobody writes to, and the shell line that waits for it. Once opened it stays open."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._opened = folder / "opened"
        self._fifo = folder / "fifo"
        self._writer: int | None = None
        os.mkfifo(self._fifo)

    @property
    def wait(self) -> str:
        """A line of POSIX shell that returns only when the gate is open."""
        opened, fifo = shlex.quote(str(self._opened)), shlex.quote(str(self._fifo))
        return f"[ -e {opened} ] || IFS= read -r _ <{fifo}"

    def lift(self) -> None:
        """Open the gate: who waits goes on, who comes later does not wait."""
        if self._writer is not None:
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


def put_gate(lab: Room, name: str) -> Gate:
    """A shut gate of that name in the lab, which opens when the lab closes."""
    gate = Gate(lab.folder / "gates" / name)
    lab.on_close(gate.close)
    return gate


def write_script(path: Path, *lines: str) -> Path:
    """An executable shell script of these lines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(("#!/bin/sh", *lines, "")), encoding="utf-8")
    path.chmod(0o755)
    return path
