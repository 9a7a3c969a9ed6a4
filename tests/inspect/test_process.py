"""One process, looked at while it lives, dies and changes."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unjam.inspect import process, procfs
from unjam.inspect.environment import go_environment
from unjam.inspect.files import open_files
from unjam.inspect.locks import lock_waits
from unjam.inspect.process import Process, identity, is_same, read_process, shown_argv, tty_name
from unjam.inspect.refused import Gone, Refused
from unjam.inspect.sockets import sockets_of
from unjam.inspect.tree import counters

if TYPE_CHECKING:
    from pathlib import Path

    from tests.inspect.conftest import Stage

pytestmark = pytest.mark.skipif(not procfs.has_proc(), reason="no /proc on this system")


def test_a_sleeping_process(stage: Stage, tmp_path: Path) -> None:
    sleeper = stage.start("sleep", "1000", cwd=tmp_path)
    stage.until(lambda: (seen := read_process(sleeper.pid)) and isinstance(seen, Process) and seen.state == "S", "it sleeps")
    seen = read_process(sleeper.pid)
    assert isinstance(seen, Process)
    assert seen.argv == ("sleep", "1000")
    assert (seen.ppid, seen.name, seen.cwd, seen.uid) == (os.getpid(), "sleep", str(tmp_path), os.geteuid())
    assert seen.exe.endswith(("/sleep", "/coreutils", "/busybox"))
    assert not seen.exe_deleted
    assert not seen.namespace_differs
    assert 0 <= seen.age_s < 300
    assert abs(time.time() - seen.age_s - seen.started_at) < 1


def test_a_dead_process_is_gone_and_a_zombie_is_not(stage: Stage) -> None:
    child = stage.start("sleep", "1000")
    known = identity(child.pid)
    assert known is not None
    child.kill()
    stage.until(lambda: isinstance(seen := read_process(child.pid), Process) and seen.state == "Z", "a zombie")
    zombie = read_process(child.pid)
    assert isinstance(zombie, Process)
    assert zombie.command == "[sleep]"
    assert not is_same(known)
    child.wait()
    assert read_process(child.pid) == Gone(child.pid)
    assert identity(child.pid) is None


def test_exec_makes_it_another(stage: Stage) -> None:
    child = stage.ready_python(
        "import os, sys; print('ready', flush=True); sys.stdin.readline(); os.execvp('sleep', ['sleep', '1000'])", stdin=-1
    )
    before = identity(child.pid)
    assert before is not None
    assert is_same(before)
    assert child.stdin is not None
    child.stdin.write(b"\n")
    child.stdin.flush()
    stage.until(lambda: not is_same(before), "another executable")
    after = identity(child.pid)
    assert after is not None
    assert (after.pid, after.started) == (before.pid, before.started)


def test_a_deleted_executable(stage: Stage, tmp_path: Path) -> None:
    import shutil

    copy = tmp_path / "sleep (deleted)"
    shutil.copy(shutil.which("sleep") or "/bin/sleep", copy)
    child = stage.start(str(copy), "1000")
    stage.until(lambda: isinstance(seen := read_process(child.pid), Process) and seen.name.startswith("sleep"), "exec")
    copy.unlink()
    seen = read_process(child.pid)
    assert isinstance(seen, Process)
    assert seen.exe_deleted
    assert seen.exe == str(copy)


def test_a_terminal_and_who_is_in_its_foreground(stage: Stage) -> None:
    ours, theirs = os.openpty()
    try:
        name = os.ttyname(theirs)
        child = stage.ready_python(
            "import os, sys, fcntl, termios; os.setsid(); fcntl.ioctl(0, termios.TIOCSCTTY, 0);"
            "print('ready', flush=True); sys.stdin.readline()",
            stdin=theirs,
        )
        seen = read_process(child.pid)
        assert isinstance(seen, Process)
        assert (seen.tty, seen.foreground, seen.session) == (name, True, child.pid)
    finally:
        os.close(theirs)
        os.close(ours)


def test_a_command_line_is_shown_quoted_and_masked() -> None:
    argv = ("git", "ls-remote", "https://me:s3cr3t@host/my repo", "--token", "s3cr3t", "a\nb\x1b[2J")
    assert shown_argv(argv) == "git ls-remote 'https://***@host/my repo' --token '***' 'a\\nb'"


def test_another_users_process_is_not_guessed_at(stage: Stage) -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root, to become somebody else")
    sleeper = stage.start("sleep", "1000")
    stage.until(lambda: isinstance(seen := read_process(sleeper.pid), Process) and seen.state == "S", "it sleeps")
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:  # only the looks happen in here: their modules are loaded, and nothing of pytest runs
        os.close(reading)
        os.setgid(65534)
        os.setuid(65534)
        os.write(writing, _what_is_seen(sleeper.pid).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        said = answer.read()
    os.waitpid(child, 0)
    assert said == "('sleep', '1000') '' None None Refused Refused Refused None ()"


def _what_is_seen(pid: int) -> str:
    try:
        seen = read_process(pid)
        assert isinstance(seen, Process)
        kinds = [type(look(pid)).__name__ for look in (open_files, sockets_of, go_environment)]
        facts = (seen.argv, repr(seen.exe), seen.namespaces, seen.identity.exe_inode)
        return " ".join(str(fact) for fact in (*facts, *kinds, counters(pid).io_bytes, lock_waits(pid)))
    except Exception as error:  # noqa: BLE001,RUF100  the child has no other way to say it
        return repr(error)


def test_terminal_names() -> None:
    assert tty_name(0) == ""
    assert tty_name(os.makedev(136, 5)) == "/dev/pts/5"
    assert tty_name(os.makedev(137, 1)) == "/dev/pts/257"
    assert tty_name(os.makedev(511, 3)).startswith("/dev/")


@given(st.binary())
def test_any_bytes_for_a_stat_line(raw: bytes) -> None:
    procfs.parse_stat(raw)
    procfs.parse_stat(b"1 (" + raw + b") S " + b"1 " * 40)
    procfs.parse_fields(raw)


@given(st.binary(max_size=15).filter(lambda name: b"\0" not in name), st.integers(1, 4_194_304))
def test_a_process_may_have_any_name(name: bytes, parent: int) -> None:
    stat = procfs.parse_stat(b"7 (" + name + b") S %d " % parent + b" ".join(b"%d" % n for n in range(40)) + b"\n")
    assert stat is not None
    assert (stat.pid, stat.state, stat.ppid, stat.pgrp) == (7, "S", parent, 0)
    assert stat.comm == name.decode("utf-8", "replace")


def test_what_an_error_means() -> None:
    assert isinstance(procfs.why_not(os.getpid(), "x", PermissionError(13, "no")), Refused)
    assert isinstance(procfs.why_not(os.getpid(), "x", FileNotFoundError(2, "no")), Refused)
    assert procfs.why_not(2**30, "x", FileNotFoundError(2, "no")) == Gone(2**30)


def test_psutil_sees_the_same(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    sleeper = stage.start("sleep", "1000")
    stage.until(lambda: isinstance(seen := read_process(sleeper.pid), Process) and seen.state == "S", "it sleeps")
    with monkeypatch.context() as patch:
        patch.setattr(procfs, "has_proc", lambda: False)
        other = read_process(sleeper.pid)
        assert isinstance(other, Process)
        assert is_same(other.identity)
    seen = read_process(sleeper.pid)
    assert isinstance(seen, Process)
    assert (other.argv, other.exe, other.ppid, other.cwd, other.state, other.uid, other.identity.exe_inode) == (
        seen.argv, seen.exe, seen.ppid, seen.cwd, seen.state, seen.uid, seen.identity.exe_inode,
    )  # fmt: skip
    sleeper.kill()
    sleeper.wait()
    assert process._by_psutil(sleeper.pid) == Gone(sleeper.pid)
