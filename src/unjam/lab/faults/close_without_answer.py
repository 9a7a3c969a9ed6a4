"""The connection closes in good order, and nothing was said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from unjam.lab.faults.fault import Armed, Fault

if TYPE_CHECKING:
    from unjam.lab.wire import Exchange


@dataclass(frozen=True, slots=True)
class CloseWithoutAnswer(Fault):
    """The request is read, then the connection is closed."""

    def on_exchange(self, exchange: Exchange, armed: Armed) -> None:
        """Close."""
        exchange.close()
