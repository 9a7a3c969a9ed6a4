"""git waits for a credential helper, and the helper waits for somebody.

You see: nothing. The chain of children is go, git, git-remote-https, a helper: a keyring that is locked, a browser
sign-on, a pinentry on another screen.

Why: go forbids git to ask on the terminal, but a helper asks on its own, often where nobody looks. Nobody gives it a
time limit.

The fix: none that unjam may make: the secret is yours to give. Answer the helper, or sign in by hand once.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from unjam.facts.case import Case
from unjam.facts.children import Task, WaitingChild, Wants
from unjam.model import Advice, Candidate, Finding, Remedy
from unjam.modes.mode import ATTACH, Mode
from unjam.modes.vcs.repository import remote_of
from unjam.modes.vcs.siblings import unseen
from unjam.modes.wording import lasting

if TYPE_CHECKING:
    from unjam.lab.lab import Lab


def examine(case: Case) -> Iterator[Finding | Candidate]:
    """A credential helper at the end of the chain."""
    for child in case.waiting(WaitingChild):
        if child.wants is Wants.CREDENTIAL:
            says = f"git has been waiting for its credential helper{lasting(case, child)}: {child.chain[-1]}"
            yield Finding(child.chain[-1], says, child.cites())
    yield from unseen(case, Task.LS_REMOTE, Task.VCS, Task.FETCH, tool="credential helper")


def remedy(finding: Finding, case: Case) -> Remedy:
    """Sign in by hand; then the helper knows."""
    remote = remote_of(finding.subject, case)
    asked = f"protocol={remote.scheme or 'https'}\\nhost={remote.host or '<host>'}"
    return Advice(
        "answer the credential helper, or sign in by hand once",
        (
            f"printf '{asked}\\n\\n' | git credential fill   # the same question, where you can see it; it prints the secret",
            "git config --show-origin --get-all credential.helper   # who is asked, and where that is set",
        ),
    )


def reproduce(lab: Lab) -> None:
    """The repository wants a login, and the helper that knows it never returns."""
    from unjam.lab.git import credential_helper_hang

    lab.add(credential_helper_hang(lab))


MODE = Mode(
    reads=(WaitingChild,),
    examine=examine,
    remedy=remedy,
    reproduce=reproduce,
    seen_by=frozenset({ATTACH}),
    offers="advice",
)
