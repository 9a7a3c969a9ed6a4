"""The module proxy forbids the module.

You see: `403 Forbidden` while reading a module from the proxy.

Why: policy, region, a package firewall, or a missing permission. 403 is deliberate gatekeeping, so behind a comma go
does not ask the next entry, and going around it is not for a program to do.

The fix: none that unjam may make. Ask whoever runs the proxy to allow the module, or sign in if the proxy wants that.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from unjam.facts.case import Case
from unjam.facts.printed import Printed
from unjam.golang.messages.message import Purpose
from unjam.golang.messages.proxy import StatusError
from unjam.model import Advice, Finding, Remedy
from unjam.modes.mode import ERROR, Mode
from unjam.modes.requests import server_of

if TYPE_CHECKING:
    from unjam.lab.lab import Lab


def examine(case: Case) -> Iterator[Finding]:
    """An answer with that status for a module; of `-x` only what go gave up on."""
    for message, fact in case.printed(StatusError):
        if message.status == 403 and message.purpose is Purpose.PROXY:
            says = f"{server_of(message)} forbids {message.module or 'the module'}: 403 Forbidden."
            yield Finding(server_of(message), says, fact.cites())


def remedy(finding: Finding, case: Case) -> Remedy:
    """Whom to ask; never around the gate."""
    return Advice(
        "ask for the module to be allowed; 403 is somebody's decision",
        (
            f"ask whoever runs {finding.subject}, with the URL above",
            "if the proxy wants a login: put it into ~/.netrc, or set GOAUTH (Go 1.24 and later)",
        ),
    )


def reproduce(lab: Lab) -> None:
    """The first GOPROXY entry answers 403 to everything."""
    from unjam.lab.faults.status import Status

    lab.require(lab.module("example.com/lib"))
    sick, well = lab.proxy("sick"), lab.proxy("well")
    sick.fault(Status(403))
    lab.use_goproxy(sick, well)


MODE = Mode(
    reads=(Printed,),
    examine=examine,
    remedy=remedy,
    reproduce=reproduce,
    seen_by=frozenset({ERROR}),
    offers="advice",
)
