"""How long the threads of a process have not run, and what each is blocked in.

The kernel notes when it last accounted a thread on a processor (`se.exec_start` in /proc/PID/task/TID/sched,
milliseconds). That clock is the processor's own and leaves out time stolen by a hypervisor, so processors
drift apart, and from CLOCK_MONOTONIC, by seconds in a day. We therefore ask the same clock for "now": a thread of ours
visits that processor and reads its own entry. Where we may not go there, the answer is None.
"""

from __future__ import annotations

import math
import os
import platform
import threading
import time
from dataclasses import dataclass

from unjam.inspect import procfs
from unjam.inspect.refused import Gone, Refused

# Only calls in which a thread can stay for long have a name here: arch/x86/entry/syscalls/syscall_64.tbl and
# include/uapi/asm-generic/unistd.h.
_CALLS = {
    "x86_64": {
        0: "read", 1: "write", 7: "poll", 16: "ioctl", 17: "pread64", 19: "readv", 20: "writev", 23: "select",
        34: "pause", 35: "nanosleep", 42: "connect", 43: "accept", 44: "sendto", 45: "recvfrom", 46: "sendmsg",
        47: "recvmsg", 61: "wait4", 72: "fcntl", 73: "flock", 74: "fsync", 75: "fdatasync", 128: "rt_sigtimedwait",
        130: "rt_sigsuspend", 202: "futex", 230: "clock_nanosleep", 232: "epoll_wait", 247: "waitid", 257: "openat",
        262: "newfstatat", 270: "pselect6", 271: "ppoll", 281: "epoll_pwait", 288: "accept4", 441: "epoll_pwait2",
    },
    "aarch64": {
        22: "epoll_pwait", 25: "fcntl", 29: "ioctl", 32: "flock", 56: "openat", 63: "read", 64: "write", 65: "readv",
        66: "writev", 67: "pread64", 72: "pselect6", 73: "ppoll", 79: "newfstatat", 82: "fsync", 83: "fdatasync",
        95: "waitid", 98: "futex", 101: "nanosleep", 115: "clock_nanosleep", 133: "rt_sigsuspend",
        137: "rt_sigtimedwait", 202: "accept", 203: "connect", 206: "sendto", 207: "recvfrom", 211: "sendmsg",
        212: "recvmsg", 242: "accept4", 260: "wait4", 441: "epoll_pwait2",
    },
}  # fmt: skip


_FRESH_S = 1.0  # in that time the clocks of two processors drift apart by less than a millisecond


@dataclass(frozen=True, slots=True)
class ThreadState:
    """A thread that is not running. "" or None for what the system does not tell.

    `wchan` is the kernel function it sleeps in. `syscall` is the name of its system call, or its number as text, or
    "running"; `arguments` are its six, the first a descriptor for read, flock and their like.
    """

    tid: int
    state: str
    wchan: str
    syscall: str
    arguments: tuple[int, ...]
    idle_s: float | None

    @property
    def argument(self) -> int | None:
        """The first argument, None where none is shown."""
        return self.arguments[0] if self.arguments else None


def idle_since(pid: int) -> float | None:
    """Seconds since any thread of the process last ran; 0.0 while one runs; None when the kernel does not tell."""
    tids = procfs.threads(pid)
    idle = [_CLOCKS.idle(pid, tid) for tid in tids]
    known = [seconds for seconds in idle if seconds is not None]
    # A thread that we know nothing of may have run just now. (A thread that ended meanwhile certainly did.)
    return min(known) if known and len(known) == len(idle) else None


def thread_idle(pid: int, tid: int) -> float | None:
    """Seconds since this thread last ran; 0.0 while it runs or is ready to; None when the kernel does not tell."""
    return _CLOCKS.idle(pid, tid)


