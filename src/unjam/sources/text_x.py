"""What `-x` shows to be under way when a text ends: requests without an answer, commands without an end, locks."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from unjam.facts.children import Task, WaitingChild, Wants
from unjam.facts.locks import LockKind, WaitingLock
from unjam.facts.requests import Phase, WaitingRequest
from unjam.facts.seen import Fact, Seen
from unjam.golang.child_role import role_of
from unjam.golang.log_text import CleanLog
from unjam.golang.secrets import scrub
from unjam.golang.url import Url
from unjam.golang.x_lines import Get, XCommand, XLog, parse_x
from unjam.sources.meanings import purpose_of


def facts(log: CleanLog, name: str, after: int) -> Iterator[Fact]:
    """What was under way. `after` is the line of go's last error: what it had begun by then it gave up."""
    x = parse_x(log.lines)
    yield from (_request(get, name) for get in x.gets_in_flight if get.line > after)
    yield from (_child(command, x, name) for command in x.commands_in_flight if command.line > after)
    for lock in x.locks_waited_for:
        if lock.line > after and x.last_x is not None and lock.line == x.last_x.number:
            seen = Seen(f"# lock {lock.path}", f"{name}:{lock.line}")
            yield WaitingLock(seen, LockKind.VCS, lock.path)


def _request(get: Get, name: str) -> WaitingRequest:
    url = str(Url(get.url))
    seen = Seen(f"# get {url}, and no answer below", f"{name}:{get.line}")
    return WaitingRequest(seen, url, urlsplit(url).netloc, Phase.UNKNOWN, purpose_of(None, url))


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
