"""A go command that runs in the lab, and how it ended."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

_KILL_AFTER = 3.0  # seconds between TERM and KILL

# Becomes the command itself, so that its pid is the command's: takes the terminal on descriptor 0 as its own first.
_TAKE_TERMINAL = "import fcntl,os,sys,termios; fcntl.ioctl(0,termios.TIOCSCTTY,0); os.execvp(sys.argv[1],sys.argv[1:])"


@dataclass(frozen=True, slots=True)
class Result:
    """How a command ended. `code` is its exit code, negative for a signal, None if it was ended at the time limit."""

    code: int | None
    stdout: str
    stderr: str
    seconds: float


class Captured:
    """What comes out of a pipe or a terminal, read as it comes. `text` misses nothing that was written before it is called."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._lock = threading.Lock()
        self._stream: IO[bytes] | None = None
        self._reader: threading.Thread | None = None

    def read_from(self, stream: IO[bytes]) -> None:
        """Read this stream to its end, and close it."""
        self._stream = stream
        self._reader = threading.Thread(target=self._read, args=(stream,), daemon=True)
        self._reader.start()

    def text(self) -> str:
        """All so far."""
        with self._lock:
            if self._stream:
                self._take(self._stream)
            return self._data.decode(errors="replace")

    def join(self, timeout: float | None = None) -> None:
        """Wait for the end of the stream."""
        if self._reader:
            self._reader.join(timeout)

    def _read(self, stream: IO[bytes]) -> None:
        while self._stream:
            select.select([stream], [], [])
            with self._lock:
                self._take(stream)
        stream.close()

    def _take(self, stream: IO[bytes]) -> None:
        """Take what is there; forget the stream at its end."""
        while select.select([stream], [], [], 0)[0]:
            # a terminal reports EIO when the last who could write to it is gone
            with contextlib.suppress(OSError):
                if data := os.read(stream.fileno(), 65536):
                    self._data += data
                    continue
            self._stream = None
            return


class Running:
    """A command under way. Under a terminal, all it says is in `stdout`."""

    def __init__(
        self,
        argv: Sequence[str],
        *,
        cwd: Path,
        env: Mapping[str, str],
        uid: int | None = None,
        tty: bool = False,
        capture: bool = True,
    ) -> None:
        self.argv = tuple(argv)
        self._began = time.monotonic()
        self._out, self._err = Captured(), Captured()
        self._terminal: int | None = None
        self._ended: float | None = None
        who = {} if uid is None else {"user": uid, "group": uid, "extra_groups": ()}
        self._process = self._start_on_terminal(cwd, env, who) if tty else self._start(cwd, env, who, capture=capture)

    @property
    def pid(self) -> int:
        """The process id of the command, which leads a session of its own."""
        return self._process.pid

    @property
    def stdout(self) -> str:
        """What it has written to standard output so far."""
        return self._out.text()

    @property
    def stderr(self) -> str:
        """What it has written to standard error so far."""
        return self._err.text()

    @property
    def done(self) -> bool:
        """Whether it has exited."""
        return self._process.poll() is not None

    def say(self, text: str) -> None:
        """Type at its terminal."""
        if self._terminal is not None:
            os.write(self._terminal, text.encode())

    def wait_done(self, timeout: float = 60) -> Result | None:
        """How it ended; None if it still runs after so many seconds."""
        try:
            self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            return None
        return self._result(self._process.returncode)

    def end(self) -> Result:
        """End it and all its children: TERM, and KILL for those that stay. No matter if it has exited."""
        code = self._process.poll()
        _end_session(self.pid, signal.SIGTERM)
        try:
            self._process.wait(_KILL_AFTER)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        _end_session(self.pid, signal.SIGKILL)
        return self._result(code)

    def _result(self, code: int | None) -> Result:
        self._ended = self._ended or time.monotonic()
        for captured in (self._out, self._err):
            captured.join(1)  # a child that outlives go keeps the pipe open: then what came so far is what there is
        return Result(code, self.stdout, self.stderr, self._ended - self._began)

    def close(self) -> None:
        """End it, and give back pipes, threads and terminal."""
        self.end()
        for captured in (self._out, self._err):
            captured.join()
        if self._terminal is not None:
            os.close(self._terminal)
            self._terminal = None

    def _start(self, cwd: Path, env: Mapping[str, str], who: Mapping[str, object], *, capture: bool) -> subprocess.Popen[bytes]:
        pipe = subprocess.PIPE if capture else None
        process = subprocess.Popen(  # type: ignore[call-overload]
            self.argv, cwd=cwd, env=dict(env), stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe,
            start_new_session=True, **who,
        )  # fmt: skip
        for stream, captured in ((process.stdout, self._out), (process.stderr, self._err)):
            if stream:
                captured.read_from(stream)
        return process  # type: ignore[no-any-return]

    def _start_on_terminal(self, cwd: Path, env: Mapping[str, str], who: Mapping[str, object]) -> subprocess.Popen[bytes]:
        ours, theirs = os.openpty()
        try:
            process = subprocess.Popen(  # type: ignore[call-overload]
                (sys.executable, "-ISc", _TAKE_TERMINAL, *self.argv), cwd=cwd, env=dict(env),
                stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True, **who,
            )  # fmt: skip
        finally:
            os.close(theirs)
        self._terminal = ours
        self._out.read_from(os.fdopen(os.dup(ours), "rb", buffering=0))
        return process  # type: ignore[no-any-return]


def _end_session(leader: int, number: signal.Signals) -> None:
    """Send a signal to every process of the session that `leader` leads or led."""
    for pid in session_members(leader):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def session_members(leader: int) -> tuple[int, ...]:
    """The processes of a session, zombies aside; its leader too."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            # pid (name) state ppid pgrp session …: the name may hold anything, brackets too
            state, _, _, session, *_ = (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()
            if int(session) == leader and state != "Z":
                found.append(int(folder.name))
    return tuple(found)
