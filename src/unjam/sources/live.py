"""Facts of a running process, from outside and without touching it: goroutines, sockets, files, locks, children.

One look takes milliseconds. Behind gopls stand its go commands, behind a lock its holder: those are looked at as well, so that
the facts end at the process that is really stuck.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from unjam.errors import NoSuchProcess
from unjam.facts.case import PATIENCE, Case, Look
from unjam.facts.children import WaitingChild
from unjam.facts.goroutines import GoroutineGroup, OtherWait
from unjam.facts.locks import WaitingLock
from unjam.facts.requests import Download, WaitingRequest
from unjam.facts.seen import Fact, Program, Seen
from unjam.facts.settings import GoCommand, GoSetting, WaitingUser
from unjam.golang.child_role import role_of
from unjam.inspect.files import ModuleFile, OpenFile, module_files, open_files
from unjam.inspect.goroutines import GoroutineDump, read_goroutines
from unjam.inspect.memory import Memory
from unjam.inspect.process import Process, read_process
from unjam.inspect.refused import Gone, Refused
from unjam.inspect.sockets import Socket, sockets_of
from unjam.inspect.tree import Tree, snapshot
from unjam.sources import live_children, live_goroutines, live_locks, live_requests, live_settings

KINDS: frozenset[type[Fact]] = frozenset(
    {WaitingRequest, Download, WaitingLock, WaitingChild, GoSetting, GoCommand, WaitingUser, OtherWait, GoroutineGroup}
)

#: States of a process that was stopped by a signal, or by a debugger.
STOPPED = "Tt"

#: How far to follow a chain of gopls → go list, or of a lock's holders.
DEPTH = 3


@dataclass(slots=True)
class Eye:
    """What one look has seen of one process, before it is facts. `waits` are the goroutines with a need."""

    process: Process
    program: Program
    goroutines: GoroutineDump | Refused
    sockets: tuple[Socket, ...] | Refused
    files: tuple[OpenFile, ...] | Refused
    tree: Tree
    depth: int
    module_files: tuple[ModuleFile, ...] = ()
    facts: list[Fact] = field(default_factory=list)
    refused: list[tuple[type[Fact], str]] = field(default_factory=list)
    looked_at: list[str] = field(default_factory=list)

    @property
    def pid(self) -> int:
        """The process."""
        return self.process.pid

    def seen(self, text: str, source: str) -> Seen:
        """A proof from this process."""
        return Seen(text, source, self.program, self.pid)

    def refuse(self, refusal: Refused, *kinds: type[Fact]) -> None:
        """Remember what could not be looked at, with what would help."""
        reason = f"{refusal.reason} ({refusal.remedy})" if refusal.remedy else refusal.reason
        self.refused.extend((kind, reason) for kind in kinds)


def look_at(pid: int, *, memory: Memory | Refused | None = None, tree: Tree | None = None, depth: int = 0) -> Look:
    """One look at a process and at those it waits for. `NoSuchProcess` when there is none of that pid.

    `memory` stands in for the process' own; a `Refused` for that of every process.
    """
    process = read_process(pid)
    if isinstance(process, Gone):
        raise NoSuchProcess(f"no process {pid} runs any more")
    if isinstance(process, Refused):
        raise NoSuchProcess(f"process {pid} cannot be seen: {process.reason}")
    eye = _open(process, memory, tree or snapshot(), depth)
    for collect in _OF_A_STOPPED_ONE if process.state in STOPPED else _COLLECTORS:
        collect(eye)
    for other in _further(eye):
        _take_in(eye, other, memory if isinstance(memory, Refused) else None)
    eye.facts[:] = live_locks.with_what_holders_do(eye.facts)
    refused, looked_at = tuple(dict.fromkeys(eye.refused)), tuple(dict.fromkeys(eye.looked_at))
    return Look(time.monotonic(), tuple(eye.facts), KINDS, refused, looked_at)


def _open(process: Process, memory: Memory | Refused | None, tree: Tree, depth: int) -> Eye:
    goroutines = memory if isinstance(memory, Refused) else read_goroutines(process.pid, memory=memory)
    sockets, files = sockets_of(process.pid), open_files(process.pid)
    eye = Eye(
        process=process,
        program=_program(process, goroutines),
        goroutines=goroutines,
        sockets=Refused(f"process {process.pid} has gone") if isinstance(sockets, Gone) else sockets,
        files=Refused(f"process {process.pid} has gone") if isinstance(files, Gone) else files,
        tree=tree,
        depth=depth,
    )
    if not isinstance(eye.files, Refused):
        eye.module_files = module_files(eye.files)
    return eye


def _program(process: Process, goroutines: GoroutineDump | Refused) -> Program:
    if isinstance(goroutines, Refused):
        return Program.GO if _is_go_command(process) else Program.GOPLS if role_of(process.argv) == "gopls" else Program.USER
    if goroutines.program == "cmd/go":
        return Program.GO
    return Program.GOPLS if goroutines.program.endswith("/gopls") else Program.USER


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
    if eye.depth >= DEPTH or eye.process.state in STOPPED:
        return []
    holders = [lock.holder.pid for lock in eye.facts if isinstance(lock, WaitingLock) and lock.holder]
    commands = [node.pid for node in eye.tree.children(eye.pid) if eye.program is not Program.USER and _is_go(node.pid)]
    return [pid for pid in dict.fromkeys(commands + [pid for pid in holders if _is_go(pid)]) if pid != eye.pid]


def _is_go(pid: int) -> bool:
    process = read_process(pid)
    return isinstance(process, Process) and _is_go_command(process)


def _is_go_command(process: Process) -> bool:
    role = role_of(process.argv)
    return role in {"go", "toolchain"} or role.startswith("go ")


def _take_in(eye: Eye, pid: int, memory: Refused | None) -> None:
    """Add what a further process shows. Its settings and its command are its own affair, and not those of the first."""
    try:
        look = look_at(pid, memory=memory, tree=eye.tree, depth=eye.depth + 1)
    except NoSuchProcess:
        return
    own = (GoSetting, GoCommand) if eye.program is Program.GO else ()
    eye.facts.extend(fact for fact in look.facts if not isinstance(fact, own))
    eye.refused.extend(look.refused)
    eye.looked_at.extend(look.looked_at)


def watch(pid: int, patience: float = PATIENCE, *, memory: Memory | Refused | None = None, pause: float = 0.5) -> Case:
    """Look once, and again only while every wait is too young to be judged; at most `patience` seconds."""
    case = Case(patience=patience).add(look_at(pid, memory=memory))
    until = time.monotonic() + patience + pause
    while _too_young(case) and time.monotonic() < until:
        time.sleep(pause)
        try:
            case.add(look_at(pid, memory=memory))
        except NoSuchProcess:
            break
    return case


def _too_young(case: Case) -> bool:
    """Whether something waits, and nothing that waits is old enough yet."""
    waits = [fact for fact in case.now if fact.trouble or isinstance(fact, Download)]
    return bool(waits) and not any(case.stuck(fact) for fact in waits)
