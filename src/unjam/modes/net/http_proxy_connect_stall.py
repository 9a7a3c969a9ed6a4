"""The HTTP proxy accepts connections and never answers CONNECT.

You see: nothing for a minute, then the misleading `context deadline exceeded`, which names neither the proxy nor
CONNECT.

Why: HTTPS_PROXY points to a proxy that takes the connection and stays silent. go waits 60 seconds for the answer to
CONNECT, per request.

The fix: none that unjam may make: to go around the proxy may be forbidden where you are. Ask who runs it, or exempt the
host with NO_PROXY if it can be reached directly.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING

from unjam.facts.case import Case
from unjam.facts.printed import Printed
from unjam.facts.requests import Phase, WaitingRequest
from unjam.golang.messages.net import Cause
from unjam.golang.url import Url
from unjam.model import Advice, Candidate, Finding, Remedy
from unjam.modes.mode import ATTACH, DUMP, ERROR, Mode
from unjam.modes.requests import failed, server_of, unknown_phase, waiting
from unjam.modes.wording import lasting

if TYPE_CHECKING:
    from unjam.lab.lab import Lab


def examine(case: Case) -> Iterator[Finding | Candidate]:
    """A CONNECT that stands, or one that go gave up after its 60 seconds."""

    def proxied(request: WaitingRequest) -> bool:
        return not request.peer or any(case.setting(name) for name in ("HTTPS_PROXY", "https_proxy"))

    for request in waiting(case, Phase.CONNECT):
        via = request.via or request.peer
        says = f"the HTTP proxy{' ' * bool(via)}{via} has not answered CONNECT for {request.host}{lasting(case, request)}."
        yield Finding(via or "the HTTP proxy", says, request.cites())
    for message, fact in failed(case, Cause.PROXY_CONNECT_DEADLINE):
        setting = case.setting("HTTPS_PROXY") or case.setting("https_proxy")
        via = Url(setting.raw).host if setting else ""
        says = f"the HTTP proxy{' ' * bool(via)}{via} did not answer CONNECT for {server_of(message)} within 60 s."
        yield Finding(via or server_of(message), says, fact.cites() + ((setting.cite(),) if setting else ()))
    yield from unknown_phase(case, "whether an HTTP proxy stands between: unjam attach PID, or a goroutine dump", proxied)


def remedy(finding: Finding, case: Case) -> Remedy:
    """Whom to ask, and how to go around the proxy where that is allowed."""
    waits = (Url(request.url).hostname for request in waiting(case, Phase.CONNECT))
    failures = (Url(message.url).hostname for message, _ in failed(case, Cause.PROXY_CONNECT_DEADLINE))
    host = next((name for name in chain(waits, failures) if name), "<host>")
    return Advice(
        "the HTTP proxy has to answer, or the host has to be exempt from it",
        (
            "env | grep -i _proxy   # which proxy is set",
            "ask whoever runs it",
            f'NO_PROXY="$NO_PROXY,{host}" go …   # for one run, if that host can be reached directly',
        ),
    )


def reproduce(lab: Lab) -> None:
    """HTTPS_PROXY names a proxy that reads CONNECT and stays silent."""
    from unjam.lab.faults.silence import Silence

    lab.require(lab.module("example.com/lib"))
    lab.use_goproxy("https://goproxy.lab.example")
    lab.http_proxy().fault(Silence())


MODE = Mode(
    reads=(WaitingRequest, Printed,),
    examine=examine,
    remedy=remedy,
    reproduce=reproduce,
    seen_by=frozenset({ATTACH, DUMP, ERROR}),
    offers="advice",
    masks=("sumdb-unreachable",),
)
