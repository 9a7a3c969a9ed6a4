"""How a command gets on, seen from its counters alone: cheap enough to look at twice a second. They decide when to look."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from unjam.host.clock import now
from unjam.host.ending import Living

if TYPE_CHECKING:
    from unjam.inspect.tree import Node, Tree

#: Share of one processor under which a tree counts as doing nothing.
IDLE = 0.02
#: Bytes between two looks at the counters that a waiting process may read and write: wake-ups of its runtime.
_MURMUR = 4096
#: Those that write nothing but what go passes on.
_QUIET_ROLES = frozenset({
    "compile", "link", "asm", "cgo", "cc", "cover", "vet", "pack", "telemetry", "unknown", "go", "toolchain",
})  # fmt: skip
#: Seconds that processor time is averaged over: it is counted in steps of 10 ms.
_WINDOW = 2.5


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the command is. `modules` and `received` are what was seen of downloads, so at least that much."""

    stage: str
    subject: str = ""
    modules: int = 0
    received: int = 0
    elapsed_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Pulse:
    """The tree at one moment: `cpu_s` of all its processes, those that ended and were waited for included."""

    at: float
    tree: Tree
    below: tuple[Node, ...]
    cpu_s: float
    state: str


def pulse(pid: int, known: Iterable[Living]) -> Pulse:
    """One pass over the processes. `known` belong to the tree too: the parents of some may have died."""
    from unjam.inspect.tree import snapshot

    tree = snapshot()
    roots = [node for who, started in known if (node := tree.nodes.get(who)) and node.started == started]
    below = tuple(_with_all_below(tree, roots))
    top = tree.nodes.get(pid)
    return Pulse(now(), tree, below, sum(node.cpu_s + node.reaped_cpu_s for node in below), top.state if top else "")


def _with_all_below(tree: Tree, roots: list[Node]) -> Iterator[Node]:
    seen: set[int] = set()
    for root in roots:
        for node in (root, *tree.descendants(root.pid)):
            if node.pid not in seen:
                seen.add(node.pid)
                yield node


@dataclass(slots=True)
class Pace:
    """How busy the tree has been over the last seconds. `quiet_since` is when it fell silent, None while it works."""

    pid: int
    quiet_since: float | None = None
    share: float = 1.0
    _recent: deque[tuple[float, float]] = field(default_factory=deque)
    _io: int | None = None

    def take(self, beat: Pulse) -> None:
        """Take in the counters of a further moment."""
        self._recent.append((beat.at, beat.cpu_s))
        while len(self._recent) > 2 and self._recent[1][0] <= beat.at - _WINDOW:
            self._recent.popleft()
        start, cpu = self._recent[0]
        self.share = max(0.0, beat.cpu_s - cpu) / (beat.at - start) if beat.at - start > 0.4 else 1.0
        if self.share < IDLE and not self._bytes_moved():
            self.quiet_since = self.quiet_since or start
        else:
            self.quiet_since = None

    def forgive(self) -> None:
        """Begin anew: the machine slept, or the command was stopped."""
        self._recent.clear()
        self.quiet_since, self.share = None, 1.0

    def _bytes_moved(self) -> bool:
        from unjam.inspect.tree import counters

        before, self._io = self._io, counters(self.pid, sockets=False).io_bytes
        return before is not None and self._io is not None and abs(self._io - before) > _MURMUR


@dataclass(slots=True)
class Works:
    """What has been seen of the work itself: programs that ran below go, modules whose files were open."""

    programs: set[str] = field(default_factory=set)
    _roles: dict[tuple[int, int], str] = field(default_factory=dict)
    _modules: set[str] = field(default_factory=set)
    _sizes: dict[str, int] = field(default_factory=dict)

    def take(self, pid: int, beat: Pulse) -> list[str]:
        """The roles of what runs below go now, each command line read once."""
        running = []
        for node in beat.below:
            if node.pid == pid or node.state == "Z":
                continue
            who = (node.pid, node.started)
            if self._roles.get(who) in {None, "", "unknown", "go"}:  # it may not have become what it is going to be
                self._roles[who] = _role(node.pid)
            running.append(self._roles[who])
        self.programs.update(running)
        return running

    def progress(self, pid: int, running: list[str], elapsed: float) -> Progress:
        """Stage and module in flight, from what runs and which files of the module cache are open."""
        subject = self._module_in_flight(pid)
        return Progress(_stage(running, subject), subject, len(self._modules), sum(self._sizes.values()), elapsed)

    def _module_in_flight(self, pid: int) -> str:
        from unjam.golang.cache_path import read_cache_path

        subject = ""
        for path in _open_files(pid):
            entry = read_cache_path(path) if "/cache/download/" in path else None
            if entry and entry.module:
                subject = f"{entry.module}@{entry.version}"
                self._modules.add(subject)
                if entry.role == "download-tmp":
                    self._sizes[path] = max(self._sizes.get(path, 0), _size(path))
        return subject


def _role(pid: int) -> str:
    from unjam.golang.child_role import role_of
    from unjam.inspect.process import Process, read_process

    process = read_process(pid)
    return role_of(process.argv) if isinstance(process, Process) else "unknown"


def _open_files(pid: int) -> Iterator[str]:
    from unjam.inspect import procfs

    numbers = procfs.descriptors(pid)
    for number in numbers if isinstance(numbers, tuple) else ():
        path = procfs.link(pid, f"fd/{number}")
        if isinstance(path, str) and path.startswith("/"):
            yield path


def _size(path: str) -> int:
    try:
        return Path(path).stat().st_size
    except OSError:
        return 0


def _stage(running: list[str], subject: str) -> str:
    roles = set(running)
    if "user program" in roles:
        return "running"
    if "link" in roles:
        return "linking"
    if roles & {"compile", "asm", "cgo", "cc", "cover", "vet", "pack"}:
        return "compiling"
    if subject or any(role.startswith(("git", "ssh", "hg", "svn")) for role in roles):
        return "downloading"
    return "listing"


def leave_the_terminal_alone(running: list[str]) -> bool:
    """Whether these are go's own tools, which neither ask nor print there: the line at the bottom may stay."""
    return _QUIET_ROLES.issuperset(running)
