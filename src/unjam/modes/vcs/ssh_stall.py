"""ssh waits for a server that says nothing.

You see: nothing; with `-x` a lone `git ls-remote`. The child `ssh` sits on a connection on which no byte has come,
or on one that nobody accepts.

Why: ssh's ConnectTimeout is off by default and the wait for the server's banner has no limit of its own; neither git
nor go adds one.

The fix: none that makes the server speak. A connect timeout turns the hang into an error.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from unjam.facts.case import Case
from unjam.facts.children import Task, WaitingChild, Wants
from unjam.model import Advice, Candidate, Finding, Remedy
from unjam.modes.mode import ATTACH, Mode
from unjam.modes.vcs.repository import remote_of, silence_of, ssh_to
from unjam.modes.vcs.siblings import unseen
from unjam.modes.wording import lasting

if TYPE_CHECKING:
    from unjam.lab.lab import Lab


def examine(case: Case) -> Iterator[Finding | Candidate]:
    """An ssh that waits for the network."""
    for child in case.waiting(WaitingChild):
        if child.wants is Wants.NETWORK and "ssh" in child.tools:
            says = f"ssh waits for {child.remote or 'its server'}: {silence_of(child)}{lasting(case, child)}."
            yield Finding(child.remote or child.chain[-1], says, child.cites())
    yield from unseen(case, Task.LS_REMOTE, Task.VCS, Task.FETCH, tool="ssh")


def remedy(finding: Finding, case: Case) -> Remedy:
    """A time limit for ssh."""
    to = ssh_to(remote_of(finding.subject, case))
    return Advice(
        "the ssh server does not speak; give ssh a time limit",
        (
            "GIT_SSH_COMMAND='ssh -o BatchMode=yes -o ConnectTimeout=10' go …   # an error instead of a hang",
            f"ssh -v -o ConnectTimeout=10 {to}   # how far it comes by hand",
        ),
    )


def reproduce(lab: Lab) -> None:
    """A server that accepts the connection and never sends its banner."""
    from unjam.lab.ssh import ssh_stall

    lab.add(ssh_stall(lab))


MODE = Mode(
    reads=(WaitingChild,),
    examine=examine,
    remedy=remedy,
    reproduce=reproduce,
    seen_by=frozenset({ATTACH}),
    offers="advice",
)
