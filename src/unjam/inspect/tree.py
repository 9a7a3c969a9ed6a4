"""Processes below and above one another, and what a whole tree has done so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from unjam.inspect import procfs
from unjam.inspect.process import STATE_LETTERS, Process, read_process
from unjam.inspect.sockets import sockets_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True, slots=True)
class Node:
    """One process of a snapshot: little enough to have it of all processes in one pass. `started` as in Identity."""

    pid: int
    ppid: int
    name: str
    state: str
    pgrp: int
    session: int
    started: int
    cpu_s: float
    reaped_cpu_s: float  # of children that it waited for


@dataclass(frozen=True, slots=True)
class Tree:
    """All processes that we are shown, at one moment (as far as one pass over /proc is one)."""

    nodes: Mapping[int, Node]
    _below: Mapping[int, tuple[int, ...]] = field(repr=False)

    def __contains__(self, pid: int) -> bool:
        return pid in self.nodes

    def children(self, pid: int) -> tuple[Node, ...]:
        """Those that the process started, or that were handed to it; oldest first."""
        return tuple(self.nodes[child] for child in self._below.get(pid, ()))

    def descendants(self, pid: int) -> tuple[Node, ...]:
        """Children, their children and so on, each before its own. A child whose parent died is no longer among them."""
        return tuple(self._walk(pid, {pid}))

    def ancestors(self, pid: int) -> tuple[Node, ...]:
        """Parent, its parent and so on, nearest first."""
        above: list[Node] = []
        node = self.nodes.get(pid)
        while node and (node := self.nodes.get(node.ppid)) and node not in above:
            above.append(node)
        return tuple(above)

    def group(self, pgrp: int) -> tuple[Node, ...]:
        """The process group: finds also those whose parent has died."""
        return tuple(node for node in self.nodes.values() if node.pgrp == pgrp)

    def _walk(self, pid: int, seen: set[int]) -> Iterator[Node]:
        for node in self.children(pid):
            if node.pid not in seen:  # ids taken over during the pass could close a circle
                seen.add(node.pid)
                yield node
                yield from self._walk(node.pid, seen)


@dataclass(frozen=True, slots=True)
class Counters:
    """What a process and all below it have done. Only differences mean something: a child that ends takes its bytes along.

    `io_bytes` is what passed through read and write, files and pipes and sockets alike; `socket_bytes` what TCP
    peers acknowledged and sent. None for what may not be seen.
    """

    cpu_s: float
    io_bytes: int | None
    socket_bytes: int | None
    pids: frozenset[int]

    def moved_since(self, earlier: Counters) -> bool:
        """Whether bytes moved, or processes came or went. Processor time alone does not count as movement."""
        now, then = (self.io_bytes, self.socket_bytes, self.pids), (earlier.io_bytes, earlier.socket_bytes, earlier.pids)
        return now != then

    def cpu_since(self, earlier: Counters) -> float:
        """Processor seconds used in between, never negative."""
        return max(0.0, self.cpu_s - earlier.cpu_s)


def snapshot() -> Tree:
    """All processes now."""
    if not procfs.has_proc():
        return tree_of(_by_psutil())
    return tree_of(_node(stat) for pid in procfs.pids() if isinstance(stat := procfs.read_stat(pid), procfs.Stat))


def tree_of(nodes: Iterator[Node]) -> Tree:
    """The tree that these processes form."""
    known = {node.pid: node for node in nodes}
    below: dict[int, list[int]] = {}
    for node in sorted(known.values(), key=lambda node: (node.started, node.pid)):
        below.setdefault(node.ppid, []).append(node.pid)
    return Tree(known, {pid: tuple(children) for pid, children in below.items()})


def children(pid: int, recursive: bool = True) -> tuple[Process, ...]:
    """The processes below this one; those that end meanwhile are left out."""
    tree = snapshot()
    nodes = tree.descendants(pid) if recursive else tree.children(pid)
    found = (read_process(node.pid) for node in nodes)
    return tuple(process for process in found if isinstance(process, Process))


def counters(pid: int, sockets: bool = True) -> Counters:
    """The counters of the process and all below it. `sockets=False` spares the question to the kernel's socket tables."""
    tree = snapshot()
    nodes = [node for node in (tree.nodes.get(pid), *tree.descendants(pid)) if node is not None]
    moved = [_io_bytes(node.pid) for node in nodes]
    through_sockets = [_socket_bytes(node.pid) for node in nodes] if sockets else []
    return Counters(
        cpu_s=sum(node.cpu_s + node.reaped_cpu_s for node in nodes),
        io_bytes=_sum(moved),
        socket_bytes=_sum(through_sockets),
        pids=frozenset(node.pid for node in nodes),
    )


def _node(stat: procfs.Stat) -> Node:
    per_second = procfs.ticks_per_second()
    return Node(
        stat.pid, stat.ppid, stat.comm, stat.state, stat.pgrp, stat.session, stat.started,
        stat.ticks / per_second, stat.reaped_ticks / per_second,
    )  # fmt: skip


def _by_psutil() -> Iterator[Node]:
    """The same where there is no /proc. There, process groups are no subject, and -1."""
    import psutil

    for process in psutil.process_iter(["ppid", "name", "status", "create_time", "cpu_times"]):
        seen = process.info
        cpu = sum(seen["cpu_times"][:2]) if seen["cpu_times"] else 0.0
        started = int((seen["create_time"] or 0) * 1_000_000)
        state = STATE_LETTERS.get(seen["status"] or "", "S")
        yield Node(process.pid, seen["ppid"] or 0, seen["name"] or "", state, -1, -1, started, cpu, 0.0)


def _sum(parts: list[int | None]) -> int | None:
    known = [part for part in parts if part is not None]
    return sum(known) if known else None


def _io_bytes(pid: int) -> int | None:
    raw = procfs.read(pid, "io")
    if not isinstance(raw, bytes):
        return None
    fields = procfs.parse_fields(raw)
    try:
        return int(fields["rchar"]) + int(fields["wchar"])
    except (KeyError, ValueError):
        return None


def _socket_bytes(pid: int) -> int | None:
    found = sockets_of(pid)
    if not isinstance(found, tuple):
        return None
    tcp = [socket for socket in found if socket.kind == "tcp" and socket.bytes_received is not None]
    return sum((socket.bytes_received or 0) + (socket.bytes_sent or 0) for socket in tcp)
