"""The real go command, hung in different ways: stacks, states and URLs are those of its own SIGQUIT dump."""

from __future__ import annotations

import fcntl
import os
import re
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from unjam.inspect.goroutines import GoroutineDump, read_goroutines
from unjam.inspect.refused import Refused

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

    from tests.inspect.goroutines.conftest import Proxy, Running

    from unjam.inspect.goroutines import Goroutine

Line = tuple[str, str]
Stacks = dict[int, tuple[list[Line], tuple[str, str, int] | None]]


def look(process: subprocess.Popen[bytes]) -> GoroutineDump:
    dump = read_goroutines(process.pid)
    assert isinstance(dump, GoroutineDump), (dump, process.poll())
    return dump


def look_for(process: subprocess.Popen[bytes], function: str, wait: Callable[..., None]) -> tuple[GoroutineDump, Goroutine]:
    """Looks until some goroutine has that function on its stack."""
    found: list[tuple[GoroutineDump, Goroutine]] = []

    def has() -> bool:
        dump = read_goroutines(process.pid)
        if isinstance(dump, GoroutineDump):
            found.extend((dump, g) for g in dump.goroutines if any(f.function == function for f in g.frames))
        return bool(found)

    wait(has, f"a goroutine in {function}")
    return found[-1]


def sigquit_dump(process: subprocess.Popen[bytes]) -> Stacks:
    """Go's own traceback of itself, which ends it."""
    process.send_signal(signal.SIGQUIT)
    return parse(process.communicate(timeout=60)[1].decode())


def parse(text: str) -> Stacks:
    """By goroutine id: functions and places, innermost first, and the creator."""
    found: Stacks = {}
    for block in text.split("\n\n"):
        head = re.match(r"goroutine (\d+) .*\]:", block)
        if not head or head[1] == "0":
            continue
        lines = block.splitlines()[1:]
        frames: list[Line] = []
        creator = None
        for function, place in zip(lines[0::2], lines[1::2], strict=False):
            where = place.split()[0]
            if function.startswith("created by "):
                name, _, parent = function.removeprefix("created by ").partition(" in goroutine ")
                creator = (name, where, int(parent or 0))
            else:
                frames.append((function[: function.rindex("(")], where))
        found[int(head[1])] = (frames, creator)
    return found


def as_lines(dump: GoroutineDump) -> Stacks:
    return {
        g.id: (
            [(f.function, f"{f.file}:{f.line}") for f in g.frames],
            (g.created_by.function, f"{g.created_by.file}:{g.created_by.line}", g.created_by_id or 0) if g.created_by else None,
        )
        for g in dump.goroutines
    }


@pytest.mark.lab
def test_a_silent_proxy(
    toolchain: Path, proxy: Callable[[bool], Proxy], go_env: dict[str, str], tmp_path: Path, running: Running,
    wait_until: Callable[..., None],
) -> None:  # fmt: skip
    server = proxy(True)
    go = running.start(toolchain / "bin/go", "mod", "download", env=go_env | {"GOPROXY": server.url}, cwd=tmp_path)
    wait_until(lambda: server.asked, "a request")
    _, waiter = look_for(go, "net/http.(*persistConn).roundTrip", wait_until)
    assert (waiter.state, waiter.wait) == ("waiting", "select")
    dump = look(go)
    assert dump.go == toolchain.name
    assert (dump.program, dump.arch, dump.pid) == ("cmd/go", "amd64", go.pid)
    (request,) = dump.requests
    assert request.urls == (f"{server.url}/example.com/lib/@v/v1.0.0.mod",)
    assert (request.method, request.body, request.goroutine) == ("GET", False, waiter.id)
    assert request.remote == server.url.removeprefix("http://")
    assert str(Path(f"/proc/{go.pid}/fd/{request.fd}").readlink()).startswith("socket:")
    assert all(g.stack_known for g in dump.goroutines)
    assert as_lines(dump) == sigquit_dump(go)


