"""What to do about a sickness in another process than the command: a go that holds its lock, or that gopls has started.

A fix for one run of the command would not reach that process. Its own run has to be cured where it was started, or ended.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from unjam.facts.case import Case
from unjam.facts.locks import WaitingLock
from unjam.facts.seen import Fact
from unjam.facts.settings import GoCommand
from unjam.fixes.end_process import EndProcess
from unjam.fixes.one_run_environment import OneRunEnvironment
from unjam.model import Advice, Finding, Fix, Remedy, Safety


def chain_to(pid: int, case: Case) -> tuple[Fact, ...]:
    """How the command comes to wait for that process: the locks on the way, or else both commands."""
    command = case.command()
    if command is None:
        return ()
    locks = _locks_to(pid, command.seen.pid, case)
    return locks or (command, *(each for each in case.all(GoCommand) if each.seen.pid == pid))


def _locks_to(pid: int, command: int, case: Case) -> tuple[WaitingLock, ...]:
    way: tuple[WaitingLock, ...] = ()
    while pid != command:
        locks = (lock for lock in case.all(WaitingLock) if lock.holder and lock.holder.pid == pid and lock not in way)
        lock = next(locks, None)
        if lock is None:
            return ()
        way, pid = (lock, *way), lock.seen.pid
    return way


def elsewhere(finding: Finding, case: Case, own: Remedy) -> Remedy:
    """End the process that holds the lock, after a yes; advice for any other. `own` is what would cure a command of ours."""
    locks = (lock for lock in case.all(WaitingLock) if lock.holder and lock.holder.pid == finding.pid)
    holder = next((lock.holder for lock in locks if lock.holder), None)
    if holder is None:
        return _cure_where_it_runs(finding, case, own)
    return Fix(
        f"end process {holder.pid}, which holds the lock and is itself stuck",
        Safety.ASK,
        (EndProcess(holder.pid, holder.started, holder.argv),),
        why_ask=f"what that process does is lost: {holder.argv}; `unjam attach {holder.pid}` says how to cure it instead",
    )


def _cure_where_it_runs(finding: Finding, case: Case, own: Remedy) -> Advice:
    parent = case.command()
    started_by = f"process {parent.seen.pid} ({parent.seen.text})" if parent else "another process"
    steps = own.steps if isinstance(own, Advice) else tuple(_for_good(own))
    return Advice(
        f"cure process {finding.pid}, which {started_by} started and waits for",
        (
            *steps,
            f"unjam attach {finding.pid}   # the cause by itself",
            f"kill {finding.pid}   # gives up this one command; the editor says what failed",
        ),
    )


def _for_good(fix: Fix) -> Iterator[str]:
    """The variables of a fix for one run as they are set for all: what an editor starts has no run of ours."""
    for change in fix.changes:
        if isinstance(change, OneRunEnvironment):
            for name, value in change.values:
                if name == "GODEBUG":  # which go takes from the environment alone
                    yield f"export GODEBUG={shlex.quote(value)}   # where the editor is started"
                    continue
                yield f"go env {name}   # what it is now, to put back later"
                yield f"go env -w {name}={shlex.quote(value)}   # also for the editor; then restart its language server"
