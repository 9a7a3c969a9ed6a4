"""What a process is about to say on its standard error: where that goes, and what it is, if it goes to a file."""

from __future__ import annotations

import os
import stat
import time
from dataclasses import dataclass

from unjam.inspect import procfs
from unjam.inspect.files import kind_of, pipe_peers
from unjam.inspect.process import Identity, Process, is_same, read_process

_LOOK_AGAIN_S = 0.02


@dataclass(slots=True)
class LastWords:
    """`where` says in words who hears them. `fd` is the file that they are written to, from `start` on; None for others."""

    identity: Identity
    where: str
    fd: int | None = None
    start: int = 0

    @property
    def lost(self) -> bool:
        """Whether nobody at all will hear them."""
        return self.where == os.devnull

    def wait(self, seconds: float) -> bool:
        """Whether the process ends within that time."""
        until = time.monotonic() + seconds
        while is_same(self.identity):
            if time.monotonic() > until:
                return False
            time.sleep(_LOOK_AGAIN_S)
        return True

    def take(self) -> bytes:
        """What was written since; empty where only others hear it. Closes the file."""
        if self.fd is None:
            return b""
        try:
            size = os.fstat(self.fd).st_size
            return os.pread(self.fd, max(0, size - self.start), self.start)
        finally:
            os.close(self.fd)
            self.fd = None


def listen(process: Process) -> LastWords:
    """Be ready to hear them. Nothing is asked of the process."""
    name = procfs.link(process.pid, "fd/2")
    if not isinstance(name, str):
        return LastWords(process.identity, "we are not shown where")
    match kind_of(name, None):
        case "tty":
            return LastWords(process.identity, f"the terminal {name}")
        case "pipe":
            return LastWords(process.identity, f"a pipe{_read_by(process.pid)}")
        case "file":
            return _file(process, name)
        case _:
            return LastWords(process.identity, name)


def _read_by(pid: int) -> str:
    peers = pipe_peers(pid, 2)
    readers = [each for each in peers.pids if each != pid] if isinstance(peers, procfs.Holders) else []
    reader = read_process(readers[0]) if readers else None
    return f" that process {reader.pid} reads ({reader.command})" if isinstance(reader, Process) else ""


def _file(process: Process, name: str) -> LastWords:
    try:
        fd = os.open(f"{procfs.PROC}/{process.pid}/fd/2", os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError:
        return LastWords(process.identity, name)
    found = os.fstat(fd)
    if stat.S_ISREG(found.st_mode):
        return LastWords(process.identity, name, fd, found.st_size)
    os.close(fd)
    return LastWords(process.identity, name)
