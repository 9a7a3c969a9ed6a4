"""What every message of the go command has in common."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Purpose(StrEnum):
    """Which server a request went to, as far as its URL shows."""

    PROXY = "module proxy"
    SUMDB = "checksum database"
    GO_GET = "import path (?go-get=1)"
    UNKNOWN = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One thing a text says. `line` counts from 1 in the text as given; `raw` is the line, freed of log prefixes.

    `go_said`: something beside the error itself shows that the go command printed it (a `go: ` prefix, a
    module@version, a URL of the GOPROXY protocol …). Without it, any Go program may have: docker, kubectl, a test.
    `speaker` names another program that shows in the text ("go test", "docker", "gopls" …), or is empty.
    """

    line: int
    raw: str
    go_said: bool
    speaker: str = ""
