"""Facts of a running process, from outside and without touching it: goroutines, sockets, files, locks, children.

One look takes milliseconds. Behind gopls stand its go commands, behind a lock its holder: those are looked at as well, so that
the facts end at the process that is really stuck.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from unjam.errors import NoSuchProcess
from unjam.facts.case import PATIENCE, Case, Look
from unjam.facts.children import WaitingChild, Working
from unjam.facts.goroutines import GoroutineGroup, OtherWait
from unjam.facts.locks import WaitingLock
from unjam.facts.requests import Download, WaitingRequest
from unjam.facts.seen import Fact, Program
from unjam.facts.settings import GoCommand, GoSetting, WaitingUser
from unjam.inspect.memory import Memory
from unjam.inspect.process import Process, is_same, read_process
from unjam.inspect.refused import Gone, Refused
from unjam.inspect.tree import Tree, snapshot
from unjam.sources import live_children, live_goroutines, live_locks, live_requests, live_settings
from unjam.sources.eye import Eye, is_go_command, open_eye

KINDS: frozenset[type[Fact]] = frozenset(
    {WaitingRequest, Download, WaitingLock, WaitingChild, Working, GoSetting, GoCommand, WaitingUser, OtherWait, GoroutineGroup}
)

#: States of a process that was stopped by a signal, or by a debugger.
STOPPED = "Tt"

#: How far to follow a chain of gopls → go list, or of a lock's holders.
DEPTH = 3


def look_at(pid: int, *, memory: Memory | Refused | None = None, tree: Tree | None = None, way: tuple[int, ...] = ()) -> Look:
    """One look at a process and at those it waits for. `NoSuchProcess` when there is none of that pid, or no more afterwards.

    `memory` stands in for the process' own; a `Refused` for that of every process. `way` are the processes that wait for it
    and are being looked at.
    """
    eye = _whole(pid, memory, tree, way)
    for other in _further(eye):
        _take_in(eye, other, memory if isinstance(memory, Refused) else None)
    eye.facts[:] = live_locks.with_what_holders_do(eye.facts)
    refused, looked_at = tuple(dict.fromkeys(eye.refused)), tuple(dict.fromkeys(eye.looked_at))
    return Look(time.monotonic(), tuple(eye.facts), KINDS, refused, looked_at)


def _whole(pid: int, memory: Memory | Refused | None, tree: Tree | None, way: tuple[int, ...]) -> Eye:
    """All of one process, and of one program: a toolchain switch in the middle of a look makes it look again."""
    eye = _once(pid, memory, tree or snapshot(), way)
    if not is_same(eye.process.identity):
        eye = _once(pid, memory, snapshot(), way)
    return eye


def _once(pid: int, memory: Memory | Refused | None, tree: Tree, way: tuple[int, ...]) -> Eye:
    process = read_process(pid)
    if isinstance(process, Refused):
        raise NoSuchProcess(f"process {pid} cannot be seen: {process.reason}")
    if isinstance(process, Gone) or process.state in "ZX":
        raise NoSuchProcess(f"no process {pid} runs any more")
    eye = open_eye(process, memory, tree, way)
    for collect in _OF_A_STOPPED_ONE if process.state in STOPPED else _COLLECTORS:
        collect(eye)
    return eye


def _command(eye: Eye) -> None:
    """The command itself."""
    process = eye.process
    version = "" if isinstance(eye.goroutines, Refused) else eye.goroutines.go
    share = min(1.0, process.cpu_s / process.age_s) if process.age_s > 0 else 0.0
    seen = eye.seen(process.command, f"process {eye.pid}")
    eye.facts.append(GoCommand(seen, process.argv, process.cwd, version, process.age_s, share, process.state in STOPPED))
    eye.looked_at.append("process")


_COLLECTORS: tuple[Callable[[Eye], None], ...] = (
    _command,
    live_settings.collect,
    live_requests.collect,
    live_locks.collect,
    live_children.collect,
    live_goroutines.collect,
)
#: A stopped process waits for a signal to go on and for nothing else, whatever it stood in when it was stopped.
_OF_A_STOPPED_ONE = (_command, live_settings.collect)


def _further(eye: Eye) -> list[int]:
    """The go commands that this one waits for: holders of its locks, and what gopls or `go generate` has started."""
    if len(eye.way) >= DEPTH or eye.process.state in STOPPED:
        return []
    holders = [lock.holder.pid for lock in eye.facts if isinstance(lock, WaitingLock) and lock.holder]
    commands = [] if eye.program is Program.USER else list(_go_below(eye.tree, eye.pid))
    return [pid for pid in dict.fromkeys(commands + [pid for pid in holders if _is_go(pid)]) if pid not in {eye.pid, *eye.way}]


def _go_below(tree: Tree, pid: int) -> Iterator[int]:
    """The nearest go commands below: children, or what a script of `go generate` or a test has started."""
    for node in tree.children(pid):
        if _is_go(node.pid):
            yield node.pid
        else:
            yield from _go_below(tree, node.pid)


def _is_go(pid: int) -> bool:
    process = read_process(pid)
    return isinstance(process, Process) and is_go_command(process)


def _take_in(eye: Eye, pid: int, memory: Refused | None) -> None:
    """Add what a further process shows. Its settings and its command are its own affair, and not those of the first."""
    try:
        look = look_at(pid, memory=memory, tree=eye.tree, way=(*eye.way, eye.pid))
    except NoSuchProcess:
        return
    own = (GoSetting, GoCommand) if eye.program is Program.GO else ()
    eye.facts.extend(fact for fact in look.facts if not isinstance(fact, own))
    eye.refused.extend(look.refused)
    eye.looked_at.extend(look.looked_at)


def watch(pid: int, patience: float = PATIENCE, *, memory: Memory | Refused | None = None, pause: float = 0.5) -> Case:
    """Look once, and again only while every wait is too young to be judged; at most `patience` seconds.

    Between two commands of git, go waits for nothing for a moment: what has waited is looked at once more.
    """
    case = Case(patience=patience).add(look_at(pid, memory=memory))
    until = time.monotonic() + patience + pause
    while (_too_young(case) or _just_moved_on(case)) and time.monotonic() < until:
        time.sleep(pause)
        try:
            case.add(look_at(pid, memory=memory))
        except NoSuchProcess:
            break
    return case


def _just_moved_on(case: Case) -> bool:
    """Whether nothing waits now, but something did in one of the last two looks before."""
    return any(fact.trouble for look in case.looks[-3:-1] for fact in look.facts) and not any(fact.trouble for fact in case.now)


def _too_young(case: Case) -> bool:
    """Whether something waits, and nothing is old enough yet. (A `.tmp` is older than the fetch that is to fill it.)"""
    waits = [fact for fact in case.now if fact.trouble or isinstance(fact, Download)]
    return bool(waits) and not any(fact.trouble and case.stuck(fact) for fact in waits)
