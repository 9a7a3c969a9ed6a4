"""Whom an ssh command line goes to: git starts ssh with options, the host and one command for the other side."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

#: The options of ssh(1) that take a value.
_VALUED = frozenset("BbcDEeFIiJLlmOopPQRSWw")


def ssh_url(argv: Sequence[str]) -> str:
    """`ssh://HOST[:PORT]/PATH` without the login, "" where the command line names no host."""
    words, port = list(argv[1:]), ""
    while words and words[0].startswith("-"):
        option = words.pop(0)
        if option[1:2] not in _VALUED:
            continue
        value = option[2:] or (words.pop(0) if words else "")
        port = value if option[1:2] in {"p", "P"} and value.isdigit() else port
    if not words:
        return ""
    host = words[0].rpartition("@")[2]
    found = _repository().search(" ".join(words[1:]))
    path = found[1].lstrip("/") if found else ""
    return f"ssh://{host}{f':{port}' if port and port != '22' else ''}{f'/{path}' if path else ''}"


@cache
def _repository() -> re.Pattern[str]:
    return re.compile(r"git[ -](?:upload|receive)-(?:pack|archive) '?([^']+)'?")
