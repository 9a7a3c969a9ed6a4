"""TCP is up, and the TLS handshake gets no answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from unjam.lab.faults.fault import Armed, Fault, Level

if TYPE_CHECKING:
    from unjam.lab.connection import Connection


@dataclass(frozen=True, slots=True)
class TlsStall(Fault):
    """The ClientHello is never read. go gives up after 10 s."""

    holds: ClassVar[bool] = True

    @property
    def level(self) -> Level:
        """A connection."""
        return "connection"

    def on_connection(self, connection: Connection, armed: Armed) -> None:
        """Leave the ClientHello where it is, until lifted."""
        armed.hold()
