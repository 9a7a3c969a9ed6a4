"""The module proxy says that too much was asked.

You see: `429 Too Many Requests` while reading a module.

Why: many builds behind one address share a limit. go does not wait and does not try again, and behind a comma does not
ask the next entry.

The fix: none at once: wait, then run it again. For good: keep the module cache between CI runs, or run a caching proxy.
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
        if message.status == 429 and message.purpose is Purpose.PROXY:
            says = f"{server_of(message)} limits how much is asked: 429 Too Many Requests."
            yield Finding(server_of(message), says, fact.cites())


def remedy(finding: Finding, case: Case) -> Remedy:
    """Wait; then ask for less."""
    return Advice(
        "wait a minute and run it again; then ask for less",
        (
            "GODEBUG=cmdgonetlimit=2 go …   # fewer requests at a time, for one run",
            "keep GOMODCACHE between CI runs, or put a caching module proxy in front",
        ),
    )


def reproduce(lab: Lab) -> None:
    """The first GOPROXY entry answers 429 to everything."""
    from unjam.lab.faults.status import Status

    lab.require(lab.module("example.com/lib"))
    sick, well = lab.proxy("sick"), lab.proxy("well")
    sick.fault(Status(429))
    lab.use_goproxy(sick, well)


MODE = Mode(
    reads=(Printed,),
    examine=examine,
    remedy=remedy,
    reproduce=reproduce,
    seen_by=frozenset({ERROR}),
    offers="advice",
)
