"""The module was published a second time under the same version: a moved tag."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from unjam.golang.mod_zip import make_zip
from unjam.lab.faults.fault import Armed, Fault

if TYPE_CHECKING:
    from unjam.lab.wire import Exchange


@dataclass(frozen=True, slots=True)
class OtherContent(Fault):
    """Zips are valid and hold one file, not what the checksum database has signed. Other answers are well."""

    text: bytes = b"This version was published twice.\n"

    def on_exchange(self, exchange: Exchange, armed: Armed) -> None:
        """Answer with another zip."""
        path, version = exchange.request.module
        if exchange.request.endpoint == "zip":
            exchange.answer = replace(exchange.answer, body=make_zip(path, version, {"README": self.text}))
        exchange.proceed()
