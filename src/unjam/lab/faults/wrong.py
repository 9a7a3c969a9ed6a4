"""200 OK, and the body is something else: a portal's login page, say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from unjam.lab.faults.fault import Armed, Fault
from unjam.lab.wire import Answer

if TYPE_CHECKING:
    from unjam.lab.wire import Exchange

PORTAL = b"<!DOCTYPE html>\n<html><head><title>Sign in to the network</title></head><body>Welcome</body></html>\n"


@dataclass(frozen=True, slots=True)
class Wrong(Fault):
    """Whatever was asked for, the answer is 200 and this content."""

    content: bytes = PORTAL
    content_type: str = "text/html; charset=UTF-8"

    def on_exchange(self, exchange: Exchange, armed: Armed) -> None:
        """Replace the answer."""
        exchange.answer = Answer(200, self.content, self.content_type)
        exchange.proceed()
