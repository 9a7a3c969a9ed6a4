"""What a text cannot tell apart: git that waits for a server, for ssh, for a helper. Each such mode is a candidate then."""

from __future__ import annotations

from collections.abc import Iterator

from unjam.facts.case import Case
from unjam.facts.children import Task, WaitingChild, Wants
from unjam.model import Candidate

DECIDES = "what the process below git waits for: unjam attach PID, while it hangs"


def unseen(case: Case, *tasks: Task) -> Iterator[Candidate]:
    """Children of a text for one of these tasks; below them a text shows nothing."""
    for child in case.waiting(WaitingChild):
        if child.task in tasks and child.wants is Wants.NOTHING and not child.child_pid:
            yield Candidate(child.remote or str(child.task), child.cites(), (DECIDES,))
