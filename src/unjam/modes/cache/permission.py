"""The module cache belongs to somebody else.

You see: `…/VERSION.lock: permission denied`, or the mere warning `go: writing go.mod cache: mkdir …: permission
denied`.

Why: go ran once as root (`sudo go …`, a container build), and its files stayed root's.

The fix: none that unjam may make: it needs the other user's rights. Give the cache back to yourself, or use
one of your own.
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
    """A file of the module cache that may not be written."""
    for message, fact in case.printed(FileError):
        if message.trouble is FileTrouble.PERMISSION and _in_module_cache(message, case):
            yield Finding(folder_of(message.path), f"{message.path} may not be written: permission denied.", fact.cites())


def _in_module_cache(error: FileError, case: Case) -> bool:
    """Go names other files too that it may not write: a project's go.mod, the build cache."""
    cache = case.setting("GOMODCACHE")
    if error.warning or "module cache" in error.raw or (cache and error.path.startswith(cache.raw)):
        return True
    return "go-build" not in error.path and (folder_of(error.path) != error.path.rstrip("/\\") or "@v" in error.path)


def remedy(finding: Finding, case: Case) -> Remedy:
    """Give the cache back."""
    return Advice(
        "give the module cache back to yourself",
        (
            f"ls -ld {shlex.quote(finding.subject)}   # whose it is",
            'GOMODCACHE="$HOME/my-module-cache" go …   # for one run, in a cache of your own, if that one is to stay theirs',
            'sudo chown -R "$(id -un)" "$(go env GOMODCACHE)"   # if it is to be yours: and then no more sudo go',
        ),
    )


def reproduce(lab: Lab) -> None:
    """The module cache belongs to root and go runs as somebody else."""
    lab.require(lab.module("example.com/lib"))
    lab.use_goproxy(lab.proxy("well"))
    lab.unprivileged()
    lab.modcache.mkdir(parents=True, exist_ok=True)
    lab.modcache.chmod(0o555)
    lab.on_lift(lambda: lab.modcache.chmod(0o777))


MODE = Mode(
    reads=(Printed,),
    examine=examine,
    remedy=remedy,
    reproduce=reproduce,
    seen_by=frozenset({ERROR}),
    offers="advice",
)
