"""Where each Go version keeps what unjam reads: the table `layouts.json`, written by `scripts/generate-layouts`.

Keys are `struct.field` (`g.goid`, `url.Host`); a bare `struct` is its size. All sizes and offsets are bytes.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_MINOR = re.compile(r"\bgo(\d+)\.(\d+)")


@dataclass(frozen=True, slots=True)
class Layout:
    """Of one Go minor version and architecture. `exact` is false when a neighbour stands in for an unknown version."""

    minor: tuple[int, int]
    arch: str
    exact: bool
    offsets: dict[str, int]
    status: tuple[str, ...]  # names of the states of a goroutine, by number
    wait: tuple[str, ...]  # texts of the wait reasons, by number

    def __getitem__(self, name: str) -> int:
        return self.offsets[name]


def minor_of(go: str) -> tuple[int, int] | None:
    """(1, 27) of "go1.27.3", "go1.28rc1" or "devel go1.28-0a1b2c3 …"; None when no version is in the text."""
    found = _MINOR.search(go)
    return (int(found[1]), int(found[2])) if found else None


def layout_for(go: str, arch: str) -> Layout | None:
    """The layout of that version; for a newer one than any known the newest (not exact); None for what is not decoded."""
    minor = minor_of(go)
    known = sorted(_minors(), key=lambda m: m)
    if minor is None and "devel" in go:
        minor = (known[-1][0], known[-1][1] + 1)
    if minor is None or minor < known[0]:
        return None
    return _layout(max(m for m in known if m <= minor), arch, minor)


def oldest() -> tuple[int, int]:
    """The oldest Go version whose goroutines are decoded."""
    return min(_minors())


@functools.cache
def _layout(nearest: tuple[int, int], arch: str, minor: tuple[int, int]) -> Layout | None:
    found = _table()[f"{nearest[0]}.{nearest[1]}"].get(arch)
    if found is None:
        return None
    return Layout(minor, arch, nearest == minor, found["offsets"], tuple(found["status"]), tuple(found["wait"]))


@functools.cache
def _minors() -> tuple[tuple[int, int], ...]:
    return tuple((int(a), int(b)) for a, _, b in (name.partition(".") for name in _table()))


@functools.cache
def _table() -> dict[str, Any]:
    import json

    table: dict[str, Any] = json.loads(Path(__file__).with_name("layouts.json").read_bytes())
    return table
