"""The server sends go in circles.

You see: `stopped after 10 redirects`; the message shows only a path.

Why: a proxy or a sign-on page redirects to itself. go follows ten redirects and gives up.

The fix: none that unjam may make, since go does not say which server it was. See which GOPROXY entry redirects to
itself; ask whoever runs it, or sign in if it is a sign-on page.
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
    """Ten redirects that led nowhere."""
    for message, fact in failed(case, Cause.REDIRECT_LOOP):
        server = server_of(message)  # often a plain word: go may print the path alone
        yield Finding(server, f"{server} redirects in a circle.", fact.cites())


def remedy(finding: Finding, case: Case) -> Remedy:
    """How to find the circle."""
    return Advice(
        "find the server that redirects to itself",
        (
            "go env GOPROXY   # the servers that go asks, in order",
            "curl -sIL --max-redirs 12 <entry>/example.com/@v/list | grep -i '^location'   # for each: who goes in circles?",
        ),
    )


def reproduce(lab: Lab) -> None:
    """The first GOPROXY entry redirects every request to itself."""
    from unjam.lab.faults.redirect_loop import RedirectLoop

    lab.require(lab.module("example.com/lib"))
    sick, well = lab.proxy("sick"), lab.proxy("well")
    sick.fault(RedirectLoop())
    lab.use_goproxy(sick, well)


MODE = Mode(
    reads=(Printed,),
    examine=examine,
    remedy=remedy,
    reproduce=reproduce,
    seen_by=frozenset({ERROR}),
    offers="advice",
)
