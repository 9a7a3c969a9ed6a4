"""Memory refused: sockets, descriptors, locks and children decide what they can, the rest is undecided with the reason."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable

import pytest

from unjam.diagnose import Diagnosis, diagnose
from unjam.facts.case import Case
from unjam.inspect.refused import Refused
from unjam.lab import git, locks, ssh
from unjam.lab.faults.silence import Silence
from unjam.lab.faults.stall_after import StallAfter
from unjam.lab.lab import Lab
from unjam.lab.match import Match
from unjam.lab.running import Running
from unjam.sources.live import look_at

pytestmark = pytest.mark.lab

SETTING = "kernel.yama.ptrace_scope is 1"
YAMA = Refused(SETTING, "run unjam as root")


def seen(running: Running, lab: Lab, condition: Callable[[Diagnosis], object]) -> Diagnosis:
    """The diagnosis without memory, as soon as it is as wanted."""
    last: list[Diagnosis] = []

    def holds() -> bool:
        last[:] = [diagnose(Case(patience=0.2).add(look_at(running.pid, memory=YAMA)))]
        return bool(condition(last[0]))

    assert lab.until(holds, 30), last
    return last[0]


def names_the_setting(diagnosis: Diagnosis) -> bool:
    """Whether what needs goroutines is undecided for that reason, and nothing crashed."""
    reasons = {reason for verdict in diagnosis.undecided for reason in verdict.missing}
    return reasons == {f"{YAMA.reason} ({YAMA.remedy})"} and not diagnosis.crashed


def test_a_dial_that_nobody_answers(lab: Lab) -> None:
    """SYN-SENT is proof enough."""
    lab.require(lab.module("example.com/lib"))
    lab.use_goproxy(f"http://{lab.black_hole()}", lab.proxy("well"))
    diagnosis = seen(lab.start(), lab, lambda d: d.findings)
    assert [finding.mode for finding in diagnosis.findings] == ["net-dial-blackhole"]
    assert not diagnosis.candidates
    assert not diagnosis.unexplained
    assert names_the_setting(diagnosis)


@pytest.mark.parametrize(
    ("reproduce", "mode"),
    [
        (locks.version_locked, "cache-flock-version"),
        (locks.vcs_locked, "cache-flock-vcs-dir"),
        (locks.side_locked, "cache-flock-sidelock"),
        (git.network_stall, "vcs-git-network-stall"),
        (git.fetch_stall, "vcs-git-fetch-stall"),
        (ssh.ssh_stall, "vcs-ssh-stall"),
    ],
)
def test_locks_and_children_need_no_memory(lab: Lab, reproduce: Callable[[Lab], object], mode: str) -> None:
    """The kernel names the lock and its holder; the child's own socket says what it waits for."""
    lab.add(reproduce(lab))  # type: ignore[type-var]
    diagnosis = seen(lab.start(), lab, lambda d: d.findings)
    assert [finding.mode for finding in diagnosis.findings] == [mode]
    assert not diagnosis.candidates
    assert names_the_setting(diagnosis)


def test_silence_has_several_causes(lab: Lab) -> None:
    """An established connection on which go asked and nothing came: no name, but what would decide."""
    lab.require(lab.module("example.com/lib"))
    sick = lab.proxy()
    sick.fault(Silence(after="accept"))
    lab.use_goproxy(sick)
    diagnosis = seen(lab.start(), lab, lambda d: d.candidates)
    assert not diagnosis.findings
    assert {each.mode for each in diagnosis.candidates} == {
        "net-proxy-accepts-never-answers", "net-tls-handshake-timeout", "sumdb-unreachable",
    }  # fmt: skip
    assert {each.missing for each in diagnosis.candidates} == {(f"{YAMA.reason} ({YAMA.remedy})",)}
    assert {each.subject for each in diagnosis.candidates} == {sick.address}
    assert not diagnosis.unexplained


def test_a_kept_connection_is_owed_nothing(lab: Lab) -> None:
    """Answered last: whether it idles or its body stalls, only the goroutines tell. So nothing is said of it."""
    lab.require(lab.module("example.com/lib", size=400_000))
    sick = lab.proxy()
    sick.fault(StallAfter(100_000), on=Match("zip"))
    lab.use_goproxy(sick)
    running = lab.start()
    assert lab.until(lambda: any(one.waited_on for one in sick.armed), 30)
    diagnosis = seen(running, lab, names_the_setting)
    assert not diagnosis.findings
    assert not diagnosis.candidates


LOOK = """
import json, sys
from unjam.diagnose import diagnose
from unjam.facts.case import Case
from unjam.sources.live import look_at
found = diagnose(Case(patience=0.0).add(look_at(int(sys.argv[1]))))
print(json.dumps({
    "findings": [one.mode for one in found.findings],
    "candidates": sorted({one.mode for one in found.candidates}),
    "reasons": sorted({reason for one in found.undecided for reason in one.missing}),
    "crashed": [one.mode for one in found.crashed],
}))
"""


def look_as(rights: tuple[str, ...], running: Running) -> dict[str, list[str]]:
    """What a process with other rights diagnoses."""
    argv = ("setpriv", *rights, sys.executable, "-c", LOOK, str(running.pid))
    answer: dict[str, list[str]] = json.loads(subprocess.run(argv, check=True, capture_output=True).stdout)
    return answer


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("setpriv"), reason="to give up a right takes root and setpriv")
@pytest.mark.parametrize(
    ("reproduce", "candidates"),
    [
        (locks.version_locked, ["cache-flock-sidelock", "cache-flock-vcs-dir", "cache-flock-version"]),
        (git.network_stall, ["vcs-git-network-stall"]),
        (ssh.ssh_stall, ["vcs-ssh-prompt-go125", "vcs-ssh-stall"]),
    ],
)
def test_for_real(lab: Lab, reproduce: Callable[[Lab], object], candidates: list[str]) -> None:
    """A root without CAP_SYS_PTRACE sees of another root's go only the processes and the locks: candidates, and the reasons."""
    lab.add(reproduce(lab))  # type: ignore[type-var]
    running = lab.start()
    assert lab.until(lab.is_waiting, 30)
    found = look_as(("--bounding-set=-sys_ptrace", "--inh-caps=-sys_ptrace"), running)
    assert found["findings"] == []
    assert found["crashed"] == []
    assert found["candidates"] == candidates
    memory = f"the kernel refuses the memory of process {running.pid}: it has more privileges than we have"
    assert any(reason.startswith(memory) for reason in found["reasons"])
    assert any("what process" in reason and "has open" in reason for reason in found["reasons"])


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("setpriv"), reason="to be another user takes root and setpriv")
def test_another_user(lab: Lab) -> None:
    """Somebody else sees the same, and is told to come as that user."""
    lab.add(git.network_stall(lab))
    running = lab.start()
    assert lab.until(lab.is_waiting, 30)
    found = look_as(("--reuid", "65534", "--regid", "65534", "--clear-groups"), running)
    assert found["findings"] == []
    assert found["candidates"] == ["vcs-git-network-stall"]
    assert any(f"process {running.pid} belongs to another user (user id 0" in reason for reason in found["reasons"])
