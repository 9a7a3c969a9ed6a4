"""The public checksum database does not know the module: it is private.

You see: `verifying module: … reading https://sum.golang.org/lookup/…: 404 Not Found` (or 410), although the module
itself was fetched.

Why: the database fetches what it is asked for, and cannot reach a private repository. go was not told that the module
is private.

The fix: for this run, exempt exactly this module from the database (GONOSUMDB). Its content is then checked by your
go.sum alone, so unjam asks. For good: `go env -w GOPRIVATE=<your host>/*`. Never GOSUMDB=off.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from unjam.facts.case import Case
from unjam.facts.printed import Printed
from unjam.fixes.one_run_environment import OneRunEnvironment
from unjam.golang.messages.sumdb import SumdbUnknown
from unjam.model import Finding, Fix, Remedy, Safety
from unjam.modes.mode import ERROR, Mode

if TYPE_CHECKING:
    from unjam.lab.lab import Lab


def examine(case: Case) -> Iterator[Finding]:
    """A look-up that the database answered with 404 or 410."""
    for message, fact in case.printed(SumdbUnknown):
        name = f"{message.module}@{message.version}"
        says = f"the checksum database does not know {name}: it is private, was tagged minutes ago, or does not exist."
        yield Finding(message.module, says, fact.cites())


def remedy(finding: Finding, case: Case) -> Remedy:
    """Exactly this module, for one run."""
    # GOPRIVATE stands in for GONOSUMDB only while that is unset: what it exempts stays exempt.
    setting = case.setting("GONOSUMDB") or case.setting("GOPRIVATE")
    patterns = ",".join(part for part in (setting.raw if setting else "", finding.subject) if part)
    return Fix(
        f"do not ask the checksum database about {finding.subject}, for this run",
        Safety.ASK,
        (OneRunEnvironment((("GONOSUMDB", patterns),)),),
        why_ask="nobody but your go.sum then checks this one module; say yes only if it is your own",
    )


def reproduce(lab: Lab) -> None:
    """The lab's database answers 404 for a module that its proxy serves."""
    private = lab.module("example.com/private")
    lab.sumdb.forget(private)
    lab.require(private)
    lab.use_goproxy(lab.proxy("well"))


MODE = Mode(
    reads=(Printed,),
    examine=examine,
    remedy=remedy,
    reproduce=reproduce,
    seen_by=frozenset({ERROR}),
    offers="fix",
)
