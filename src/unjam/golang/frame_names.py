"""Function names of Go, made comparable, and tables of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Generic, TypeVar

K = TypeVar("K")

_SUFFIX = re.compile(r"(?:\.func\d+|\.gowrap\d+|\.deferwrap\d+|\.\d+|-fm|-range\d+)+\Z")

#: Where functions stood, and where the tables have them.
_MOVED = (
    ("cmd/vendor/", ""),
    ("vendor/", ""),
    ("cmd/go/internal/par.", "cmd/internal/par."),  # before 1.27
    ("cmd/go/internal/modfetch.(*Fetcher).", "cmd/go/internal/modfetch."),  # from 1.26
    ("cmd/go/internal/modload.(*loader)", "cmd/go/internal/modload.(*packageLoader)"),  # before 1.27
    ("cmd/go/internal/work.(*gcToolchain).", "cmd/go/internal/work.gcToolchain."),
    ("net/http.(*http2", "net/http/internal/http2.(*"),  # before 1.27
    ("net/http.http2", "net/http/internal/http2."),
    ("golang.org/x/net/http2.", "net/http/internal/http2."),
)


@lru_cache(maxsize=1 << 14)
def plain_name(function: str) -> str:
    """The name without type arguments and closure suffixes, and with the package where it stands today."""
    if "[" in function:
        function = function[: function.index("[")] + function[function.rfind("]") + 1 :]
    function = _SUFFIX.sub("", function)
    for before, now in _MOVED:
        if function.startswith(before):
            function = now + function.removeprefix(before)
    return function


class Names:
    """A set of plain names; one that ends in `*` stands for all that begin so."""

    def __init__(self, patterns: Iterable[str]) -> None:
        patterns = tuple(patterns)
        self._exact = frozenset(pattern for pattern in patterns if not pattern.endswith("*"))
        self._prefixes = tuple(pattern[:-1] for pattern in patterns if pattern.endswith("*"))

    def __contains__(self, name: str) -> bool:
        return name in self._exact or name.startswith(self._prefixes)

    def any_of(self, names: Iterable[str]) -> bool:
        """Whether one of `names` is among them."""
        return any(name in self for name in names)


class NameTable(Generic[K]):
    """What plain names mean: keys with their names. A whole name goes before a prefix, a long prefix before a short one."""

    def __init__(self, entries: Mapping[K, Iterable[str]]) -> None:
        pairs = [(pattern, key) for key, patterns in entries.items() for pattern in patterns]
        self._exact: dict[str, tuple[K, ...]] = {}
        for pattern, key in pairs:
            self._exact[pattern] = (*self._exact.get(pattern, ()), key)
        self._prefixes = sorted(((p[:-1], key) for p, key in pairs if p.endswith("*")), key=lambda pair: -len(pair[0]))

    def meaning(self, name: str) -> K | None:
        """The one key that fits best, or None."""
        return next(iter(self.meanings(name)), None)

    def meanings(self, name: str) -> tuple[K, ...]:
        """Every key that has the name."""
        return (*self._exact.get(name, ()), *(key for prefix, key in self._prefixes if name.startswith(prefix)))
