"""The version does not exist in the repository.

You see: `invalid version: unknown revision v1.2.3`.

Why: a typing error, a tag that was deleted, never pushed, or lacks its `v`; in a repository of several modules, a tag
without the module's folder in front.

The fix: require a version that exists.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from unjam.facts.case import Case
from unjam.facts.printed import Printed
from unjam.golang.messages.vcs import UnknownRevision
from unjam.model import Advice, Finding, Remedy
from unjam.modes.mode import ERROR, Mode

if TYPE_CHECKING:
    from unjam.lab.lab import Lab


def examine(case: Case) -> Iterator[Finding]:
    """Go's own words."""
    for message, fact in case.printed(UnknownRevision):
        name = f"{message.module}@{message.revision}" if message.module else message.revision
        says = f"{message.module or 'the repository'} has no revision {message.revision}."
        yield Finding(name, says, fact.cites())


def remedy(finding: Finding, case: Case) -> Remedy:
    """The versions there are."""
    module, known, _ = finding.subject.partition("@")
    module = module if known else "<module>"
    return Advice(
        "require a version that exists",
        (f"go list -m -versions {module}   # those there are", f"go get {module}@latest   # or one of them; then go mod tidy"),
    )


def reproduce(lab: Lab) -> None:
    """The project requires a version that nobody tagged."""
    from unjam.lab.git import unknown_revision

    lab.add(unknown_revision(lab))


MODE = Mode(
    reads=(Printed,),
    examine=examine,
    remedy=remedy,
    reproduce=reproduce,
    seen_by=frozenset({ERROR}),
    offers="advice",
)
