"""The body is shorter than its Content-Length says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from unjam.lab.faults.fault import Armed, Fault

if TYPE_CHECKING:
    from unjam.lab.wire import Exchange


@dataclass(frozen=True, slots=True)
class Truncate(Fault):
    """After so many bytes of the body the server ends it: the stream in HTTP/2, the connection in HTTP/1.1."""

    bytes: int = 1

    def on_exchange(self, exchange: Exchange, armed: Armed) -> None:
        """Announce all, send a part, end."""
        exchange.head(len(exchange.answer.body))
        exchange.body(exchange.answer.body[: self.bytes])
        exchange.end()
        if exchange.protocol == "HTTP/1.1":
            exchange.close()
