"""Somebody answers with a web page instead of the module.

You see: `zip: not a valid zip file`, `invalid character '<' looking for beginning of value` or `missing module line`,
with no host named.

Why: a captive portal, a sign-on page or a web filter answers 200 and HTML to everything. go takes the page for the
file.

The fix: none that unjam may make: sign in where the page asks for it, or exempt the proxy's host from the filter.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import TYPE_CHECKING

from unjam.facts.case import Case
from unjam.facts.printed import Printed
from unjam.golang.messages.proxy import WrongContent
from unjam.model import Advice, Candidate, Finding, Remedy
from unjam.modes.mode import ERROR, Mode

if TYPE_CHECKING:
    from unjam.lab.lab import Lab

_ASKED = {"json": "JSON", "mod": "go.mod", "sumdb": "record of the checksum database"}


def examine(case: Case) -> Iterator[Finding | Candidate]:
    """A page where JSON, go.mod or a zip was due. Who sent one page sent the other that go could not read either."""
    pages = [message.proxy or message.module for message, _ in case.printed(WrongContent) if message.looks_html]
    for message, fact in case.printed(WrongContent):
        subject = message.proxy or message.module or "the module proxy"
        asked = _ASKED.get(message.what, message.what)
        says = f"what came for {message.module or subject} is a web page, not the {asked} that was asked for."
        if message.looks_html:
            yield Finding(subject, says, fact.cites())
        elif len(set(pages)) == 1 and message.proxy in {"", *pages}:
            yield Finding(pages[0] or subject, says, fact.cites())
        elif "invalid character " not in message.detail:  # which would name the first one, and it is no '<'
            yield Candidate(subject, fact.cites(), ("whether the answer begins with '<': curl -s URL | head -c 100",))


def remedy(finding: Finding, case: Case) -> Remedy:
    """See the page, sign in."""
    entry = shlex.quote(finding.subject) if "://" in finding.subject else "<entry of GOPROXY>"
    return Advice(
        "sign in to the network, or exempt the module proxy from the filter",
        (
            f"curl -sL {entry}/rsc.io/quote/@v/list | head -c 300   # what answers",
            "open any http:// page in a browser: a captive portal shows itself",
        ),
    )


def reproduce(lab: Lab) -> None:
    """The first GOPROXY entry answers 200 and a page to everything."""
    from unjam.lab.faults.wrong import Wrong

    lab.require(lab.module("example.com/lib"), sums=True)
    sick, well = lab.proxy("sick"), lab.proxy("well")
    sick.fault(Wrong(b"<!DOCTYPE html><html><title>Sign in</title></html>", "text/html; charset=utf-8"))
    lab.use_goproxy(sick, well)
    lab.command = ("list", "-m", "example.com/lib@latest")


MODE = Mode(
    reads=(Printed,),
    examine=examine,
    remedy=remedy,
    reproduce=reproduce,
    seen_by=frozenset({ERROR}),
    offers="advice",
)
