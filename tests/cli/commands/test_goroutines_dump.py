"""`unjam goroutines PID --dump`: warns, asks, ends the process by SIGQUIT, and reads what it printed where that can be read."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import jsonschema
import pytest

from unjam.lab.faults.silence import Silence
from unjam.lab.lab import Lab
from unjam.lab.match import Match
from unjam.lab.running import Running
from unjam.lab.toolchain import find_go

Command = Callable[..., subprocess.CompletedProcess[str]]
Hang = Callable[[int], subprocess.Popen[bytes]]

pytestmark = pytest.mark.lab
SCHEMA = json.loads((Path(__file__).parents[3] / "docs" / "schema-v1.json").read_text(encoding="utf-8"))
WORKER = "net/http.(*persistConn).roundTrip"


@pytest.fixture
def hang() -> Iterator[Hang]:
    """`hang(fd)`: a go that waits for a silent proxy, with that descriptor as its standard error."""
    started: list[subprocess.Popen[bytes]] = []
    with Lab(find_go()) as lab:
        lab.require(lab.module("example.com/lib"))
        sick = lab.proxy()
        sick.fault(Silence(), on=Match("mod"))
        lab.use_goproxy(sick)

        def start(error: int) -> subprocess.Popen[bytes]:
            null = subprocess.DEVNULL
            started.append(subprocess.Popen(lab.argv(), cwd=lab.project, env=lab.env, stdin=null, stdout=null, stderr=error))
            assert lab.until(lab.is_waiting, 60)
            return started[-1]

        yield start
        for process in started:
            process.kill()
            process.communicate()


def test_what_it_printed_to_a_file_is_read(command: Command, hang: Hang, tmp_path: Path) -> None:
    log = tmp_path / "go.log"
    with log.open("wb") as file:
        file.write(b"goroutine 99 [running]:\nmain.earlier()\n\t/x/old.go:1\n\n")
        file.flush()
        process = hang(file.fileno())
    told = command("goroutines", str(process.pid), "--dump", "--yes", "--json")
    assert told.returncode == 0, told
    assert process.wait(30) == 2
    dump = json.loads(told.stdout)
    jsonschema.validate(dump, {**SCHEMA, "$ref": "#/$defs/GoroutinesJson"})
    functions = {frame["function"] for each in dump["goroutines"] for frame in each["frames"]}
    assert WORKER in functions
    assert "main.earlier" not in functions
    assert {each["state"] for each in dump["goroutines"]} >= {"waiting"}
    assert dump["go"].startswith("go1.")
    assert f"Its standard error is {log}.\n" in told.stderr
    assert f"unjam read {log}\n" in told.stderr
    assert "ENDS it" in told.stderr


def test_a_pipe_is_read_by_somebody_else(command: Command, hang: Hang) -> None:
    """Who does is told, and what to do with it."""
    process = hang(subprocess.PIPE)
    told = command("goroutines", str(process.pid), "--dump", "--yes")
    assert told.returncode == 0, told
    assert f"a pipe that process {os.getpid()} reads" in told.stderr
    assert "Save what it printed there" in told.stderr
    assert told.stdout == ""
    _, said = process.communicate(timeout=30)
    assert WORKER.encode() in said


def test_nothing_is_ended_for_nothing(command: Command, hang: Hang) -> None:
    process = hang(subprocess.DEVNULL)
    told = command("goroutines", str(process.pid), "--dump", "--yes")
    assert told.returncode == 2
    assert told.stderr == f"unjam: --dump would end process {process.pid} for nothing: its standard error is /dev/null\n"
    assert process.poll() is None


@pytest.mark.parametrize(("answer", "ends"), [("n", False), ("y", True)])
def test_it_asks_at_a_terminal(program: tuple[str, ...], hang: Hang, tmp_path: Path, answer: str, ends: bool) -> None:
    with (tmp_path / "go.log").open("wb") as file:
        process = hang(file.fileno())
    words = (*program, "goroutines", str(process.pid), "--dump")
    asked = Running(words, cwd=tmp_path, env={"PATH": os.defpath, "HOME": str(tmp_path), "TERM": "dumb"}, tty=True)
    try:
        assert wait_until(lambda: "End it? [y/N]:" in asked.stdout), asked.stdout
        assert process.poll() is None
        asked.say(f"{answer}\n")
        result = asked.wait_done(30)
        assert result
        assert result.code == 0, result.stdout
        assert (WORKER in result.stdout) == ends
        if ends:
            assert process.wait(30) == 2
        else:
            assert process.poll() is None
    finally:
        asked.close()


def test_ctrl_c_at_the_question_ends_nothing(program: tuple[str, ...], hang: Hang, tmp_path: Path) -> None:
    with (tmp_path / "go.log").open("wb") as file:
        process = hang(file.fileno())
    words = (*program, "goroutines", str(process.pid), "--dump")
    asked = Running(words, cwd=tmp_path, env={"PATH": os.defpath, "HOME": str(tmp_path), "TERM": "dumb"}, tty=True)
    try:
        assert wait_until(lambda: "End it?" in asked.stdout), asked.stdout
        asked.say("\x03")
        result = asked.wait_done(30)
        assert result
        assert result.code == 130, result.stdout
        assert "Traceback" not in result.stdout
        assert process.poll() is None
    finally:
        asked.close()


NO_PROC = """
import sys
from unjam.inspect import procfs
procfs.PROC = "/nonexistent"
from unjam.cli.main import run
sys.exit(run(sys.argv[1:]))
"""


def test_without_proc_the_reason_is_told(program: tuple[str, ...], hang: Hang, tmp_path: Path) -> None:
    """As on macOS: attached by psutil, goroutines undecided, and the dump is what is left."""
    process = hang(subprocess.DEVNULL)
    seen = subprocess.run(
        (program[0], "-c", NO_PROC, "attach", str(process.pid), "--stall", "0.1s"),
        check=False, capture_output=True, text=True, cwd=tmp_path,
    )  # fmt: skip
    reason = "this system has no /proc, so that goroutines cannot be read from outside"
    assert reason in seen.stdout, seen
    assert seen.stderr == ""
    assert seen.returncode in {0, 1}
    listed = subprocess.run(
        (program[0], "-c", NO_PROC, "goroutines", str(process.pid)), check=False, capture_output=True, text=True, cwd=tmp_path
    )
    assert (listed.returncode, listed.stdout) == (2, "")
    assert reason in listed.stderr
    assert "--dump" in listed.stderr


def test_a_zombie_is_not_signalled(command: Command) -> None:
    over = os.posix_spawn("/bin/true", ("true",), {})
    os.waitid(os.P_PID, over, os.WEXITED | os.WNOWAIT)
    told = command("goroutines", str(over), "--dump", "--yes")
    with contextlib.suppress(ChildProcessError):
        os.waitpid(over, 0)
    assert told.returncode == 2
    assert "is over" in told.stderr


def wait_until(is_so: Callable[[], object]) -> bool:
    """Waits for a condition, at most as long as a loaded machine needs."""
    from time import monotonic, sleep

    end = monotonic() + 60
    while not is_so() and monotonic() < end:
        sleep(0.02)
    return bool(is_so())
