"""What `unjam ps` says of each process in one line."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from unjam.facts.seen import Program
from unjam.lab.faults.silence import Silence
from unjam.lab.files import write_tree
from unjam.lab.lab import Lab
from unjam.lab.match import Match
from unjam.sources.machine import GoProcess, go_processes, named

pytestmark = pytest.mark.lab


def described(pid: int) -> GoProcess | None:
    """That process in the list."""
    return next((each for each in go_processes() if each.pid == pid), None)


def says(lab: Lab, pid: int, words: str) -> GoProcess:
    """The line, once it says so."""
    last: list[GoProcess | None] = []

    def holds() -> bool:
        last[:] = [described(pid)]
        return last[0] is not None and words in last[0].waits_for

    assert lab.until(holds, 60), last
    assert last[0] is not None
    return last[0]


def test_what_go_waits_for_and_since_when(lab: Lab) -> None:
    """A silent proxy."""
    lab.require(lab.module("example.com/lib"))
    sick = lab.proxy()
    sick.fault(Silence(), on=Match("mod"))
    lab.use_goproxy(sick)
    pid = lab.start().pid
    line = says(lab, pid, "waiting for the answer of http://")
    assert (line.name, line.program, line.ours) == ("cmd/go", Program.GO, True)
    assert lab.until(lambda: (says(lab, pid, "waiting").waited or 0.0) > 0.5, 30)
    assert pid in named("go")
    assert pid in named(None)


def test_a_users_program_and_the_go_that_runs_it(lab: Lab) -> None:
    """Each is told for itself."""
    lab.require()
    write_tree(lab.project, {"main.go": 'package main\n\nimport "time"\n\nfunc main() { time.Sleep(time.Hour) }\n'})
    lab.command = ("build", "-o", "own", ".")
    result = lab.start().wait_done()
    assert result
    assert result.code == 0, result
    lab.command = ("run", ".")
    pid = lab.start().pid
    assert says(lab, pid, "the user's own program runs: ").program is Program.GO
    own = subprocess.Popen((lab.project / "own",), stderr=subprocess.DEVNULL)
    try:
        line = describe_until(lab, own.pid)
        assert (line.program, line.name) == (Program.USER, "lab.example/project")
        assert own.pid not in named(None)
        assert own.pid in named("project")
    finally:
        own.kill()
        own.wait()


def describe_until(lab: Lab, pid: int) -> GoProcess:
    """The line of a process that has just been started."""
    assert lab.until(lambda: described(pid) is not None, 30)
    line = described(pid)
    assert line is not None
    return line


def test_a_stopped_go_is_stopped(lab: Lab) -> None:
    """Whatever it stood in."""
    lab.require(lab.module("example.com/lib"))
    sick = lab.proxy()
    sick.fault(Silence(), on=Match("mod"))
    lab.use_goproxy(sick)
    pid = lab.start().pid
    says(lab, pid, "waiting for the answer")
    os.kill(pid, signal.SIGSTOP)
    assert says(lab, pid, "stopped").waits_for == "stopped"


def test_python_is_none_of_them() -> None:
    """And neither is this process, nor one that has ended."""
    with subprocess.Popen((sys.executable, "-S", "-c", "input()"), stdin=subprocess.PIPE) as other:
        listed = {each.pid for each in go_processes()}
        assert not listed & {other.pid, os.getpid()}
        other.communicate(b"\n")