def blocked_threads(pid: int) -> tuple[ThreadState, ...] | Gone | Refused:
    """Every thread that does not run now and is not ready to, the main thread first."""
    tids = procfs.threads(pid)
    if not tids:
        return Gone(pid) if not procfs.exists(pid) else Refused(f"process {pid} has no threads to be seen", "")
    blocked: list[ThreadState] = []
    for tid in tids:
        stat = procfs.read_stat(pid, f"task/{tid}/stat")
        if isinstance(stat, procfs.Stat) and stat.state not in {"R", "X"}:
            call, arguments = _syscall(pid, tid)
            idle = _CLOCKS.idle(pid, tid)
            blocked.append(ThreadState(tid, stat.state, _wchan(pid, tid), call, arguments, idle))
    return tuple(blocked)


def parse_syscall(raw: bytes, machine: str) -> tuple[str, tuple[int, ...]]:
    """(call, its six arguments) of /proc/PID/task/TID/syscall; ("", ()) for a thread that is in none, or for nonsense."""
    words = raw.split()
    if words[:1] == [b"running"]:
        return "running", ()
    if len(words) < 9:
        return "", ()
    try:
        number, arguments = int(words[0]), tuple(int(word, 16) for word in words[1:7])
    except ValueError:
        return "", ()
    return (_CALLS.get(machine, {}).get(number, str(number)), arguments) if number >= 0 else ("", ())


def parse_exec_start(raw: bytes) -> float | None:
    """`se.exec_start` of a sched file, in seconds of that processor's clock; None when it is not in there."""
    try:
        milliseconds = float(procfs.parse_fields(raw)["se.exec_start"])
    except (KeyError, ValueError):
        return None
    return milliseconds / 1000 if math.isfinite(milliseconds) else None


def _syscall(pid: int, tid: int) -> tuple[str, tuple[int, ...]]:
    raw = procfs.read(pid, f"task/{tid}/syscall")
    return parse_syscall(raw, platform.machine()) if isinstance(raw, bytes) else ("", ())


def _wchan(pid: int, tid: int) -> str:
    raw = procfs.read(pid, f"task/{tid}/wchan")
    name = raw.decode("ascii", "replace").strip() if isinstance(raw, bytes) else ""
    return "" if name == "0" else name


class _Clocks:
    """The processors' clocks: each is asked once in a second, then carried on by CLOCK_MONOTONIC."""

    def __init__(self) -> None:
        self._offsets: dict[int, tuple[float, float | None]] = {}  # by processor: when it was asked, and its offset

    def idle(self, pid: int, tid: int) -> float | None:
        """Seconds since that thread last ran."""
        stat = procfs.read_stat(pid, f"task/{tid}/stat")
        raw = procfs.read(pid, f"task/{tid}/sched")
        if not isinstance(stat, procfs.Stat) or not isinstance(raw, bytes):
            return None
        ran = parse_exec_start(raw)
        if stat.state == "R":
            return 0.0
        if ran is None or stat.state in {"Z", "X"}:
            return None
        offset = self._offset(stat.cpu)
        return None if offset is None else max(0.0, time.monotonic() - offset - ran)

    def _offset(self, cpu: int) -> float | None:
        now = time.monotonic()
        asked, offset = self._offsets.get(cpu, (-math.inf, None))
        if now - asked > _FRESH_S:
            offset = _offset_of(cpu)
            self._offsets[cpu] = now, offset
        return offset


_CLOCKS = _Clocks()


def _offset_of(cpu: int) -> float | None:
    """CLOCK_MONOTONIC minus the clock of this processor, in seconds; None if we may not run there or cannot read it."""
    answer: list[float] = []

    def visit() -> None:
        try:
            os.sched_setaffinity(0, {cpu})  # of this thread alone
            os.sched_yield()  # makes the kernel account us, so that our entry says "now"
            now = time.monotonic()
            with open("/proc/thread-self/sched", "rb") as file:  # noqa: PTH123  one system call less than Path
                ours = parse_exec_start(file.read())
        except OSError:
            return
        if ours is not None:
            answer.append(now - ours)

    visitor = threading.Thread(target=visit, name="unjam-clock", daemon=True)
    visitor.start()
    visitor.join(timeout=1.0)
    return answer[0] if answer else None
