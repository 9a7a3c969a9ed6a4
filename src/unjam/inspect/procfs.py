"""Reading /proc: one process' files as bytes, or why not. Every other file here reads through this one."""

# ruff: noqa: PTH115, PTH208 (one os call per descriptor: a Path for each of a thousand costs more than the look)

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from unjam.inspect.refused import Gone, Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PROC = "/proc"
_EXEC_LOOKS, _EXEC_PAUSE_S = 50, 0.001
_PF_KTHREAD = 0x00200000  # include/linux/sched.h
OTHER_USER = "run unjam as the user of that process, or as root"


@dataclass(frozen=True, slots=True)
class Stat:
    """/proc/PID/stat, see proc_pid_stat(5). Times are in clock ticks; `started` counts them since boot."""

    pid: int
    comm: str
    state: str
    ppid: int
    pgrp: int
    session: int
    tty: int
    tty_group: int
    ticks: int  # user and system time of its threads
    reaped_ticks: int  # the same of children that it waited for
    started: int
    cpu: int  # the processor it last ran on
    of_kernel: bool = False  # a thread of the kernel, which has no executable


@cache
def has_proc() -> bool:
    """Whether this system has a /proc that tells of processes. False on macOS and Windows."""
    return Path(PROC, "self", "stat").exists()


@cache
def ticks_per_second() -> int:
    """The unit of the times in /proc/PID/stat."""
    return os.sysconf("SC_CLK_TCK")


def read(pid: int, name: str) -> bytes | Gone | Refused:
    """The contents of /proc/PID/NAME."""
    try:
        return Path(PROC, str(pid), name).read_bytes()
    except OSError as error:
        return why_not(pid, name, error)


def read_settled(pid: int, name: str) -> bytes | Gone | Refused:
    """The contents of cmdline or environ. Both are empty for an instant in the middle of exec: that instant is waited out.

    What stays empty after that has none: a zombie, a thread of the kernel, a process started with an empty environment.
    """
    for _ in range(_EXEC_LOOKS):
        raw = read(pid, name)
        if raw or not isinstance(raw, bytes) or not isinstance(link(pid, "exe"), str):
            return raw
        # The command line is set up first. Where it is there, exec is past this point or about to be.
        settled = name == "environ" and bool(read(pid, "cmdline"))
        time.sleep(_EXEC_PAUSE_S)
        if settled:
            break
    return read(pid, name)


def link(pid: int, name: str) -> str | Gone | Refused:
    """What the symbolic link /proc/PID/NAME says."""
    try:
        return os.readlink(f"{PROC}/{pid}/{name}")
    except OSError as error:
        return why_not(pid, name, error)


def why_not(pid: int, name: str, error: OSError) -> Gone | Refused:
    """The meaning of a failed look at /proc/PID/NAME."""
    if isinstance(error, FileNotFoundError | ProcessLookupError | NotADirectoryError):
        return Refused(f"process {pid} has no {name}", "") if exists(pid) else Gone(pid)
    if isinstance(error, PermissionError):
        return Refused(f"the system does not let us read {name} of process {pid}", OTHER_USER)
    return Refused(f"cannot read {name} of process {pid}: {error.strerror}", "")


def exists(pid: int) -> bool:
    """Whether a process of this id is there, dead or alive."""
    return Path(PROC, str(pid)).exists()


def pids() -> Iterator[int]:
    """The processes that we are shown, in no order."""
    try:
        names = os.listdir(PROC)
    except OSError:
        return
    yield from (int(name) for name in names if name.isdigit())


def threads(pid: int) -> tuple[int, ...]:
    """The thread ids of a process, its own first; empty when it is gone or hidden."""
    try:
        names = os.listdir(f"{PROC}/{pid}/task")
    except OSError:
        return ()
    return tuple(sorted((int(name) for name in names if name.isdigit()), key=lambda tid: (tid != pid, tid)))


def descriptors(pid: int) -> tuple[int, ...] | Gone | Refused:
    """The numbers of the descriptors that a process has open, in order."""
    try:
        numbers = tuple(sorted(int(name) for name in os.listdir(f"{PROC}/{pid}/fd") if name.isdigit()))
    except OSError as error:
        return why_not(pid, "fd", error)
    # The list is there for its owner, what the numbers stand for only for who may look into the process.
    first = link(pid, f"fd/{numbers[0]}") if numbers else ""
    if isinstance(first, Refused) and first.remedy:
        return Refused(f"the system does not let us see what process {pid} has open", first.remedy)
    return numbers


def read_stat(pid: int, name: str = "stat") -> Stat | Gone | Refused:
    """The stat of a process, or of one thread with `name="task/TID/stat"`."""
    raw = read(pid, name)
    if not isinstance(raw, bytes):
        return raw
    return parse_stat(raw) or Gone(pid)


def parse_stat(raw: bytes) -> Stat | None:
    """The fields of a stat line; None for what is not one. A process may put spaces and brackets into its name."""
    head, bracket, tail = raw.rpartition(b")")
    number, opening, comm = head.partition(b"(")
    fields = tail.split()
    if not bracket or not opening or len(fields) < 37:
        return None
    try:
        return Stat(
            pid=int(number),
            comm=comm.decode("utf-8", "replace"),
            state=fields[0].decode("ascii", "replace"),
            ppid=int(fields[1]),
            pgrp=int(fields[2]),
            session=int(fields[3]),
            tty=int(fields[4]),
            tty_group=int(fields[5]),
            ticks=int(fields[11]) + int(fields[12]),
            reaped_ticks=int(fields[13]) + int(fields[14]),
            started=int(fields[19]),
            cpu=int(fields[36]),
            of_kernel=bool(int(fields[6]) & _PF_KTHREAD),
        )
    except ValueError:
        return None


def parse_fields(raw: bytes) -> dict[str, str]:
    """`Name:  value` lines, as in status, io, fdinfo and sched. The first line of a name counts."""
    fields: dict[str, str] = {}
    for line in raw.decode("utf-8", "replace").split("\n"):
        name, colon, value = line.partition(":")
        if colon:
            fields.setdefault(name.strip(), value.strip())
    return fields


@dataclass(frozen=True, slots=True)
class Holders:
    """The processes that answered yes. `complete` is False when the descriptors of some could not be seen."""

    pids: tuple[int, ...]
    complete: bool


def who_holds(matches: Callable[[str, str], bool]) -> Holders:
    """The processes with a descriptor for which `matches(its /proc link, what the link says)`."""
    found: list[int] = []
    complete = True
    for pid in pids():
        numbers = descriptors(pid)
        if isinstance(numbers, Refused):
            complete = False
        if not isinstance(numbers, tuple):
            continue
        if any(_link_matches(f"{PROC}/{pid}/fd/{number}", matches) for number in numbers):
            found.append(pid)
    return Holders(tuple(sorted(found)), complete)


def _link_matches(path: str, matches: Callable[[str, str], bool]) -> bool:
    try:
        return matches(path, os.readlink(path))
    except OSError:
        return False
