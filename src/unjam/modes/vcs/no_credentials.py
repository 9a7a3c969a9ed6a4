"""git needs a login for the repository and has none.

You see: `fatal: could not read Username for 'https://…': terminal prompts disabled`. Also for a mistyped public path:
GitHub asks for a login on repositories it does not know.

Why: go forbids git to ask on the terminal, so git fails at once. `GIT_TERMINAL_PROMPT=1`, as some guides say, turns
this quick failure into a wait.

The fix: none that unjam may make: the login is yours. Check the path first; then a token in ~/.netrc or a credential
helper.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from unjam.facts.case import Case
from unjam.facts.printed import Printed
from unjam.golang.messages.reason import Reason
from unjam.golang.messages.vcs import GitError
from unjam.model import Advice, Finding, Remedy
from unjam.modes.mode import ERROR, Mode
from unjam.modes.vcs.repository import proofs, url_at

if TYPE_CHECKING:
    from unjam.lab.lab import Lab


def examine(case: Case) -> Iterator[Finding]:
    """Git's own words."""
    for message, fact in case.printed(GitError):
        if message.reason is Reason.NO_CREDENTIALS:
            says = f"git has no login for {message.remote or 'the repository'}."
            yield Finding(message.remote or "git", says, proofs(message, fact))


def remedy(finding: Finding, case: Case) -> Remedy:
    """Check the path, then give git a login."""
    host = finding.subject if finding.subject != "git" else "<host>"
    return Advice(
        "check the path; if it is right, give git a login for that host",
        (
            f"git ls-remote {url_at(host, case)}   # the same question by hand",
            f"a token for {host} in ~/.netrc, readable by you alone, or in a credential helper (git help credentials)",
            f"git config --global url.ssh://git@{host.partition(':')[0]}/.insteadOf https://{host}/   # if ssh opens it",
        ),
    )


def reproduce(lab: Lab) -> None:
    """The repository wants a login; git has none and may not ask."""
    from unjam.lab.git import no_credentials

    lab.add(no_credentials(lab))


MODE = Mode(
    reads=(Printed,),
    examine=examine,
    remedy=remedy,
    reproduce=reproduce,
    seen_by=frozenset({ERROR}),
    offers="advice",
)
