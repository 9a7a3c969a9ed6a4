"""Nobody listens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from unjam.lab.faults.fault import Fault, Level

if TYPE_CHECKING:
    from unjam.lab.port import Port


@dataclass(frozen=True, slots=True)
class Refuse(Fault):
    """Every connection is refused."""

    @property
    def level(self) -> Level:
        """The port."""
        return "port"

    def on_port(self, port: Port) -> None:
        """Stop listening."""
        port.shut()
