"""A large module comes slowly, and go says nothing about it: slow, not stuck.

You see: `go: downloading …` and then nothing for minutes; with `-x` the zip is `200 OK` long ago. A `.zip….tmp` in the
module cache grows all the while.

Why: go prints no progress. A module with much test data over a slow link looks exactly like a hang.

The fix: wait. unjam shows how fast it comes, and how long more would take. A mirror nearby makes it quicker.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from unjam.facts.case import Case
from unjam.facts.requests import Download
from unjam.model import Advice, Finding, Remedy
from unjam.modes.mode import ATTACH, Mode
from unjam.modes.wording import duration, size

if TYPE_CHECKING:
    from unjam.lab.lab import Lab

#: Bytes per second between which a download counts as slow: below the first it stands, above the second it is well.
SLOWEST, SLOW = 1.0, 200_000.0


def examine(case: Case) -> Iterator[Finding]:
    """A download that grows, too slowly for anyone to notice."""
    for download in case.all(Download):
        rate = case.rate(download)
        if rate is not None and SLOWEST < rate < SLOW and not case.stuck(download):
            name = f"{download.module}@{download.version}"
            further = f"10 MB more would take {duration(10e6 / rate)}"  # how long the zip is, only its server knows
            says = f"{name} is coming at {size(rate)}/s, {size(download.size)} so far: slow, not stuck; {further}."
            yield Finding(name, says, download.cites())


def remedy(finding: Finding, case: Case) -> Remedy:
    """Patience."""
    return Advice(
        "wait: it moves",
        ("for good: a caching module proxy nearby, or GOMODCACHE kept between CI runs",),
    )


def reproduce(lab: Lab) -> None:
    """The zip of a large module drips in at 20 kB a second."""
    from unjam.lab.faults.drip import Drip
    from unjam.lab.match import Match

    lab.require(lab.module("example.com/large", size=5_000_000))
    slow = lab.proxy("slow")
    slow.fault(Drip(20_000), on=Match("zip"))
    lab.use_goproxy(slow)


MODE = Mode(
    reads=(Download,),
    examine=examine,
    remedy=remedy,
    reproduce=reproduce,
    seen_by=frozenset({ATTACH}),
    offers="advice",
)
