"""The disk is full.

You see: `no space left on device`, on a `.zip….tmp`, on `unzip`, or while writing a build.

Why: the module cache, the build cache or the temporary folder has filled its disk, or the disk's inodes.

The fix: none that unjam may make: what may go is yours to say. Never the whole module cache first: it would have to be
fetched again.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import TYPE_CHECKING

from unjam.facts.case import Case
from unjam.facts.printed import Printed
from unjam.golang.cache_path import folder_of
from unjam.golang.messages.files import FileError, FileTrouble
from unjam.model import Advice, Finding, Remedy
from unjam.modes.mode import ERROR, Mode

if TYPE_CHECKING:
    from unjam.lab.lab import Lab


def examine(case: Case) -> Iterator[Finding]:
    """A file that found no room."""
    for message, fact in case.printed(FileError):
        if message.trouble is FileTrouble.NO_SPACE:
            says = f"there is no room for {message.path}: the disk is full."
            yield Finding(folder_of(message.path), says, fact.cites())


def remedy(finding: Finding, case: Case) -> Remedy:
    """See what takes the room."""
    work = finding.subject == "$WORK" or "go-build" in finding.subject  # gone with the build that made it
    folder = '"${GOTMPDIR:-${TMPDIR:-/tmp}}"' if work else shlex.quote(finding.subject)
    return Advice(
        "make room on that disk",
        (
            f"df -h {folder}; df -i {folder}   # full of bytes, or of files",
            'du -sh "$(go env GOCACHE)" "$(go env GOMODCACHE)"   # the build cache may go: go clean -cache',
        ),
    )


def reproduce(lab: Lab) -> None:
    """The module cache is on a disk of half a megabyte."""
    lab.require(lab.module("example.com/large", size=4_000_000))
    lab.use_goproxy(lab.proxy("well"))
    lab.small_modcache(500_000)


MODE = Mode(
    reads=(Printed,),
    examine=examine,
    remedy=remedy,
    reproduce=reproduce,
    seen_by=frozenset({ERROR}),
    offers="advice",
)
