"""Answers from elsewhere: the real mirror does so with its larger zips."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from unjam.lab.faults.fault import Armed, Fault
from unjam.lab.wire import Answer

if TYPE_CHECKING:
    from unjam.lab.wire import Exchange


@dataclass(frozen=True, slots=True)
class Redirect(Fault):
    """302 to the same path below another root (`http://127.0.0.1:PORT`)."""

    to: str

    def on_exchange(self, exchange: Exchange, armed: Armed) -> None:
        """Redirect."""
        location = self.to + quote(exchange.request.path, safe="/@!+~,;=$&'()*")
        exchange.answer = Answer(302, headers=(("Location", location),))
        exchange.proceed()