@pytest.mark.lab
def test_a_body_that_stalls(
    toolchain: Path, proxy: Callable[[bool], Proxy], go_env: dict[str, str], tmp_path: Path, running: Running,
    wait_until: Callable[..., None],
) -> None:  # fmt: skip
    server = proxy(False)
    go = running.start(toolchain / "bin/go", "mod", "download", env=go_env | {"GOPROXY": server.url}, cwd=tmp_path)
    _, reader = look_for(go, "net/http.(*bodyEOFSignal).Read", wait_until)
    wait_until(lambda: [r.body for r in look(go).requests] == [True], "the body is read")
    dump = look(go)
    assert [(r.urls, r.method, r.body, r.goroutine) for r in dump.requests] == [
        ((f"{server.url}/example.com/lib/@v/v1.0.0.zip",), "GET", True, reader.id)
    ]
    assert dump.requests[0].remote == server.url.removeprefix("http://")
    assert next(g for g in dump.goroutines if g.id == reader.id).wait == "IO wait"
    assert as_lines(dump) == sigquit_dump(go)


@pytest.mark.lab
def test_a_lock_that_another_holds(
    toolchain: Path, proxy: Callable[[bool], Proxy], go_env: dict[str, str], tmp_path: Path, running: Running,
    wait_until: Callable[..., None],
) -> None:  # fmt: skip
    server = proxy(False)
    lock = tmp_path / "cache/cache/download/example.com/lib/@v/v1.0.0.lock"
    lock.parent.mkdir(parents=True)
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        go = running.start(toolchain / "bin/go", "mod", "download", env=go_env | {"GOPROXY": server.url}, cwd=tmp_path)
        _, waiter = look_for(go, "syscall.Flock", wait_until)
        dump = look(go)
        assert waiter.state == "syscall"
        assert any("lockedfile/internal/filelock.lock" in f.function for f in waiter.frames)
        first, second = (next(g for g in look(go).goroutines if g.id == waiter.id) for _ in range(2))
        assert first.sched_key == second.sched_key == waiter.sched_key
        assert as_lines(dump) == sigquit_dump(go)


@pytest.mark.lab
def test_a_busy_go_is_looked_at_a_hundred_times(toolchain: Path, go_env: dict[str, str], running: Running) -> None:
    """It loads packages on all its threads: each goroutine has a whole stack of known functions, or is said to move."""
    looks = stacks = 0
    functions: set[str] = set()
    while looks < 100:
        go = running.start(toolchain / "bin/go", "list", "-deps", "std", "cmd", env=go_env, cwd=toolchain / "src")
        while looks < 100 and not isinstance(dump := read_goroutines(go.pid), Refused):
            looks += 1
            for g in dump.goroutines:
                assert g.stack_known == bool(g.frames) == (g.note == "")
                assert g.note in ("", "moved", "running: stack not read"), g
                stacks += g.stack_known
                functions.update(f.function for f in g.frames)
                assert not g.frames or g.frames[-1].function == "runtime.goexit" or len(g.frames) == 100, g
        go.kill()
        go.communicate()
    assert stacks > looks
    unknown = {name for name in functions if not re.match(r"[a-z]\w*(/[\w.]+)*\.\S", name)}
    assert not unknown


@pytest.mark.lab
def test_a_child_that_does_not_end(
    toolchain: Path, go_env: dict[str, str], tmp_path: Path, running: Running, wait_until: Callable[..., None]
) -> None:
    git = tmp_path / "bin/git"
    git.parent.mkdir()
    git.write_text("#!/bin/sh\nexec sleep 1000\n")
    git.chmod(0o755)
    (tmp_path / "go.mod").write_text("module x\n\ngo 1.21\n\nrequire example.com/lib.git v1.0.0\n")
    env = go_env | {"GOPROXY": "direct", "PATH": f"{git.parent}:{go_env['PATH']}"}
    go = running.start(toolchain / "bin/go", "mod", "download", env=env, cwd=tmp_path)
    dump, waiter = look_for(go, "os/exec.(*Cmd).Wait", wait_until)
    assert waiter.state in ("syscall", "waiting")
    assert any(f.function.startswith("cmd/go/internal/") for f in waiter.frames)
    assert dump.requests == ()
    ours = look(go)
    children = Path(f"/proc/{go.pid}/task/{go.pid}/children").read_text().split()
    go.send_signal(signal.SIGQUIT)
    go.wait(60)
    for child in children:  # it holds the other end of go's standard error
        os.kill(int(child), signal.SIGKILL)
    assert as_lines(ours) == parse(go.communicate(timeout=60)[1].decode())
