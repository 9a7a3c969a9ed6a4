"""The file that a thread waits to open, to read from, or to write to: by the arguments of its system call."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal

from unjam.inspect import procfs
from unjam.inspect.memory import Memory, ProcessMemory, Unreadable, open_memory
from unjam.inspect.sched import ThreadState, blocked_threads

Use = Literal["open", "read", "write"]

_CALLS: dict[str, Use] = {
    "openat": "open",
    "read": "read", "pread64": "read", "readv": "read",
    "write": "write", "writev": "write",
}  # fmt: skip
_LONGEST = 4096  # PATH_MAX
_PAGE = 4096


@dataclass(frozen=True, slots=True)
class WaitedFile:
    """A file in use by a blocked thread. `fd` is None while it is being opened; `path` is as the process sees it."""

    use: Use
    path: str
    fd: int | None


def waited_files(pid: int) -> tuple[WaitedFile, ...]:
    """Of each thread that is blocked in opening, reading or writing; empty when the system does not tell."""
    threads = blocked_threads(pid)
    if not isinstance(threads, tuple):
        return ()
    found = (_file(pid, thread) for thread in threads if thread.syscall in _CALLS)
    return tuple(file for file in found if file is not None)


def _file(pid: int, thread: ThreadState) -> WaitedFile | None:
    use = _CALLS[thread.syscall]
    if use == "open":
        path = _path(pid, thread)
        return WaitedFile(use, path, None) if path else None
    fd = thread.argument
    name = procfs.link(pid, f"fd/{fd}")
    return WaitedFile(use, name, fd) if isinstance(name, str) else None


def _path(pid: int, thread: ThreadState) -> str:
    """What is being opened: relative names stand below the working folder, as go's own always do."""
    if len(thread.arguments) < 2:
        return ""
    memory = open_memory(pid)
    if not isinstance(memory, ProcessMemory):
        return ""
    with memory:
        name = c_string(memory, thread.arguments[1])
    folder = procfs.link(pid, "cwd")
    return str(PurePosixPath(folder if isinstance(folder, str) else "", name)) if name else ""


def c_string(memory: Memory, address: int) -> str:
    """The text that ends with a zero byte there; "" where none can be read."""
    data = b""
    while len(data) < _LONGEST:
        size = _PAGE - (address + len(data)) % _PAGE  # up to the next page, which may not be mapped
        try:
            data += memory.read(address + len(data), size)
        except Unreadable:
            return ""
        text, end, _ = data.partition(b"\0")
        if end:
            return text.decode("utf-8", "replace")
    return ""
