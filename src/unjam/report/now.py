"""What a command does at this moment, in words: of one that runs there is nothing else to tell."""

from __future__ import annotations

from collections.abc import Iterator

from unjam.facts.case import Case
from unjam.facts.children import WaitingChild, Working
from unjam.facts.goroutines import GoroutineGroup
from unjam.facts.locks import WaitingLock
from unjam.facts.requests import Download, WaitingRequest
from unjam.facts.settings import WaitingUser
from unjam.golang.secrets import scrub
from unjam.modes.wording import size

#: Lines that a person reads of a command that is well.
MOST = 8


def now(case: Case) -> tuple[str, ...]:
    """What it waits for or does, the plainest first; empty when nothing of that was seen."""
    return tuple(dict.fromkeys(scrub(word) for word in _words(case)))[:MOST]


def _words(case: Case) -> Iterator[str]:
    yield from (f"{user.why}: {user.seen.text}" for user in case.all(WaitingUser))
    for download in case.all(Download):
        yield f"downloads {download.module}@{download.version}, {size(download.size)} so far"
    yield from (f"{request.phase}: {request.url or request.peer}" for request in case.all(WaitingRequest))
    yield from (lock.seen.text for lock in case.all(WaitingLock))
    yield from (child.seen.text for child in case.all(WaitingChild))
    yield from (f"{child.role} works: {child.seen.text}" for child in case.all(Working))
    yield from (group.seen.text for group in case.all(GoroutineGroup))
