"""The checksum database cannot be reached, although the module proxy can.

You see: zips arrive, then silence, then `verifying module: … Get "https://sum.golang.org/lookup/…": dial tcp …: i/o
timeout`.

Why: go asks the module proxy for the database first and goes to it directly if the proxy does not carry it; a firewall
that allows only the proxy stops it there, and a proxy that is silent at /sumdb/ stops it too.

The fix: none where the database itself is silent: without it nobody checks what you download. Use a proxy that serves
/sumdb/, let the host through, or name your private modules in GONOSUMDB. Where a proxy is silent at /sumdb/ and GOPROXY
names others, unjam asks whether to leave it out for this run.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import TYPE_CHECKING

from unjam.facts.case import Case
from unjam.facts.printed import Printed
from unjam.facts.requests import Phase, Purpose, WaitingRequest
from unjam.golang.messages.net import RequestError
from unjam.golang.messages.proxy import StatusError
from unjam.golang.messages.sumdb import SumdbUnreachable
from unjam.model import Advice, Candidate, Finding, Fix, Remedy
from unjam.modes.mode import ATTACH, DUMP, ERROR, Mode
from unjam.modes.requests import unnamed
from unjam.modes.sick_entry import leave_out
from unjam.modes.wording import lasting

if TYPE_CHECKING:
    from unjam.lab.lab import Lab


#: Where a module proxy carries the database.
_BY_PROXY = "/sumdb/"


def examine(case: Case) -> Iterator[Finding | Candidate]:
    """A wait for the database itself, or a look-up that go gave up."""
    for request in case.waiting(WaitingRequest):
        if request.purpose is Purpose.SUMDB and request.phase is Phase.UNKNOWN:
            missing = ("whether it is still unanswered: unjam attach PID, or a goroutine dump",)
            yield Candidate(request.host, request.cites(), missing)
        elif request.purpose is Purpose.SUMDB:
            by_proxy = _BY_PROXY in request.url
            who = f", asked by way of {request.host}," if by_proxy else f" {request.host}"
            says = f"the checksum database{who} does not answer: go has been {request.phase}{lasting(case, request)}."
            yield Finding(request.url if by_proxy else request.host, says, request.cites())
    for message, fact in case.printed(SumdbUnreachable):
        host, why = _host_and_reason(message)
        yield Finding(host, f"the checksum database {host} could not be asked{why}.", fact.cites())
    yield from unnamed(case)


def _host_and_reason(message: SumdbUnreachable) -> tuple[str, str]:
    match message.error:
        case RequestError() as error:
            return error.host, f": {error.detail or error.cause}"
        case StatusError() as error:
            return error.host, f": {error.status} {error.text}"
        case _:
            return "sum.golang.org", ""


def remedy(finding: Finding, case: Case) -> Remedy:
    """Another proxy to ask it by way of, or a way to the database; never off for all."""
    by_proxy = _BY_PROXY in finding.subject
    if by_proxy and isinstance(way := leave_out(finding, case, "does not answer for the checksum database"), Fix):
        return way
    asked = finding.subject if by_proxy else f"https://{finding.subject}/latest"
    return Advice(
        "make the checksum database reachable, by way of the module proxy or directly",
        (
            f"curl -sS -m 10 {shlex.quote(asked)}   # does it answer from here?",
            "curl -sS -m 10 -o /dev/null -w '%{http_code}\\n' <module proxy>/sumdb/sum.golang.org/supported   # 200: carried",
            "go env -w GOPRIVATE=<your host>/*   # only what is private: the public database must not be asked about it",
        ),
    )


def reproduce(lab: Lab) -> None:
    """GOSUMDB names the lab's database at an address that swallows connection attempts."""
    lab.require(lab.module("example.com/lib"))
    lab.use_goproxy(lab.proxy("well", serves_sumdb=False))
    lab.env["GOSUMDB"] = f"{lab.sumdb.key} http://{lab.black_hole()}"


MODE = Mode(
    reads=(WaitingRequest, Printed,),
    examine=examine,
    remedy=remedy,
    reproduce=reproduce,
    seen_by=frozenset({ATTACH, DUMP, ERROR}),
    offers="advice",
)
