"""A damaged zip lies in the module cache, and go uses it again and again.

You see: `unzip …/cache/download/…/@v/VERSION.zip: zip: not a valid zip file`, every time.

Why: a crash or a full disk left half a file under its final name. go trusts what is in its cache.

The fix: move that one zip aside; go fetches it anew and checks it. Undo puts the old file back. Never `go clean
-modcache` for one file.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import TYPE_CHECKING

from unjam.facts.case import Case
from unjam.facts.printed import Printed
from unjam.fixes.move_aside import MoveAside
from unjam.golang.messages.files import ZipCorrupt
from unjam.model import Advice, Finding, Fix, Remedy, Safety
from unjam.modes.mode import ERROR, Mode

if TYPE_CHECKING:
    from unjam.lab.lab import Lab


def examine(case: Case) -> Iterator[Finding]:
    """A zip of the module cache that cannot be opened."""
    for message, fact in case.printed(ZipCorrupt):
        if message.path:
            yield Finding(message.path, f"{message.path} is damaged: {message.detail}", fact.cites())


def remedy(finding: Finding, case: Case) -> Remedy:
    """That one file aside, if it is a zip of the module cache: what go's error names is only a text."""
    path, cache = finding.subject, case.setting("GOMODCACHE")
    if not _of_module_cache(path) or (cache and not path.startswith(f"{cache.raw.rstrip('/')}/")):
        return Advice("remove that one zip", (f"ls -l {shlex.quote(path)}   # is it in the cache: go env GOMODCACHE",))
    return Fix("fetch that one module anew", Safety.SAFE, (MoveAside(finding.subject),))


def _of_module_cache(path: str) -> bool:
    parts = path.replace("\\", "/").split("/")
    return ".." not in parts and re.search(r"/cache/download/.+/@v/[^/]+\.zip\Z", "/".join(parts)) is not None


def reproduce(lab: Lab) -> None:
    """The cached zip of the one module is cut in half, and was never extracted."""
    lib = lab.module("example.com/lib")
    lab.require(lib, sums=True)
    lab.use_goproxy(lab.proxy("well"))
    lab.corrupt_cached_zip(lib)


MODE = Mode(
    reads=(Printed,),
    examine=examine,
    remedy=remedy,
    reproduce=reproduce,
    seen_by=frozenset({ERROR}),
    offers="fix",
)
