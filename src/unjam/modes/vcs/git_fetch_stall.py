"""git fetches from a server that stops in the middle.

You see: nothing; with `-x` the last line is `git fetch …` without its echo.

Why: the server, or something on the way, holds the rest of the pack. git has no time limit of its own, and go gives its
children none.

The fix: none that makes the server go on. Two variables turn the hang into an error after 20 seconds; a module proxy
avoids git.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from unjam.facts.case import Case
from unjam.facts.children import Task, WaitingChild, Wants
from unjam.model import Advice, Candidate, Finding, Remedy
from unjam.modes.mode import ATTACH, Mode
from unjam.modes.vcs.repository import silence_of, url_of
from unjam.modes.vcs.siblings import unseen
from unjam.modes.wording import lasting

if TYPE_CHECKING:
    from unjam.lab.lab import Lab


def examine(case: Case) -> Iterator[Finding | Candidate]:
    """`git fetch` of one revision that waits for the network."""
    for child in case.waiting(WaitingChild):
        if child.task is Task.FETCH and child.wants is Wants.NETWORK:
            says = f"git fetches from {child.remote or 'its server'}, and {silence_of(child)}{lasting(case, child)}."
            yield Finding(child.remote or child.chain[-1], says, child.cites())
    yield from unseen(case, Task.FETCH)


def remedy(finding: Finding, case: Case) -> Remedy:
    """A time limit for git, and the way around it."""
    return Advice(
        "the git server stopped in the middle; give git a time limit, or fetch through a module proxy",
        (
            "GIT_HTTP_LOW_SPEED_LIMIT=1000 GIT_HTTP_LOW_SPEED_TIME=20 go …   # an error after 20 s instead of a hang",
            f"git clone --bare {url_of(finding.subject)} \"$(mktemp -d)\"   # does it come by hand?",
        ),
    )


def reproduce(lab: Lab) -> None:
    """The git server sends 100,000 bytes of the pack and holds the rest."""
    from unjam.lab.git import fetch_stall

    lab.add(fetch_stall(lab))


MODE = Mode(
    reads=(WaitingChild,),
    examine=examine,
    remedy=remedy,
    reproduce=reproduce,
    seen_by=frozenset({ATTACH}),
    offers="advice",
)
