"""Messages that a terminal, a mailer or a chat broke: where one line says little, the lines below may finish it.

Whether a line was broken within a word or between two, and where the message ends, nothing shows for certain. So the
pieces are put together in each way they can be, and the reading that says the most is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from re import Pattern
from re import compile as pattern

from unjam.golang.hard_wrap import ends_an_error, starts_something
from unjam.golang.log_text import LogLine
from unjam.golang.messages.build import GoError
from unjam.golang.messages.message import Message
from unjam.golang.messages.net import Cause, RequestError
from unjam.golang.messages.proxy import WrongContent
from unjam.golang.messages.reason import Reason
from unjam.golang.messages.statement import Statement
from unjam.golang.messages.sumdb import SumdbUnreachable
from unjam.golang.messages.toolchain import ToolchainError
from unjam.golang.messages.vcs import GitError, UnrecognizedImport

Read = Callable[[Statement], tuple[Message | None, int]]

#: Logs are longer; only what a person copied is broken like this.
MOST_LINES = 3000
_MOST_PIECES = 6
_SHORTEST = 30
#: Windows are seldom wider or narrower; a longer line was put together already.
_WIDEST, _NARROW = 140, 56
_ABOVE, _BELOW = 12, 40
_VAGUE = frozenset({Cause.OTHER, Cause.DIAL_OTHER, Cause.DNS_OTHER, Cause.TLS_OTHER, Cause.PROXY_OTHER, Cause.READ_TIMEOUT})


def whole(s: Statement, read: Read) -> tuple[Message | None, int]:
    """What a line says, alone or with those below, and how many lines below belong to it."""
    alone = read(s)
    if len(s.lines) > MOST_LINES or _worth(alone[0]) >= _CLEAR or not _may_go_on(s):
        return alone
    best = alone
    for count, text in _continued(s):
        message, used = read(_with(s, text, count))
        if message is not None and _worth(message) > _worth(best[0]):
            best = replace(message, raw=text), used + count
            if _worth(message) >= _CLEAR:
                break
    return best


_CLEAR = 4


def _worth(message: Message | None) -> int:
    """How much a reading says."""
    match message:
        case None:
            return 0
        case GoError():
            return 1
        case RequestError():
            return 2 if message.cause in _VAGUE else _CLEAR if message.url else 3
        case UnrecognizedImport() | ToolchainError() if message.error is None:
            return 2
        case SumdbUnreachable() | UnrecognizedImport() | ToolchainError():
            return _worth(message.error)
        case WrongContent():
            return _CLEAR if message.looks_html else 3
        case GitError():
            return 2 if message.reason is Reason.OTHER else _CLEAR
        case _:
            return _CLEAR


def _may_go_on(s: Statement) -> bool:
    text = s.text
    return len(text) >= _SHORTEST and bool(_of_go().search(text)) and not ends_an_error(text)


@cache
def _of_go() -> Pattern[str]:
    return pattern(r"https?:/|\bgo: |@v\d|\bverifying |\bgo (?:get|install|build|mod)\b|\bGet \"|\bcgo: |executable file")


def _continued(s: Statement) -> Iterator[tuple[int, str]]:
    """(lines taken from below, text), the shortest first."""
    texts, length, widest = [s.text.rstrip()], len(s.text.rstrip()), 0
    for count, below in enumerate(s.below(_MOST_PIECES), start=1):
        piece = below.strip()
        if not _is_piece(below, piece, texts[0]):
            return
        widest = max(widest, length if " " in texts[0].strip() else 0)
        first = piece.partition(" ")[0]
        # A line is broken where the next word no longer fits; one with room for it ended by itself.
        room = max(widest, _NARROW, len(piece) if " " in piece and len(piece) <= _WIDEST else 0)
        if length + 1 + len(first) <= room:
            return
        texts = list(dict.fromkeys(each for text in texts for each in _joined(text, piece)))[:8]
        length = len(below.rstrip())
        for text in texts:
            yield count, text


def _is_piece(below: str, piece: str, before: str) -> bool:
    indented = len(below) - len(below.lstrip())
    if not piece or below[:1] == "\t" or indented > 4:
        return False
    if not starts_something(piece) or _open_end(before):
        return True
    return _CANNOT_END.search(before) is not None and not piece.startswith(("go: ", "# ", "$ ", "+ "))


def _joined(text: str, piece: str) -> tuple[str, ...]:
    apart, together = f"{text} {piece}", text + piece
    first = piece.partition(" ")[0]
    if piece[0] in ":),;" or piece.startswith(('":', "':")):
        return (together,)
    if _open_end(text) and first not in {"on", "in", "at", "from", "is", "imports", "requires"}:
        return together, apart
    return apart, together


def _open_end(text: str) -> bool:
    """Whether the text ends within a URL, a path or a name: in a word with a slash, a dot or an at, and no colon behind it."""
    last = text.rpartition(" ")[2]
    return bool(_NAME.search(last)) and last[-1] not in ":,;)" and not last.endswith('"')


def is_open(text: str) -> bool:
    """Whether a line stops where no message of go does."""
    return len(text) >= _SHORTEST and _CANNOT_END.search(text[-40:]) is not None


_CANNOT_END = pattern(
    r"(?:(?<!requires)(?<!go\.mod)(?<!status \d)(?<!status \d\d)(?<!status \d\d\d):"
    r"| (?:reading|verifying|Get|read|write|dial|lookup|module|tcp|udp|x509|on|in|unexpected|unexpected status|git|for))\Z"
)
_NAME = pattern(r"[/.@\\]")


def _with(s: Statement, text: str, count: int) -> Statement:
    """The statement as if the lines below stood in it."""
    above = list(s.lines[max(0, s.index - _ABOVE) : s.index])
    below = list(s.lines[s.index + 1 + count : s.index + 1 + count + _BELOW])
    return replace(s, lines=[*above, LogLine(s.number, text), *below], index=len(above))
