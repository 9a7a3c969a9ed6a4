"""What go says on standard error: read by us, and for everybody else exactly as if go ran alone.

    terminal                  a terminal of its own for descriptor 2 only: `isatty(2)` stays true, /dev/tty is the user's
    file                      inherited; what was appended is read afterwards
    pipe, /dev/null, socket   relayed through a pipe, byte for byte, as it comes
    same as standard output   inherited (`2>&1`), since a relay could put lines in another order; then the text is not seen,
                              save in a file. A command that leaves standard output alone is relayed all the same

The relay blocks when the reader does, and closes when the reader has gone, so that go meets the same pressure and the
same broken pipe. It ends with go: a daemon that go left behind and that still holds the pipe finds it closed.
"""

from __future__ import annotations

import contextlib
import errno
import os
import select
import stat
import threading
from collections.abc import Callable
from typing import Protocol

from unjam.host.bell import Bell

#: Bytes of standard error that are kept: the end, where the error stands.
KEPT = 4 << 20
#: Seconds a pty may take to hand over what a process wrote just before it ended.
_PTY_DELAY = 0.1

Write = Callable[[bytes], None]


class Stderr(Protocol):
    """The child's descriptor 2 (`None`: ours is inherited), and what was said there. `unseen` says why nothing was read."""

    child: int | None
    unseen: str

    def started(self) -> None:
        """The child has it now."""

    def so_far(self) -> bytes:
        """The end of what was said until now; empty where it is only read afterwards."""

    def finish(self) -> bytes:
        """The child has ended: hand on what is left, and return the end of the text."""

    def resized(self) -> None:
        """The user's terminal has another size."""


def plan(write: Write, *, silent: bool = False, together: bool = False) -> Stderr:
    """How to listen to a child's standard error.

    `silent`: it writes nothing to standard output, so there is no order to keep. `together`: a user's program may write
    to both, so that even in a terminal the order counts to the microsecond.
    """
    ours = _stat(2)
    if ours is None:
        return Inherited("standard error is closed")
    same = _same(ours, _stat(1)) and not _is_null(ours)
    if stat.S_ISREG(ours.st_mode):
        return Appended()
    if together and _is_null(ours):
        return Inherited("standard error is /dev/null, and a program of yours may write there too")
    if os.isatty(2):
        if same and together:
            return Inherited("standard error is the terminal that standard output goes to, and the order of lines must stay")
        return Terminal(write)
    if same and not silent:
        return Inherited("standard output and standard error are one pipe, and the order of lines must stay")
    return Piped(write)


def can_filter(errors: Stderr) -> bool:
    """Whether lines can be kept from the user: only where they pass through our hands."""
    return errors.child is not None


def _stat(fd: int) -> os.stat_result | None:
    """None where it is closed; for the child, as `keep_closed` leaves it, that is."""
    try:
        return os.fstat(fd) if os.get_inheritable(fd) else None
    except OSError:
        return None


def _same(one: os.stat_result, other: os.stat_result | None) -> bool:
    return other is not None and (one.st_dev, one.st_ino) == (other.st_dev, other.st_ino)


def _is_null(found: os.stat_result) -> bool:
    return stat.S_ISCHR(found.st_mode) and found.st_rdev == os.makedev(1, 3)


class Inherited:
    """Ours, untouched and unread."""

    child: int | None = None

    def __init__(self, unseen: str) -> None:
        self.unseen = unseen

    def started(self) -> None:
        """Nothing to do."""

    def so_far(self) -> bytes:
        """Nothing was read."""
        return b""

    def finish(self) -> bytes:
        """Nothing was read."""
        return b""

    def resized(self) -> None:
        """The child asks the terminal itself."""


