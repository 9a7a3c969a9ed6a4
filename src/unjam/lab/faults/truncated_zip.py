"""HTTP is in order, but the zip was cut before it was put on the server."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from unjam.lab.faults.fault import Armed, Fault

if TYPE_CHECKING:
    from unjam.lab.wire import Exchange


@dataclass(frozen=True, slots=True)
class TruncatedZip(Fault):
    """Zips end this many bytes early, and the Content-Length agrees with that. Other answers are well."""

    missing: int = 100

    def on_exchange(self, exchange: Exchange, armed: Armed) -> None:
        """Cut the answer to a zip."""
        if exchange.request.endpoint == "zip":
            exchange.answer = replace(exchange.answer, body=exchange.answer.body[: -self.missing])
        exchange.proceed()
