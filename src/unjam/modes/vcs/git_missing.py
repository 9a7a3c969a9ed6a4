"""go needs git, and there is none in PATH.

You see: `exec: "git": executable file not found in $PATH` (Windows: `%PATH%`).

Why: a slim container image has Go but no git, and a module is to be fetched directly from its repository.

The fix: none that unjam may make. Install git in the image, or fetch through a module proxy, which needs no git here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from unjam.facts.case import Case
from unjam.facts.printed import Printed
from unjam.golang.messages.vcs import VcsMissing
from unjam.model import Advice, Finding, Remedy
from unjam.modes.mode import ERROR, Mode

if TYPE_CHECKING:
    from unjam.lab.lab import Lab

#: Where the tool is called otherwise than its package.
_PACKAGES = {"hg": "mercurial", "svn": "subversion", "bzr": "breezy"}


def examine(case: Case) -> Iterator[Finding]:
    """Go's own words."""
    for message, fact in case.printed(VcsMissing):
        yield Finding(message.tool, f"{message.tool} is not in PATH, and go needs it to fetch a module directly.", fact.cites())


def remedy(finding: Finding, case: Case) -> Remedy:
    """Install it, or do without."""
    return Advice(
        f"install {finding.subject}, or fetch through a module proxy",
        (
            f"apt-get install -y {_PACKAGES.get(finding.subject, finding.subject)}   # in the image; or apk add, dnf install",
            "go env GOPROXY GOPRIVATE   # why the module is fetched directly",
        ),
    )


def reproduce(lab: Lab) -> None:
    """PATH has no git, and a private module is fetched directly."""
    from unjam.lab.git import git_missing

    lab.add(git_missing(lab))


MODE = Mode(
    reads=(Printed,),
    examine=examine,
    remedy=remedy,
    reproduce=reproduce,
    seen_by=frozenset({ERROR}),
    offers="advice",
)
