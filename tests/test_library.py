"""`import unjam`: the verbs for programs."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import unjam
from unjam.errors import BadInput, CannotRun, LabCannot, NoSuchProcess
from unjam.lab.faults.silence import Silence
from unjam.lab.lab import Lab
from unjam.lab.match import Match
from unjam.lab.toolchain import find_go


@pytest.fixture
def lab(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    """A lab with one module and a proxy, in whose project we are."""
    try:
        go = find_go()
    except LabCannot as reason:
        pytest.skip(str(reason))
    with Lab(go) as lab:
        lab.require(lab.module("example.com/lib"))
        lab.use_goproxy(lab.proxy())
        monkeypatch.chdir(lab.project)
        yield lab


@pytest.mark.lab
def test_run_a_command_that_is_well(lab: Lab) -> None:
    report = unjam.run(["mod", "download"], environment=lab.env)
    assert report.command.exit == 0
    assert report.command.argv == ("go", "mod", "download")
    assert not report.sick


@pytest.mark.lab
def test_run_a_command_that_fails(lab: Lab) -> None:
    report = unjam.run(["go", "mod", "download"], environment=lab.env | {"GOPROXY": "off"})
    assert report.command.exit == 1
    assert [finding.mode for finding in report.findings] == ["env-goproxy-off"]


@pytest.mark.lab
def test_run_a_command_that_hangs_until_its_deadline(lab: Lab) -> None:
    lab.proxies[0].fault(Silence(), on=Match("mod"))
    report = unjam.run(["mod", "download"], environment=lab.env, stall=1.0, deadline=4.0)
    assert [finding.mode for finding in report.findings] == ["net-proxy-accepts-never-answers"]
    assert json.loads(unjam.to_json(report))["command"]["state"] == "stuck"


def test_run_without_a_go(tmp_path: Path) -> None:
    with pytest.raises(CannotRun, match="no go on PATH"):
        unjam.run(["version"], environment={"PATH": str(tmp_path)})


HOST = """
import signal, sys, threading, unjam
threading.Thread(target=threading.Event().wait, daemon=True).start() if "thread" in sys.argv else None
if "deaf" in sys.argv:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
try:
    report = unjam.run(["stay"], environment={"PATH": sys.argv[1]})
    print("ran", report.command.exit)
except KeyboardInterrupt:
    print("interrupted")
"""
GO = "#!/bin/sh\ntouch $0.here\n[ -z $STAY ] || exec sleep 300\nexit 3\n"


@pytest.mark.parametrize("how", ["alone", "thread"])
def test_an_interrupt_is_the_programs_own(tmp_path: Path, how: str) -> None:
    """`kill -INT` for a program that runs go by `unjam.run`: go ends, and the program hears of it."""
    (tmp_path / "go").write_text(GO)
    (tmp_path / "go").chmod(0o755)
    path = f"{tmp_path}:/usr/bin:/bin"
    environment = {"PATH": path, "STAY": "1", "UNJAM_STATE": str(tmp_path)}
    host = subprocess.Popen([sys.executable, "-c", HOST, path, how], env=environment, stdout=subprocess.PIPE, text=True)
    until((tmp_path / "go.here").exists)
    child = int(until(lambda: Path(f"/proc/{host.pid}/task/{host.pid}/children").read_text()))
    host.send_signal(signal.SIGINT)
    assert host.communicate(timeout=30)[0] == "interrupted\n"
    assert not Path(f"/proc/{child}").exists()


def test_a_program_that_wants_no_news_of_children(tmp_path: Path) -> None:
    (tmp_path / "go").write_text(GO)
    (tmp_path / "go").chmod(0o755)
    path = f"{tmp_path}:/usr/bin:/bin"
    host = subprocess.run(
        [sys.executable, "-c", HOST, path, "deaf"], env={"PATH": path}, capture_output=True, text=True, timeout=30, check=True
    )
    assert host.stdout == "ran 3\n"


@pytest.mark.lab
def test_run_beside_an_event_loop(lab: Lab) -> None:
    async def main() -> tuple[int | None, int]:
        beats = 0
        run = asyncio.create_task(asyncio.to_thread(unjam.run, ["mod", "download"], environment=lab.env))
        while not run.done():
            await asyncio.sleep(0.01)
            beats += 1
        return (await run).command.exit, beats

    code, beats = asyncio.run(main())
    assert code == 0
    assert beats > 1


def until(condition: Callable[[], object]) -> str:
    """Wait until it holds; what it said."""
    ends = time.monotonic() + 30
    while not (answer := condition()):
        assert time.monotonic() < ends
        time.sleep(0.02)
    return str(answer)


OFF = "go: example.com/a@v1.0.0: module lookup disabled by GOPROXY=off\n"


@pytest.mark.parametrize("text", [OFF, OFF.encode(), OFF.encode("utf-16")])
def test_read_takes_text_and_bytes(text: str | bytes) -> None:
    report = unjam.read(text)
    assert [finding.mode for finding in report.findings] == ["env-goproxy-off"]
    assert "GOPROXY is off" in unjam.to_text(report)


@pytest.mark.parametrize("text", ["\udcff\ud800", "\0" * 1000, ""])
def test_read_takes_any_text(text: str) -> None:
    assert not unjam.read(text).sick


def test_attach_and_goroutines_name_what_is_missing() -> None:
    for verb in (unjam.attach, unjam.goroutines):
        with pytest.raises(NoSuchProcess):
            verb(2**22 + 1)


def test_processes_are_those_of_go() -> None:
    assert all(each.go.startswith("go1.") or not each.go for each in unjam.processes())


def test_the_journal_is_empty_at_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNJAM_STATE", str(tmp_path))
    assert unjam.applied_fixes() == ()
    with pytest.raises(BadInput):
        unjam.undo()
