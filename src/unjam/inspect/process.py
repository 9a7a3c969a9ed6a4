"""One process as the system shows it: who it is, what it runs, since when."""

from __future__ import annotations

import os
import shlex
import time
from dataclasses import dataclass
from pathlib import Path

from unjam.golang.secrets import scrub_argv
from unjam.inspect import procfs
from unjam.inspect.refused import Gone, Refused


@dataclass(frozen=True, slots=True)
class Identity:
    """Which process this is, also after its id was given to another, or it replaced itself by exec as a toolchain switch does.

    `started` is in clock ticks since boot (microseconds since the epoch where there is no /proc); `exe_inode` is
    (device, inode) of the executable, None where it is not to be seen (another user's process, a zombie).
    """

    pid: int
    started: int
    exe_inode: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Process:
    """A process at one moment. `argv` is raw and may hold secrets: show it with `shown_argv`.

    What the system does not show is "" (exe, cwd, tty) or, for `namespaces`, None. `exe` is the path in the mount
    namespace of the process. `state` is the letter of /proc/PID/stat: R running, S asleep, D asleep and
    unkillable, T stopped, t traced, Z dead and not yet waited for, I idle kernel thread.
    """

    identity: Identity
    pid: int
    ppid: int
    argv: tuple[str, ...]
    exe: str
    exe_deleted: bool
    cwd: str
    state: str
    uid: int
    cpu_s: float
    started_at: float
    age_s: float
    tty: str
    foreground: bool  # its process group is the one that may read its terminal
    pgrp: int
    session: int
    name: str  # as the kernel has it, at most 15 bytes
    namespaces: frozenset[str] | None  # those of "mnt", "net", "pid", "user" that are not ours

    @property
    def namespace_differs(self) -> bool:
        """Whether paths, ports or process ids may mean something else to it than to us."""
        return bool(self.namespaces)

    @property
    def command(self) -> str:
        """Its command line as one may show it; the name of the process in brackets when it has none, as `ps` does."""
        return shown_argv(self.argv) if self.argv else f"[{self.name}]"


def read_process(pid: int) -> Process | Gone | Refused:
    """The process of this id now."""
    if not procfs.has_proc():
        return _by_psutil(pid)
    stat = procfs.read_stat(pid)
    if not isinstance(stat, procfs.Stat):
        return stat
    process = _describe(stat)
    # What was read came from several files. If another process took the id meanwhile, it is a mixture.
    again = procfs.read_stat(pid)
    return process if isinstance(again, procfs.Stat) and again.started == stat.started else Gone(pid)


def _describe(stat: procfs.Stat) -> Process:
    pid, per_second = stat.pid, procfs.ticks_per_second()
    age = max(0.0, time.clock_gettime(time.CLOCK_BOOTTIME) - stat.started / per_second)
    exe = _text(procfs.link(pid, "exe"))
    return Process(
        identity=Identity(pid, stat.started, _exe_inode(pid)),
        pid=pid,
        ppid=stat.ppid,
        argv=_argv(pid),
        exe=exe.removesuffix(" (deleted)"),
        exe_deleted=exe.endswith(" (deleted)") and not Path(exe).exists(),
        cwd=_text(procfs.link(pid, "cwd")),
        # A thread that replaces the program lets the first one end before it takes its id: no zombie is left of that.
        state="R" if stat.state == "Z" and len(procfs.threads(pid)) > 1 else stat.state,
        uid=_uid(pid),
        cpu_s=stat.ticks / per_second,
        started_at=time.time() - age,
        age_s=age,
        tty=tty_name(stat.tty),
        foreground=stat.tty != 0 and stat.tty_group == stat.pgrp,
        pgrp=stat.pgrp,
        session=stat.session,
        name=stat.comm,
        namespaces=differing_namespaces(pid),
    )


def identity(pid: int) -> Identity | None:
    """Who has this process id now; None if nobody."""
    if not procfs.has_proc():
        process = read_process(pid)
        return process.identity if isinstance(process, Process) else None
    stat = procfs.read_stat(pid)
    return Identity(pid, stat.started, _exe_inode(pid)) if isinstance(stat, procfs.Stat) else None


def is_same(known: Identity) -> bool:
    """Whether that very process still runs that very executable. A zombie has no executable any more: no."""
    return identity(known.pid) == known


def shown_argv(argv: tuple[str, ...]) -> str:
    """The command line as one would type it into a shell, its secrets masked."""
    return " ".join(shlex.quote(word.replace("\n", "\\n")) for word in scrub_argv(argv))