class Appended(Inherited):
    """A file: ours, and read afterwards from where it ended when the child started."""

    def __init__(self) -> None:
        super().__init__("")
        appends = _flags(2) & os.O_APPEND
        self._from = os.fstat(2).st_size if appends else os.lseek(2, 0, os.SEEK_CUR)

    def finish(self) -> bytes:
        """The end of what was appended."""
        try:
            fd = os.open("/dev/fd/2", os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            self.unseen = f"the file of standard error cannot be read: {error.strerror}"
            return b""
        try:
            size = os.fstat(fd).st_size
            start = max(self._from, size - KEPT)
            return os.pread(fd, max(0, size - start), start)
        finally:
            os.close(fd)


def _flags(fd: int) -> int:
    """The status flags of an open descriptor."""
    import fcntl

    return fcntl.fcntl(fd, fcntl.F_GETFL)


class Piped:
    """A pipe between the child and us, handed on by a thread."""

    unseen = ""

    def __init__(self, write: Write) -> None:
        self._write = write
        self._tail = _Tail()
        self._bell = Bell()
        self._ended = False
        self._thread = threading.Thread(target=self._relay, name="unjam-stderr", daemon=True)
        self._from, to = self._pair()
        self.child: int | None = to

    def _pair(self) -> tuple[int, int]:
        return os.pipe()

    def started(self) -> None:
        """Only the child holds the other end now."""
        if self.child is not None:
            os.close(self.child)
        self._thread.start()

    def hand_on(self, write: Write) -> None:
        """Give it to somebody else; before the child has started."""
        self._write = write

    def so_far(self) -> bytes:
        """The end of what was said until now."""
        return self._tail.bytes()

    def finish(self) -> bytes:
        """All that the child wrote has been handed on when this returns."""
        self._ended = True
        self._bell.ring()
        if self._thread.ident is not None:
            self._thread.join()
        self._bell.__exit__()
        return self._tail.bytes()

    def resized(self) -> None:
        """A pipe has no size."""

    def _patience(self) -> float:
        """Seconds to wait for what the ended child may still have in the pipe, when others hold it open."""
        return 0.0

    def _relay(self) -> None:
        try:
            while data := self._next():
                self._tail.add(data)
                self._write(data)
        except OSError:
            pass  # nobody reads us any more, or the terminal is gone: the closed end tells the child so
        finally:
            os.close(self._from)

    def _next(self) -> bytes:
        """The next bytes; empty at the end."""
        while True:
            ended = self._ended
            watched = [self._from] if ended else [self._from, self._bell.fileno()]
            ready = select.select(watched, [], [], self._patience() if ended else None)[0]
            if self._from in ready:
                return self._read()
            if ended:
                return b""

    def _read(self) -> bytes:
        try:
            return os.read(self._from, 1 << 16)
        except OSError as error:
            if error.errno == errno.EIO:  # how a pty says that the last writer has closed it
                return b""
            raise


class Terminal(Piped):
    """A terminal of its own for the child's descriptor 2, as wide as the user's, and without its own idea of newlines."""

    def _pair(self) -> tuple[int, int]:
        import termios

        ours, theirs = os.openpty()
        attributes = termios.tcgetattr(2)
        attributes[1] &= ~termios.OPOST  # the user's terminal turns \n into \r\n, once
        termios.tcsetattr(theirs, termios.TCSANOW, attributes)
        self._copy_size(ours)
        return ours, theirs

    def resized(self) -> None:
        """Follow the user's terminal."""
        with contextlib.suppress(OSError):
            self._copy_size(self._from)

    def _copy_size(self, to: int) -> None:
        import fcntl
        import termios

        size = fcntl.ioctl(2, termios.TIOCGWINSZ, b"\0" * 8)
        fcntl.ioctl(to, termios.TIOCSWINSZ, size)

    def _patience(self) -> float:
        return _PTY_DELAY


class _Tail:
    """The last `KEPT` bytes of what is added."""

    def __init__(self) -> None:
        self._kept = bytearray()

    def add(self, data: bytes) -> None:
        self._kept += data
        if len(self._kept) > 2 * KEPT:
            del self._kept[:-KEPT]

    def bytes(self) -> bytes:
        return bytes(self._kept[-KEPT:])


def write_all(fd: int, data: bytes) -> None:
    """Write every byte, waiting as long as the reader lets us wait, also on a descriptor that somebody made non-blocking."""
    rest = memoryview(data)
    while rest:
        try:
            rest = rest[os.write(fd, rest) :]
        except BlockingIOError:
            select.select([], [fd], [])
