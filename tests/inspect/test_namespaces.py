"""Processes that live in other namespaces, as in a container."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from unjam.inspect import procfs
from unjam.inspect.environment import GoEnvironment, go_environment
from unjam.inspect.locks import lock_waits
from unjam.inspect.process import Process, read_process
from unjam.inspect.sched import idle_since
from unjam.inspect.sockets import sockets_of
from unjam.inspect.tree import children

if TYPE_CHECKING:
    from pathlib import Path

    from tests.inspect.conftest import Stage


def _may_unshare() -> bool:
    if os.geteuid() != 0 or shutil.which("unshare") is None:
        return False
    return subprocess.run(["unshare", "-m", "-n", "-p", "-f", "true"], check=False, capture_output=True).returncode == 0


pytestmark = pytest.mark.skipif(not _may_unshare(), reason="needs root, unshare and leave to make namespaces")
HOLD = (
    "import fcntl, sys; f = open(sys.argv[1], 'w'); fcntl.flock(f, fcntl.LOCK_EX);print('ready', flush=True); sys.stdin.read()"
)
PYTHON = shutil.which("python3") or "python3"


def test_another_network(stage: Stage) -> None:
    code = (
        "import socket; s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen(); print(s.getsockname()[1], flush=True);"
        "import sys; sys.stdin.read()"
    )
    shell = stage.start("unshare", "-n", PYTHON, "-S", "-c", code, stdin=-1, stdout=-1)
    assert shell.stdout is not None
    port = int(shell.stdout.readline())
    seen = read_process(shell.pid)
    assert isinstance(seen, Process)
    assert seen.namespaces == frozenset({"net"})
    assert seen.namespace_differs
    found = sockets_of(shell.pid)
    assert isinstance(found, tuple)
    assert [(one.local, one.state, one.silent_s) for one in found] == [(("127.0.0.1", port), "LISTEN", None)]


def test_another_mount_namespace_and_its_links(stage: Stage, tmp_path: Path) -> None:
    """Its files are read where it sees them, and a link to `/…` means its own root."""
    (tmp_path / "hidden").mkdir()
    (tmp_path / "hidden/env").write_text("GOPROXY=https://wrong.example\n")
    script = (
        f"mount -t tmpfs none {tmp_path} && mkdir {tmp_path}/hidden {tmp_path}/link && "
        f"echo GOPROXY=https://right.example > {tmp_path}/hidden/env && ln -s {tmp_path}/hidden/env {tmp_path}/link/env && "
        "echo ready && exec sleep 1000"
    )
    environment = {"GOENV": f"{tmp_path}/link/env", "PATH": os.environ["PATH"]}
    inside = stage.start("unshare", "-m", "sh", "-c", script, stdout=-1, env=environment)
    assert inside.stdout is not None
    assert inside.stdout.readline() == b"ready\n"
    seen = go_environment(inside.pid)
    assert isinstance(seen, GoEnvironment)
    assert seen.value("GOPROXY") == "https://right.example"
    assert seen.origin("GOPROXY") == f"GOENV file {tmp_path}/link/env:1"


def test_another_pid_namespace(stage: Stage, tmp_path: Path) -> None:
    """We see into it: its processes have ids of ours too, and locks are told with those."""
    path = str(tmp_path / "lock")
    outer = stage.start("unshare", "-p", "-f", PYTHON, "-S", "-c", HOLD, path, stdin=-1, stdout=-1)
    assert outer.stdout is not None
    outer.stdout.readline()
    (holder,) = children(outer.pid)
    assert holder.namespaces is not None
    assert "pid" in holder.namespaces
    assert idle_since(holder.pid) is not None or not os.access("/proc/self/sched", os.R_OK)
    waiter = stage.python(HOLD, path, stdin=-1, stdout=-1)
    stage.until(lambda: lock_waits(waiter.pid), "it waits")
    (wait,) = lock_waits(waiter.pid)  # type: ignore[misc]
    assert (wait.holder, wait.path) == (holder.pid, path)
    os.kill(holder.pid, 9)


def test_a_holder_outside_our_pid_namespace_is_not_guessed_at(stage: Stage, tmp_path: Path) -> None:
    """From within a pid namespace, /proc/locks hides a lock that is held outside, and those that wait for it."""
    path = str(tmp_path / "lock")
    stage.ready_python(HOLD, path, stdin=-1)
    look = (
        "import subprocess, sys, time\n"
        "from unjam.inspect.locks import lock_waits\n"
        f"waiter = subprocess.Popen([sys.executable, '-S', '-c', {HOLD!r}, sys.argv[1]])\n"
        "while not (waits := lock_waits(waiter.pid)): time.sleep(0.01)\n"
        "print([(w.pid == waiter.pid, w.path, w.holder, w.holders, w.recorded, w.kind) for w in waits], flush=True)\n"
        "waiter.kill(); waiter.wait()\n"
    )
    if not os.access("/proc/self/syscall", os.R_OK):
        pytest.skip("this kernel does not show system calls")
    import sys

    inside = stage.start("unshare", "-p", "-f", "--mount-proc", sys.executable, "-c", look, path, stdout=-1)
    assert inside.stdout is not None
    assert inside.stdout.readline().decode() == f"[(True, {path!r}, None, (), None, 'FLOCK')]\n"
    assert procfs.exists(inside.pid)
