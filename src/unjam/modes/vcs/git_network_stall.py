"""git asks a server for its tags and branches, and the server says nothing.

You see: nothing; with `-x` the last line is `cd …; git ls-remote …` without its echo. A child `git-remote-https` sits
on an established connection, or tries to make one.

Why: git has no time limit of its own, and go gives its children none.

The fix: none that makes a silent server speak. Two variables turn the hang into an error after 20 seconds, so that a
script can go on.
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
    """`git ls-remote` over HTTP that waits for the network."""
    for child in case.waiting(WaitingChild):
        asks = child.task in {Task.LS_REMOTE, Task.VCS} and "git-remote-http" in child.tools
        if asks and child.wants is Wants.NETWORK:
            says = f"git waits for the refs of {child.remote or 'its server'}: {silence_of(child)}{lasting(case, child)}."
            yield Finding(child.remote or child.chain[-1], says, child.cites())
    yield from unseen(case, Task.LS_REMOTE, Task.VCS, tool="git-remote-http")


def remedy(finding: Finding, case: Case) -> Remedy:
    """A time limit for git, and whom to ask."""
    return Advice(
        "the git server does not answer; give git a time limit, or fetch through a module proxy",
        (
            "GIT_HTTP_LOW_SPEED_LIMIT=1000 GIT_HTTP_LOW_SPEED_TIME=20 go …   # an error after 20 s instead of a hang",
            f"git ls-remote {url_of(finding.subject)}   # the same question by hand",
        ),
    )


def reproduce(lab: Lab) -> None:
    """The git server takes the question for the refs and never answers."""
    from unjam.lab.git import network_stall

    lab.add(network_stall(lab))


MODE = Mode(
    reads=(WaitingChild,),
    examine=examine,
    remedy=remedy,
    reproduce=reproduce,
    seen_by=frozenset({ATTACH}),
    offers="advice",
)
