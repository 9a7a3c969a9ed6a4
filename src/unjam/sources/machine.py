"""The Go processes of this machine, and what each does or waits for."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from unjam.errors import NoSuchProcess
from unjam.facts.case import Look
from unjam.facts.children import Working
from unjam.facts.goroutines import OtherWait
from unjam.facts.seen import Fact, Program
from unjam.facts.settings import WaitingUser
from unjam.golang.child_role import role_of
from unjam.inspect.buildinfo import BuildInfo, build_info
from unjam.inspect.process import Process, read_process
from unjam.inspect.tree import Tree, snapshot
from unjam.sources.live import look_at

_STATES = {"T": "stopped", "t": "held by a debugger", "Z": "over, and not waited for", "D": "in the kernel", "R": "works"}

#: Share of a processor over its life from which on a process that sleeps just now is said to work.
_BUSY = 0.3


@dataclass(frozen=True, slots=True)
class GoProcess:
    """One Go process. `name` is cmd/go, gopls' package, or the main package; `go` is "" where the executable is hidden.

    `waits_for` is what it does or waits for, in words; `waited` the seconds that has lasted, where something tells.
    """

    pid: int
    name: str
    go: str
    command: str
    program: Program
    ours: bool
    age: float
    cpu_share: float
    waits_for: str = ""
    waited: float | None = None

    def goes_by(self, name: str) -> bool:
        """Whether one would call it so: by its package's last word, or the file it was started from."""
        return name in {self.name, self.name.rpartition("/")[2], self.command.partition(" ")[0].rpartition("/")[2]}


@dataclass(slots=True)
class _Builds:
    """What executables say of themselves: twenty processes of one program are read once."""

    known: dict[tuple[int, int] | None, BuildInfo | None] = field(default_factory=dict)

    def of(self, process: Process) -> BuildInfo | None:
        inode = process.identity.exe_inode
        if inode is None or inode not in self.known:
            self.known[inode] = build_info(f"/proc/{process.pid}/exe") or (build_info(process.exe) if process.exe else None)
        return self.known[inode]


def go_processes(*, look: bool = True) -> Iterator[GoProcess]:
    """All Go processes that can be told, by pid. With `look`, each go command and gopls of ours is looked at once."""
    tree, builds = snapshot(), _Builds()
    for pid in sorted(tree.nodes):
        if pid == os.getpid() or (not tree.nodes[pid].name and tree.nodes[pid].state == "Z"):
            continue
        process = read_process(pid)
        if isinstance(process, Process) and process.state not in "ZX":
            found = _described(process, builds.of(process), tree, look=look)
            if found:
                yield found


def named(name: str | None) -> tuple[int, ...]:
    """Our Go processes of that name; without one, our go commands and gopls."""
    ours = (each for each in go_processes(look=False) if each.ours)
    return tuple(each.pid for each in ours if (each.goes_by(name) if name else each.program is not Program.USER))


def _described(process: Process, build: BuildInfo | None, tree: Tree, *, look: bool) -> GoProcess | None:
    role = role_of(process.argv)
    hidden_go = build is None and process.identity.exe_inode is None and (role.startswith("go ") or role in {"go", "gopls"})
    if build is None and not hidden_go:
        return None
    name = build.path or build.module if build else ""
    program = _program(name, role if hidden_go else "")
    ours = _ours(process)
    waits_for, waited = _does(process, tree) if look and ours and program is not Program.USER else _state(process)
    return GoProcess(
        pid=process.pid,
        name=name or role or process.name,
        go=build.go if build else "",
        command=process.command,
        program=program,
        ours=ours,
        age=process.age_s,
        cpu_share=process.cpu_s / process.age_s if process.age_s > 0 else 0.0,
        waits_for=waits_for,
        waited=waited,
    )


def _program(name: str, role: str) -> Program:
    if name == "cmd/go" or role == "go" or role.startswith("go "):
        return Program.GO
    return Program.GOPLS if name.endswith("/gopls") or role == "gopls" else Program.USER


def _ours(process: Process) -> bool:
    return not hasattr(os, "geteuid") or process.uid in {os.geteuid(), -1}


def _state(process: Process) -> tuple[str, float | None]:
    busy = process.age_s > 0 and process.cpu_s / process.age_s > _BUSY
    return _STATES.get(process.state, "works" if busy else "asleep"), None


def _does(process: Process, tree: Tree) -> tuple[str, float | None]:
    """What one look tells: the wait that has lasted longest, else its state."""
    if process.state in "Tt":
        return _state(process)
    try:
        look = look_at(process.pid, tree=tree)
    except NoSuchProcess:
        return "has just ended", None
    return _longest(look) or _first_reason(look) or _state(process)


def _longest(look: Look) -> tuple[str, float | None] | None:
    waits: list[Fact] = sorted(filter(_stands, look.facts), key=lambda fact: -(fact.since or 0.0))
    if waits:
        return waits[0].seen.text.partition("\n")[0], waits[0].since
    for fact in look.facts:
        if isinstance(fact, WaitingUser):
            return f"{fact.why}: {fact.seen.text}", None
    works = Counter(fact.role for fact in look.facts if isinstance(fact, Working))
    return (f"{', '.join(f'{role} ({count})' for role, count in works.items())} at work", None) if works else None


def _stands(fact: Fact) -> bool:
    """Whether it is a wait to tell of. A busy go opens and reads a file at any moment."""
    return fact.trouble and not (isinstance(fact, OtherWait) and (fact.since or 0.0) < 1.0)


def _first_reason(look: Look) -> tuple[str, float | None] | None:
    return (f"not seen: {look.refused[0][1]}", None) if look.refused else None
