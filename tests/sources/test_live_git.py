"""What git waits for below go, when nothing but its place in the tree tells what a process is for."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from unjam.diagnose import diagnose
from unjam.facts.case import PATIENCE, Case, Look
from unjam.facts.children import Task, WaitingChild, Wants
from unjam.facts.requests import Download
from unjam.facts.seen import Program, Seen
from unjam.lab.files import write_script
from unjam.lab.git import credential_helper_hang, network_stall
from unjam.lab.lab import Lab
from unjam.sources import live
from unjam.sources.live import look_at, watch


def found(lab: Lab, pid: int, mode: str) -> str:
    """The subject of that mode, which alone is found."""
    last: list[tuple[str, str]] = []

    def holds() -> bool:
        last[:] = [(each.mode, each.subject) for each in diagnose(Case(patience=1.0).add(look_at(pid))).findings]
        return [each for each, _ in last] == [mode]

    assert lab.until(holds, 30), last
    return last[0][1]


@pytest.mark.lab
def test_what_the_transport_of_git_starts_is_asked_for_a_login(lab: Lab) -> None:
    """An askpass program that has become another one, whose name tells nothing."""
    lab.add(credential_helper_hang(lab))
    (lab.home / ".gitconfig").unlink()
    lab.env["GIT_ASKPASS"] = str(write_script(lab.home / "login", "exec sleep 1000"))
    assert found(lab, lab.start().pid, "vcs-credential-helper-hang") == "sleep 1000"


@pytest.mark.lab
def test_the_server_is_the_one_that_is_talked_to(lab: Lab) -> None:
    """`insteadOf` leads git elsewhere, and to an address that swallows the attempt."""
    lab.add(network_stall(lab))
    hole = lab.black_hole()
    config = Path(lab.env["GIT_CONFIG_GLOBAL"]) if "GIT_CONFIG_GLOBAL" in lab.env else lab.home / ".gitconfig"
    with config.open("a", encoding="utf-8") as file:
        file.write(f'[url "http://{hole}/"]\n\tinsteadOf = http://\n\tinsteadOf = https://\n')
    running = lab.start()
    assert found(lab, running.pid, "vcs-git-network-stall").startswith(f"http://{hole}/")
    [finding] = diagnose(Case(patience=0.5).add(look_at(running.pid))).findings
    assert "no connection has been made" in finding.says


def test_a_wait_is_awaited_although_its_file_is_older(monkeypatch: pytest.MonkeyPatch) -> None:
    """Go makes the `.tmp` before it starts the git that is to fill it."""
    seen = Seen("", "", Program.GO, 1)
    old = Download(seen, "m", "v1.0.0", "/m.tmp", 0, PATIENCE + 1)
    child = WaitingChild(seen, Task.FETCH, ("git",), ("git fetch",), Wants.NETWORK, idle=PATIENCE - 1)
    grown = dataclasses.replace(child, idle=PATIENCE + 1)
    looks = iter(Look(float(at), (old, each), live.KINDS) for at, each in enumerate((child, child, grown)))
    monkeypatch.setattr(live, "look_at", lambda *_, **__: next(looks))
    assert len(watch(1, pause=0.0).looks) == 3


def test_between_two_commands_of_git_nothing_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = Seen("", "", Program.GO, 1)
    child = WaitingChild(seen, Task.LS_REMOTE, ("git",), ("git ls-remote",), Wants.NETWORK, idle=1.0)
    grown = dataclasses.replace(child, task=Task.FETCH, idle=PATIENCE)
    looks = iter(Look(float(at), facts, live.KINDS) for at, facts in enumerate(((child,), (), (grown,))))
    monkeypatch.setattr(live, "look_at", lambda *_, **__: next(looks))
    assert len(watch(1, pause=0.0).looks) == 3
