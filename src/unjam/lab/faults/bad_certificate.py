"""A certificate that go does not accept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from unjam.lab.faults.fault import Armed, Fault, Level

if TYPE_CHECKING:
    from unjam.lab.connection import Connection


@dataclass(frozen=True, slots=True)
class BadCertificate(Fault):
    """What is wrong with it: who signed it, whom it names, or when it ended."""

    kind: Literal["self-signed", "unknown-authority", "other-host", "expired"] = "unknown-authority"

    @property
    def level(self) -> Level:
        """A connection."""
        return "connection"

    def on_connection(self, connection: Connection, armed: Armed) -> None:
        """Show the bad one."""
        connection.certificate = self.kind
