"""Signals that a wrapper has to pass on, taken one after the other with who sent them.

The terminal sends Ctrl-C to everybody in the foreground, so the child has it already; `kill PID` reaches us alone,
and the child would never learn of it. Only `si_code` tells the two apart, so the signals are blocked and waited for.
"""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

_WATCHED = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGTSTP", "SIGWINCH")


@dataclass(frozen=True, slots=True)
class Arrived:
    """One signal. `everybody` is True when the kernel sent it to the whole foreground group, as Ctrl-C does."""

    number: int
    everybody: bool


class Signals:
    """While entered, the watched signals do not act on us: `ring` is called, and `take()` gives them in order.

    `before` is the mask as it was, for the child to start with. Ignored signals (nohup, a shell's `&`) stay ignored, but
    for SIGCHLD: the kernel would keep to itself how the child ended. (Go does not care: it sets SIGCHLD for itself.)
    Outside the main thread nothing is watched: a library does not take its host's signals. In it, `hand_back` gives them
    to the host afterwards.
    """

    def __init__(self, ring: Callable[[], None]) -> None:
        self._ring = ring
        self._queue: deque[Arrived] = deque()
        self._thread: threading.Thread | None = None
        self._done = False
        self.before: set[int] = set()
        self._numbers: set[int] = set()
        self._deaf = False
        self._taken: set[int] = set()

    def __enter__(self) -> Self:
        here = threading.current_thread() is threading.main_thread() and hasattr(signal, "sigwaitinfo")
        named = {number for name in _WATCHED if (number := getattr(signal, name, None)) is not None} if here else set()
        self._numbers = {number for number in named if signal.getsignal(number) != signal.SIG_IGN}
        self._deaf = here and signal.getsignal(signal.SIGCHLD) == signal.SIG_IGN
        if self._deaf:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        if hasattr(signal, "pthread_sigmask"):
            self.before = set(signal.pthread_sigmask(signal.SIG_BLOCK, self._numbers))
        if self._numbers:
            self._thread = threading.Thread(target=self._wait, name="unjam-signals", daemon=True)
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._thread is not None and self._thread.ident is not None:
            self._done = True
            signal.pthread_kill(self._thread.ident, signal.SIGWINCH)  # to that thread alone: it stands blocked there
            self._thread.join()
        if self._deaf:
            signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        if hasattr(signal, "pthread_sigmask"):
            signal.pthread_sigmask(signal.SIG_SETMASK, self.before)

    def take(self) -> Arrived | None:
        """The next signal, None when there is none."""
        if not self._queue:
            return None
        arrived = self._queue.popleft()
        self._taken.add(arrived.number)
        return arrived

    def hand_back(self) -> None:
        """Once left: what was meant for the program around us reaches it, late. Ctrl-C is a KeyboardInterrupt again."""
        for number in sorted(self._taken - {signal.SIGWINCH, signal.SIGTSTP}):
            signal.raise_signal(number)

    def _wait(self) -> None:
        while True:
            info = signal.sigwaitinfo(self._numbers | {signal.SIGWINCH})
            if self._done:
                return
            self._queue.append(Arrived(info.si_signo, everybody=info.si_code > 0))  # SI_USER is 0, SI_TKILL below
            self._ring()


def stop_ourselves() -> None:
    """Stop as Ctrl-Z would have stopped us; returns when somebody continues us."""
    before = signal.signal(signal.SIGTSTP, signal.SIG_DFL)
    try:
        signal.pthread_kill(threading.get_ident(), signal.SIGTSTP)  # to this thread: another one waits for those to all
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTSTP})  # here we stand still
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTSTP})
    finally:
        signal.signal(signal.SIGTSTP, before)


def send(pid: int, number: int) -> bool:
    """Send a signal to a process that may have gone, or be another user's: then False."""
    try:
        os.kill(pid, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def die_of(number: int) -> None:
    """End as the child ended: by the same signal, and without a second core beside the child's."""
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _not_dumpable()
    with contextlib.suppress(OSError, ValueError):  # KILL and STOP take no handler
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {number})
    os.kill(os.getpid(), number)


def _not_dumpable() -> None:
    """A core_pattern that is a pipe takes no notice of the limit, but of this."""
    import ctypes

    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)  # PR_SET_DUMPABLE
