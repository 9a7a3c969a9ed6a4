"""The required commit is on no branch, so go fetches the whole repository to look for it.

You see: nothing for minutes; in an editor "Loading packages". With `-x`: `git fetch -f … refs/heads/*:refs/heads/*
refs/tags/*:refs/tags/*`.

Why: a pseudo-version in go.mod names a commit that was rebased away or never pushed. go asks for that commit, is
refused, and silently fetches everything.

The fix: require a version that exists. Nothing that unjam could change for one run would bring the commit back.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from unjam.facts.case import Case
from unjam.facts.children import Task, WaitingChild
from unjam.model import Advice, Candidate, Finding, Remedy
from unjam.modes.mode import ATTACH, Mode, X
from unjam.modes.vcs.repository import url_of
from unjam.modes.vcs.siblings import DECIDES
from unjam.modes.wording import lasting

if TYPE_CHECKING:
    from unjam.lab.lab import Lab


def examine(case: Case) -> Iterator[Finding | Candidate]:
    """A fetch of all branches and tags. A dump shows that go fetches, and not what."""
    for child in case.waiting(WaitingChild):
        if child.task is Task.FULL_FETCH:
            where = child.remote or "the repository"
            says = f"a commit is on no branch of {where}: git has been fetching all of it{lasting(case, child)}."
            yield Finding(child.remote or "git fetch", says, child.cites())
        elif child.task is Task.FETCH and not child.chain:
            yield Candidate(child.remote or str(child.task), child.cites(), (DECIDES,))


def remedy(finding: Finding, case: Case) -> Remedy:
    """Which requirement it is, and how to replace it."""
    return Advice(
        "require a version that exists",
        (
            "grep -nE 'v[0-9.]+-([0-9A-Za-z.]*)?[0-9]{14}-[0-9a-f]{12}' go.mod   # the pseudo-versions",
            f"git ls-remote --tags {url_of(finding.subject)}   # the versions there are",
            "go get <module>@<version or branch>   # then go mod tidy",
        ),
    )


def reproduce(lab: Lab) -> None:
    """The project requires a commit whose branch was deleted, and the fetch of everything stalls."""
    from unjam.lab.git import missing_revision_full_fetch

    lab.add(missing_revision_full_fetch(lab))


MODE = Mode(
    reads=(WaitingChild,),
    examine=examine,
    remedy=remedy,
    reproduce=reproduce,
    seen_by=frozenset({ATTACH, X}),
    offers="advice",
)
