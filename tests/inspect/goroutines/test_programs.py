"""Any Go program: stripped, position independent, deleted, busy, deep, running, and HTTP clients of every kind."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.inspect.goroutines.conftest import EDGES

from unjam.inspect.goroutines import GoroutineDump, Refused, build_info, is_go, read_goroutines
from unjam.inspect.memory import MemoryRefused

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.inspect.goroutines.conftest import Builder, Running

FLAGS = {
    "plain": (),
    "stripped": ("-ldflags=-s -w",),
    "pie": ("-buildmode=pie",),
    "stripped pie": ("-buildmode=pie", "-ldflags=-s -w"),
    "trimmed": ("-trimpath",),
}


OWN = re.compile(r"|main\.main|(main\.work )*(main\.busy main\.main|main\.busy)\.(func|gowrap)\d+")
"""Which functions of parked.go can call each other when it is busy."""


def look(pid: int) -> GoroutineDump:
    dump = read_goroutines(pid)
    assert isinstance(dump, GoroutineDump), dump
    return dump


def places(dump: GoroutineDump) -> Counter[str]:
    """How many goroutines stand in which function of the program's own."""
    own = (next((f.function for f in g.frames if f.function.startswith("main.")), "") for g in dump.goroutines)
    return Counter(name for name in own if name)


@pytest.mark.parametrize("kind", FLAGS)
def test_however_it_was_linked(toolchain: Path, kind: str, build: Builder, running: Running) -> None:
    process, _ = running.ready(build(toolchain, "parked", *FLAGS[kind]), "park", "5")
    dump = look(process.pid)
    found = places(dump)
    assert found["main.middle"] == 5
    assert found["main.(*box[...]).wait"] == 5
    assert all(g.stack_known for g in dump.goroutines)
    inlined = next(g for g in dump.goroutines if any(f.function == "main.middle" for f in g.frames))
    names = [f.function for f in inlined.frames]
    at = names.index("main.middle")
    assert names[at + 1] == "main.outer"
    assert inlined.created_by is not None
    assert inlined.created_by.function == "main.main"
    assert inlined.frames[at].file.endswith("parked.go")
    source = (Path(__file__).parent / "programs/parked.go").read_text().splitlines()
    assert "<-c" in source[inlined.frames[at].line - 1]
    assert "middle(c)" in source[inlined.frames[at + 1].line - 1]
    assert "go outer(c)" in source[inlined.created_by.line - 1]


def test_a_deleted_executable(
    toolchain: Path, build: Builder, running: Running, tmp_path: Path, copy_of: Callable[[Path, Path], Path]
) -> None:
    program = copy_of(build(toolchain, "parked"), tmp_path / "program")
    process, _ = running.ready(program, "park", "1")
    program.unlink()
    copy_of(build(toolchain, "client"), program)  # another program takes its name
    assert places(look(process.pid))["main.middle"] == 1
    assert is_go(process.pid) is True


def test_another_mount_namespace(toolchain: Path, build: Builder, running: Running) -> None:
    if subprocess.run(["unshare", "-m", "true"], check=False, capture_output=True).returncode:
        pytest.skip("this machine makes no mount namespaces")
    program = build(toolchain, "parked", "-buildmode=pie")
    script = f"mount -t tmpfs none /mnt && cp {program} /mnt/it && exec /mnt/it park 1"
    process, _ = running.ready("unshare", "-m", "sh", "-c", script)
    assert places(look(process.pid))["main.middle"] == 1


@pytest.mark.skipif(not shutil.which("gcc"), reason="needs a C compiler")
@pytest.mark.parametrize("kind", ["dynamic", "static", "in Python"])
def test_beside_c(toolchain: Path, kind: str, build: Builder, running: Running) -> None:
    """A program with C in it, linked by C's linker; and Go's runtime in a process that is not Go at all."""
    flags = {
        "dynamic": (),
        "static": ("-ldflags=-linkmode=external -extldflags=-static",),
        "in Python": ("-buildmode=c-shared",),
    }
    built = build(toolchain, "cgo", *flags[kind], cgo=True)
    load = f"import ctypes, time; ctypes.CDLL({str(built)!r}).Start(); time.sleep(1000)"
    argv = (sys.executable, "-c", load) if kind == "in Python" else (built,)
    process, said = running.ready(*argv)
    assert said == "ready"
    dump = look(process.pid)
    found = places(dump)
    assert found["main.parked"] == 3
    assert found["main._Cfunc_keep"] == 1
    (in_c,) = (g for g in dump.goroutines if any(f.function == "main.inC" for f in g.frames))
    assert (in_c.state, in_c.frames[0].function, in_c.note) == ("syscall", "runtime.cgocall", "")
    assert all(g.stack_known for g in dump.goroutines if any(f.function.startswith("main.") for f in g.frames))
    assert is_go(process.pid) is True


