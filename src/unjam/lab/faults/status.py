"""An answer with another status."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from unjam.lab.faults.fault import Armed, Fault
from unjam.lab.wire import TEXT, Answer

if TYPE_CHECKING:
    from unjam.lab.wire import Exchange


@dataclass(frozen=True, slots=True)
class Status(Fault):
    """This status, with this body. go shows the body of an error only if it is text/plain."""

    code: int = 503
    body: bytes | str = b""
    content_type: str = TEXT

    def on_exchange(self, exchange: Exchange, armed: Armed) -> None:
        """Replace the answer."""
        body = self.body.encode() if isinstance(self.body, str) else self.body
        exchange.answer = Answer(self.code, body, self.content_type)
        exchange.proceed()
