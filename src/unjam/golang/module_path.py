"""Module paths and versions as they stand in URLs and in the module cache, and the patterns of GOPRIVATE and its like.

As golang.org/x/mod/module has it: EscapePath, UnescapePath, MatchPrefixPatterns.
"""

from __future__ import annotations

import re
from functools import lru_cache

_UPPER = re.compile(r"[A-Z]")
_ESCAPED = re.compile(r"!([a-z])")
_FIRST_ELEMENT = re.compile(r"(?!-)[a-z0-9-]*\.[a-z0-9.-]*\Z")
_ELEMENT = re.compile(r"[A-Za-z0-9_.~-]+\Z")


def escape(text: str) -> str:
    """`github.com/Azure/x` as `github.com/!azure/x`: what stands in URLs and file names. Versions are escaped alike."""
    return _UPPER.sub(lambda match: "!" + match[0].lower(), text)


def unescape(text: str) -> str | None:
    """The path or version that `text` stands for; None if it is not an escaped one."""
    plain = _ESCAPED.sub(lambda match: match[1].upper(), text)
    return plain if text.isascii() and "!" not in plain and not _UPPER.search(text) else None


def is_module_path(path: str) -> bool:
    """Whether go would ask a server for it: the first element has a dot, no element is empty or begins with a dot."""
    elements = path.split("/")
    if not _FIRST_ELEMENT.match(elements[0]):
        return False
    return all(_ELEMENT.match(part) and not part.startswith(".") and not part.endswith(".") for part in elements)


def matches_patterns(patterns: str, path: str) -> bool:
    """Whether one of the comma-separated globs (GOPRIVATE, GONOPROXY, GONOSUMDB, GOINSECURE) matches a prefix of `path`.

    A glob of n elements is held against the first n elements of the path. A malformed glob matches nothing.
    """
    elements = path.split("/")
    for glob in (written.removesuffix("/") for written in patterns.split(",")):
        size = glob.count("/") + 1
        pattern = _glob(glob) if glob and size <= len(elements) else None
        if pattern is not None and pattern.fullmatch("/".join(elements[:size])):
            return True
    return False


@lru_cache(maxsize=256)
def _glob(glob: str) -> re.Pattern[str] | None:
    """The glob of Go's path.Match as a pattern, or None if it is malformed."""
    parts: list[str] = []
    at = 0
    while at < len(glob):
        char = glob[at]
        if char == "[":
            part, at = _char_class(glob, at + 1)
        elif char == "\\":
            part, at = (re.escape(glob[at + 1]) if at + 1 < len(glob) else ""), at + 2
        else:
            part, at = {"*": "[^/]*", "?": "[^/]"}.get(char, re.escape(char)), at + 1
        if not part:
            return None
        parts.append(part)
    return re.compile("".join(parts), re.DOTALL)


def _char_class(glob: str, at: int) -> tuple[str, int]:
    """The class that begins after `[` at `at`, and where it ends; "" if it is malformed. A range out of order is empty."""
    negated = glob[at : at + 1] == "^"
    at += negated
    ranges: list[str] = []
    while at < len(glob) and (glob[at] != "]" or not ranges):
        low, at = _class_char(glob, at)
        high = low
        if glob[at : at + 1] == "-":
            high, at = _class_char(glob, at + 1)
        if not low or not high:
            return "", at
        ranges.append(f"{re.escape(low)}-{re.escape(high)}" if low <= high else "")
    if at >= len(glob):
        return "", at
    inside = "".join(ranges)
    if not inside:
        return (r"[\s\S]" if negated else r"(?!)"), at + 1
    return f"[{'^' if negated else ''}{inside}]", at + 1


def _class_char(glob: str, at: int) -> tuple[str, int]:
    """One end of a range; "" where Go says bad pattern."""
    if glob[at : at + 1] in {"", "-", "]"}:
        return "", at
    if glob[at] == "\\":
        at += 1
    return glob[at : at + 1], at + 1
