"""Facts of a pasted text: a log, the lines of `-x`, a goroutine dump, `go env`, in any mixture, from any machine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from unjam.facts.case import Case, Look
from unjam.facts.children import WaitingChild
from unjam.facts.locks import WaitingLock
from unjam.facts.printed import Printed
from unjam.facts.requests import WaitingRequest
from unjam.facts.seen import Fact, Program, Seen
from unjam.facts.settings import GoSetting
from unjam.golang import messages
from unjam.golang.go_env_text import parse_go_env
from unjam.golang.log_text import CleanLog, clean
from unjam.golang.messages import Message
from unjam.golang.secrets import EnvValue, scrub
from unjam.sources import text_dump, text_x

KINDS: frozenset[type[Fact]] = frozenset({Printed, WaitingRequest, WaitingChild, WaitingLock, GoSetting})

#: Said while all is well.
_PROGRESS = (messages.Downloading, messages.ToolchainDownloading)


def case_of_text(raw: bytes, name: str = "the text", also: Iterable[Fact] = ()) -> Case:
    """The facts of a text. `name` is how citations call it; `also` are facts known otherwise, such as settings."""
    log = clean(raw)
    facts = [*_facts(log, name), *also]
    looked = ("text", *(f"text: {note}" for note in log.notes))
    return Case().add(Look(None, tuple(facts), KINDS, looked_at=looked))


def _facts(log: CleanLog, name: str) -> Iterator[Fact]:
    printed = tuple(printed_facts(log, name))
    yield from printed
    dumped = tuple(text_dump.facts(log, name))
    yield from dumped
    failed = max((fact.message.line for fact in printed if fact.seen.program is Program.GO), default=0)
    for fact in text_x.facts(log, name, after=failed):
        # A dump tells the phase of the same request, which `-x` cannot.
        if not any(isinstance(each, type(fact)) for each in dumped):
            yield fact
    yield from _settings(log, name)


def printed_facts(log: CleanLog, name: str) -> Iterator[Printed[Message]]:
    """What go printed when it failed. A request that failed inside of something else is a fact of its own."""
    for message in messages.parse_messages(log.lines):
        if isinstance(message, _PROGRESS):
            continue
        for part in _parts(message):
            seen = Seen(scrub(message.raw.strip())[:2000], f"{name}:{message.line}", _program(message))
            yield Printed(seen, part)


def _parts(message: Message) -> Iterator[Message]:
    """The message, or the failed request in it where that one is the cause."""
    error = getattr(message, "error", None)
    if isinstance(message, messages.SumdbUnreachable) and error is not None:
        yield error if "/sumdb/" in error.url else message
    elif isinstance(message, messages.UnrecognizedImport | messages.ToolchainError) and error is not None:
        yield error
    else:
        yield message


def _program(message: Message) -> Program:
    """Who said it: only what go certainly said is go's; docker and a failing test say the same words."""
    if message.speaker == "gopls":
        return Program.GOPLS
    return Program.GO if message.go_said else Program.UNKNOWN


def _settings(log: CleanLog, name: str) -> Iterator[GoSetting]:
    text = parse_go_env(log.lines)
    if not text:
        return
    for setting, entry in text.entries.items():
        value = EnvValue(setting, entry.value)
        yield GoSetting(Seen(f"{setting}={value}", f"{name}:{entry.line}"), setting, value, "go env")