def test_another_pid_namespace(toolchain: Path, build: Builder, running: Running) -> None:
    """Threads are numbered otherwise there: one that the kernel holds is found by its number inside."""
    if subprocess.run(["unshare", "-p", "-f", "true"], check=False, capture_output=True).returncode:
        pytest.skip("this machine makes no pid namespaces")
    outer, _ = running.ready("unshare", "-p", "-f", build(toolchain, "parked"), "held")
    inside = int(Path(f"/proc/{outer.pid}/task/{outer.pid}/children").read_text())
    try:
        (held,) = (g for g in look(inside).goroutines if g.state == "running")
        assert "main.held" in [f.function for f in held.frames]
    finally:
        os.kill(inside, signal.SIGKILL)


@pytest.mark.skipif(not EDGES, reason="no toolchain under .toolchains")
def test_a_program_that_replaces_itself_all_the_time(build: Builder, running: Running) -> None:
    """As a toolchain switch does, only a hundred times: each look is of one program, or refused; never a mixture."""
    one, other = build(EDGES[0], "parked"), build(EDGES[-1], "parked", "-trimpath")
    process, _ = running.ready(one, "turn", other, one)
    parked: Counter[str] = Counter()
    until = time.monotonic() + 20
    while len(parked) < len(EDGES) or parked.total() < 50:
        assert time.monotonic() < until, parked
        seen = read_goroutines(process.pid)
        if isinstance(seen, Refused):
            assert re.search("replaced|not found|no memory", seen.reason), seen
            continue
        functions = {f.function for g in seen.goroutines for f in g.frames if f.function.startswith("main.")}
        assert all(re.fullmatch(r"main\.(main|turn|outer|middle)(\.(func|gowrap)\d+)?", name) for name in functions), functions
        parked[seen.go] += places(seen)["main.middle"] == 9
    assert set(parked) == {folder.name for folder in EDGES}


def test_a_program_that_ends_while_it_is_looked_at(toolchain: Path, build: Builder, running: Running) -> None:
    """It is seen, or has ended; nothing is raised."""
    for delay in range(6):
        process, _ = running.ready(build(toolchain, "parked"), "busy", "50")
        ending = threading.Timer(delay / 1000, process.kill)
        ending.start()
        while not isinstance(seen := read_goroutines(process.pid), Refused):
            assert all(g.stack_known == bool(g.frames) for g in seen.goroutines)
        ending.join()
        assert re.search("gone|end|cannot be", seen.reason), seen


def test_a_server_that_never_rests(toolchain: Path, build: Builder, running: Running) -> None:
    """Two hundred looks at goroutines that move all the time: what is shown is a real stack, or is called moved."""
    process, _ = running.ready(build(toolchain, "parked"), "busy", "50")
    allowed = re.compile(r"^(main|runtime|time|sync|syscall|os|fmt|internal/\w+(/\w+)*)\.")
    notes: Counter[str] = Counter()
    for _ in range(200):
        dump = look(process.pid)
        assert 50 < len(dump.goroutines) < 5000
        for g in dump.goroutines:
            notes[g.note] += 1
            assert g.stack_known == bool(g.frames) == (g.note == "")
            assert g.note in ("", "moved", "running: stack not read")
            if g.frames:
                assert all(allowed.match(f.function) and f.line > 0 for f in g.frames), g
                assert g.frames[-1].function == "runtime.goexit" or len(g.frames) == 100, g
                own = [f.function for f in g.frames if f.function.startswith("main.")]
                cut = len(g.frames) == 100 and set(own) == {"main.work"}
                assert cut or OWN.fullmatch(" ".join(own)), g
    assert notes[""] > notes.total() * 0.5, notes


def test_a_deep_stack(toolchain: Path, build: Builder, running: Running) -> None:
    process, _ = running.ready(build(toolchain, "parked"), "deep", "100000")
    (deep,) = (g for g in look(process.pid).goroutines if g.frames[-1].function == "main.deep")
    assert len(deep.frames) == 100
    assert deep.stack_known
    few = read_goroutines(process.pid, frames_limit=5)
    assert isinstance(few, GoroutineDump)
    assert max(len(g.frames) for g in few.goroutines) == 5


def test_a_running_goroutine_is_marked(toolchain: Path, build: Builder, running: Running) -> None:
    process, _ = running.ready(build(toolchain, "parked"), "spin")
    spinning = [g for g in look(process.pid).goroutines if g.state == "running"]
    assert [(g.note, g.frames, g.stack_known) for g in spinning] in ([("running: stack not read", (), False)], [])
    first, second = (look(process.pid) for _ in range(2))
    keys = {g.sched_key for d in (first, second) for g in d.goroutines if g.state == "running"}
    assert len(keys) == sum(g.state == "running" for d in (first, second) for g in d.goroutines)


