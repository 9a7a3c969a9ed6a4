"""The answer comes, but at a crawl. Nothing is stuck."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from unjam.lab.faults.fault import Armed, Fault

if TYPE_CHECKING:
    from unjam.lab.wire import Exchange

_BEATS = 20  # pieces in a second


@dataclass(frozen=True, slots=True)
class Drip(Fault):
    """The body comes at so many bytes per second, in even pieces."""

    bytes_per_s: int = 1000
    holds: ClassVar[bool] = True

    def on_exchange(self, exchange: Exchange, armed: Armed) -> None:
        """Send piece by piece; all that is left, once lifted."""
        body, size = exchange.answer.body, max(1, self.bytes_per_s // _BEATS)
        exchange.head(len(body))
        for start in range(0, len(body), size):
            if armed.lifted:
                exchange.body(body[start:])
                break
            exchange.body(body[start : start + size])
            armed.pause(size / self.bytes_per_s)
        exchange.end()
