"""Asking a person at the terminal, and nobody else: through /dev/tty, since standard input belongs to go."""

from __future__ import annotations

import contextlib
import os
import select
from collections.abc import Callable

from unjam.host.terminal import Screen, in_foreground

_YES = frozenset({"y", "yes"})


def can_ask() -> bool:
    """Whether there is somebody at the terminal, and we are what they look at."""
    try:
        terminal = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        return os.isatty(2) and in_foreground(terminal)
    finally:
        os.close(terminal)


def ask(question: str, screen: Screen, still: Callable[[], bool]) -> bool | None:
    """Yes or no; None when there is nobody to ask, or asking has become pointless. Silence is not consent."""
    try:
        terminal = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        _forget_typed_ahead(terminal)
        screen.erase()
        os.write(terminal, f"{question} [y/N] ".encode())
        answer = _answer(terminal, still)
        if answer is None:
            os.write(terminal, b"\n")
            return None
        return answer.strip().lower() in _YES
    except OSError:
        return None
    finally:
        os.close(terminal)


def _answer(terminal: int, still: Callable[[], bool]) -> str | None:
    while still():
        if select.select([terminal], [], [], 0.2)[0]:
            return os.read(terminal, 1024).decode("utf-8", "replace")
    return None


def _forget_typed_ahead(terminal: int) -> None:
    """What was typed before the question was asked is no answer to it."""
    import termios

    with contextlib.suppress(termios.error):
        termios.tcflush(terminal, termios.TCIFLUSH)
