"""The server accepts the connection, and the TLS handshake never ends.

You see: nothing for 10 seconds, then `net/http: TLS handshake timeout`; with several modules wave after wave. `curl -v`
stops after "Client hello".

Why: large packets are lost on the way (MTU of a VPN or tunnel, a middlebox that chokes on large hellos), or the server
is too slow. go gives each handshake 10 seconds, and tries it once.

The fix: for this run, leave that GOPROXY entry out and ask the next one. Modules then come from there, which is a
matter of trust, so unjam asks. Without a next entry: lower the MTU of the tunnel, or try `GODEBUG=tlsmlkem=0` (a
smaller hello; Go 1.24 and later).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from unjam.facts.case import Case
from unjam.facts.printed import Printed
from unjam.facts.requests import Phase, WaitingRequest
from unjam.golang.messages.net import Cause
from unjam.model import Candidate, Finding, Remedy
from unjam.modes.mode import ATTACH, DUMP, ERROR, Mode
from unjam.modes.requests import failed, server_of, unknown_phase, waiting
from unjam.modes.sick_entry import leave_out
from unjam.modes.wording import lasting

if TYPE_CHECKING:
    from unjam.lab.lab import Lab


def examine(case: Case) -> Iterator[Finding | Candidate]:
    """A handshake that stands, or one that go gave up after its 10 seconds."""
    for request in waiting(case, Phase.TLS):
        says = f"{request.host} accepted the connection, but the TLS handshake has not ended{lasting(case, request)}."
        yield Finding(request.url or request.host, says, request.cites())
    for message, fact in failed(case, Cause.TLS_TIMEOUT):
        says = f"{server_of(message)} accepted the connection, but the TLS handshake did not end within 10 s."
        yield Finding(server_of(message), says, fact.cites())
    yield from unknown_phase(case, "whether the handshake ended: unjam attach PID, or a goroutine dump")


def remedy(finding: Finding, case: Case) -> Remedy:
    """The other GOPROXY entries, where the user named some."""
    return leave_out(
        finding,
        case,
        "does not finish the TLS handshake",
        "GODEBUG=tlsmlkem=0 go …   # a smaller hello, for one run (Go 1.24 and later)",
        "ip link   # the MTU of the VPN or tunnel: large packets may be lost",
    )


def reproduce(lab: Lab) -> None:
    """The first GOPROXY entry accepts connections and never answers the client hello."""
    from unjam.lab.faults.tls_stall import TlsStall

    lab.require(lab.module("example.com/lib"))
    sick, well = lab.proxy("sick", tls=True), lab.proxy("well")
    sick.fault(TlsStall())
    lab.use_goproxy(sick, well)


MODE = Mode(
    reads=(WaitingRequest, Printed,),
    examine=examine,
    remedy=remedy,
    reproduce=reproduce,
    seen_by=frozenset({ATTACH, DUMP, ERROR}),
    offers="fix",
    masks=("sumdb-unreachable",),
)
