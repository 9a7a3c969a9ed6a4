"""Who waits for a lock and who holds it, on real locks."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unjam.inspect import procfs
from unjam.inspect.locks import LockLine, LockWait, holds_lock, lock_waits, parse_locks
from unjam.inspect.refused import Refused

if TYPE_CHECKING:
    from tests.inspect.conftest import Stage

pytestmark = pytest.mark.skipif(not Path("/proc/locks").exists(), reason="no /proc/locks on this system")

TAKE = "import fcntl, os, sys, subprocess; f = open(sys.argv[1], 'w'); fcntl.flock(f, fcntl.LOCK_EX);"
HOLD = TAKE + "print('ready', flush=True); sys.stdin.read()"


def the_wait(stage: Stage, pid: int) -> LockWait:
    def waits() -> tuple[LockWait, ...]:
        found = lock_waits(pid)
        assert not isinstance(found, Refused)
        return found

    stage.until(waits, "it waits for a lock")
    (only,) = waits()
    return only


def test_a_waiter_and_its_holder(stage: Stage, tmp_path: Path) -> None:
    path = tmp_path / "v1.0.0.lock"
    holder = stage.ready_python(HOLD, str(path), stdin=-1)
    assert lock_waits(holder.pid) == ()
    waiter = stage.python(HOLD, str(path), stdin=-1, stdout=-1)
    wait = the_wait(stage, waiter.pid)
    assert wait == LockWait(
        waiter.pid, str(path), (path.stat().st_dev, path.stat().st_ino), holder.pid, (holder.pid,), holder.pid, "FLOCK", "WRITE"
    )
    every = lock_waits()
    assert isinstance(every, tuple)
    assert wait in every


def test_two_wait_for_the_same(stage: Stage, tmp_path: Path) -> None:
    path = str(tmp_path / "lock")
    holder = stage.ready_python(HOLD, path, stdin=-1)
    waiters = [stage.python(HOLD, path, stdin=-1, stdout=-1) for _ in range(2)]
    assert [the_wait(stage, waiter.pid).holder for waiter in waiters] == [holder.pid, holder.pid]


def test_the_taker_ended_and_a_child_has_the_lock(stage: Stage, tmp_path: Path) -> None:
    path = tmp_path / "lock"
    code = TAKE + "os.set_inheritable(f.fileno(), True); p = subprocess.Popen(['sleep', '1000'], close_fds=False);"
    taker = stage.ready_python(code + "print(p.pid, flush=True); sys.stdin.readline()", str(path), stdin=-1)
    heirs = [pid for pid in procfs.pids() if (stat := procfs.read_stat(pid)) and getattr(stat, "ppid", 0) == taker.pid]
    assert len(heirs) == 1
    try:
        waiter = stage.python(HOLD, str(path), stdin=-1, stdout=-1)
        both = the_wait(stage, waiter.pid)
        assert (both.holder, both.recorded) == (taker.pid, taker.pid)
        stage.until(lambda: the_wait(stage, waiter.pid).holders == (taker.pid, heirs[0]), "both have it")
        taker.kill()
        taker.wait()
        left = the_wait(stage, waiter.pid)
        assert (left.holder, left.holders, left.recorded, left.path) == (heirs[0], (heirs[0],), taker.pid, str(path))
    finally:
        os.kill(heirs[0], 9)


def test_posix_locks(stage: Stage, tmp_path: Path) -> None:
    code = HOLD.replace("fcntl.flock(", "fcntl.lockf(")
    path = str(tmp_path / "lock")
    holder = stage.ready_python(code, path, stdin=-1)
    waiter = stage.python(code, path, stdin=-1, stdout=-1)
    wait = the_wait(stage, waiter.pid)
    assert (wait.holder, wait.kind, wait.path) == (holder.pid, "POSIX", path)


def test_the_lines_of_the_kernel() -> None:
    text = (
        "1: FLOCK  ADVISORY  WRITE 13392 fe:00:9977858 0 EOF\n"
        "1: -> FLOCK  ADVISORY  WRITE 13393 fe:00:9977858 0 EOF\n"
        "1:  -> FLOCK  ADVISORY  READ 13394 fe:00:9977858 0 EOF\n"
        "2: POSIX  ADVISORY  READ  0 00:1a:77 128 128\n"
        "3: OFDLCK ADVISORY  WRITE -1 00:1a:78 0 EOF\n"
        "4: LEASE  ACTIVE    READ 5 00:1a:79 0 EOF\n"
        "5: FLOCK  ADVISORY  WRITE 7 <none>:0 0 EOF\n"
    )
    assert parse_locks(text) == (
        LockLine(1, False, "FLOCK", "WRITE", 13392, (0xFE, 0), 9977858),
        LockLine(1, True, "FLOCK", "WRITE", 13393, (0xFE, 0), 9977858),
        LockLine(1, True, "FLOCK", "READ", 13394, (0xFE, 0), 9977858),
        LockLine(2, False, "POSIX", "READ", 0, (0, 0x1A), 77),
        LockLine(3, False, "OFDLCK", "WRITE", -1, (0, 0x1A), 78),
        LockLine(4, False, "LEASE", "READ", 5, (0, 0x1A), 79),
    )


def test_a_lock_in_fdinfo() -> None:
    assert holds_lock(b"pos:\t0\nflags:\t0100001\nlock:\t1: FLOCK  ADVISORY  WRITE 9 fe:00:99 0 EOF\n")
    assert not holds_lock(b"pos:\t0\nlock:\t1: POSIX  ADVISORY  WRITE 9 fe:00:99 0 EOF\n")
    assert not holds_lock(b"pos:\t0\n")


@given(st.text())
def test_any_text(text: str) -> None:
    parse_locks(text)


@given(st.binary())
def test_any_bytes(raw: bytes) -> None:
    holds_lock(b"lock: " + raw)


@given(
    st.lists(
        st.sampled_from(
            ["1:", "->", "FLOCK", "POSIX", "ADVISORY", "WRITE", "READ", "12", "-1", "fe:00:7", "<none>:0", "0", "EOF", "\n"]
        ),
        max_size=40,
    )
)
def test_any_mixture_of_its_own_words(words: list[str]) -> None:
    parse_locks(" ".join(words))
