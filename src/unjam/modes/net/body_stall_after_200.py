"""The server begins to send a module and then stops.

You see: with `-x` the zip is `200 OK`, yet the command goes on for ever; a `.zip….tmp` in the module cache no longer
grows. Often a gateway that scans downloads for viruses holds back the rest.

Why: `-x` prints `200 OK` when the *headers* arrive. go sets no deadline for a body, so one that stops half way stops
go.

The fix: for this run, leave that GOPROXY entry out and ask the next one. Modules then come from there, which is a
matter of trust, so unjam asks. Without a next entry: exempt the host from scanning, or use a proxy that sends whole
files.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from unjam.facts.case import Case
from unjam.facts.requests import Download, Phase, WaitingRequest
from unjam.model import Finding, Remedy
from unjam.modes.mode import ATTACH, DUMP, Mode
from unjam.modes.requests import waiting
from unjam.modes.sick_entry import leave_out
from unjam.modes.wording import lasting, size

if TYPE_CHECKING:
    from unjam.lab.lab import Lab


def examine(case: Case) -> Iterator[Finding]:
    """A body over HTTP/1 from which no byte comes."""
    for request in waiting(case, Phase.BODY, http2=False):
        files = [download for download in case.all(Download) if case.stuck(download)]
        got = f" after {size(files[0].size)}" if len(files) == 1 else ""
        says = f"{request.host} began to answer and stopped{got}: no byte has come{lasting(case, request)}."
        yield Finding(request.url or request.host, says, request.cites() + tuple(each.cite() for each in files))


def remedy(finding: Finding, case: Case) -> Remedy:
    """The other GOPROXY entries, where the user named some."""
    return leave_out(
        finding,
        case,
        "stops in the middle of its answers",
        "ask whoever runs the gateway to exempt that host from scanning",
    )


def reproduce(lab: Lab) -> None:
    """The first GOPROXY entry sends the headers and 4,096 bytes of the zip, and holds the rest."""
    from unjam.lab.faults.stall_after import StallAfter
    from unjam.lab.match import Match

    lab.require(lab.module("example.com/lib", size=100_000))
    sick, well = lab.proxy("sick"), lab.proxy("well")
    sick.fault(StallAfter(4096), on=Match("zip"))
    lab.use_goproxy(sick, well)


MODE = Mode(
    reads=(WaitingRequest,),
    examine=examine,
    remedy=remedy,
    reproduce=reproduce,
    seen_by=frozenset({ATTACH, DUMP}),
    offers="fix",
    masks=("sumdb-unreachable",),
)
