"""The memory of another process, read and never written: one seam, so that a test can refuse it or replay it.

Reading takes the right to trace (`PTRACE_MODE_ATTACH`), though nothing is traced, stopped or signalled:
the same user and Yama's `ptrace_scope` 0, or a parent reading its child under 1, or CAP_SYS_PTRACE.
`open_memory` answers with the memory, or with `Refused`: the reason, and what would lift it.
"""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, Self

from unjam.errors import UnjamError
from unjam.inspect import procfs
from unjam.inspect.refused import Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "Memory",
    "MemoryGone",
    "MemoryRefused",
    "ProcessMemory",
    "Refused",
    "Unreadable",
    "open_memory",
    "read_spans",
]

BLOCK = 1 << 20  # bytes: no single read of several spans is longer
GAP = 4096  # bytes: spans that lie nearer to each other than this are read as one
_CAP_SYS_PTRACE = 1 << 19


class Unreadable(UnjamError):
    """Nothing is mapped at the address, or less than was asked for."""

    slug = "memory"


class MemoryGone(Unreadable):
    """The process has ended, or has replaced itself by exec."""


class MemoryRefused(Unreadable):
    """The kernel does not let us read this process."""


class Memory(Protocol):
    """Exactly `size` bytes at `address`, or an `Unreadable`."""

    def read(self, address: int, size: int) -> bytes:
        """The bytes as they are now."""


@dataclass(slots=True)
class ProcessMemory:
    """`/proc/PID/mem` of a live process. The descriptor stays bound to the program it was opened on, also after exec."""

    pid: int
    fd: int

    def read(self, address: int, size: int) -> bytes:
        """The bytes as they are now."""
        if not 0 <= address < 1 << 63 or not 0 <= size < 1 << 40:
            raise Unreadable(f"no memory at {address:#x} of process {self.pid}")
        try:
            data = os.pread(self.fd, size, address)
        except OSError as err:
            raise _unreadable(err, self.pid, address) from err
        if not data and size:
            raise MemoryGone(f"process {self.pid} has ended or runs another program now")
        if len(data) != size:
            raise Unreadable(f"only {len(data)} of {size} bytes at {address:#x} of process {self.pid}")
        return data

    def close(self) -> None:
        """Let go of the descriptor; a second time does nothing."""
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_memory(pid: int) -> ProcessMemory | Refused:
    """The memory of `pid`, or why not."""
    try:
        fd = os.open(f"{procfs.PROC}/{pid}/mem", os.O_RDONLY | os.O_CLOEXEC)
    except (OSError, ValueError, OverflowError) as err:
        return why_refused(pid, err)
    return ProcessMemory(pid, fd)


def read_spans(memory: Memory, spans: Sequence[tuple[int, int]]) -> list[tuple[bytes, int] | None]:
    """Many (address, size) spans with few reads: for each a (buffer, offset in it), or None where nothing is readable.

    Neighbours share a buffer. Where a shared read fails, each span of it is tried by itself.
    """
    found: list[tuple[bytes, int] | None] = [None] * len(spans)
    order = sorted(range(len(spans)), key=lambda i: spans[i][0])
    at = 0
    while at < len(order):
        start, size = spans[order[at]]
        end, until = start + size, at + 1
        while until < len(order):
            address, size = spans[order[until]]
            if address - end > GAP or address + size - start > BLOCK:
                break
            end, until = max(end, address + size), until + 1
        _read_group(memory, spans, order[at:until], start, end, found)
        at = until
    return found


def _read_group(
    memory: Memory,
    spans: Sequence[tuple[int, int]],
    group: list[int],
    start: int,
    end: int,
    found: list[tuple[bytes, int] | None],
) -> None:
    try:
        block = memory.read(start, end - start)
    except (MemoryGone, MemoryRefused):
        raise
    except Unreadable:
        if len(group) > 1:
            for i in group:
                _read_group(memory, spans, [i], spans[i][0], sum(spans[i]), found)
        return
    for i in group:
        found[i] = (block, spans[i][0] - start)


