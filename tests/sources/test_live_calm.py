"""go waits for its user, for a reader or for a tool: no finding, nothing unexplained, and the report says what it does."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from unjam.diagnose import diagnose
from unjam.facts.case import Case
from unjam.facts.goroutines import OtherWait
from unjam.inspect.tree import snapshot
from unjam.lab.files import write_script, write_tree
from unjam.lab.lab import Lab
from unjam.lab.running import session_members
from unjam.report.now import now
from unjam.sources.live import look_at

pytestmark = pytest.mark.lab

TEST = 'package main\n\nimport (\n\t"testing"\n\t"time"\n)\n\nfunc TestQuiet(*testing.T) { time.Sleep(time.Hour) }\n'
SERVER = 'package main\n\nimport "net"\n\nfunc main() { l, _ := net.Listen("tcp", "127.0.0.1:0"); l.Accept() }\n'
CGO = 'package main\n\n// int f(void) { return 1; }\nimport "C"\n\nfunc main() { C.f() }\n'
ONLY_LINK = 'case "$1" in */link) case "$2" in -V*) ;; *) %s ;; esac ;; esac'


@dataclass
class Quiet:
    """Commands of one lab's project, and the ends of their pipes that nobody uses."""

    lab: Lab
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)
    pipes: list[int] = field(default_factory=list)

    def go(self, *words: str, stdin: int = subprocess.DEVNULL, stdout: int = subprocess.DEVNULL, **more: str) -> int:
        """Start go with these words, and variables; its pid."""
        process = subprocess.Popen(
            (self.lab.go, *words), cwd=self.lab.project, env=self.lab.env | more, stdin=stdin, stdout=stdout,
            stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        self.started.append(process)
        return process.pid

    def pipe(self) -> tuple[int, int]:
        """A pipe of which nobody uses the other end."""
        ends = os.pipe()
        self.pipes += ends
        return ends

    def project(self, **files: str) -> None:
        """A module with a program, and these files: `main_test` for main_test.go."""
        self.lab.require()
        write_tree(self.lab.project, {f"{name}.go": text for name, text in files.items()})

    def end(self) -> None:
        """Nothing of it is left."""
        for process in self.started:
            for pid in session_members(process.pid):
                os.kill(pid, signal.SIGKILL)
            process.wait()
        for fd in self.pipes:
            os.close(fd)


@pytest.fixture
def quiet(lab: Lab) -> Iterator[Quiet]:
    """A lab's commands, ended after the test."""
    made = Quiet(lab)
    try:
        yield made
    finally:
        made.end()


def a_sleeping_test(quiet: Quiet) -> int:
    quiet.project(main_test=TEST)
    return quiet.go("test", "-v", ".")


def a_server_under_run(quiet: Quiet) -> int:
    quiet.project(main=SERVER)
    return quiet.go("run", ".")


def a_generator(quiet: Quiet) -> int:
    quiet.project(main="package main\n\n//go:generate sleep 1000\n\nfunc main() {}\n")
    return quiet.go("generate", "./...")


def a_tool_that_reads(quiet: Quiet) -> int:
    return quiet.go("tool", "test2json", stdin=quiet.pipe()[0])


def a_full_pipe(quiet: Quiet) -> int:
    quiet.project()
    return quiet.go("list", "-json", "std", stdout=quiet.pipe()[1])


def a_sleeping_toolexec(quiet: Quiet) -> int:
    quiet.project()
    script = write_script(quiet.lab.folder / "toolexec", ONLY_LINK % "sleep 1000", 'exec "$@"')
    return quiet.go("build", "-toolexec", str(script), "-o", os.devnull, ".")


def a_compiler_that_works(quiet: Quiet) -> int:
    quiet.project(main=CGO)
    script = write_script(quiet.lab.folder / "gcc", 'case "$*" in *-###*) ;; *) while :; do :; done ;; esac', 'exec gcc "$@"')
    return quiet.go("build", "-o", os.devnull, ".", CC=str(script), CGO_ENABLED="1")


def a_stopped_go(quiet: Quiet) -> int:
    pid = a_sleeping_test(quiet)
    os.kill(pid, signal.SIGSTOP)
    assert quiet.lab.until(lambda: snapshot().nodes[pid].state == "T", 30)
    return pid


CALM: dict[Callable[[Quiet], int], str] = {
    a_sleeping_test: "the user's own program runs: ",
    a_server_under_run: "the user's own program runs: ",
    a_generator: "the user's own program runs: sleep 1000",
    a_tool_that_reads: "the user's own program runs: ",
    a_full_pipe: "nobody reads what it writes: goroutine 1 ",
    a_sleeping_toolexec: "the user's own program runs: ",
    a_compiler_that_works: "cc works: ",
}
both = pytest.mark.parametrize("lab", ["1.21", "1.27"], indirect=True)


@both
@pytest.mark.parametrize("start", CALM, ids=lambda start: start.__name__)
def test_it_is_told_calmly(quiet: Quiet, start: Callable[[Quiet], int]) -> None:
    """Watched with the least patience: three looks in which the same thing stands there."""
    pid = start(quiet)
    same: list[tuple[str, ...]] = []
    case = Case(patience=0.05)

    def holds() -> bool:
        case.add(look_at(pid))
        diagnosis = diagnose(case)
        said = now(case)
        same.append(said if said and said[0].startswith(CALM[start]) else ())
        assert not diagnosis.sick or not same[-1], diagnosis
        assert not diagnosis.crashed
        return len(same) > 2 and bool(same[-1]) and same[-1] == same[-2] == same[-3]

    assert quiet.lab.until(holds, 60), (same[-1:], case.now)


def test_a_stopped_go_waits_for_nothing(quiet: Quiet) -> None:
    """Whatever it stood in."""
    case = Case(patience=0.0).add(look_at(a_stopped_go(quiet)))
    command = case.command()
    assert command is not None
    assert command.stopped
    assert not [fact for fact in case.now if fact.trouble]
    assert not diagnose(case).sick


@pytest.mark.parametrize("opened", [False, True])
def test_a_file_that_keeps_go_waiting_has_a_name(quiet: Quiet, opened: bool) -> None:
    """go.mod as a named pipe that nobody opens, or that nobody writes to: unexplained, with the file."""
    fifo = quiet.lab.project / "go.mod"
    os.mkfifo(fifo)
    pid = quiet.go("mod", "tidy")
    if opened:
        quiet.pipes.append(os.open(fifo, os.O_WRONLY))
    case = Case(patience=0.0)

    def holds() -> bool:
        case.add(look_at(pid))
        return any(fact.seen.text.endswith(f": {fifo}") for fact in case.all(OtherWait))

    assert quiet.lab.until(holds, 30), case.now
    assert [str(fifo) in cite.fact for cite in diagnose(case).unexplained] == [True]


CACHE = """
import json, sys
def say(**answer): print(json.dumps(answer), flush=True)
say(ID=0, KnownCommands=["get"])
for line in sys.stdin:
    if line.strip():
        asked = json.loads(line)
        say(ID=asked["ID"], Miss=asked["Command"] == "get")
"""


def test_a_cache_program_is_waited_for_only_when_it_is_asked(quiet: Quiet) -> None:
    """It runs as long as go does, and go's reader of its answers too; one that says nothing holds go up."""
    quiet.project()
    script = write_script(quiet.lab.folder / "toolexec", "sleep 1000")
    cache = quiet.lab.folder / "cache.py"
    cache.write_text(CACHE)
    words = ("build", "-toolexec", str(script), "-o", os.devnull, ".")
    well = quiet.go(*words, GOCACHEPROG=shlex.join(("python3", str(cache))))
    mute = quiet.go("build", "-o", os.devnull, ".", GOCACHEPROG="sleep 1000")

    def seen(pid: int) -> tuple[tuple[str, ...], list[str]]:
        case = Case(patience=0.0).add(look_at(pid))
        return now(case), [cite.fact for cite in diagnose(case).unexplained]

    assert quiet.lab.until(lambda: "toolexec" in "".join(seen(well)[0]), 30), seen(well)
    assert seen(well)[1] == []
    assert {Path(node.name).name for node in snapshot().children(well)} >= {"python3"}
    assert quiet.lab.until(lambda: seen(mute)[1], 30)
    assert "(sleep 1000) waits for" in seen(mute)[1][0]
