"""Facts of a pasted text: a log, the lines of `-x`, a goroutine dump, `go env`, in any mixture, from any machine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial

from unjam.facts.case import Case, Look
from unjam.facts.children import WaitingChild
from unjam.facts.locks import WaitingLock
from unjam.facts.printed import Printed
from unjam.facts.requests import WaitingRequest
from unjam.facts.seen import Fact, Program, Seen
from unjam.facts.settings import PASTED, GoSetting
from unjam.golang import messages
from unjam.golang.go_env_text import parse_go_env
from unjam.golang.log_text import CleanLog
from unjam.golang.messages import Message
from unjam.golang.secrets import EnvValue, scrub
from unjam.golang.stack_lines import take_apart
from unjam.golang.x_lines import parse_x
from unjam.sources import text_dump, text_x
from unjam.sources.text_servers import Servers, asked_for

KINDS: frozenset[type[Fact]] = frozenset({Printed, WaitingRequest, WaitingChild, WaitingLock, GoSetting})

#: Said while all is well.
_PROGRESS = (messages.Downloading, messages.ToolchainDownloading)
_MOST_ALIKE = 100
#: Said of errors that stand above it.
_SUMMARIES = ("error loading module requirements",)


def case_of_text(raw: bytes, name: str = "the text", also: Iterable[Fact] = ()) -> Case:
    """The facts of a text. `name` is how citations call it; `also` are facts known otherwise, such as settings."""
    apart = take_apart(raw)
    log = apart.log
    known = (*also, *_settings(log, name))
    looked = ("text", *(f"text: {note}" for note in log.notes))
    dumped = partial(text_dump.facts, apart.goroutines, apart.numbers, name)
    return Case().add(Look(None, (*_facts(log, name, known, dumped), *known), KINDS, looked_at=looked))


def _facts(log: CleanLog, name: str, known: tuple[Fact, ...], dump: Callable[[str], Iterator[Fact]]) -> Iterator[Fact]:
    said = messages.parse_messages(log.lines)
    x = parse_x(log.lines)
    servers = Servers.of(x, tuple(fact for fact in known if isinstance(fact, GoSetting)), name)
    printed = servers.of_errors(tuple(_printed(_few_of_each(said), name)))
    yield from printed
    under_way = tuple(text_x.facts(x, name, after=max(_given_up(said), text_x.began_anew(x, log.lines))))
    dumped = tuple(dump(asked_for(said)))
    yield from servers.of_waits(dumped, under_way)
    # A dump tells the phase of the same request, which `-x` cannot.
    yield from (fact for fact in under_way if not any(isinstance(each, type(fact)) for each in dumped))


def _few_of_each(said: Iterable[Message]) -> Iterator[Message]:
    """The messages, of each kind of failure the first few: a dead proxy fails thousands of modules alike."""
    seen: Counter[object] = Counter()
    for message in said:
        kind = [getattr(message, name, "") for name in ("group", "cause", "trouble", "reason", "status", "warning")]
        key = (type(message), message.speaker, message.go_said, *kind)
        seen[key] += 1
        if seen[key] <= _MOST_ALIKE:
            yield message


def _given_up(said: Iterable[Message]) -> int:
    """The line of go's last error: what go had begun by then it gave up. After a mere warning it goes on."""
    errors = (message for message in said if not isinstance(message, _PROGRESS) and _program(message) is Program.GO)
    return max((message.line for message in errors if not getattr(message, "warning", False)), default=0)


def _printed(said: Iterable[Message], name: str) -> Iterator[Printed[Message]]:
    """What go printed when it failed. A request that failed inside of something else is a fact of its own."""
    for message in said:
        if isinstance(message, _PROGRESS) or (isinstance(message, messages.GoError) and message.text in _SUMMARIES):
            continue
        seen = Seen(scrub(message.raw.strip())[:2000], f"{name}:{message.line}", _program(message))
        yield Printed(seen, _cause(message))


def _cause(message: Message) -> Message:
    """The message, or the failed request in it where that one is the cause."""
    error = getattr(message, "error", None)
    if isinstance(message, messages.SumdbUnreachable) and error is not None:
        if getattr(error, "cause", None) in _SICK_ON_THE_WAY:
            return error  # type: ignore[no-any-return]
        return _of_proxy(error) if "/sumdb/" in error.url else message
    if isinstance(message, messages.UnrecognizedImport | messages.ToolchainError) and error is not None:
        return error  # type: ignore[no-any-return]
    return _of_proxy(message)


#: What is no sickness of the database: somebody on the way to it cuts the connection open, or does not let it through.
_SICK_ON_THE_WAY = frozenset({messages.Cause.X509, messages.Cause.PROXY_REFUSED, messages.Cause.PROXY_CONNECT_DEADLINE})


def _of_proxy(message: Message) -> Message:
    """A look-up in the checksum database by way of a proxy: it is the proxy that answers, and that fails."""
    asked = isinstance(message, messages.RequestError | messages.StatusError)
    if asked and "/sumdb/" in getattr(message, "url", ""):
        return replace(message, purpose=messages.Purpose.PROXY)  # type: ignore[call-arg]
    return message


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
        yield GoSetting(Seen(f"{setting}={value}", f"{name}:{entry.line}"), setting, value, PASTED)
