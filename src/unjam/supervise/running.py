"""One command that runs: what it was started with, and the thread that waits for its end."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from unjam.facts.case import Case
from unjam.facts.seen import Fact
from unjam.host import stderr
from unjam.host.bell import Bell
from unjam.host.processes import start_time
from unjam.host.run import Ended, wait
from unjam.host.signals import Signals
from unjam.supervise.outcome import Listener, LookAt, Options
from unjam.supervise.words import Words

#: Makes a case of a text: what it is, what citations call it, and facts known otherwise.
Read = Callable[[bytes, str, Iterable[Fact]], Case]


@dataclass(slots=True)
class Running:
    """One run. `ended` is set by the thread that waits for the child; `talks` when `-x` lines are to be had."""

    pid: int
    argv: tuple[str, ...]
    words: Words
    options: Options
    environment: Mapping[str, str]
    errors: stderr.Stderr
    bell: Bell
    signals: Signals
    look: LookAt
    told: Listener
    read: Read | None
    talks: bool
    ended: Ended | None = None
    started: float | None = None
    given_up: bool = False
    waiter: threading.Thread | None = field(default=None, repr=False)

    def begin(self) -> None:
        """Have a thread wait for the child."""
        self.started = start_time(self.pid)
        self.waiter = threading.Thread(target=self._wait, name="unjam-wait", daemon=True)
        self.waiter.start()

    def end(self) -> None:
        """The thread that waited is no longer needed."""
        if self.waiter is not None and not self.given_up:
            self.waiter.join()

    def give_up(self) -> None:
        """The child cannot be ended (it hangs in the kernel): leave it there."""
        self.ended, self.given_up = Ended(None, 9), True

    def _wait(self) -> None:
        ended = wait(self.pid)
        self.ended = self.ended or ended
        self.bell.ring()
