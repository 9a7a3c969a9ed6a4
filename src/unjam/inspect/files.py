"""The descriptors that a process has open, what they mean to go, and who holds the other end of a pipe."""

from __future__ import annotations

import os
import stat
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from unjam.golang.cache_path import Role, read_cache_path
from unjam.inspect import procfs
from unjam.inspect.deadline import within
from unjam.inspect.refused import Gone, Refused

if TYPE_CHECKING:
    from collections.abc import Iterable

Kind = Literal["file", "pipe", "socket", "tty", "dir", "anon", "device"]
_STAT_DEADLINE_S = 1.0  # a file on a dead network file system answers never


@dataclass(frozen=True, slots=True)
class OpenFile:
    """One open descriptor.

    `path` is as the process sees it, in its own mount namespace, or the kernel's name for what has no path
    (`pipe:[4711]`). `flags` are those of open(2). None: not a file, or its file system did not answer in time.
    `inode` is (device, inode), (0, 0) if unknown.
    """

    fd: int
    path: str
    kind: Kind
    deleted: bool
    position: int
    flags: int
    size: int | None
    mtime_age_s: float | None
    inode: tuple[int, int]

    @property
    def writable(self) -> bool:
        """Whether it was opened for writing."""
        return self.flags & os.O_ACCMODE != os.O_RDONLY


@dataclass(frozen=True, slots=True)
class ModuleFile:
    """An open file of go's own: which module and version it is about, and for a growing `.tmp` how much and when last."""

    role: Role
    module: str
    version: str
    path: str
    size: int | None
    mtime_age_s: float | None
    fd: int
    inode: tuple[int, int]


def open_files(pid: int) -> tuple[OpenFile, ...] | Gone | Refused:
    """The descriptors of the process in order. One that is closed during the look is left out."""
    if not procfs.has_proc():
        return _by_psutil(pid)
    numbers = procfs.descriptors(pid)
    if not isinstance(numbers, tuple):
        return numbers
    stats = _stats(pid, numbers)
    now = time.time()
    found = (_open_file(pid, fd, stats.get(fd), now) for fd in numbers)
    return tuple(file for file in found if file is not None)


def module_files(files: Iterable[OpenFile]) -> tuple[ModuleFile, ...]:
    """Those that say what go works on: locks and downloads of the module cache, go.mod, go.sum and the like."""
    meant: list[ModuleFile] = []
    for file in files:
        entry = read_cache_path(file.path) if file.kind == "file" else None
        if entry:
            meant.append(
                ModuleFile(entry.role, entry.module, entry.version, file.path, file.size, file.mtime_age_s, file.fd, file.inode)
            )
    return tuple(meant)


def pipe_peers(pid: int, fd: int) -> procfs.Holders | Gone | Refused:
    """The processes that hold the other end of this pipe: who would have to write if it is read here, and the reverse.

    A process that holds both ends, the asked one included, is one of them.
    """
    name = procfs.link(pid, f"fd/{fd}")
    if not isinstance(name, str):
        return name
    if not name.startswith("pipe:["):
        return Refused(f"descriptor {fd} of process {pid} is no pipe", "")
    try:
        mode = Path(procfs.PROC, str(pid), "fd", str(fd)).lstat().st_mode
    except OSError as error:
        return procfs.why_not(pid, f"fd/{fd}", error)
    # The link itself carries the direction: r-- for a reading end, -w- for a writing one.
    other_way = stat.S_IWUSR if mode & stat.S_IRUSR else stat.S_IRUSR
    return procfs.who_holds(lambda path, target: target == name and bool(Path(path).lstat().st_mode & other_way))


def _open_file(pid: int, fd: int, found: os.stat_result | None, now: float) -> OpenFile | None:
    name = procfs.link(pid, f"fd/{fd}")
    info = procfs.read(pid, f"fdinfo/{fd}")
    if not isinstance(name, str) or not isinstance(info, bytes):
        return None
    position, flags = parse_fdinfo(info)
    kind = kind_of(name, found.st_mode if found else None)
    # A file may well be called "x (deleted)": the kernel's addition counts only where no name is left.
    deleted = name.endswith(" (deleted)") and (found is None or found.st_nlink == 0)
    return OpenFile(
        fd=fd,
        path=name.removesuffix(" (deleted)") if deleted else name,
        kind=kind,
        deleted=deleted,
        position=position,
        flags=flags,
        size=found.st_size if found and kind == "file" else None,
        mtime_age_s=max(0.0, now - found.st_mtime) if found and kind == "file" else None,
        inode=(found.st_dev, found.st_ino) if found else (0, 0),
    )


def parse_fdinfo(raw: bytes) -> tuple[int, int]:
    """(position, flags of open) from /proc/PID/fdinfo/FD; the flags are written in octal."""
    fields = procfs.parse_fields(raw)
    try:
        return int(fields.get("pos", "0")), int(fields.get("flags", "0"), 8)
    except ValueError:
        return 0, 0


def kind_of(name: str, mode: int | None) -> Kind:
    """What a descriptor is, by the name of its link and its mode, if that is known."""
    if name.startswith("socket:["):
        return "socket"
    if name.startswith("pipe:[") or (mode is not None and stat.S_ISFIFO(mode)):
        return "pipe"
    if name.startswith(("anon_inode:", "/memfd:", "/dev/shm/memfd:")) or not name.startswith("/"):
        return "anon"
    if name.startswith(("/dev/pts/", "/dev/tty", "/dev/console")):
        return "tty"
    if mode is not None and stat.S_ISDIR(mode):
        return "dir"
    if mode is not None and (stat.S_ISCHR(mode) or stat.S_ISBLK(mode)):
        return "device"
    return "file"


def _stats(pid: int, numbers: tuple[int, ...]) -> dict[int, os.stat_result]:
    """What the descriptors refer to, as far as their file systems answer within the deadline."""
    found: dict[int, os.stat_result] = {}

    def look() -> None:
        for fd in numbers:
            try:
                found[fd] = Path(procfs.PROC, str(pid), "fd", str(fd)).stat()
            except OSError:
                continue

    within(_STAT_DEADLINE_S, look)
    return dict(found)


def _by_psutil(pid: int) -> tuple[OpenFile, ...] | Gone | Refused:
    """Where there is no /proc: regular files only, without positions."""
    import psutil

    try:
        seen = psutil.Process(pid).open_files()
    except psutil.NoSuchProcess:
        return Gone(pid)
    except (psutil.AccessDenied, OSError):
        return Refused(f"the system does not let us see the files of process {pid}", procfs.OTHER_USER)
    return tuple(_named_file(file.path, file.fd) for file in seen)


def _named_file(path: str, fd: int) -> OpenFile:
    try:
        found = Path(path).stat()
    except OSError:
        return OpenFile(fd, path, "file", False, 0, 0, None, None, (0, 0))
    age = max(0.0, time.time() - found.st_mtime)
    return OpenFile(fd, path, "file", False, 0, 0, found.st_size, age, (found.st_dev, found.st_ino))
