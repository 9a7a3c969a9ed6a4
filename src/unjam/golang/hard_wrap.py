"""Lines that a terminal broke at its right edge, put together again.

Who copies from a terminal's window gets each long line in pieces, all but the last exactly as wide as the window.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

#: Only what a person copied is wrapped so; logs are longer.
MOST_LINES = 3000
_WIDTHS = frozenset({80, 90, 100, 110, 120, 132, 140, 150, 160, 180, 200})


def joined(lines: Sequence[str]) -> tuple[list[str], list[int]]:
    """The lines as they were printed, each with the number (from 1) of its first piece.

    Lines are joined only if the widest of the text shows the window: two of them at least, or one of a usual width. What
    begins like the line before, with the prefix that a log has, is no piece of it.
    """
    width = _width(lines)
    texts: list[str] = []
    numbers: list[int] = []
    open_until = 0  # index of the line that may go on the last one
    for index, line in enumerate(lines):
        before = lines[index - 1]
        if texts and open_until == index and line[:4] != before[:4] and _goes_on(texts[-1], line):
            # A terminal leaves out the blank at the edge.
            texts[-1] += f" {line}" if texts[-1].endswith((":", ",")) and line[:1].isalpha() else line
        else:
            texts.append(line)
            numbers.append(index + 1)
        if width and len(line) == width:
            open_until = index + 1
    return texts, numbers


def _width(lines: Sequence[str]) -> int:
    """The width of the window, 0 if the text shows none."""
    if not 1 < len(lines) <= MOST_LINES:
        return 0
    width = max(map(len, lines))
    if not 40 <= width <= 400:
        return 0
    widest = {line for line in lines if len(line) == width}
    return width if len(widest) > 1 or width in _WIDTHS else 0


def _goes_on(text: str, line: str) -> bool:
    return _is_cut(text) and (not starts_something(line) or (line[:1] not in " \t" and bool(_open_url().search(text))))


@cache
def _open_url() -> re.Pattern[str]:
    """A URL of go that cannot end here: go asks for `/lookup/M@V`, for `?go-get=1`, and for names of these few forms."""
    return re.compile(
        r"https?://(?![^\s\"]*(?:/@v/list|/@latest|\.(?:info|mod|zip)|\?go-get=1|/(?:latest|supported)|/lookup/[^\s\"]*@v\d[^\s\"]*)\Z)"
        r"[^\s\"]*(?:/@v/|/@|/lookup/|/sumdb/)[^\s\"]*\Z"
    )


def _is_cut(text: str) -> bool:
    """Whether the text is of go, and does not end as go's errors do."""
    of_go = any(sign in text for sign in ("://", "https:/", "go: ", "@v")) or text.startswith(
        ("verifying ", "cgo: ", "\tfatal")
    )
    return of_go and not ends_an_error(text)


@cache
def _start() -> re.Pattern[str]:
    words = (
        "mkdir|cd|make|WORK|exit|FAIL|ok|The|Error|ERROR|error|Confirm|If|SECURITY|This|For|fatal|remote|Host key"
        "|Permission denied|Please|section_\\w+|and the repository|warning|hint|package|npm|Cloning|set|SUCCESS|Step"
        "|PS|panic|goroutine|created by"
    )
    return re.compile(
        rf"\s*\Z|\t| {{2}}|(?:stderr: )?go: |# |[$>+%|] |verifying |\d{{1,6}}\.\d{{3}}s # |(?:{words})\b"
        r"|(?!\S*(?:/lookup/|/@v/))\S{1,200}@v\d\S{0,100}: |[^\s:]{1,300}\.go:\d|\w{1,40}=['\"]|\[\d|\d{4}-\d\d-\d\d[T ]"
    )


def ends_an_error(text: str) -> bool:
    """Whether the text ends as go's errors do."""
    return bool(_end().search(text))


@cache
def _end() -> re.Pattern[str]:
    """The ends of go's errors."""
    return re.compile(
        r"(?:timeout|refused|by peer|such host|to host|authority|EOF|exceeded|GOPROXY=off|redirects|denied|on device|zip file"
        r"|PATH%?|Forbidden|Requests|Gateway|Error|Unavailable|Gone|Not Found|from peer|of value|status \d{1,3}:|mismatch)\Z"
    )


def starts_something(line: str) -> bool:
    """Whether the line begins something of its own."""
    return bool(_start().match(line))
