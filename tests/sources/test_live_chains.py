"""go waits for a go that waits for somebody else: the finding is what the last one waits for, with the way there."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

import pytest

from unjam.diagnose import Diagnosis, diagnose, remedy
from unjam.errors import NoSuchProcess
from unjam.facts.case import Case
from unjam.facts.locks import WaitingLock
from unjam.fixes.end_process import EndProcess
from unjam.inspect.refused import Refused
from unjam.lab import locks
from unjam.lab.faults.silence import Silence
from unjam.lab.lab import Lab
from unjam.lab.match import Match
from unjam.model import Advice, Fix, Safety
from unjam.report.view import report_on
from unjam.sources.live import look_at

pytestmark = pytest.mark.lab
both = pytest.mark.parametrize("lab", ["1.21", "1.27"], indirect=True)


def zip_silent_for_the_other_go(lab: Lab) -> locks.Holder:
    """A second go holds the lock of a version and waits for its zip from a silent proxy."""
    lab.require(lab.module("example.com/lib"))
    sick = lab.proxy()
    lab.use_goproxy(sick, lab.proxy("well"))
    fault: Any = sick.fault(Silence(), on=Match("zip"))
    return locks.hold_by_go(lab, locks.version_lock(lab.modcache, "example.com/lib", "v1.0.0"), ("mod", "download"), fault)


def looked(lab: Lab, pid: int, mode: str, *masked: str, memory: Refused | None = None) -> tuple[Case, Diagnosis]:
    """The case in which that mode comes first, with those below it."""
    last: list[tuple[Case, Diagnosis]] = []

    def holds() -> bool:
        case = Case(patience=1.0).add(look_at(pid, memory=memory))
        last[:] = [(case, diagnose(case))]
        return [(finding.mode, finding.masks) for finding in last[0][1].findings][:1] == [(mode, masked)]

    assert lab.until(holds, 30), last[0][1]
    return last[0]


@both
@pytest.mark.parametrize(
    ("reproduce", "mode", "symptom"),
    [
        (locks.version_locked_by_go, "vcs-git-network-stall", "cache-flock-version"),
        (locks.vcs_locked_by_go, "vcs-git-fetch-stall", "cache-flock-vcs-dir"),
        (zip_silent_for_the_other_go, "net-proxy-accepts-never-answers", "cache-flock-version"),
    ],
)
def test_the_holder_is_the_patient(lab: Lab, reproduce: Callable[[Lab], locks.Holder], mode: str, symptom: str) -> None:
    """One finding: its cause, the lock below it, the way from our go to the other one, and the remedy is about that one."""
    holder = reproduce(lab)
    running = lab.start()
    case, diagnosis = looked(lab, running.pid, mode, symptom)
    (finding,) = diagnosis.findings
    assert finding.pid == holder.pid
    assert not diagnosis.candidates
    assert not diagnosis.unexplained
    (lock,) = case.all(WaitingLock)
    assert lock.cite() in finding.because
    assert f"process {running.pid} waits for the lock of " in lock.seen.text
    assert f"held by process {holder.pid}: " in lock.seen.text
    assert "mod download" in lock.seen.text
    assert lock.holder is not None
    assert lock.holder.waits_for
    assert lock.holder.busy is False
    proposed = remedy(finding, case)
    assert isinstance(proposed, Fix)
    assert proposed.safety is Safety.ASK
    assert [type(change) for change in proposed.changes] == [EndProcess]
    assert f"end process {holder.pid}" in proposed.title
    shown = report_on(case).findings[0].remedy
    assert shown is not None
    assert shown.to_type == (f"kill {holder.pid}",)


YAMA = Refused("kernel.yama.ptrace_scope is 1", "run unjam as root")


def test_a_holder_whose_memory_is_refused(lab: Lab) -> None:
    """Its children are seen all the same: the cause is its git, and it is the one to end."""
    holder = locks.version_locked_by_go(lab)
    running = lab.start()
    _, diagnosis = looked(lab, running.pid, "vcs-git-network-stall", "cache-flock-version", memory=YAMA)
    (finding,) = diagnosis.findings
    assert finding.pid == holder.pid
    assert not diagnosis.unexplained


def test_a_refused_holder_that_waits_for_the_network(lab: Lab) -> None:
    """Silence on its socket alone proves no cause: the lock is the finding, and candidates say what its holder may wait for.

    They are silent where the request went out in the very tick of the kernel's clock in which the answer before it came.
    """
    holder = zip_silent_for_the_other_go(lab)
    running = lab.start()
    case, diagnosis = looked(lab, running.pid, "cache-flock-version", memory=YAMA)
    (lock,) = case.all(WaitingLock)
    assert lock.holder is not None
    assert (lock.holder.pid, lock.holder.busy) == (holder.pid, False)
    assert lock.holder.waits_for in {"", f"{lab.proxies[0].address} (unknown)"}
    assert ("net-proxy-accepts-never-answers" in {each.mode for each in diagnosis.candidates}) == bool(lock.holder.waits_for)


def test_a_holder_that_goes_while_it_is_looked_at(lab: Lab) -> None:
    """No look fails, and the lock is over with its holder."""
    holder = locks.side_locked(lab)
    running = lab.start()
    looked(lab, running.pid, "cache-flock-sidelock")
    ending = threading.Thread(target=holder.lift)
    for number in itertools.count():
        if number == 1:
            ending.start()  # in the middle of this look, or of a later one
        with contextlib.suppress(NoSuchProcess):
            assert not diagnose(Case(patience=0.0).add(look_at(running.pid))).crashed
        if running.done:
            break
    ending.join()
    assert number >= 1


def test_two_that_wait_for_each_other_are_looked_at_once(lab: Lab) -> None:
    """The way that was come is not gone again."""
    holder = locks.side_locked_by_go(lab)
    running = lab.start()
    case, _ = looked(lab, running.pid, "cache-flock-sidelock")
    look = look_at(running.pid, way=(holder.pid,))
    assert {fact.seen.pid for fact in look.facts if fact.trouble} == {running.pid}
    assert {fact.seen.pid for fact in case.now if fact.trouble} == {running.pid, holder.pid}


@both
def test_the_go_of_a_generator(lab: Lab) -> None:
    """`go generate` starts a go command, as many do: the cause is in that one, and so is the cure."""
    lab.require(lab.module("example.com/lib"))
    (lab.project / "main.go").write_text("package main\n\n//go:generate go mod download\n\nfunc main() {}\n")
    sick = lab.proxy()
    lab.use_goproxy(sick, lab.proxy("well"))
    sick.fault(Silence(), on=Match("mod"))
    lab.command = ("generate", "./...")
    running = lab.start()
    case, diagnosis = looked(lab, running.pid, "net-proxy-accepts-never-answers")
    (finding,) = diagnosis.findings
    assert finding.pid not in {0, running.pid}
    assert not diagnosis.unexplained
    proposed = remedy(finding, case)
    assert isinstance(proposed, Advice)
    assert f"process {finding.pid}" in proposed.title


LOOK = """
import json, sys
from unjam.facts.case import Case
from unjam.facts.locks import WaitingLock
from unjam.sources.live import look_at
locks = Case(patience=0.0).add(look_at(int(sys.argv[1]))).all(WaitingLock)
print(json.dumps([(lock.seen.text, lock.holder is None, lock.path) for lock in locks]))
"""


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("setpriv"), reason="to be another user takes root and setpriv")
def test_a_holder_of_another_user(lab: Lab) -> None:
    """Our go waits for a lock that root's process took: it is named, and that it is not shown to us."""
    lab.require(lab.module("example.com/lib"))
    lab.use_goproxy(lab.proxy())
    lab.unprivileged()
    file = locks.version_lock(lab.modcache, "example.com/lib", "v1.0.0")
    locks.hold(lab, file)
    for place in (file, *file.parents):
        if place.is_relative_to(lab.modcache):
            os.chown(place, 65534, 65534)
    running = lab.start()
    assert lab.until(lambda: locks.has_waiter(file), 30)
    argv = ("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", sys.executable, "-c", LOOK, str(running.pid))
    [(text, unnamed, path)] = json.loads(subprocess.run(argv, check=True, capture_output=True, cwd="/").stdout)
    assert (unnamed, path) == (True, str(file))
    assert re.search(r", taken by process \d+ of user id 0 \(.*python.*\); if it still has it is hidden$", text), text