def tty_name(number: int) -> str:
    """/dev/… of the terminal that stat names by its device number; "" for 0, which is none."""
    if number == 0:
        return ""
    major, minor = os.major(number), os.minor(number)
    if 136 <= major <= 143:  # the eight majors of Unix98 pseudo terminals
        return f"/dev/pts/{minor + 256 * (major - 136)}"
    try:
        lines = Path(f"/sys/dev/char/{major}:{minor}/uevent").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return f"/dev/char/{major}:{minor}"
    name = next((line[8:] for line in lines.split("\n") if line.startswith("DEVNAME=")), f"char/{major}:{minor}")
    return f"/dev/{name}"


def differing_namespaces(pid: int) -> frozenset[str] | None:
    """Those of mnt, net, pid and user in which the process lives apart from us; None when that is not shown."""
    differing: set[str] = set()
    for kind in ("mnt", "net", "pid", "user"):
        theirs = procfs.link(pid, f"ns/{kind}")
        if not isinstance(theirs, str):
            return None
        try:
            ours = Path(procfs.PROC, "self", "ns", kind).readlink()
        except OSError:
            return None
        if theirs != str(ours):
            differing.add(kind)
    return frozenset(differing)


def _argv(pid: int) -> tuple[str, ...]:
    raw = procfs.read_settled(pid, "cmdline")
    if not isinstance(raw, bytes) or not raw:
        return ()
    return tuple(os.fsdecode(word) for word in raw.removesuffix(b"\0").split(b"\0"))


def _exe_inode(pid: int) -> tuple[int, int] | None:
    try:
        found = Path(procfs.PROC, str(pid), "exe").stat()  # follows into the process' own mount namespace
    except OSError:
        return None
    return (found.st_dev, found.st_ino)


def _uid(pid: int) -> int:
    """The effective user; -1 if unknown. The owner of /proc/PID would be root for a process that may not be dumped."""
    raw = procfs.read(pid, "status")
    users = procfs.parse_fields(raw).get("Uid", "").split() if isinstance(raw, bytes) else []
    return int(users[1]) if len(users) > 1 and users[1].isdigit() else -1


def _text(answer: str | Gone | Refused) -> str:
    return answer if isinstance(answer, str) else ""


STATE_LETTERS = {  # of psutil's words
    "running": "R", "sleeping": "S", "disk-sleep": "D", "stopped": "T", "tracing-stop": "t", "zombie": "Z", "dead": "X",
    "idle": "I", "waking": "R", "parked": "S", "locked": "S", "waiting": "S", "suspended": "T",
}  # fmt: skip


def _by_psutil(pid: int) -> Process | Gone | Refused:
    """The same where there is no /proc. Sessions, groups and namespaces are not seen there: -1 and None."""
    import psutil

    try:
        process = psutil.Process(pid)
        with process.oneshot():
            seen = process.as_dict(
                ["ppid", "cmdline", "exe", "cwd", "status", "cpu_times", "create_time", "name"], ad_value=None
            )
            uid = process.uids().effective if hasattr(process, "uids") else -1
            tty = process.terminal() if hasattr(process, "terminal") else None
    except psutil.NoSuchProcess:
        return Gone(pid)
    except (psutil.AccessDenied, OSError):
        return Refused(f"the system does not let us see process {pid}", procfs.OTHER_USER)
    created, exe = seen["create_time"] or 0.0, seen["exe"] or ""
    return Process(
        identity=Identity(pid, int(created * 1_000_000), _inode_of(exe)),
        pid=pid,
        ppid=seen["ppid"] or 0,
        argv=tuple(seen["cmdline"] or ()),
        exe=exe,
        exe_deleted=False,
        cwd=seen["cwd"] or "",
        state=STATE_LETTERS.get(seen["status"] or "", "S"),
        uid=uid,
        cpu_s=sum(seen["cpu_times"][:2]) if seen["cpu_times"] else 0.0,
        started_at=created,
        age_s=max(0.0, time.time() - created),
        tty=tty or "",
        foreground=False,
        pgrp=-1,
        session=-1,
        name=seen["name"] or "",
        namespaces=None,
    )


def _inode_of(exe: str) -> tuple[int, int] | None:
    try:
        found = Path(exe).stat() if exe else None
    except OSError:
        return None
    return (found.st_dev, found.st_ino) if found else None
