"""ssh does not know the server's key, and nobody is there to be asked.

You see: `Host key verification failed.` inside `git ls-remote … exit status 128`; before it, if known_hosts has another
key, `REMOTE HOST IDENTIFICATION HAS CHANGED!`.

Why: the server's key is not in known_hosts, or has changed. Without a terminal, or with BatchMode, ssh refuses.

The fix: none that unjam may make: whether a key is the right one is a question of trust. Compare the fingerprint with
what the host publishes, then add it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from unjam.facts.case import Case
from unjam.facts.printed import Printed
from unjam.golang.messages.reason import Reason
from unjam.golang.messages.vcs import GitError
from unjam.golang.url import Url
from unjam.model import Advice, Finding, Remedy
from unjam.modes.mode import ERROR, Mode
from unjam.modes.vcs.repository import proofs, ssh_to

if TYPE_CHECKING:
    from unjam.lab.lab import Lab


def examine(case: Case) -> Iterator[Finding]:
    """Ssh's own words."""
    for message, fact in case.printed(GitError):
        if message.reason is Reason.HOST_KEY:
            changed = any("HAS CHANGED" in line for line in message.stderr)
            host = message.remote or "the server"
            says = f"ssh does not know the host key of {host}."
            if changed:
                says = f"{host} shows another host key than the one in known_hosts: it has changed, or this is not {host}."
            yield Finding(message.remote or "ssh", says, proofs(message, fact))


def remedy(finding: Finding, case: Case) -> Remedy:
    """Compare the fingerprint, then add the key; never switch the check off."""
    remote = Url(f"ssh://{finding.subject}") if finding.subject != "ssh" else Url("")
    host = remote.hostname or "<host>"
    known = f"'[{host}]:{remote.port}'" if remote.port else host  # as known_hosts writes it
    return Advice(
        "compare the host's fingerprint with what it publishes, then add its key",
        (
            f"ssh -T {ssh_to(remote)}   # shows the fingerprint and asks: yes only if it is the published one",
            f"ssh-keygen -F {known}   # the key that known_hosts has for it",
            f"ssh-keygen -R {known}   # forgets that one: only if the host says that its key has changed",
        ),
    )


def reproduce(lab: Lab) -> None:
    """Ssh connects to a server whose key it has never seen, without a terminal."""
    from unjam.lab.ssh import unknown_host_key

    lab.add(unknown_host_key(lab))


MODE = Mode(
    reads=(Printed,),
    examine=examine,
    remedy=remedy,
    reproduce=reproduce,
    seen_by=frozenset({ERROR}),
    offers="advice",
)