def _unreadable(err: OSError, pid: int, address: int) -> Unreadable:
    if err.errno in (errno.EPERM, errno.EACCES):
        return MemoryRefused(f"reading process {pid} is not permitted")
    if err.errno == errno.ESRCH:
        return MemoryGone(f"process {pid} has ended")
    return Unreadable(f"no memory at {address:#x} of process {pid}")


# ---- why not ----


@dataclass(frozen=True, slots=True)
class Rights:
    """What decides whether we may read a process: both users, Yama's setting (None: no Yama), our CAP_SYS_PTRACE."""

    uid: int
    their_uid: int
    yama: int | None
    capable: bool


def why_refused(pid: int, err: Exception) -> Refused:
    """The reason behind a failed open of something under /proc/PID, as precisely as the system tells."""
    if not Path(procfs.PROC, "self").exists():
        return Refused(
            "this system has no /proc, so that goroutines cannot be read from outside",
            "`unjam goroutines PID --dump` has the process print them, which ends it",
        )
    status = _status(f"{procfs.PROC}/{pid}/status")
    if not status or (isinstance(err, OSError) and err.errno == errno.ESRCH):
        return Refused(f"process {pid} is gone")
    if status.get("State", "").startswith(("Z", "X")):
        if len(procfs.threads(pid)) > 1:
            return Refused(f"process {pid} is ending, or replaced by another of its threads", "look again")
        return Refused(f"process {pid} has ended and waits to be collected by its parent")
    if isinstance(err, FileNotFoundError):
        stat = procfs.read_stat(pid)
        of_kernel = isinstance(stat, procfs.Stat) and stat.of_kernel
        return Refused(f"process {pid} {'is a thread of the kernel' if of_kernel else 'is about to be gone'}")
    if not (isinstance(err, OSError) and err.errno in (errno.EPERM, errno.EACCES)):
        return Refused(f"process {pid} cannot be opened: {err}")
    return explain_rights(pid, _rights(status))


def explain_rights(pid: int, rights: Rights) -> Refused:
    """Which rule of the kernel stands in the way, and what lifts it."""
    if rights.yama == 3:
        return Refused(
            f"kernel.yama.ptrace_scope is 3: no process may read the memory of process {pid}",
            "only a reboot with another kernel.yama.ptrace_scope changes that",
        )
    if rights.uid != rights.their_uid:
        if rights.uid == 0:
            return Refused(
                f"process {pid} belongs to user id {rights.their_uid}, and this root has no CAP_SYS_PTRACE",
                "run unjam where it has CAP_SYS_PTRACE (a container needs --cap-add SYS_PTRACE)",
            )
        return Refused(
            f"process {pid} belongs to another user (user id {rights.their_uid}, ours is {rights.uid})",
            "run unjam as that user, or as root",
        )
    if rights.yama == 2 and not rights.capable:
        return Refused(
            f"kernel.yama.ptrace_scope is 2: reading the memory of process {pid} takes CAP_SYS_PTRACE",
            "run unjam as root, or with CAP_SYS_PTRACE",
        )
    if rights.yama == 1 and not rights.capable:
        return Refused(
            f"kernel.yama.ptrace_scope is 1: only its parent may read the memory of process {pid}",
            "start the command with `unjam go …`, or run unjam as root, or `sysctl kernel.yama.ptrace_scope=0`",
        )
    return Refused(
        f"the kernel refuses the memory of process {pid}: it has more privileges than we have, is marked as not"
        " dumpable, or lives in another user namespace",
        "run unjam as root on the host",
    )


def _rights(status: dict[str, str]) -> Rights:
    ours = _status(f"{procfs.PROC}/self/status")
    try:
        yama = int(Path(procfs.PROC, "sys/kernel/yama/ptrace_scope").read_text(encoding="ascii"))
    except (OSError, ValueError):
        yama = None
    return Rights(
        uid=os.geteuid(),
        their_uid=int(status.get("Uid", "-1").split()[0]),
        yama=yama,
        capable=bool(int(ours.get("CapEff", "0"), 16) & _CAP_SYS_PTRACE),
    )


def _status(path: str) -> dict[str, str]:
    try:
        text = Path(path).read_text(encoding="utf-8", errors="replace")
    except (OSError, ValueError):
        return {}
    return {key: value.strip() for key, _, value in (line.partition(":") for line in text.splitlines())}
