"""What a fault is, and what holds a connection until the fault is lifted."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, ClassVar, Literal

from unjam.lab.match import Match
from unjam.lab.wire import Dropped, Exchange, Request

Level = Literal["port", "connection", "exchange"]

if TYPE_CHECKING:
    from unjam.lab.connection import Connection
    from unjam.lab.port import Port


class Fault:
    """A base that does nothing. A fault acts on the port, on a fresh connection, or on an exchange.

    `holds` says that go hangs on it, or crawls: a lab is sick when each such fault makes somebody wait.
    """

    __slots__ = ()
    holds: ClassVar[bool] = False

    @property
    def level(self) -> Level:
        """What it acts on; the method for the other two is then never called."""
        return "exchange"

    def on_port(self, port: Port) -> None:
        """Change how the port listens."""

    def on_connection(self, connection: Connection, armed: Armed) -> None:
        """Meet a connection before its first byte."""

    def on_exchange(self, exchange: Exchange, armed: Armed) -> None:
        """Meet a request; `exchange.proceed()` hands it on."""
        exchange.proceed()


class Armed:
    """A fault at work on one server, until it is lifted."""

    def __init__(self, fault: Fault, match: Match, port: Port) -> None:
        self.fault = fault
        self.match = match
        self.hits = 0
        self.held = 0
        self._port = port
        self._fitting = 0
        self._lock = threading.Lock()
        self._lifted = threading.Event()
        self._closing = False

    @property
    def lifted(self) -> bool:
        """Whether it is over."""
        return self._lifted.is_set()

    @property
    def waited_on(self) -> bool:
        """Whether somebody has been made to wait by it, or waits for the answer to a SYN."""
        return self.held > 0 or (self.fault.level == "port" and self._port.has_syn_waiting())

    def takes(self, request: Request) -> bool:
        """Whether it acts on this request; each is asked about once."""
        return self.fault.level == "exchange" and self.match.fits(request) and self._count()

    def takes_connection(self) -> bool:
        """Whether it acts on the next connection; of its `Match` only the numbers can be told yet."""
        return self.fault.level == "connection" and self._count()

    def _count(self) -> bool:
        if self.lifted:
            return False
        with self._lock:
            self._fitting += 1
            taken = self.match.counts(self._fitting)
            self.hits += taken
        return taken

    def hold(self) -> None:
        """Return when the fault is lifted."""
        with self._lock:
            self.held += 1
        self._lifted.wait()
        if self._closing:
            raise Dropped

    def pause(self, seconds: float) -> None:
        """Return after so long, or when the fault is lifted."""
        with self._lock:
            self.held += 1
        self._lifted.wait(seconds)
        if self._closing:
            raise Dropped

    def lift(self) -> None:
        """Let everybody go on."""
        self._lifted.set()

    def close(self) -> None:
        """Drop everybody."""
        self._closing = True
        self._lifted.set()
