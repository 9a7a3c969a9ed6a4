"""Packets go in and none come out, as behind a firewall that drops."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from unjam.lab.faults.fault import Fault, Level

if TYPE_CHECKING:
    from unjam.lab.port import Port


@dataclass(frozen=True, slots=True)
class BlackHole(Fault):
    """No SYN is answered. Once lifted, a waiting client gets in with its next attempt (after 1, 2, 4, 8 … seconds)."""

    holds: ClassVar[bool] = True

    @property
    def level(self) -> Level:
        """The port."""
        return "port"

    def on_port(self, port: Port) -> None:
        """Fill the queue of connections that nobody accepts."""
        port.drop_syns()
