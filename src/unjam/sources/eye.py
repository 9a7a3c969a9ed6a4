"""What one look has seen of one process, before it is facts."""

from __future__ import annotations

from dataclasses import dataclass, field

from unjam.facts.seen import Fact, Program, Seen
from unjam.facts.settings import GoSetting
from unjam.golang.child_role import role_of
from unjam.golang.frames import Waiting, join
from unjam.inspect.files import ModuleFile, OpenFile, module_files, open_files
from unjam.inspect.goroutines import GoroutineDump, read_goroutines
from unjam.inspect.memory import Memory
from unjam.inspect.process import Process
from unjam.inspect.refused import Gone, Refused
from unjam.inspect.sockets import Socket, sockets_of
from unjam.inspect.tree import Tree


@dataclass(slots=True)
class Eye:
    """One process as it was seen, and the facts that are made of it.

    `waits` are the goroutines of a go command that have a need, each request with its true phase; empty for other programs.
    `way` are the processes that wait for this one, outermost first.
    """

    process: Process
    program: Program
    goroutines: GoroutineDump | Refused
    waits: tuple[Waiting, ...]
    sockets: tuple[Socket, ...] | Refused
    files: tuple[OpenFile, ...] | Refused
    module_files: tuple[ModuleFile, ...]
    tree: Tree
    way: tuple[int, ...]
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

    def setting(self, name: str) -> str:
        """The value of a setting of go's as go has it; "" where it is not set, or not known."""
        found = (fact.raw for fact in self.facts if isinstance(fact, GoSetting) and fact.name == name)
        return next(found, "")

    def refuse(self, refusal: Refused, *kinds: type[Fact]) -> None:
        """Remember what could not be looked at, with what would help."""
        reason = f"{refusal.reason} ({refusal.remedy})" if refusal.remedy else refusal.reason
        self.refused.extend((kind, reason) for kind in kinds)


@dataclass(frozen=True, slots=True)
class Stack:
    """A goroutine as `frames.join` takes it."""

    id: int
    functions: tuple[str, ...]
    created_by_id: int | None


def open_eye(process: Process, memory: Memory | Refused | None, tree: Tree, way: tuple[int, ...]) -> Eye:
    """Look at goroutines, sockets and files of the process. `memory` as in `live.look_at`."""
    goroutines = memory if isinstance(memory, Refused) else read_goroutines(process.pid, memory=memory)
    program = _program(process, goroutines)
    sockets, files = sockets_of(process.pid), open_files(process.pid)
    gone = Refused(f"process {process.pid} has gone")
    return Eye(
        process=process,
        program=program,
        goroutines=goroutines,
        waits=_waits_of(goroutines) if program is Program.GO and isinstance(goroutines, GoroutineDump) else (),
        sockets=gone if isinstance(sockets, Gone) else sockets,
        files=gone if isinstance(files, Gone) else files,
        module_files=module_files(files) if isinstance(files, tuple) else (),
        tree=tree,
        way=way,
    )


def _waits_of(dump: GoroutineDump) -> tuple[Waiting, ...]:
    return join(Stack(g.id, tuple(frame.function for frame in g.frames), g.created_by_id) for g in dump.goroutines)


def _program(process: Process, goroutines: GoroutineDump | Refused) -> Program:
    if isinstance(goroutines, Refused):
        return Program.GO if is_go_command(process) else Program.GOPLS if role_of(process.argv) == "gopls" else Program.USER
    if goroutines.program == "cmd/go":
        return Program.GO
    return Program.GOPLS if goroutines.program.endswith("/gopls") else Program.USER


def is_go_command(process: Process) -> bool:
    """Whether its command line is one of go's."""
    role = role_of(process.argv)
    return role in {"go", "toolchain"} or role.startswith("go ")
