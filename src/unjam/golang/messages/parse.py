"""From lines to messages: one pass, cheap look first, each line read by the first area that knows it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from unjam.golang.log_text import LogLine, texts_of
from unjam.golang.messages import broken, build, files, proxy, sumdb, toolchain, vcs
from unjam.golang.messages.message import Message
from unjam.golang.messages.net import RequestError, request_error
from unjam.golang.messages.proxy import StatusError
from unjam.golang.messages.statement import Statement, go_prefix
from unjam.golang.messages.sumdb import SumdbUnknown, SumdbUnreachable
from unjam.golang.messages.toolchain import ToolchainError
from unjam.golang.messages.vcs import UnrecognizedImport
from unjam.golang.signs import MESSAGES

_CHUNK = 64
_ALIKE = 8
_READERS = (sumdb.read, toolchain.read, files.read, vcs.read, proxy.read)
_X_LINES = ("# get ", "# lock ", "mkdir -p ", "cd ", "WORK=")


def parse_messages(lines: Sequence[LogLine]) -> list[Message]:
    """Everything the lines say that go may have said, in their order. Never raises.

    Lines of `-x` are not messages (a 404 there is often only a step of path probing): see `x_lines.parse_x`. Of a line
    that comes again and again, the first few and the last are read.
    """
    messages: list[Message] = []
    seen: dict[str, tuple[int, int]] = {}
    last: dict[str, Statement] = {}
    after = 0
    for statement in _statements(lines):
        if statement.index < after or (statement.in_test and not statement.go_said and _of_passing_test(statement)):
            continue
        text = statement.text
        times, used = seen.get(text, (0, 0))
        if times >= _ALIKE:
            last[text] = statement
        else:
            message, used = broken.whole(statement, _read)
            messages += [message] if message is not None else []
            seen[text] = times + 1, used
        after = statement.index + 1 + used
    again = [message for statement in last.values() if (message := _read(statement)[0]) is not None]
    return sorted([*messages, *again], key=lambda message: message.line) if again else messages


def _of_passing_test(s: Statement) -> bool:
    """Whether the test that printed a line passed: what it says of time-outs it wanted to see."""
    if s.head.startswith("--- "):
        return s.head.startswith("--- PASS")  # to Go 1.13, what a test logged stands below its result
    result = next((text.strip() for text in s.below(60) if text.strip().startswith("--- ")), "")
    return result.startswith("--- PASS")


def _statements(lines: Sequence[LogLine]) -> Iterator[Statement]:
    texts = texts_of(lines)
    place = _Place()
    copied = len(texts) <= broken.MOST_LINES
    for start in range(0, len(texts), _CHUNK):
        chunk = texts[start : start + _CHUNK]
        # One look at many lines together; then only what was seen is looked for in each.
        together = "\n".join(chunk)
        signs = [sign for sign in MESSAGES if sign in together]
        broken_ones = {index for index, text in enumerate(chunk, start) if broken.is_open(text)} if copied else frozenset()
        if not signs and not broken_ones and not any(mark in together for mark in _MARKS):
            place.skip(chunk)
            continue
        for index, text in enumerate(chunk, start):
            place.enter(text)
            if index in broken_ones or any(sign in text for sign in signs):
                yield Statement(lines, index, place.head[:512], place.in_test, place.in_gopls)


_MARKS = ("=== ", "--- ", "FAIL", "ok  ", "ok ", "?   ", "panic: ", "$ ", "+ ", "[Error ", "[Info ", "[Trace ", "[Warn ")


class _Place:
    """Where in a log a line stands: under which line, in the output of a test, in a log of gopls."""

    def __init__(self) -> None:
        self.head = ""
        self.in_test = self.in_gopls = False

    def enter(self, text: str) -> None:
        """Go on to the next line."""
        first = text[:1]
        if first and first not in " \t":
            self.head = text
            if first in "=-FoPp[?$+":
                self.in_test = _still_in_test(text, self.in_test)
                self.in_gopls = _still_in_gopls(text, self.in_gopls)

    def skip(self, texts: Sequence[str]) -> None:
        """Go past lines that hold none of `_MARKS`."""
        for text in reversed(texts):
            if text and text[0] not in " \t":
                self.head = text
                break


def _still_in_test(text: str, in_test: bool) -> bool:
    if text.startswith(("=== RUN", "=== CONT", "=== NAME", "--- FAIL", "--- PASS", "panic: test timed")):
        return True
    if text.startswith(("$ ", "+ ", "FAIL\t", "ok \t", "ok  \t", "?   \t", "FAIL ", "ok   ")):
        return False
    return in_test


def _still_in_gopls(text: str, in_gopls: bool) -> bool:
    if text.startswith(("[Error - ", "[Info  - ", "[Trace - ", "[Warn  - ", "[Error  - ")):
        return True
    return in_gopls and not text.startswith(("--- ", "=== ", "FAIL"))


def _read(s: Statement) -> tuple[Message | None, int]:
    text = s.text
    if text.startswith(_X_LINES) or "s # cd " in text[:24]:
        return None, 0
    if text.startswith("go: ") and (progress := build.progress(s)) is not None:
        return progress, 0
    for read in _READERS:
        if (found := read(s)) is not None:
            return found
    if (request := request_error(s)) is not None:
        return request, 0
    if (found := build.read(s)) is not None:
        return found
    return build.progress(s) or build.unexplained(s), 0


def failed_requests(messages: Iterable[Message]) -> Iterator[RequestError | StatusError]:
    """The failed requests among the messages and inside of them (a look-up, a toolchain, an import path)."""
    for message in messages:
        match message:
            case RequestError() | StatusError():
                yield message
            case SumdbUnknown() | SumdbUnreachable() | ToolchainError() | UnrecognizedImport() if message.error is not None:
                yield message.error
            case _:
                pass


@dataclass(frozen=True, slots=True)
class GoInSight:
    """Whether a go command shows in a text, and by which lines (the first few)."""

    evidence: tuple[LogLine, ...]

    def __bool__(self) -> bool:
        """True when a go command shows."""
        return bool(self.evidence)


_COMMANDS = (
    "go mod ", "go build", "go get ", "go install ", "go run ", "go test", "go list ", "go vet", "go generate", "go work ",
    "go version go1", "go tool ", "# get http", "GOPROXY=", '"GOPROXY":', "go: ", "git3 http", "go.exe ",
)  # fmt: skip


def go_in_sight(lines: Sequence[LogLine], most: int = 5) -> GoInSight:
    """The first lines that show a go command: its messages, a command line, `-x`, `go env`."""
    seen: list[LogLine] = []
    texts = texts_of(lines)
    for start in range(0, len(texts), _CHUNK):
        chunk = texts[start : start + _CHUNK]
        together = "\n".join(chunk)
        if any(sign in together for sign in _COMMANDS):
            seen += [lines[index] for index, text in enumerate(chunk, start) if _is_command(text)]
            if len(seen) >= most:
                break
    if not seen:
        numbers = {message.line for message in parse_messages(lines) if message.go_said}
        seen = [line for line in lines if line.number in numbers][:most]
    return GoInSight(tuple(seen[:most]))


def _is_command(text: str) -> bool:
    text = text[:2048]
    if not any(sign in text for sign in _COMMANDS):
        return False
    if text.startswith(("# get http", "mkdir -p ", "GOPROXY=", "set GOPROXY=")) or '"GOPROXY":' in text:
        return True
    if go_prefix(text) >= 0 and go_prefix(text) < 400:
        return True
    for sign in _COMMANDS:
        at = text.find(sign)
        # At the start, or behind a prompt, a shell operator, a quote, a path or a Dockerfile's RUN.
        if at == 0 or (at > 0 and text[at - 1] in " \t\"'`/\\>;&|$(" and not sign.startswith(("go: ", "GOPROXY", '"'))):
            return True
    return False
