"""A slow answer, but an answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from unjam.lab.faults.fault import Armed, Fault

if TYPE_CHECKING:
    from unjam.lab.wire import Exchange


@dataclass(frozen=True, slots=True)
class Delay(Fault):
    """The answer comes after so many seconds."""

    seconds: float = 1.0

    def on_exchange(self, exchange: Exchange, armed: Armed) -> None:
        """Wait, then answer."""
        armed.pause(self.seconds)
        exchange.proceed()
