"""The module proxy accepts connections and then says nothing.

You see: `go mod tidy` or `go mod download` sits still at no CPU; with `-x` the last line is `# get <proxy URL>` without
a status. Nothing is printed, however long you wait.

Why: go moves on to the next GOPROXY entry only after an *answer*: after 404 or 410 behind a comma, after any error
behind a pipe. Silence is neither. The go command sets no deadline for an answer, so one silent server stops it for
ever.

The fix: for this run, leave that GOPROXY entry out and ask the next one. Modules then come from there, which is a
matter of trust, so unjam asks. Left out, not put last: what the others answer with 404, go would ask of the silent one
again. Undo puts go.mod and go.sum back byte for byte. With no next entry, or `off` behind it, there is only advice: a
proxy that answers, or the one who runs this one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from unjam.facts.case import Case
from unjam.facts.requests import Phase, Purpose, WaitingRequest
from unjam.facts.settings import GoSetting
from unjam.model import Candidate, Finding, Remedy
from unjam.modes.mode import ATTACH, DUMP, Mode
from unjam.modes.requests import unknown_phase
from unjam.modes.sick_entry import leave_out
from unjam.modes.wording import lasting

if TYPE_CHECKING:
    from unjam.lab.lab import Lab


def examine(case: Case) -> Iterator[Finding | Candidate]:
    """A request for a module over HTTP/1 that was sent and got no byte back."""
    for request in case.waiting(WaitingRequest):
        if request.purpose is not Purpose.MODULE or request.http2:
            continue
        if request.phase is Phase.HEADERS:
            says = f"{request.host} accepted the connection, took the request and has not answered{lasting(case, request)}."
            yield Finding(request.url or request.host, says, request.cites())
    missing = "whether the connection was established: unjam attach PID"
    yield from unknown_phase(case, missing, lambda request: request.purpose is not Purpose.GO_GET and not request.http2)


def remedy(finding: Finding, case: Case) -> Remedy:
    """The other GOPROXY entries, where the user named some."""
    return leave_out(finding, case, "does not answer", "ask whoever runs it")


def reproduce(lab: Lab) -> None:
    """The first GOPROXY entry takes the request for the go.mod and stays silent; the second is well."""
    from unjam.lab.faults.silence import Silence
    from unjam.lab.match import Match

    lab.require(lab.module("example.com/lib"))
    sick, well = lab.proxy("sick"), lab.proxy("well")
    sick.fault(Silence(), on=Match("mod"))
    lab.use_goproxy(sick, well)
    lab.command = ("mod", "tidy")


MODE = Mode(
    reads=(WaitingRequest, GoSetting),
    examine=examine,
    remedy=remedy,
    reproduce=reproduce,
    seen_by=frozenset({ATTACH, DUMP}),
    offers="fix",
    masks=("sumdb-unreachable",),
)
