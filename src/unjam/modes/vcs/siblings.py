"""What a text cannot tell apart: git that waits for a server, for ssh, for a helper. Each such mode is a candidate then."""

from __future__ import annotations

from collections.abc import Iterator

from unjam.facts.case import Case
from unjam.facts.children import Task, WaitingChild, Wants
from unjam.model import Candidate

DECIDES = "what the process below git waits for: unjam attach PID, while it hangs"


def unseen(case: Case, *tasks: Task, tool: str = "") -> Iterator[Candidate]:
    """Children for one of these tasks below which nothing is shown: in a text, or of another user's process with `tool`."""
    for child in case.waiting(WaitingChild):
        if child.task not in tasks:
            continue
        if child.wants is Wants.NOTHING and not child.child_pid:
            yield Candidate(child.remote or str(child.task), child.cites(), (DECIDES,))
        elif child.wants is Wants.HIDDEN and (not tool or tool in child.tools):
            yield Candidate(child.remote or str(child.task), child.cites(), case.refusals((WaitingChild,)) or (DECIDES,))
