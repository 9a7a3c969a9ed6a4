"""go waits for a go that waits for somebody else: the finding is what the last one waits for, with the way there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from unjam.diagnose import Diagnosis, diagnose, remedy
from unjam.facts.case import Case
from unjam.facts.locks import WaitingLock
from unjam.fixes.end_process import EndProcess
from unjam.lab import locks
from unjam.lab.faults.silence import Silence
from unjam.lab.lab import Lab
from unjam.lab.match import Match
from unjam.model import Fix, Safety
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


def looked(lab: Lab, pid: int, mode: str, *masked: str) -> tuple[Case, Diagnosis]:
    """The case in which that mode comes first, with those below it."""
    last: list[tuple[Case, Diagnosis]] = []

    def holds() -> bool:
        case = Case(patience=1.0).add(look_at(pid))
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
