"""Which repository git was asked for, as far as a command line or an error names it: for sentences, and for lines to type."""

from __future__ import annotations

import re
import shlex
from functools import cache

from unjam.facts.case import Case
from unjam.facts.children import WaitingChild
from unjam.facts.printed import Printed
from unjam.golang.messages.reason import reason_of
from unjam.golang.messages.vcs import GitError
from unjam.golang.secrets import scrub
from unjam.golang.url import Url
from unjam.model import Cite


def proofs(message: GitError, fact: Printed[GitError]) -> tuple[Cite, ...]:
    """The command that failed, and the line of git's or ssh's own words that tells why."""
    telling = (line for line in message.stderr if reason_of((line,)) is message.reason)
    return fact.cites() + tuple(Cite(scrub(line), fact.seen.source) for line in list(telling)[:1])


def url_at(host: str, case: Case) -> str:
    """What git was asked for at that host, ready for a shell; `https://HOST/<path>` where neither command nor module tells."""
    for message, _ in case.printed(GitError):
        if message.remote == host:
            found = _url().search(message.command)
            url = found[0] if found else f"https://{message.module}" if message.module else ""
            if url:
                return shlex.quote(scrub(url))
    return f"https://{host}/<path>"


def url_of(subject: str) -> str:
    """The subject of a finding about a child, ready for a shell: a URL, or a placeholder where no URL was seen."""
    return shlex.quote(subject) if "://" in subject else "<URL of the repository>"


def silence_of(child: WaitingChild) -> str:
    """What has not happened, for a sentence that goes on with for how long."""
    return "no connection has been made" if child.connecting else "no byte has come"


def remote_of(subject: str, case: Case) -> Url:
    """What the child talks to whose innermost command line, or remote, is the subject; an empty URL where it is not known."""
    children = (child for child in case.all(WaitingChild) if subject in {child.remote, *child.chain[-1:]})
    return next((Url(child.remote) for child in children if "://" in child.remote), Url(""))


def ssh_to(remote: Url) -> str:
    """What to type behind `ssh` to reach the same server: options and login."""
    if not remote.hostname:
        return "git@<host>"
    port = f"-p {remote.port} " if remote.port else ""
    return f"{port}git@{remote.hostname}"


@cache
def _url() -> re.Pattern[str]:
    return re.compile(r"\b(?:https?|ssh|git|git\+ssh)://[^\s'\"]+")
