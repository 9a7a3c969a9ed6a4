"""The connection breaks with a reset."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from unjam.lab.faults.fault import Armed, Fault

if TYPE_CHECKING:
    from unjam.lab.wire import Exchange


@dataclass(frozen=True, slots=True)
class Reset(Fault):
    """TCP RST: before any header (None), or after the headers and so many bytes of the body."""

    after: int | None = None

    def on_exchange(self, exchange: Exchange, armed: Armed) -> None:
        """Send what comes before it, then reset."""
        if self.after is not None:
            exchange.head(len(exchange.answer.body))
            exchange.body(exchange.answer.body[: self.after])
        exchange.reset()
