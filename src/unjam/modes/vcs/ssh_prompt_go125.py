"""ssh asks a question on the terminal, and go waits for the answer.

You see: Go 1.25 or later in a terminal; perhaps a question about a host key or a passphrase that scrolled away.

Why: up to Go 1.24 go ran ssh with `BatchMode=yes`, and it failed at once. Since 1.25 it leaves ssh alone, so ssh asks.

The fix: answer the question, if it is still to be seen. `BatchMode=yes` makes ssh fail with its reason instead of
asking.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from unjam.facts.case import Case
from unjam.facts.children import Task, WaitingChild, Wants
from unjam.model import Advice, Candidate, Finding, Remedy
from unjam.modes.mode import ATTACH, Mode
from unjam.modes.vcs.repository import remote_of, ssh_to
from unjam.modes.vcs.siblings import unseen
from unjam.modes.wording import lasting

if TYPE_CHECKING:
    from unjam.lab.lab import Lab


def examine(case: Case) -> Iterator[Finding | Candidate]:
    """An ssh that reads the terminal."""
    for child in case.waiting(WaitingChild):
        if child.wants is Wants.TERMINAL and "ssh" in child.tools:
            says = f"ssh has been waiting for an answer on the terminal{lasting(case, child)}: {child.chain[-1]}"
            yield Finding(child.chain[-1], says, child.cites())
    yield from unseen(case, Task.LS_REMOTE, Task.VCS, Task.FETCH, tool="ssh")


def remedy(finding: Finding, case: Case) -> Remedy:
    """Answer, or make ssh say what it wants."""
    to = ssh_to(remote_of(finding.subject, case))
    return Advice(
        "answer ssh's question, or end go and let ssh say what it wants",
        (
            "GIT_SSH_COMMAND='ssh -o BatchMode=yes -o ConnectTimeout=10' go …   # fails with the reason instead of asking",
            f"ssh -T {to}   # answer the same question by hand: host key, passphrase",
        ),
    )


def reproduce(lab: Lab) -> None:
    """Ssh does not know the host's key and asks on the controlling terminal."""
    from unjam.lab.ssh import ssh_prompt

    lab.add(ssh_prompt(lab))


MODE = Mode(
    reads=(WaitingChild,),
    examine=examine,
    remedy=remedy,
    reproduce=reproduce,
    seen_by=frozenset({ATTACH}),
    offers="advice",
    since=25,
)