@both
def test_a_holder_in_a_wait_of_its_own_is_followed_further(lab: Lab) -> None:
    """A go behind a go: both locks are under the one cause, in the order in which they wait."""
    holder = locks.side_locked_by_go(lab)
    running = lab.start()
    assert lab.until(lambda: lab.is_waiting() or locks.has_waiter(holder.file), 30)
    case, diagnosis = looked(lab, running.pid, "cache-flock-sidelock")
    (finding,) = diagnosis.findings
    assert finding.pid == 0
    (ours, theirs) = case.all(WaitingLock)
    assert (ours.seen.pid, theirs.seen.pid) == (running.pid, holder.pid)
    assert ours.holder is not None
    assert ours.holder.waits_for == f"the lock of {lab.folder}/second-project/go.mod"
    assert [cite.fact for cite in diagnosis.unexplained] == [theirs.seen.text]


def test_a_script_of_go_generate_waits_for_its_go(lab: Lab) -> None:
    lab.require(lab.module("example.com/lib"))
    sick = lab.proxy()
    sick.fault(Silence())
    lab.use_goproxy(sick)
    (lab.project / "gen.go").write_text("package main\n\n//go:generate sh gen.sh\n", encoding="utf-8")
    (lab.project / "gen.sh").write_text("go list -m -u all\n", encoding="utf-8")
    lab.command = ("generate", "./...")
    lab.env["PATH"] = f"{lab.go.parent}{os.pathsep}{lab.env['PATH']}"
    case, diagnosis = looked(lab, lab.start().pid, "net-proxy-accepts-never-answers")
    assert isinstance(remedy(diagnosis.findings[0], case), Advice), "a variable of one run would not reach it"
