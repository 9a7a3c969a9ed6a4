"""Who waits for somebody to type."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from unjam.inspect import procfs
from unjam.inspect.process import Process, read_process
from unjam.inspect.sched import blocked_threads
from unjam.inspect.terminal import waits_for_terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.inspect.conftest import Stage

pytestmark = pytest.mark.skipif(not procfs.has_proc(), reason="no /proc on this system")
READ = "import sys; print('ready', flush=True); sys.stdin.buffer.raw.read(1)"


@pytest.fixture
def terminal() -> Iterator[int]:
    ours, theirs = os.openpty()
    yield theirs
    os.close(theirs)
    os.close(ours)


def settled(stage: Stage, pid: int) -> None:
    def in_a_call() -> bool:
        threads = blocked_threads(pid)
        return isinstance(threads, tuple) and bool(threads) and threads[0].syscall not in {"", "running"}

    if not os.access("/proc/self/syscall", os.R_OK):
        pytest.skip("this kernel does not show system calls")
    stage.until(in_a_call, "it is in a system call")


def test_a_read_of_a_terminal(stage: Stage, terminal: int) -> None:
    asking = stage.ready_python(READ, stdin=terminal)
    stage.until(lambda: waits_for_terminal(asking.pid), "it waits for the terminal")
    seen = read_process(asking.pid)
    assert isinstance(seen, Process)
    assert waits_for_terminal(seen)


def test_a_read_of_a_pipe(stage: Stage) -> None:
    asking = stage.ready_python(READ, stdin=-1)
    settled(stage, asking.pid)
    stage.until(lambda: waits_for_terminal(asking.pid) is False, "it waits, but not for the terminal")


def test_a_sleep_before_a_terminal(stage: Stage, terminal: int) -> None:
    sleeping = stage.start("sleep", "1000", stdin=terminal)
    settled(stage, sleeping.pid)
    stage.until(lambda: waits_for_terminal(sleeping.pid) is False, "it sleeps")


def test_a_poll_is_not_guessed_at(stage: Stage, terminal: int) -> None:
    polling = stage.ready_python("import select; print('ready', flush=True); select.select([], [], [], 1000)", stdin=terminal)
    settled(stage, polling.pid)
    stage.until(lambda: waits_for_terminal(polling.pid) is None, "nobody can tell")


def test_a_background_process_stopped_for_reading(stage: Stage) -> None:
    """Its session leader waits, it reads its terminal from another process group, and the terminal stops it."""
    code = (
        "import os, sys, fcntl, termios, time\n"
        "os.setsid(); fcntl.ioctl(0, termios.TIOCSCTTY, 0)\n"
        "child = os.fork()\n"
        "if child == 0: os.setpgid(0, 0); os.read(0, 1); os._exit(0)\n"
        "print(child, flush=True); time.sleep(1000)\n"
    )
    ours, theirs = os.openpty()
    try:
        leader = stage.python(code, stdin=theirs, stdout=-1)
        assert leader.stdout is not None
        child = int(leader.stdout.readline())
        stage.until(lambda: isinstance(seen := read_process(child), Process) and seen.state == "T", "it is stopped")
        if isinstance(threads := blocked_threads(child), tuple) and threads[0].syscall:
            assert waits_for_terminal(child)
        os.kill(child, 9)
    finally:
        os.close(theirs)
        os.close(ours)


def test_who_is_gone_is_not_known_to_wait() -> None:
    assert waits_for_terminal(2**30) is None
