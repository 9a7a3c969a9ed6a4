"""A GOPROXY on loopback; also a forward proxy, where it is told whereto."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from unjam.lab import tunnel
from unjam.lab.connection import Connection
from unjam.lab.port import HOST
from unjam.lab.server import Server
from unjam.lab.wire import Answer, Request, not_found

if TYPE_CHECKING:
    from unjam.lab.authority import Authority

Part = Callable[[Request], Answer | None]


class Proxy(Server):
    """Asks its parts in turn, and says 404 when none has an answer. `towards` is the port behind a CONNECT to the lab."""

    def __init__(
        self,
        name: str,
        parts: Sequence[Part],
        authority: Authority | None = None,
        *,
        http2: bool = False,
        towards: Callable[[], int] | None = None,
        port: int = 0,
    ) -> None:
        self.name = name
        self._parts = tuple(parts)
        self._towards = towards
        super().__init__(authority, http2=http2, port=port)

    def __str__(self) -> str:
        return self.url

    def answer(self, request: Request) -> Answer:
        """The answer of the first part that has one."""
        if request.method == "CONNECT":
            return self._grant(request.path)
        for part in self._parts:
            if (answer := part(request)) is not None:
                return answer
        return not_found(request.path)

    def tunnel(self, connection: Connection, target: str, sent: bytes) -> None:
        """Carry the bytes of a CONNECT, whatever its name, to the one port there is."""
        if self._towards:
            tunnel.carry(connection.sock, (HOST, self._towards()), sent)

    def _grant(self, target: str) -> Answer:
        host = target.rpartition(":")[0]
        if self._towards and host.endswith(".lab.example"):
            return Answer(200)
        return Answer(502, f"no such host: {host}\n".encode())
