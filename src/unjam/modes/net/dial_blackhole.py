"""The server's address swallows connection attempts.

You see: nothing for 30 seconds, then `dial tcp IP:443: i/o timeout` (Windows: `connectex: A connection attempt
failed`); with several modules wave after wave of 30 seconds, so that a cold `go mod tidy` takes minutes.

Why: a firewall, a VPN or a dead route drops the packets that open a connection. Nobody answers, not even "no". go gives
each attempt 30 seconds and does not remember that the host is dead.

The fix: for this run, leave that GOPROXY entry out and ask the next one. Modules then come from there, which is a
matter of trust, so unjam asks. Without a next entry: reach the host (VPN, firewall, HTTPS_PROXY), or name a proxy that
can be reached.
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
from unjam.modes.requests import failed, server_of, unconnected, unknown_phase, waiting
from unjam.modes.sick_entry import leave_out
from unjam.modes.wording import lasting

if TYPE_CHECKING:
    from unjam.lab.lab import Lab


def examine(case: Case) -> Iterator[Finding | Candidate]:
    """A dial that stands, or one that go gave up after its 30 seconds."""
    for request in waiting(case, Phase.DIALING):
        says = f"nothing answers at {request.peer or request.host}: go has been dialing{lasting(case, request)}."
        yield Finding(request.url or request.host, says, request.cites())
    for message, fact in failed(case, Cause.DIAL_TIMEOUT):
        says = f"nothing answered at {message.address or server_of(message)}: the connection timed out."
        yield Finding(server_of(message), says, fact.cites())
    yield from unknown_phase(case, "whether the address answers at all: unjam attach PID, or a goroutine dump", unconnected)


def remedy(finding: Finding, case: Case) -> Remedy:
    """The other GOPROXY entries, where the user named some."""
    return leave_out(
        finding,
        case,
        "cannot be reached",
        "env | grep -i _proxy   # is the way out an HTTP proxy? VPN, firewall: is the host allowed?",
    )


def reproduce(lab: Lab) -> None:
    """The first GOPROXY entry is a listener whose backlog is full: the kernel drops every further SYN."""
    lab.require(lab.module("example.com/lib"))
    lab.use_goproxy(f"http://{lab.black_hole()}", lab.proxy("well"))


MODE = Mode(
    reads=(WaitingRequest, Printed),
    examine=examine,
    remedy=remedy,
    reproduce=reproduce,
    seen_by=frozenset({ATTACH, DUMP, ERROR}),
    offers="fix",
    masks=("sumdb-unreachable",),
)
