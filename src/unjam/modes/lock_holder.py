"""What the lock modes say of a lock and of the process that holds it, and their remedy: end that one, if it is stuck itself."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from unjam.facts.case import Case
from unjam.facts.locks import Holder, LockKind, WaitingLock
from unjam.fixes.end_process import EndProcess
from unjam.model import Advice, Candidate, Finding, Fix, Remedy, Safety
from unjam.modes.wording import duration, lasting

#: Characters of a holder's command line that a sentence can carry.
LONGEST = 120


def waiting_for(case: Case, kind: LockKind, name: str) -> Iterator[Finding | Candidate]:
    """Each lock of that kind that stands; and each of which nobody shows us the file, since it may be of that kind."""
    for lock in case.waiting(WaitingLock):
        if lock.kind is kind:
            says = f"go has been waiting for {name}{lasting(case, lock)}: {_held_by(lock)}"
            yield Finding(lock.path or lock.kind, says, lock.cites())
    yield from _unnamed(case)


def _held_by(lock: WaitingLock) -> str:
    """The end of the sentence: who holds it, since when, and what that one waits for."""
    if lock.holder is None:
        return "nobody could be named who holds it."
    holder = lock.holder
    argv = holder.argv if len(holder.argv) <= LONGEST else f"{holder.argv[:LONGEST]}…"
    does = f", which itself waits for {holder.waits_for}" if holder.waits_for else ""
    return f"process {holder.pid} holds it ({argv}, running for {duration(holder.age)}){does}."


def _unnamed(case: Case) -> Iterator[Candidate]:
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
            (
                "unjam ps   # what every go process of this machine waits for",
                f"fuser -v {shlex.quote(finding.subject)}   # who has it open" if "…" not in finding.subject
                else "grep FLOCK /proc/locks   # who holds which file, by inode",
            ),
        )
    if holder.busy:
        return Advice("wait: the holder works", (f"unjam attach {holder.pid}   # what it does",))
    return Fix(
        f"end process {holder.pid}, which holds the lock",
        Safety.ASK,
        (EndProcess(holder.pid, holder.started, holder.argv),),
        why_ask=f"what that process does is lost: {holder.argv}; `unjam attach {holder.pid}` says how to cure it instead",
    )


def _holder(finding: Finding, case: Case) -> Holder | None:
    locks = (lock for lock in case.all(WaitingLock) if finding.subject in {lock.path, lock.kind})
    return next((lock.holder for lock in locks if lock.holder), None)
