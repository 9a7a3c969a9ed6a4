"""The name of a server cannot be looked up.

You see: nothing for 10 seconds, then `dial tcp: lookup HOST on SERVER:53: read udp …: i/o timeout`; with several
modules wave after wave. Or at once: `no such host`.

Why: the name server in /etc/resolv.conf is silent, or does not know the name: a VPN that is down, a firewall, a
container with the host's settings. go asks each server twice with 5 seconds patience, for every request anew.

The fix: none that unjam may make: it does not change how a machine resolves names. Make the name server answer, or name
one that does.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from unjam.facts.case import Case
from unjam.facts.printed import Printed
from unjam.facts.requests import Phase, WaitingRequest
from unjam.golang.messages.net import Cause
from unjam.golang.url import Url
from unjam.model import Advice, Candidate, Finding, Remedy
from unjam.modes.mode import ATTACH, DUMP, ERROR, Mode
from unjam.modes.requests import failed, server_of, unconnected, unknown_phase, waiting
from unjam.modes.wording import lasting

if TYPE_CHECKING:
    from unjam.lab.lab import Lab


def examine(case: Case) -> Iterator[Finding | Candidate]:
    """A look-up that stands, or one that go gave up."""
    for request in waiting(case, Phase.RESOLVING):
        name = Url(request.url).hostname or request.host
        says = f"go has been looking up {name}{lasting(case, request)}, and no name server answers."
        yield Finding(request.url or request.host, says, request.cites())
    for message, fact in failed(case, Cause.DNS_TIMEOUT):
        server = f" {message.address}" if message.address else ""
        yield Finding(server_of(message), f"the name server{server} did not answer.", fact.cites())
    for message, fact in failed(case, Cause.DNS_NOT_FOUND):
        who = f"the name server {message.address}" if message.address else "the resolver of this machine"
        yield Finding(server_of(message), f"{who} knows no {message.detail or message.host}.", fact.cites())
    yield from unknown_phase(case, "whether the name was found: unjam attach PID, or a goroutine dump", unconnected)


def remedy(finding: Finding, case: Case) -> Remedy:
    """Name the name server; unjam does not change how a machine resolves names."""
    return Advice(
        "have the name looked up by a name server that knows it",
        (
            "cat /etc/resolv.conf   # the name servers that are asked",
            "VPN and container: is the network that serves them up?",
            "GODEBUG=netdns=go+2 go …   # shows each question that go asks",
        ),
    )


def reproduce(lab: Lab) -> None:
    """The only name server is a socket that takes every question and never answers."""
    from unjam.lab.dns import silent_dns

    lab.require(lab.module("example.com/lib"))
    silent_dns(lab)


MODE = Mode(
    reads=(WaitingRequest, Printed,),
    examine=examine,
    remedy=remedy,
    reproduce=reproduce,
    seen_by=frozenset({ATTACH, DUMP, ERROR}),
    offers="advice",
    masks=("sumdb-unreachable",),
)
