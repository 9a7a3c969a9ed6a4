"""`unjam go` as a user runs it: a process of its own, in a pipe or a terminal; a stand-in for go where only plumbing counts."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

PATIENCE = 30.0
UNJAM = (sys.executable, "-c", "from unjam.cli.main import entry; entry()", "go")


@pytest.fixture
def stand_in(tmp_path: Path) -> Path:
    """A folder with a `go` in it: a program that does as its words say."""
    folder = tmp_path / "bin"
    folder.mkdir()
    shutil.copy(Path(__file__).parent / "stand_in.py", folder / "go")
    go = folder / "go"
    go.write_text(f"#!{sys.executable} -S\n" + go.read_text())
    go.chmod(0o755)
    return folder


@pytest.fixture
def environment(tmp_path: Path, stand_in: Path) -> dict[str, str]:
    """What the command gets: the stand-in first on PATH, a home of its own, no settings."""
    home = tmp_path / "home"
    home.mkdir()
    return {
        "PATH": f"{stand_in}:/usr/bin:/bin",
        "HOME": str(home),
        "TERM": "xterm",
        "LANG": "C.UTF-8",
        "UNJAM_STATE": str(tmp_path / "state"),
    }


class Terminal:
    """A program in a terminal of its own. `seen` is all that appeared there."""

    def __init__(self, argv: tuple[str, ...], environment: dict[str, str], size: tuple[int, int], cwd: Path | None) -> None:
        import fcntl
        import struct
        import termios

        self.pid, self.master = pty.fork()
        if self.pid == 0:
            try:
                fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))
                os.chdir(cwd or ".")
                os.execve(argv[0], argv, environment)
            finally:
                os._exit(127)
        self.seen = b""
        self.status: int | None = None

    def until(self, pattern: str, patience: float = PATIENCE) -> re.Match[bytes]:
        """Wait until the pattern has appeared."""
        ends = time.monotonic() + patience
        while not (found := re.search(pattern.encode(), self.seen)):
            assert time.monotonic() < ends, f"{pattern!r} did not appear; seen: {self.seen!r}"
            if not self._read(0.1) and self.status is not None:
                raise AssertionError(f"{pattern!r} did not appear before the end; seen: {self.seen!r}")
        return found

    def pause(self, seconds: float) -> None:
        """Take in what appears meanwhile."""
        self._read(seconds)

    def forget(self) -> None:
        """What was seen so far no longer counts."""
        self.seen = b""

    def type(self, text: str) -> None:
        """Type it."""
        os.write(self.master, text.encode())

    def resize(self, rows: int, columns: int) -> None:
        """Pull at the window's corner."""
        import fcntl
        import struct
        import termios

        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def wait(self, patience: float = PATIENCE) -> int:
        """Wait for the end; minus the signal's number, or the exit code."""
        ends = time.monotonic() + patience
        while self.status is None:
            assert time.monotonic() < ends, f"it did not end; seen: {self.seen!r}"
            self._read(0.05)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = status
        while self._read(0.1):
            pass
        return os.waitstatus_to_exitcode(self.status)

    def close(self) -> None:
        """End it, if need be."""
        if self.status is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.master)

    def _read(self, seconds: float) -> bool:
        if not select.select([self.master], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self.master, 65536)
        except OSError:
            return False
        self.seen += data
        return bool(data)


@pytest.fixture
def in_terminal(environment: dict[str, str]) -> Iterator[Callable[..., Terminal]]:
    """`in_terminal(*words)`: `unjam go` in a terminal; `argv` for another program, `more` for its variables."""
    opened: list[Terminal] = []

    def start(
        *words: str,
        size: tuple[int, int] = (24, 80),
        argv: tuple[str, ...] = UNJAM,
        more: dict[str, str] | None = None,
        cwd: Path | None = None,
    ) -> Terminal:
        opened.append(Terminal((*argv, *words), environment | (more or {}), size, cwd))
        return opened[-1]

    yield start
    for terminal in opened:
        terminal.close()


@pytest.fixture
def unjam(environment: dict[str, str]) -> Callable[..., subprocess.CompletedProcess[bytes]]:
    """`unjam(*words)`: run `unjam go` to its end, streams in pipes; `env` and the streams can be given."""

    def run(*words: str, **more: Any) -> subprocess.CompletedProcess[bytes]:
        given: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "env": environment} | more
        if "input" not in given:
            given.setdefault("stdin", subprocess.DEVNULL)
        done: subprocess.CompletedProcess[bytes] = subprocess.run([*UNJAM, *words], timeout=PATIENCE, check=False, **given)
        return done

    return run


@pytest.fixture
def begun(environment: dict[str, str]) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """`begun(*words)`: `unjam go` in the background, standard error in a pipe; ended at the end."""
    started: list[subprocess.Popen[bytes]] = []

    def start(*words: str) -> subprocess.Popen[bytes]:
        started.append(subprocess.Popen([*UNJAM, *words], env=environment, stderr=subprocess.PIPE))
        return started[-1]

    yield start
    for child in started:
        if child.poll() is None:
            child.kill()
        child.communicate()


@pytest.fixture
def unjam_go() -> tuple[str, ...]:
    """The words that start `unjam go`."""
    return UNJAM


@pytest.fixture
def wait_for() -> Callable[[Callable[[], Any]], Any]:
    """`wait_for(condition)`: until it holds; returns what it said."""

    def wait(condition: Callable[[], Any]) -> Any:
        ends = time.monotonic() + PATIENCE
        while not (answer := condition()):
            assert time.monotonic() < ends, "it did not come true"
            time.sleep(0.02)
        return answer

    return wait


@pytest.fixture
def pid_in(wait_for: Callable[[Callable[[], Any]], Any]) -> Callable[[Path], int]:
    """`pid_in(path)`: the process id that somebody wrote there."""
    return lambda path: int(wait_for(lambda: path.exists() and path.read_text()))


@pytest.fixture
def alive() -> Callable[[int], bool]:
    """`alive(pid)`: whether that process runs, and is no zombie."""

    def state(pid: int) -> bool:
        try:
            return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
        except OSError:
            return False

    return state
