"""The answer ends before all of it has come.

You see: `read "URL": unexpected EOF`.

Why: the server or a middlebox promised more bytes than it sent and closed the connection. go tries once, and behind a
comma does not ask the next entry.

The fix: for this run, leave that GOPROXY entry out and ask the next one. Modules then come from there, which is a
matter of trust, so unjam asks. Without a next entry: run the command again; if it always ends at the same size,
something on the way limits downloads.
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
    """A body shorter than promised."""
    for message, fact in failed(case, Cause.UNEXPECTED_EOF):
        says = f"{server_of(message)} sent less than it had promised."
        yield Finding(server_of(message), says, fact.cites())


def remedy(finding: Finding, case: Case) -> Remedy:
    """The other GOPROXY entries, where the user named some."""
    return leave_out(
        finding,
        case,
        "sends less than it promises",
        "run the command again; if it always ends at the same size, something on the way limits downloads",
    )


def reproduce(lab: Lab) -> None:
    """The first GOPROXY entry promises a whole file and closes after 200 bytes."""
    from unjam.lab.faults.truncate import Truncate
    from unjam.lab.match import Match

    lab.require(lab.module("example.com/lib", size=100_000))
    sick, well = lab.proxy("sick"), lab.proxy("well")
    sick.fault(Truncate(200), on=Match("zip"))
    lab.use_goproxy(sick, well)


MODE = Mode(
    reads=(Printed,),
    examine=examine,
    remedy=remedy,
    reproduce=reproduce,
    seen_by=frozenset({ERROR}),
    offers="fix",
)
