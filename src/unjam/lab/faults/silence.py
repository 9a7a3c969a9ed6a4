"""No answer, ever: the commonest hang."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from unjam.lab.faults.fault import Armed, Fault, Level

if TYPE_CHECKING:
    from unjam.lab.connection import Connection
    from unjam.lab.wire import Exchange


@dataclass(frozen=True, slots=True)
class Silence(Fault):
    """Accepts, and then says nothing: after the request was read, or before the first byte is."""

    after: Literal["request", "accept"] = "request"
    holds: ClassVar[bool] = True

    @property
    def level(self) -> Level:
        """A connection, if even its first byte is left unread."""
        return "exchange" if self.after == "request" else "connection"

    def on_connection(self, connection: Connection, armed: Armed) -> None:
        """Read nothing until lifted."""
        armed.hold()

    def on_exchange(self, exchange: Exchange, armed: Armed) -> None:
        """Say nothing until lifted."""
        armed.hold()
        exchange.proceed()
