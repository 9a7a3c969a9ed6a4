"""GOPROXY is off: go may not ask anybody.

You see: `module lookup disabled by GOPROXY=off`, several times, first without a module name.

Why: somebody set it, in the environment or with `go env -w`; an `off` at the end of the list does the same once the
entries before it said 404. gopls runs some of its own commands that way, which is no fault.

The fix: none that unjam may make: `off` is a wish. Remove it where it stands, if it is not yours.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from unjam.facts.case import Case
from unjam.facts.printed import Printed
from unjam.facts.seen import Program
from unjam.facts.settings import PASTED, GoSetting
from unjam.golang.goproxy import parse_goproxy
from unjam.golang.messages.proxy import GoproxyOff
from unjam.model import Advice, Finding, Remedy
from unjam.modes.env.goproxy_setting import WHERE, set_where
from unjam.modes.mode import ERROR, Mode

if TYPE_CHECKING:
    from unjam.lab.lab import Lab


def examine(case: Case) -> Iterator[Finding]:
    """Go's own words, unless gopls wanted it so."""
    for message, fact in case.printed(GoproxyOff):
        if fact.seen.program is Program.GOPLS:
            continue
        setting = _off(case)
        says = f"go may not look up {message.module or 'modules'}: GOPROXY={_list(setting)}{set_where(setting)}."
        yield Finding("GOPROXY", says, fact.cites() + ((setting.cite(),) if setting else ()))
    pasted = _off(case)
    if pasted and pasted.origin == PASTED and parse_goproxy(pasted.raw).entries[0].url == "off":
        says = "go may not ask anybody for a module that it does not have: GOPROXY is off in the go env shown."
        yield Finding("GOPROXY", says, pasted.cites())


def _list(setting: GoSetting | None) -> str:
    """The list that ends in off, free of secrets."""
    return str(parse_goproxy(setting.raw)) if setting else "off"


def _off(case: Case) -> GoSetting | None:
    """The setting, if `off` stands in it where go comes to it."""
    setting = case.setting("GOPROXY")
    entries = parse_goproxy(setting.raw).entries if setting else ()
    return setting if entries and entries[-1].url == "off" else None


def remedy(finding: Finding, case: Case) -> Remedy:
    """Where it is set, and how to unset it."""
    return Advice(
        "remove the off, if it is not meant",
        (
            WHERE,
            "GOPROXY=<your proxy> go …   # for one run",
            "go env -u GOPROXY   # out of the file; go then asks proxy.golang.org for all that GOPRIVATE does not name",
        ),
    )


def reproduce(lab: Lab) -> None:
    """GOPROXY=off in the environment, and a module that is not in the cache."""
    lab.require(lab.module("example.com/lib"))
    well = lab.proxy("well")
    lab.on_lift(lambda: lab.use_goproxy(well))
    lab.env["GOPROXY"] = "off"


MODE = Mode(
    reads=(Printed,),
    examine=examine,
    remedy=remedy,
    reproduce=reproduce,
    seen_by=frozenset({ERROR}),
    offers="advice",
)
