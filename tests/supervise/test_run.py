"""Watching from a program: what a listener hears, memory refused, a machine that slept, orphans, defects of ours."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from unjam.diagnose import Diagnosis
from unjam.errors import CannotRun, LabCannot
from unjam.facts.case import Look
from unjam.facts.requests import WaitingRequest
from unjam.lab.faults.silence import Silence
from unjam.lab.lab import Lab
from unjam.lab.match import Match
from unjam.lab.toolchain import find_go
from unjam.sources.live import look_at
from unjam.sources.text import case_of_text
from unjam.supervise import Options, Outcome, Silent, State, run

pytestmark = pytest.mark.lab
SILENT = "net-proxy-accepts-never-answers"


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    """A lab with the newest go and one silent proxy; we stand in its project."""
    try:
        go = find_go()
    except LabCannot as reason:
        pytest.skip(str(reason))
    with Lab(go) as lab:
        lab.require(lab.module("example.com/lib"))
        sick = lab.proxy("sick")
        sick.fault(Silence(), on=Match("mod"))
        lab.use_goproxy(sick)
        monkeypatch.chdir(lab.project)
        yield lab


@contextmanager
def stderr_in_a_pipe() -> Iterator[None]:
    """So that what go says passes through our hands. (Not a fixture: pytest takes descriptor 2 back before the test begins.)"""
    reader, writer = os.pipe()
    saved = os.dup(2)
    os.dup2(writer, 2)
    try:
        yield
    finally:
        os.dup2(saved, 2)
        for fd in (reader, writer, saved):
            os.close(fd)


@dataclass(slots=True)
class Ear(Silent):
    """Remembers what it hears; `then` is done when something is stuck."""

    then: Callable[[], object] = lambda: None
    heard: list[str] = field(default_factory=list)
    diagnoses: list[Diagnosis] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)

    def stuck(self, diagnosis: Diagnosis, so_far: Outcome) -> None:
        """Remember it."""
        self.heard.append("stuck")
        self.diagnoses.append(diagnosis)
        self.outcomes.append(so_far)
        self.then()

    def moves(self, so_far: Outcome) -> None:
        """Remember it."""
        self.heard.append("moves")

    def defect(self, error: str) -> None:
        """Remember it."""
        self.heard.append(error)


def options(lab: Lab, **more: object) -> Options:
    """A quick stall, in the lab's environment."""
    return replace(Options(stall=1.0, go=str(lab.go), overlay=tuple(lab.env.items())), **more)  # type: ignore[arg-type]


def test_a_listener_hears_of_it_and_the_outcome_says_how_it_ended(lab: Lab) -> None:
    ear = Ear(then=lab.lift)
    outcome = run(("go", "mod", "tidy"), options(lab), look=look_at, told=ear, read=case_of_text)
    assert [finding.mode for finding in ear.diagnoses[0].findings] == [SILENT]
    assert ear.outcomes[0].state is State.STUCK
    assert ear.outcomes[0].may_rerun
    assert ear.outcomes[0].go.startswith("go1.")
    assert (outcome.exit_code, outcome.signal, outcome.state, outcome.diagnosis) == (0, None, State.SUCCEEDED, None)


def test_memory_refused_x_is_added_and_its_lines_are_not_the_users(lab: Lab) -> None:
    def blind(pid: int) -> Look:
        return Look(time.monotonic(), (), frozenset({WaitingRequest}), ((WaitingRequest, "memory refused"),))

    shown: list[bytes] = []
    ear = Ear(then=lab.lift)
    watching = options(lab, talk=True, write=shown.append, deadline=60.0)
    with stderr_in_a_pipe():
        outcome = run(("go", "mod", "tidy"), watching, look=blind, told=ear, read=case_of_text)
    assert outcome.exit_code == 0
    assert ear.diagnoses[0].findings == (), "a lone `# get` cannot tell silence from an unanswered SYN"
    assert SILENT in {candidate.mode for candidate in ear.diagnoses[0].candidates}
    assert b"".join(shown) == b"go: downloading example.com/lib v1.0.0\n"
    assert "# get " in outcome.stderr_text


def test_a_machine_that_slept_is_not_stuck(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    naps = iter(range(0, 10**6, 100))
    monkeypatch.setattr("unjam.supervise.watch.asleep", lambda: float(next(naps)))
    ear = Ear()
    outcome = run(("go", "mod", "tidy"), options(lab, deadline=5.0), look=look_at, told=ear)
    assert ear.heard == []
    assert outcome.timed_out
    assert outcome.code == 124


def test_a_defect_of_ours_does_not_touch_the_command(lab: Lab) -> None:
    def broken(pid: int) -> Look:
        lab.lift()
        raise ZeroDivisionError("planted")

    ear = Ear()
    outcome = run(("go", "mod", "tidy"), options(lab), look=broken, told=ear)
    assert outcome.exit_code == 0
    assert len(ear.heard) == 1
    assert "ZeroDivisionError: planted" in outcome.defect


def test_a_library_leaves_other_children_alone(lab: Lab) -> None:
    other = os.posix_spawn("/bin/sleep", ["sleep", "300"], {})
    try:
        outcome = run(("go", "mod", "tidy"), options(lab, deadline=1.0), look=look_at)
        assert outcome.timed_out
        assert os.waitpid(other, os.WNOHANG) == (0, 0), "it is none of the command's"
    finally:
        os.kill(other, 9)
        os.waitpid(other, 0)


def test_a_thread_may_run_it_too(lab: Lab) -> None:
    found: list[Outcome] = []
    watching = options(lab, deadline=2.0)
    thread = threading.Thread(target=lambda: found.append(run(("go", "mod", "tidy"), watching, look=look_at)))
    thread.start()
    thread.join(60)
    assert found[0].timed_out
    assert found[0].modes == (SILENT,)


def descriptors() -> int:
    """How many we have open."""
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def test_no_descriptor_and_no_thread_is_left(lab: Lab) -> None:
    lab.lift()
    run(("go", "version"), options(lab), look=look_at)
    before = descriptors(), threading.active_count()
    for _ in range(3):
        run(("go", "version"), options(lab), look=look_at)
        with pytest.raises(CannotRun):
            run(("go", "version"), options(lab, go="/etc/passwd"), look=look_at)
    assert (descriptors(), threading.active_count()) == before
