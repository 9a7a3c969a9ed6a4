"""A server of the lab: a port, HTTP/1.1 or HTTP/2, with or without TLS, and the faults it has at the moment."""

from __future__ import annotations

import socket
import threading
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from unjam.lab import http1
from unjam.lab.connection import Connection
from unjam.lab.faults.fault import Armed, Fault
from unjam.lab.http2 import Http2Connection
from unjam.lab.match import Match
from unjam.lab.port import Port
from unjam.lab.stream import TlsStream
from unjam.lab.wire import Answer, Dropped, Exchange, Request

if TYPE_CHECKING:
    from unjam.lab.authority import Authority


@dataclass(frozen=True, slots=True)
class Asked:
    """One request that arrived. `time` is that of the monotonic clock, in seconds; `status` None until headers are sent."""

    method: str
    path: str
    time: float
    status: int | None = None


class Server(ABC):
    """Serves until closed. Faults come with `fault` and go with `lift`."""

    def __init__(self, authority: Authority | None = None, *, http2: bool = False, port: int = 0) -> None:
        self._authority = authority
        self._http2 = http2
        self._port = Port(port)
        self._lock = threading.Lock()
        self._asked: list[Asked] = []
        self._armed: list[Armed] = []
        self._live: dict[Connection, threading.Thread] = {}
        self._port.open(self._accepted)

    @abstractmethod
    def answer(self, request: Request) -> Answer:
        """What it says when it is well."""

    @property
    def address(self) -> str:
        """`127.0.0.1:PORT`."""
        return self._port.address

    @property
    def port(self) -> int:
        """The number of its port."""
        return self._port.number

    @property
    def url(self) -> str:
        """Its root, without a slash at the end."""
        return f"{'https' if self._authority else 'http'}://{self.address}"

    @property
    def requests(self) -> tuple[Asked, ...]:
        """What was asked so far, in order of arrival."""
        with self._lock:
            return tuple(self._asked)

    @property
    def armed(self) -> tuple[Armed, ...]:
        """The faults it has now."""
        with self._lock:
            return tuple(self._armed)

    def fault(self, fault: Fault, on: Match | None = None) -> Armed:
        """Have this fault from now on, for the requests that `on` names."""
        armed = Armed(fault, on or Match(), self._port)
        with self._lock:
            self._armed.append(armed)
        if fault.level == "port":
            fault.on_port(self._port)
        return armed

    def lift(self) -> None:
        """Take every fault away, also from requests and connections that are held by one."""
        with self._lock:
            armed, self._armed = self._armed, []
        self._port.open(self._accepted)
        for one in armed:
            one.lift()

    def close(self) -> None:
        """End every connection and thread, and give the port back."""
        self._port.close()
        with self._lock:
            armed, live = list(self._armed), dict(self._live)
        for one in armed:
            one.close()
        for connection in live:
            connection.hang_up()
        for thread in live.values():
            thread.join()

    def _accepted(self, sock: socket.socket) -> None:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # head and body go out apart: 40 ms each, otherwise
        connection = Connection(sock)
        thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
        with self._lock:
            self._live[connection] = thread
        thread.start()

    def _serve(self, connection: Connection) -> None:
        try:
            self.serve_connection(connection)
        except Dropped:
            pass
        finally:
            connection.sock.close()
            with self._lock:
                self._live.pop(connection, None)

    def serve_connection(self, connection: Connection) -> None:
        """Meet the faults that wait for connections, then speak TLS if it is wanted, then HTTP."""
        for armed in self.armed:
            if armed.takes_connection():
                armed.fault.on_connection(connection, armed)
        spoken = self._secure(connection)
        if spoken == "h2":
            Http2Connection(connection, self.answer, self._run).serve()
        elif granted := http1.serve(connection, self.answer, self._run):
            self.tunnel(connection, *granted)

    @abstractmethod
    def tunnel(self, connection: Connection, target: str, sent: bytes) -> None:
        """Carry a CONNECT that `answer` granted."""

    def _secure(self, connection: Connection) -> str | None:
        if not self._authority:
            return None
        tls = TlsStream(connection.stream, self._authority.context(connection.certificate, http2=self._http2))
        tls.shake_hands()
        connection.stream = tls
        return tls.protocol

    def _run(self, exchange: Exchange) -> None:
        request = exchange.request
        with self._lock:
            number = len(self._asked)
            self._asked.append(Asked(request.method, request.path, time.monotonic()))
        for armed in self.armed:
            if armed.takes(request):
                exchange.steps.append(partial(_meet, armed))
        exchange.told = partial(self._note_status, number)
        exchange.proceed()

    def _note_status(self, number: int, status: int) -> None:
        with self._lock:
            self._asked[number] = replace(self._asked[number], status=status)


def _meet(armed: Armed, exchange: Exchange) -> None:
    if armed.lifted:
        exchange.proceed()
    else:
        armed.fault.on_exchange(exchange, armed)