def test_a_thread_that_the_kernel_holds(toolchain: Path, build: Builder, running: Running) -> None:
    """It counts as running, but does not: a raw system call, as vfork is one."""
    process, _ = running.ready(build(toolchain, "parked"), "held")
    (held,) = (g for g in look(process.pid).goroutines if g.state == "running")
    assert [f.function for f in held.frames][-2:] == ["main.held", "runtime.goexit"]
    assert held.frames[-3].function == "syscall.RawSyscall"


@pytest.mark.parametrize("kind", ["tls", "h2", "h2body", "gzip", "redirect"])
def test_the_url_a_client_waits_for(toolchain: Path, kind: str, build: Builder, running: Running) -> None:
    process, url = running.ready(build(toolchain, "client"), kind)
    dump = look(process.pid)
    (request,) = dump.requests
    assert request.urls == (url,)
    assert request.body == (kind in ("h2body", "gzip"))
    assert request.method == ("GET" if kind == "redirect" else "POST")
    assert request.remote == url.split("/")[2]
    assert "secret" not in repr(dump)
    assert dump.program == "command-line-arguments"
    without = read_goroutines(process.pid, urls=False)
    assert isinstance(without, GoroutineDump)
    assert without.requests == ()


def test_ten_thousand(toolchain: Path, build: Builder, running: Running) -> None:
    process, _ = running.ready(build(toolchain, "parked"), "park", "2500")
    dump = look(process.pid)
    assert places(dump)["main.middle"] == 2500
    assert len({g.id for g in dump.goroutines}) == len(dump.goroutines) > 10000


COUNT = """
import resource, sys
from unjam.inspect.goroutines import read_goroutines
print(len(read_goroutines(int(sys.argv[1])).goroutines), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10)
"""


@pytest.mark.skipif(not EDGES, reason="no toolchain under .toolchains")
def test_a_hundred_thousand_take_less_than_a_gigabyte(build: Builder, running: Running) -> None:
    process, _ = running.ready(build(EDGES[-1], "parked"), "park", "25000")
    done = subprocess.run(
        [sys.executable, "-c", COUNT, str(process.pid)], capture_output=True, text=True, check=True, timeout=120
    )
    count, megabytes = map(int, done.stdout.split())
    assert count > 100_000
    assert megabytes < 1000


# ---- refusals ----


class Forbidden:
    """A memory that the kernel does not give."""

    def read(self, address: int, size: int) -> bytes:
        raise MemoryRefused(f"{size} bytes at {address:#x} are not permitted")


def test_memory_refused_at_the_seam(toolchain: Path, build: Builder, running: Running) -> None:
    process, _ = running.ready(build(toolchain, "parked"), "park", "1")
    refused = read_goroutines(process.pid, memory=Forbidden())
    assert isinstance(refused, Refused)
    assert refused.reason
    assert refused.remedy


AS_NOBODY = """
import os, sys
from unjam.inspect.goroutines import is_go, read_goroutines
os.setgroups([]); os.setgid(65534); os.setuid(65534)
print(repr(read_goroutines(int(sys.argv[1]))), repr(is_go(int(sys.argv[1]))))
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_the_process_of_another_user(toolchain: Path, build: Builder, running: Running) -> None:
    process, _ = running.ready(build(toolchain, "parked"), "park", "1")
    done = subprocess.run(
        [sys.executable, "-c", AS_NOBODY, str(process.pid)], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.count("belongs to another user (user id 0, ours is 65534)") == 2


def test_what_is_not_go() -> None:
    refused = read_goroutines(os.getpid())
    assert isinstance(refused, Refused)
    assert "not a Go program" in refused.reason
    assert is_go(os.getpid()) is False


@pytest.mark.skipif(not Path("/proc/2/comm").exists(), reason="no thread of the kernel is shown here")
def test_a_thread_of_the_kernel() -> None:
    refused = read_goroutines(2)
    assert isinstance(refused, Refused)
    assert refused.reason == "process 2 is a thread of the kernel"


@pytest.mark.parametrize("pid", [0, -1, 1 << 30, 1 << 80])
def test_a_pid_that_is_gone(pid: int) -> None:
    refused = read_goroutines(pid)
    assert isinstance(refused, Refused)
    assert "gone" in refused.reason
    assert isinstance(is_go(pid), Refused)


def test_a_process_that_has_ended(running: Running) -> None:
    process = running.start("true")
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    refused = read_goroutines(process.pid)
    assert isinstance(refused, Refused)
    assert "has ended" in refused.reason


def test_build_info(toolchain: Path, tmp_path: Path) -> None:
    info = build_info(toolchain / "bin/go")
    assert info is not None
    assert (info.go, info.path) == (toolchain.name, "cmd/go")
    assert dict(info.settings)["GOOS"] == "linux"
    (tmp_path / "text").write_text("no executable")
    assert build_info(tmp_path / "text") is None
    assert build_info(tmp_path / "absent") is None
    assert build_info(sys.executable) is None
