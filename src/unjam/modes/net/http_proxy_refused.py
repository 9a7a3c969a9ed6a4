"""Nothing listens where HTTP_PROXY or HTTPS_PROXY points to.

You see: `proxyconnect tcp: dial tcp IP:PORT: connect: connection refused`.

Why: go sends its requests through the proxy that HTTPS_PROXY names, and that one is not running, or its port is wrong.

The fix: none that unjam may make: to go around the proxy may be forbidden where you are. Start it, correct the
variable, or unset it if it is a left-over.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from unjam.facts.case import Case
from unjam.facts.printed import Printed
from unjam.golang.messages.net import Cause
from unjam.model import Advice, Finding, Remedy
from unjam.modes.mode import ERROR, Mode
from unjam.modes.requests import failed, server_of

if TYPE_CHECKING:
    from unjam.lab.lab import Lab


def examine(case: Case) -> Iterator[Finding]:
    """A refused connection to an HTTP proxy."""
    for message, fact in failed(case, Cause.PROXY_REFUSED):
        says = f"nothing listens at the HTTP proxy {message.address}: the connection was refused."
        yield Finding(message.address or server_of(message), says, fact.cites())


def remedy(finding: Finding, case: Case) -> Remedy:
    """How to see the variable, and the two ways out."""
    return Advice(
        f"start the HTTP proxy at {finding.subject}, or correct the variable that names it",
        (
            "env | grep -i _proxy   # where it is set",
            "env -u HTTPS_PROXY -u https_proxy -u HTTP_PROXY -u http_proxy go …   # for one run, if connections may be direct",
        ),
    )


def reproduce(lab: Lab) -> None:
    """HTTPS_PROXY names a port on which nothing listens."""
    lab.require(lab.module("example.com/lib"))
    lab.use_goproxy("https://goproxy.lab.example")
    lab.env["HTTPS_PROXY"] = f"http://{lab.refuse()}"


MODE = Mode(
    reads=(Printed,),
    examine=examine,
    remedy=remedy,
    reproduce=reproduce,
    seen_by=frozenset({ERROR}),
    offers="advice",
    masks=("sumdb-unreachable",),
)
