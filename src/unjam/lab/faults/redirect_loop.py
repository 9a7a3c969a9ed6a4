"""Every answer points back to the same place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from unjam.lab.faults.fault import Armed, Fault
from unjam.lab.wire import Answer

if TYPE_CHECKING:
    from unjam.lab.wire import Exchange


@dataclass(frozen=True, slots=True)
class RedirectLoop(Fault):
    """302 to the very URL that was asked for."""

    def on_exchange(self, exchange: Exchange, armed: Armed) -> None:
        """Redirect."""
        location = quote(exchange.request.path, safe="/@!+~,;=$&'()*")
        exchange.answer = Answer(302, headers=(("Location", location),))
        exchange.proceed()
