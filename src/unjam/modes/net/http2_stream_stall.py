"""An HTTP/2 connection is alive, but one stream on it gets no answer.

You see: the command sits still although other downloads from the same host went through. `GODEBUG=http2client=0`
behaves otherwise.

Why: HTTP/2 carries many requests over one connection. A server or middlebox that loses one stream leaves the connection
healthy, so no keep-alive notices, and go sets no deadline for a single answer.

The fix: for this run, use HTTP/1.1 (`GODEBUG=http2client=0`): each request gets a connection of its own, from the same
servers, with the same checks. Nothing on disk changes. If HTTP/1.1 gets no answer either, the fix is taken back: then it
is the server that is silent, and only another GOPROXY entry helps.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from unjam.facts.case import Case
from unjam.facts.requests import Phase, WaitingRequest
from unjam.model import Candidate, Finding, Remedy
from unjam.modes.http1 import use_http1
from unjam.modes.mode import ATTACH, DUMP, Mode
from unjam.modes.requests import unknown_phase, waiting
from unjam.modes.wording import lasting

if TYPE_CHECKING:
    from unjam.lab.lab import Lab


def examine(case: Case) -> Iterator[Finding | Candidate]:
    """A stream without an answer, or with an answer that stopped."""
    for phase, what in ((Phase.HEADERS, "has not answered"), (Phase.BODY, "stopped in the middle of its answer")):
        for request in waiting(case, phase, http2=True):
            says = f"{request.host} {what} on an HTTP/2 stream{lasting(case, request)}; the connection itself is up."
            yield Finding(request.url or request.host, says, request.cites())
    yield from unknown_phase(case, "whether the connection speaks HTTP/2: unjam attach PID, or a goroutine dump", _may_be_http2)


def _may_be_http2(request: WaitingRequest) -> bool:
    """A server that speaks HTTP/2 has said so in the handshake."""
    return request.received != 0


def remedy(finding: Finding, case: Case) -> Remedy:
    """HTTP/1.1 for one run."""
    return use_http1(case)


def reproduce(lab: Lab) -> None:
    """A TLS proxy that speaks HTTP/2 and never answers the stream that asks for the zip; over HTTP/1.1 it is well."""
    from unjam.lab.faults.http2_stream import H2StreamSilence
    from unjam.lab.match import Match

    lab.require(lab.module("example.com/lib"))
    sick = lab.proxy("sick", tls=True, http2=True)
    sick.fault(H2StreamSilence(), on=Match("zip"))
    lab.use_goproxy(sick)


MODE = Mode(
    reads=(WaitingRequest,),
    examine=examine,
    remedy=remedy,
    reproduce=reproduce,
    seen_by=frozenset({ATTACH, DUMP}),
    offers="fix",
    masks=("sumdb-unreachable",),
)
