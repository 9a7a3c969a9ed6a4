"""Nothing listens where go connects to.

You see: `dial tcp IP:PORT: connect: connection refused`, at once (Windows: `No connection could be made because the
target machine actively refused it`).

Why: the module proxy is not running, or GOPROXY names the wrong port. Behind a comma go does not try the next entry:
only 404 and 410 do that.

The fix: for this run, leave that GOPROXY entry out and ask the next one. Modules then come from there, which is a
matter of trust, so unjam asks. Without a next entry: start the proxy, or correct its address.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from unjam.facts.case import Case
from unjam.facts.printed import Printed
from unjam.golang.messages.net import Cause
from unjam.model import Finding, Remedy
from unjam.modes.mode import ERROR, Mode
from unjam.modes.requests import failed, server_of
from unjam.modes.sick_entry import leave_out

if TYPE_CHECKING:
    from unjam.lab.lab import Lab


def examine(case: Case) -> Iterator[Finding]:
    """A refused connection to a module proxy or host."""
    for message, fact in failed(case, Cause.REFUSED):
        says = f"nothing listens at {message.address or server_of(message)}: the connection was refused."
        yield Finding(server_of(message), says, fact.cites())


def remedy(finding: Finding, case: Case) -> Remedy:
    """The other GOPROXY entries, where the user named some."""
    return leave_out(finding, case, "refuses connections", "start it, or correct its address or port")


def reproduce(lab: Lab) -> None:
    """The first GOPROXY entry is a port on which nothing listens."""
    lab.require(lab.module("example.com/lib"))
    lab.use_goproxy(f"http://{lab.refuse()}", lab.proxy("well"))


MODE = Mode(
    reads=(Printed,),
    examine=examine,
    remedy=remedy,
    reproduce=reproduce,
    seen_by=frozenset({ERROR}),
    offers="fix",
    masks=("sumdb-unreachable",),
)
