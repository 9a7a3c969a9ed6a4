"""Who waits for a file lock, and who holds it.

/proc/locks names a waiter with `->` below its holder. The pid it gives for the holder is the one that took the lock; that
process may have ended while a child still has the descriptor, and with it the lock. So who holds it is looked up in
the descriptors: /proc/PID/fdinfo/FD has a `lock:` line exactly where the open file has the lock.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from unjam.inspect import procfs
from unjam.inspect.refused import Refused
from unjam.inspect.sched import blocked_threads
from unjam.inspect.tree import snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class LockLine:
    """One line of /proc/locks. `number` is the same for a holder and those that wait for it; `pid` is 0 or -1 for nobody."""

    number: int
    waiting: bool
    kind: str  # FLOCK, POSIX, OFDLCK, LEASE
    access: str  # READ or WRITE
    pid: int
    device: tuple[int, int]  # major, minor
    inode: int


@dataclass(frozen=True, slots=True)
class LockWait:
    """A process that waits for a file lock, and those that have it now.

    `holder` is who to ask first: the process that took the lock if it still has it, else one that has it from there; None
    if none can be seen, because it lives in another pid namespace or belongs to another user. `recorded` is the pid in
    /proc/locks: when it is not among `holders`, it ended and left the lock to them. `path` is "" when not found;
    `inode` is (device, inode) as stat tells them of the waiter's descriptor, else as /proc/locks does.
    """

    pid: int
    path: str
    inode: tuple[int, int]
    holder: int | None
    holders: tuple[int, ...]
    recorded: int | None
    kind: str
    access: str


def lock_waits(pid: int | None = None) -> tuple[LockWait, ...] | Refused:
    """All waits for file locks, or those of one process."""
    try:
        text = Path(procfs.PROC, "locks").read_bytes().decode("utf-8", "replace")
    except OSError as error:
        return Refused(f"the system does not tell of file locks: {error.strerror}", "")
    lines = parse_locks(text)
    waits = [_wait(line, lines) for line in lines if line.waiting and pid in {None, line.pid}]
    if pid is not None and not waits:
        return tuple(_unlisted(pid))
    return tuple(waits)


def parse_locks(text: str) -> tuple[LockLine, ...]:
    """The lines that are whole, in order."""
    found = (_line().match(line) for line in text.split("\n"))
    return tuple(
        LockLine(
            number=int(match["number"]),
            waiting=bool(match["arrow"]),
            kind=match["kind"],
            access=match["access"],
            pid=int(match["pid"]),
            device=(int(match["major"], 16), int(match["minor"], 16)),
            inode=int(match["inode"]),
        )
        for match in found
        if match
    )


def holds_lock(fdinfo: bytes, kind: str = "FLOCK") -> bool:
    """Whether this descriptor's file has a lock of that kind, by its /proc/PID/fdinfo."""
    lines = (line.partition(b"lock:")[2] for line in fdinfo.split(b"\n") if line.startswith(b"lock:"))
    return any(kind.encode("ascii", "replace") in line.split() and b"->" not in line for line in lines)


def _wait(line: LockLine, lines: tuple[LockLine, ...]) -> LockWait:
    recorded = next((other.pid for other in lines if other.number == line.number and not other.waiting), 0)
    fd = _descriptor_of(line.pid, line.device, line.inode)
    return _answer(line, fd, recorded if recorded > 0 else None)


def _answer(line: LockLine, fd: int | None, recorded: int | None) -> LockWait:
    path, inode = _named(line.pid, fd) if fd is not None else ("", (os.makedev(*line.device), line.inode))
    holders = _holders(inode, line.kind, recorded, line.pid)
    holder = recorded if recorded in holders else holders[0] if holders else None
    return LockWait(line.pid, path, inode, holder, holders, recorded, line.kind, line.access)


def _unlisted(pid: int) -> Iterator[LockWait]:
    """Waits that /proc/locks keeps from us, as it does when the holder lives in another pid namespace: by the system call."""
    threads = blocked_threads(pid)
    for thread in threads if isinstance(threads, tuple) else ():
        if thread.syscall == "flock" and thread.argument is not None:
            yield _answer(LockLine(0, True, "FLOCK", "WRITE", pid, (0, 0), 0), thread.argument, None)


def _descriptor_of(pid: int, device: tuple[int, int], inode: int) -> int | None:
    """The waiter's descriptor for that inode. On btrfs and overlayfs stat tells another device: then it must be unique."""
    numbers = procfs.descriptors(pid)
    same: dict[int, int] = {}
    for fd in numbers if isinstance(numbers, tuple) else ():
        found = _inode(pid, fd)
        if found and found[1] == inode:
            if (os.major(found[0]), os.minor(found[0])) == device:
                return fd
            same.setdefault(found[0], fd)
    return next(iter(same.values())) if len(same) == 1 else None


def _named(pid: int, fd: int) -> tuple[str, tuple[int, int]]:
    target = procfs.link(pid, f"fd/{fd}")
    return (target if isinstance(target, str) else "", _inode(pid, fd) or (0, 0))


def _holders(inode: tuple[int, int], kind: str, recorded: int | None, waiter: int) -> tuple[int, ...]:
    """Who has the lock now. Where the one that took it has it still, only those below it can share it."""
    if recorded is not None and _has(recorded, inode, kind):
        below = (node.pid for node in snapshot().descendants(recorded))
        return (recorded, *(pid for pid in below if pid != waiter and _has(pid, inode, kind)))
    return tuple(sorted(pid for pid in procfs.pids() if pid != recorded and _has(pid, inode, kind)))


def _has(pid: int, inode: tuple[int, int], kind: str) -> bool:
    numbers = procfs.descriptors(pid)
    for fd in numbers if isinstance(numbers, tuple) else ():
        if _inode(pid, fd) == inode:
            info = procfs.read(pid, f"fdinfo/{fd}")
            if isinstance(info, bytes) and holds_lock(info, kind):
                return True
    return False


def _inode(pid: int, fd: int) -> tuple[int, int] | None:
    path = f"{procfs.PROC}/{pid}/fd/{fd}"
    try:
        # Only what has a path can be locked, and only files are asked: a socket or pipe costs no stat.
        if not os.readlink(path).startswith("/"):  # noqa: PTH115  one call per descriptor of many processes
            return None
        found = os.stat(path)  # noqa: PTH116
    except OSError:
        return None
    return (found.st_dev, found.st_ino)


@cache
def _line() -> re.Pattern[str]:
    return re.compile(
        r"(?P<number>\d+):\s*(?P<arrow>->)?\s*(?P<kind>[A-Z]+)\s+\S+\s+(?P<access>READ|WRITE|RW|NONE|UNLCK)\s+"
        r"(?P<pid>-?\d+)\s+(?P<major>[0-9a-f]+):(?P<minor>[0-9a-f]+):(?P<inode>\d+)\s",
        re.ASCII,
    )
