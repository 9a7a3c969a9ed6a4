"""What `-x` shows to be under way when a text ends: requests without an answer, commands without an end, locks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from unjam.facts.children import Task, WaitingChild, Wants
from unjam.facts.locks import LockKind, WaitingLock
from unjam.facts.requests import Phase, WaitingRequest
from unjam.facts.seen import Fact, Seen
from unjam.golang.child_role import role_of
from unjam.golang.log_text import LogLine
from unjam.golang.secrets import scrub
from unjam.golang.url import Url
from unjam.golang.x_lines import Get, XCommand, XLog
from unjam.sources.meanings import purpose_of

#: Requests that can be under way at once: go has as many as it has processors, and an x log that was filtered shows more.
_MOST = 256
#: Commands that ask a server. Others of version control end at once, and of those run for a build go prints no end.
_ASKS_A_SERVER = re.compile(r"\b(?:ls-remote|fetch|clone|pull|push|checkout|identify|info|update)\b")


#: A go command behind a prompt.
_COMMAND = re.compile(
    r"(?:[^\s#][^\n]{0,80})?(?:[$%>❯➜] {0,4}|\A\+ )(?:[A-Z_]{1,40}=\S{0,200} )*"
    r"go (?:mod|build|get|install|run|test|list|vet|work|generate)\b"
)


def facts(x: XLog, name: str, after: int) -> Iterator[Fact]:
    """What was under way. `after` is the line of go's last error: what it had begun by then it gave up.

    go compiles only when everything has come; so what was asked before a compiler ran has had its answer.
    """
    built = max((tool.line for tool in x.tools), default=0)
    after = max(after, built)
    waiting = {get.url: get for get in x.gets_in_flight if get.line > after}
    yield from (_request(get, name) for get in list(waiting.values())[-_MOST:])
    yield from (_child(command, x, name) for command in x.commands_in_flight if command.line > after and _may_wait(command))
    for lock in x.locks_waited_for:
        if lock.line > after and x.last_x is not None and lock.line == x.last_x.number:
            seen = Seen(f"# lock {lock.path}, and nothing below", f"{name}:{lock.line}")
            yield WaitingLock(seen, LockKind.VCS, lock.path)


def began_anew(x: XLog, lines: Sequence[LogLine]) -> int:
    """The line where the last go command began whose requests were answered: what was under way before it was given up."""
    answered = max((get.end_line or 0 for get in x.gets), default=0)
    earlier = min((get.line for get in x.gets_in_flight), default=answered)
    between = (line.number for line in lines if earlier < line.number < answered and _COMMAND.match(line.text[:400]))
    return max(between, default=0)


def _may_wait(command: XCommand) -> bool:
    return command.echoed or task_of(command.argv_text) is Task.STATUS or bool(_ASKS_A_SERVER.search(command.argv_text))


def _request(get: Get, name: str) -> WaitingRequest:
    url = str(Url(get.url))
    seen = Seen(f"# get {url}, and no answer below", f"{name}:{get.line}")
    return WaitingRequest(seen, url, urlsplit(url).netloc.rpartition("@")[2], Phase.UNKNOWN, purpose_of(None, url))


def _child(command: XCommand, x: XLog, name: str) -> WaitingChild:
    argv = scrub(command.argv_text)
    seen = Seen(f"cd {command.dir}; {argv}, and no end below", f"{name}:{command.line}")
    remote = scrub(x.remote_of(command.dir))
    return WaitingChild(seen, task_of(argv), (argv,), (role_of(argv.split()),), Wants.NOTHING, remote)


def task_of(argv: str) -> Task:
    """What a command line of `-x` is for."""
    if "git ls-remote" in argv:
        return Task.LS_REMOTE
    if "git fetch" in argv:
        return Task.FULL_FETCH if "refs/heads/*" in argv else Task.FETCH
    return Task.STATUS if "git status" in argv else Task.VCS
