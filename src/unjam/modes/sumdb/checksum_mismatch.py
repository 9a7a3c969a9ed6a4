"""What was downloaded is not what go.sum or the checksum database says it should be.

You see: `checksum mismatch`, two lines of hashes, `SECURITY ERROR`.

Why: mostly the author moved a tag after it had been published; sometimes a proxy altered the file, or go.sum is wrong.
It can be an attack: that is what the check is for. go stops and does not try elsewhere.

The fix: none that unjam may make. Compare what others see; prefer a newer version of the module. Remove a line from
go.sum only when you know that this line is the wrong one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from unjam.facts.case import Case
from unjam.facts.printed import Printed
from unjam.golang.messages.sumdb import ChecksumMismatch
from unjam.model import Advice, Finding, Remedy
from unjam.modes.mode import ERROR, Mode

if TYPE_CHECKING:
    from unjam.lab.lab import Lab


def examine(case: Case) -> Iterator[Finding]:
    """Go's own words."""
    for message, fact in case.printed(ChecksumMismatch):
        name = f"{message.module}@{message.version}"
        says = f"{name} is not what {message.expected_from or 'go.sum'} says it should be."
        yield Finding(name, says, fact.cites())


def remedy(finding: Finding, case: Case) -> Remedy:
    """Find out who is right; never switch the check off."""
    module, _, version = finding.subject.partition("@")
    elsewhere = f'(cd "$(mktemp -d)" && GOMODCACHE="$PWD" GOFLAGS=-modcacherw go mod download -json {finding.subject})'
    return Advice(
        f"find out which copy of {finding.subject} is the right one before anything else",
        (
            f"{elsewhere}   # what comes now, checked by the database alone: its Sum",
            f"grep -n '{module} {version}' go.sum   # what your go.sum says",
            f"git log -S '{module} {version}' -- go.sum   # when that line came in, and from whom",
            "a newer version of the module, if its author moved the tag",
        ),
    )


def reproduce(lab: Lab) -> None:
    """The project's go.sum carries another hash for the module than the one it has."""
    lib = lab.module("example.com/lib")
    lab.require(lib, sums=True)
    lab.use_goproxy(lab.proxy("well"))
    sums = lab.project / "go.sum"
    wrong = "h1:" + "A" * 43 + "="
    right = sums.read_text()
    lab.on_lift(lambda: sums.write_text(right))
    lines = right.splitlines()
    sums.write_text("".join(f"{' '.join((*line.split()[:2], wrong))}\n" for line in lines))


MODE = Mode(
    reads=(Printed,),
    examine=examine,
    remedy=remedy,
    reproduce=reproduce,
    seen_by=frozenset({ERROR}),
    offers="advice",
)
