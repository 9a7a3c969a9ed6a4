"""Whether a command may be run a second time: only if the first run left no trace in what the user sees, feeds or runs.

What a command prints to a pipe or a terminal cannot be seen from outside. So a file's position is trusted where
standard output is a file, and else what Go's source says: which commands print nothing before they have everything.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from unjam.supervise.words import Words

#: They print nothing on standard output (with -n and -json some do).
_SILENT = frozenset({"build", "install", "get", "vet", "mod tidy", "mod download", "mod vendor", "work sync", "work use"})
#: They print only once all is loaded: while they wait for the network or a lock, nothing has been printed.
_PRINT_LAST = frozenset({"list", "mod graph", "mod why", "mod verify", "version", "env"})
#: They load and build first; the user's program comes last.
_RUN_LAST = frozenset({"run", "test"})
_RUNS_PROGRAMS = ("-exec", "-toolexec", "-vettool")
#: What go itself runs; anything else is the user's.
USER_PROGRAM = "user program"


@dataclass(frozen=True, slots=True)
class Streams:
    """Where standard input and output stood: a position in a file, "null" for /dev/null, None where nothing tells."""

    stdin: int | str | None
    stdout: int | str | None

    @staticmethod
    def now() -> Streams:
        """As they stand. `>log 2>&1`: what moves that position may be what was said on standard error, by go or by us."""
        return Streams(_position(0), None if _one_file(1, 2) else _position(1))


def _position(fd: int) -> int | str | None:
    try:
        found = os.fstat(fd)
    except OSError:
        return "null"
    if stat.S_ISREG(found.st_mode):
        return os.lseek(fd, 0, os.SEEK_CUR)
    if stat.S_ISCHR(found.st_mode) and found.st_rdev == os.makedev(1, 3):
        return "null"
    return None


def _one_file(fd: int, other: int) -> bool:
    try:
        found = os.fstat(fd)
        return stat.S_ISREG(found.st_mode) and os.path.samestat(found, os.fstat(other))
    except OSError:
        return False


def why_not(words: Words, before: Streams, after: Streams, programs: Iterable[str], *, waiting: bool, goflags: str = "") -> str:
    """Why the command may not be run again; "" when it may. `waiting`: it has not ended, and waits for network or lock."""
    return (
        _ran(words, set(programs), waiting, goflags)
        or _read_input(words, before, after)
        or _printed(words, before, after, waiting)
    )


def _ran(words: Words, programs: set[str], waiting: bool, goflags: str) -> str:
    flag = next((name for name in _RUNS_PROGRAMS if words.has(name) or f"{name}=" in goflags), "")
    if flag:
        return f"{flag} runs a program of yours"
    if words.command in _SILENT | _PRINT_LAST:
        return ""  # what they start are tools: a compiler of any name, git and the hooks and helpers of git
    if USER_PROGRAM in programs:
        return "a program of yours was started"
    if words.command in _RUN_LAST and waiting and not programs & {"compile", "link", "vet"}:
        return ""
    return f"go {words.command} may have started a program of yours"


def _read_input(words: Words, before: Streams, after: Streams) -> str:
    if any(name in word for word in words.argv for name in ("/dev/stdin", "/dev/fd/0", "/proc/self/fd/0")):
        return "it reads standard input"
    if isinstance(before.stdin, int) and before.stdin != after.stdin:
        return "standard input has been read"
    return ""


def _printed(words: Words, before: Streams, after: Streams, waiting: bool) -> str:
    if before.stdout == "null":
        return ""
    if isinstance(before.stdout, int):
        return "" if before.stdout == after.stdout else "it has written to standard output"
    if words.has("-n") or (words.has("-json") and not waiting):
        return "it may have written to standard output"
    if words.command in _SILENT or (waiting and words.command in _PRINT_LAST | _RUN_LAST):
        return ""
    return "whether it has written to standard output cannot be known"


def prints_nothing(argv: Sequence[str]) -> bool:
    """Whether the command leaves standard output alone for as long as it runs."""
    words = Words(tuple(argv))
    return words.command in _SILENT and not words.has("-n") and not words.has("-json")
