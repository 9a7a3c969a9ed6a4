"""The module proxy fails.

You see: `500 Internal Server Error`, `502 Bad Gateway`, `503 Service Unavailable` or `504 Gateway Timeout` while
reading a module.

Why: the proxy, or what stands behind it, is in trouble. go tries once, and behind a comma does not ask the next entry:
only 404 and 410 do that.

The fix: for this run, leave that GOPROXY entry out and ask the next one. Modules then come from there, which is a
matter of trust, so unjam asks. Without a next entry: run it again later, and tell whoever runs the proxy.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from unjam.facts.case import Case
from unjam.facts.printed import Printed
from unjam.golang.messages.message import Purpose
from unjam.golang.messages.proxy import StatusError
from unjam.model import Finding, Remedy
from unjam.modes.mode import ERROR, Mode
from unjam.modes.requests import server_of
from unjam.modes.sick_entry import leave_out

if TYPE_CHECKING:
    from unjam.lab.lab import Lab


def examine(case: Case) -> Iterator[Finding]:
    """An answer with that status for a module; of `-x` only what go gave up on."""
    for message, fact in case.printed(StatusError):
        if message.status >= 500 and message.purpose is Purpose.PROXY:
            says = f"{server_of(message)} fails: {message.status} {message.text}".rstrip() + "."
            yield Finding(server_of(message), says, fact.cites())


def remedy(finding: Finding, case: Case) -> Remedy:
    """The other GOPROXY entries, where the user named some."""
    return leave_out(finding, case, "fails", "run the command again later, and tell whoever runs that proxy")


def reproduce(lab: Lab) -> None:
    """The first GOPROXY entry answers 503 to everything."""
    from unjam.lab.faults.status import Status

    lab.require(lab.module("example.com/lib"))
    sick, well = lab.proxy("sick"), lab.proxy("well")
    sick.fault(Status(503))
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
