"""The file locks that a running go waits for, and who holds them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from unjam.facts.children import WaitingChild
from unjam.facts.locks import Holder, LockKind, WaitingLock
from unjam.facts.requests import WaitingRequest
from unjam.facts.seen import Fact, Program
from unjam.golang.cache_path import read_cache_path
from unjam.golang.frame_table import Wait
from unjam.inspect import procfs
from unjam.inspect.locks import LockWait, lock_waits
from unjam.inspect.process import Process, read_process
from unjam.inspect.refused import Refused
from unjam.inspect.sched import blocked_threads, idle_since
from unjam.sources.eye import Eye
from unjam.sources.meanings import lock_of

_KINDS = {
    "version-lock": LockKind.VERSION,
    "vcs-lock": LockKind.VCS,
    "cache-lock": LockKind.SIDE,
    "go.mod": LockKind.GO_MOD,
    "go.sum": LockKind.GO_MOD,
}


def collect(eye: Eye) -> None:
    """Each lock that a thread of the process waits for, as the kernel lists it."""
    if eye.program is Program.USER:
        return
    waits = lock_waits(eye.pid)
    if isinstance(waits, Refused):
        eye.refuse(waits, WaitingLock)
        return
    eye.looked_at.append("file locks")
    for wait in waits:
        eye.facts.append(_fact(eye, wait))


def _fact(eye: Eye, wait: LockWait) -> WaitingLock:
    entry = read_cache_path(wait.path) if wait.path else None
    kind = _KINDS.get(entry.role, LockKind.OTHER) if entry else _from_stack(eye)
    name = f" ({entry.module}@{entry.version})" if entry and entry.module else ""
    holder = _holder(wait)
    by = f", held by process {holder.pid}: {holder.argv}" if holder else _hidden_holder(wait)
    seen = eye.seen(f"process {eye.pid} waits for the lock of {wait.path or kind}{name}{by}", "file locks of the kernel")
    return WaitingLock(seen, kind, wait.path, holder, _waited(eye))


def _from_stack(eye: Eye) -> LockKind:
    if isinstance(eye.goroutines, Refused):
        return LockKind.OTHER
    kinds = {lock_of(waiting) for waiting in eye.waits if waiting.wait is Wait.FLOCK}
    return kinds.pop() if len(kinds) == 1 else LockKind.OTHER


def _waited(eye: Eye) -> float | None:
    """Seconds that the thread in flock has not run."""
    threads = blocked_threads(eye.pid)
    if not isinstance(threads, tuple):
        return None
    idle = [thread.idle_s for thread in threads if thread.syscall == "flock" or "flock" in thread.wchan]
    known = [seconds for seconds in idle if seconds is not None]
    return min(known) if known else None


def _holder(wait: LockWait) -> Holder | None:
    process = read_process(wait.holder) if wait.holder else None
    if not isinstance(process, Process):
        return None
    idle = idle_since(process.pid)
    busy = None if idle is None else idle < 1.0
    return Holder(process.pid, float(process.identity.started), process.command, process.age_s, _doing(process), busy)


def _hidden_holder(wait: LockWait) -> str:
    """Who took the lock, where we may not see whether it still has it: a process of another user."""
    process = read_process(wait.recorded) if wait.recorded else None
    if not isinstance(process, Process) or not isinstance(procfs.descriptors(process.pid), Refused):
        return ""
    return f", taken by process {process.pid} of user id {process.uid} ({process.command}); if it still has it is hidden"


def _doing(process: Process) -> str:
    """What the holder does, as far as one word tells it: a stopped process will never let go by itself."""
    return "a signal to go on (it is stopped)" if process.state in "Tt" else ""


def with_what_holders_do(facts: Iterable[Fact]) -> list[Fact]:
    """The same facts, where each lock says what its holder waits for, if that was seen too."""
    known = list(facts)
    return [_told(fact, known) if isinstance(fact, WaitingLock) else fact for fact in known]


def _told(lock: WaitingLock, facts: Iterable[Fact]) -> WaitingLock:
    holder = lock.holder
    if holder is None or holder.waits_for:
        return lock
    for fact in facts:
        if fact.seen.pid == holder.pid and (wait := _in_words(fact)):
            still = fact.since is not None and fact.since >= 1.0
            return replace(lock, holder=replace(holder, waits_for=wait, busy=False if still else holder.busy))
    return lock


def _in_words(fact: Fact) -> str:
    """What a process waits for, as the end of "it waits for …"; "" for what is no wait."""
    match fact:
        case WaitingRequest(url=url, host=host, phase=phase):
            return f"{url or host} ({phase})"
        case WaitingChild(task=task, remote=remote, wants=wants):
            return f"{task}{' ' * bool(remote)}{remote}, which waits for {wants}"
        case WaitingLock(path=path, kind=kind):
            return f"the lock of {path or kind}"
        case _:
            return ""
