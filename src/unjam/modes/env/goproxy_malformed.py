"""GOPROXY holds something that is no URL of a module proxy.

You see: `invalid proxy URL scheme (must be https, http, file)` or `invalid proxy URL …`.

Why: a typing error, or the name of another tool's setting. A missing scheme is completed to https without a word.

The fix: none by itself, since unjam would have to guess the server. The message names the entry; correct it where it is
set.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from unjam.facts.case import Case
from unjam.facts.printed import Printed
from unjam.facts.settings import PASTED
from unjam.golang.goproxy import parse_goproxy
from unjam.golang.messages.proxy import InvalidGoproxy
from unjam.model import Advice, Finding, Remedy
from unjam.modes.env.goproxy_setting import WHERE, set_where
from unjam.modes.mode import ERROR, Mode

if TYPE_CHECKING:
    from unjam.lab.lab import Lab


def examine(case: Case) -> Iterator[Finding]:
    """Go's own words."""
    for message, fact in case.printed(InvalidGoproxy):
        setting = case.setting("GOPROXY")
        says = f"GOPROXY is malformed{set_where(setting)}: {message.detail}"
        yield Finding("GOPROXY", says, fact.cites() + ((setting.cite(),) if setting else ()))
    pasted = case.setting("GOPROXY")
    if pasted and pasted.origin == PASTED:
        for problem in parse_goproxy(pasted.raw).problems:
            yield Finding("GOPROXY", f"GOPROXY is malformed in the go env shown: {problem}", pasted.cites())


def remedy(finding: Finding, case: Case) -> Remedy:
    """Where it is set, and what an entry looks like."""
    return Advice(
        "correct GOPROXY where it is set",
        (
            WHERE,
            "go env -w GOPROXY=<the corrected list>   # in the file; not -u, after which go asks proxy.golang.org",
            "an entry is https://…, http://…, file:///…, direct or off; commas or pipes stand between",
        ),
    )


def reproduce(lab: Lab) -> None:
    """A GOPROXY entry with a scheme that go does not know."""
    lab.require(lab.module("example.com/lib"))
    well = lab.proxy("well")
    lab.on_lift(lambda: lab.use_goproxy(well))
    lab.env["GOPROXY"] = "ftp://goproxy.lab.example"


MODE = Mode(
    reads=(Printed,),
    examine=examine,
    remedy=remedy,
    reproduce=reproduce,
    seen_by=frozenset({ERROR}),
    offers="advice",
)
