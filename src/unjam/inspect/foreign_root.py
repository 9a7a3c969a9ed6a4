"""Files as a process sees them: in its own mount namespace and below its own root.

/proc/PID/root leads there, but a symbolic link that begins with `/` would lead back to our own root. Links are therefore
followed one by one, from the root of the process.
"""

from __future__ import annotations

import os
import platform
import sys
from pathlib import Path

from unjam.inspect import procfs
from unjam.inspect.deadline import within

_DEADLINE_S = 1.0
_MOST_BYTES = 1 << 20  # settings files are small; what is larger is something else
_MOST_LINKS = 40  # as the kernel: MAXSYMLINKS


class ForeignRoot:
    """Reads files for one process. Every answer comes within a second; what cannot be read is empty."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self.goos = {"linux": "linux", "darwin": "darwin", "win32": "windows"}.get(sys.platform, sys.platform)
        machine = platform.machine().lower()
        self.goarch = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}.get(machine, machine)
        self._root = "" if self._is_ours() else f"{procfs.PROC}/{pid}/root"

    def read(self, path: str) -> bytes:
        """The contents of the file; empty for none."""

        def look() -> bytes:
            with Path(self._outside(path)).open("rb") as file:
                return file.read(_MOST_BYTES)

        return within(_DEADLINE_S, look) or b""

    def is_dir(self, path: str) -> bool:
        """Whether there is a directory."""
        return bool(within(_DEADLINE_S, lambda: Path(self._outside(path)).is_dir()))

    def which(self, command: str, path: str) -> str:
        """Where exec.LookPath finds the command: an executable file in a directory of PATH that is absolute; "" for none."""

        def look() -> str:
            places = (f"{directory}/{command}" for directory in path.split(os.pathsep) if directory.startswith("/"))
            return next((place for place in places if self._is_executable(place)), "")

        return within(_DEADLINE_S, look) or ""

    def exe(self) -> str:
        """The executable of the process, as the process sees it."""
        if not procfs.has_proc():
            from unjam.inspect.process import Process, read_process

            process = read_process(self._pid)
            return process.exe if isinstance(process, Process) else ""
        target = procfs.link(self._pid, "exe")
        return target.removesuffix(" (deleted)") if isinstance(target, str) else ""

    def resolved(self, path: str) -> str:
        """The path with all symbolic links followed, still as the process sees it."""
        outside = within(_DEADLINE_S, lambda: self._outside(path)) or ""
        return (os.path.realpath(outside) if not self._root else outside.removeprefix(self._root)) if outside else ""

    def absolute(self, path: str) -> str:
        """A relative path is meant from the working directory of the process."""
        if not path or path.startswith("/") or not procfs.has_proc():
            return path
        cwd = procfs.link(self._pid, "cwd")
        return f"{cwd}/{path}" if isinstance(cwd, str) else path

    def _is_ours(self) -> bool:
        if not procfs.has_proc():
            return True
        theirs = procfs.link(self._pid, "ns/mnt")
        try:
            ours = str(Path(procfs.PROC, "self", "ns", "mnt").readlink())
        except OSError:
            return True
        return not isinstance(theirs, str) or (theirs == ours and procfs.link(self._pid, "root") == "/")

    def _is_executable(self, path: str) -> bool:
        outside = Path(self._outside(path))
        return outside.is_file() and bool(outside.stat().st_mode & 0o111)

    def _outside(self, path: str) -> str:
        """The path by which we reach it: component by component below /proc/PID/root."""
        if not self._root:
            return path
        todo, done, links = path.split("/")[::-1], "", 0
        while todo:
            part = todo.pop()
            if part in {"", "."}:
                continue
            if part == "..":
                done = done.rpartition("/")[0]
                continue
            target = _link(f"{self._root}{done}/{part}")
            if target is None:
                done = f"{done}/{part}"
                continue
            links += 1
            if links > _MOST_LINKS:
                return f"{self._root}{path}"
            done = "" if target.startswith("/") else done
            todo.extend(target.split("/")[::-1])
        return f"{self._root}{done}"


def _link(path: str) -> str | None:
    try:
        return str(Path(path).readlink())
    except OSError:
        return None
