"""What the lock modes say of the process that holds a lock, and their remedy: end it, if it is stuck itself."""

from __future__ import annotations

from collections.abc import Iterator

from unjam.facts.case import Case
from unjam.facts.locks import Holder, LockKind, WaitingLock
from unjam.fixes.end_process import EndProcess
from unjam.model import Advice, Candidate, Finding, Fix, Remedy, Safety
from unjam.modes.wording import duration

#: Characters of a holder's command line that a sentence can carry.
LONGEST = 120


def held_by(lock: WaitingLock) -> str:
    """The end of the sentence: who holds it, since when, and what that one waits for."""
    if lock.holder is None:
        return "nobody could be named who holds it."
    holder = lock.holder
    argv = holder.argv if len(holder.argv) <= LONGEST else f"{holder.argv[:LONGEST]}…"
    does = f", which itself waits for {holder.waits_for}" if holder.waits_for else ""
    return f"process {holder.pid} holds it ({argv}, running for {duration(holder.age)}){does}."


def unnamed(case: Case) -> Iterator[Candidate]:
    """A lock of a live process whose file we are not shown: it may be any of go's."""
    for lock in case.waiting(WaitingLock):
        if lock.kind is LockKind.OTHER and not lock.path and lock.seen.pid:
            decides = case.refusals((WaitingLock,)) or ("which file is locked: the kernel does not tell",)
            yield Candidate(f"a lock of process {lock.seen.pid}", lock.cites(), decides)


def end_holder(finding: Finding, case: Case) -> Remedy:
    """End the holder, after a yes. One that works, or that nobody could name, gets advice."""
    holder = _holder(finding, case)
    if holder is None:
        return Advice(
            "find the process that holds the lock and see what it waits for",
            (f"fuser -v {finding.subject}", "unjam ps   # what every go process waits for"),
        )
    if holder.busy:
        return Advice("wait: the holder works", (f"unjam attach {holder.pid}   # what it does",))
    return Fix(
        f"end process {holder.pid}, which holds the lock",
        Safety.ASK,
        (EndProcess(holder.pid, holder.started, holder.argv),),
        why_ask=f"what that process does is lost: {holder.argv}",
    )


def _holder(finding: Finding, case: Case) -> Holder | None:
    locks = (lock for lock in case.all(WaitingLock) if finding.subject in {lock.path, lock.kind})
    return next((lock.holder for lock in locks if lock.holder), None)
