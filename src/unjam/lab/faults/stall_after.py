"""The answer begins well and stops half way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from unjam.lab.faults.fault import Armed, Fault

if TYPE_CHECKING:
    from unjam.lab.wire import Exchange


@dataclass(frozen=True, slots=True)
class StallAfter(Fault):
    """Headers and so many bytes of the body arrive, then nothing. Bodies that are no longer arrive whole."""

    bytes: int = 1
    holds: ClassVar[bool] = True

    def on_exchange(self, exchange: Exchange, armed: Armed) -> None:
        """Send the beginning; the rest when lifted."""
        body = exchange.answer.body
        exchange.head(len(body))
        exchange.body(body[: self.bytes])
        if len(body) > self.bytes:
            armed.hold()
            exchange.body(body[self.bytes :])
        exchange.end()
