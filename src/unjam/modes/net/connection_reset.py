"""The connection is cut off before the answer.

You see: `read: connection reset by peer`, or `EOF` (Windows: `An existing connection was forcibly closed by the remote
host`).

Why: the server crashed or a firewall cut the connection. go tries once, and behind a comma does not ask the next entry.

The fix: for this run, leave that GOPROXY entry out and ask the next one. Modules then come from there, which is a
matter of trust, so unjam asks. Without a next entry: run the command again; if it stays, ask whoever runs the server or
the firewall.
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
    """A connection that the other side cut off."""
    for message, fact in failed(case, Cause.RESET, Cause.EOF):
        says = f"{server_of(message)} cut the connection before it answered."
        yield Finding(server_of(message), says, fact.cites())


def remedy(finding: Finding, case: Case) -> Remedy:
    """The other GOPROXY entries, where the user named some."""
    return leave_out(
        finding,
        case,
        "cuts connections off",
        "run the command again; if it stays, ask whoever runs the server or the firewall",
    )


def reproduce(lab: Lab) -> None:
    """The first GOPROXY entry resets every connection before it answers."""
    from unjam.lab.faults.reset import Reset

    lab.require(lab.module("example.com/lib"))
    sick, well = lab.proxy("sick"), lab.proxy("well")
    sick.fault(Reset())
    lab.use_goproxy(sick, well)


MODE = Mode(
    reads=(Printed,),
    examine=examine,
    remedy=remedy,
    reproduce=reproduce,
    seen_by=frozenset({ERROR}),
    offers="fix",
    masks=("sumdb-unreachable",),
)
