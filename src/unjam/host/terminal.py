"""The user's terminal: what it can do, and the one line at its bottom that is ours and leaves no remains."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Mapping

from unjam.host.stderr import write_all

_ERASE = b"\r\x1b[2K"


def keep_closed() -> None:
    """Take the numbers of standard streams that are closed, for us alone: else the next file opened here would be one.

    What is said there goes nowhere, and the child finds them as closed as they were.
    """
    while (fd := os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)) <= 2:
        pass
    os.close(fd)


def width(fd: int = 2) -> int:
    """Columns of the terminal; 80 where it does not say."""
    with contextlib.suppress(OSError):
        return os.get_terminal_size(fd).columns or 80
    return 80


def can_draw(environment: Mapping[str, str], fd: int = 2) -> bool:
    """Whether a line may be drawn and redrawn there: a terminal that moves its cursor, with somebody in front of it."""
    if environment.get("TERM", "") in {"", "dumb"}:
        return False
    return os.isatty(fd) and environment.get("CI", "").lower() in {"", "0", "false"}


def same_terminal() -> bool:
    """Whether standard output is the terminal that standard error is."""
    with contextlib.suppress(OSError):
        out, err = os.fstat(1), os.fstat(2)
        return os.isatty(1) and out.st_rdev == err.st_rdev
    return False


def in_foreground(fd: int) -> bool:
    """Whether we may read that terminal without being stopped for it."""
    with contextlib.suppress(OSError):
        return os.tcgetpgrp(fd) == os.getpgrp()
    return False


class Screen:
    """Everything that unjam writes to standard error goes through here, and so does what go says there.

    The drawn line is erased before any other byte is written, and drawn only where the cursor stands at the beginning of a
    line. One lock keeps the threads apart. `own` is all that we said ourselves, for who reads a file afterwards.
    """

    def __init__(self, fd: int = 2) -> None:
        self._fd = fd
        self._lock = threading.RLock()
        self._drawn = False
        self._at_start = True
        self.own: list[bytes] = []

    def write(self, data: bytes) -> None:
        """Bytes of the child, exactly."""
        with self._lock:
            self.erase()
            write_all(self._fd, data)
            self._at_start = data.endswith(b"\n") or (self._at_start and not data)

    def say(self, text: str) -> None:
        """Whole lines of our own. A reader that has gone is no reason to fail."""
        with self._lock, contextlib.suppress(OSError):
            self.erase()
            data = ("" if self._at_start else "\n") + text.rstrip("\n") + "\n"
            self.own.append(data.encode("utf-8", "replace"))
            write_all(self._fd, self.own[-1])
            self._at_start = True

    def somebody_wrote(self) -> None:
        """A process below go asks through /dev/tty: where the cursor stands is not known, so what we say begins a line."""
        with self._lock:
            self._at_start = False

    def draw(self, line: str) -> None:
        """Show the line in place of the last one; nothing while the child is in the middle of a line of its own.

        In the background (`&`, `bg`) the terminal is somebody else's: a shell has its prompt there.
        """
        with self._lock, contextlib.suppress(OSError):
            if self._at_start and in_foreground(self._fd):
                write_all(self._fd, _ERASE + line.encode("utf-8", "replace") + b"\r")
                self._drawn = True

    def erase(self) -> None:
        """Take the drawn line away."""
        with self._lock:
            if self._drawn:
                self._drawn = False
                with contextlib.suppress(OSError):
                    write_all(self._fd, _ERASE)

    @property
    def quiet(self) -> bool:
        """Whether the cursor stands at the beginning of a line."""
        return self._at_start
