"""The contract of `--json` and `--report`, held against a real go in each state that a command can be in."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from unjam.errors import LabCannot
from unjam.lab.faults.drip import Drip
from unjam.lab.faults.silence import Silence
from unjam.lab.lab import Lab
from unjam.lab.match import Match
from unjam.lab.running import Running
from unjam.lab.scenario import wait_until_sick
from unjam.lab.toolchain import find_go

Command = Callable[..., subprocess.CompletedProcess[str]]

pytestmark = pytest.mark.lab
SCHEMA = json.loads((Path(__file__).parents[3] / "docs" / "schema-v1.json").read_text(encoding="utf-8"))
KEYS = ["unjam", "schema", "command", "findings", "candidates", "unexplained", "undecided", "crashed", "looked_at"]


@pytest.fixture
def lab() -> Iterator[Lab]:
    """A project that needs one module, which a healthy proxy has."""
    try:
        go = find_go()
    except LabCannot as reason:
        pytest.skip(str(reason))
    with Lab(go) as lab:
        lab.require(lab.module("example.com/lib", size=300_000))
        lab.use_goproxy(lab.proxy())
        yield lab


def held(text: str | bytes) -> dict[str, Any]:
    """The report, when it keeps what the contract says of every report."""
    report: dict[str, Any] = json.loads(text)
    jsonschema.validate(report, SCHEMA)
    assert list(report) == KEYS
    assert (report["schema"], report["crashed"]) == (1, [])
    assert report["looked_at"]
    return report


def attached(command: Command, running: Running) -> tuple[int, dict[str, Any]]:
    """What attach says of a command, and its exit code."""
    told = command("attach", str(running.pid), "--stall", "1s", "--json")
    return told.returncode, held(told.stdout)


def run(lab: Lab, command: Command, *words: str, **env: str) -> tuple[int, dict[str, Any]]:
    """What `unjam go --report` says of a command that ended, and its exit code."""
    report = lab.folder / "report.json"
    told = command("go", "--report", str(report), *words, more=lab.env | env, cwd=lab.project)
    return told.returncode, held(report.read_bytes())


def test_stuck_and_stopped(lab: Lab, command: Command) -> None:
    lab.proxies[0].fault(Silence(), on=Match("mod"))
    running = lab.start()
    wait_until_sick(lab, running)
    code, report = attached(command, running)
    assert (code, report["command"]["state"]) == (1, "stuck")
    assert report["command"]["stalled_s"] >= 1
    assert report["command"]["exit"] is None
    assert report["findings"][0]["subject"].startswith("http://127.0.0.1:")
    os.kill(running.pid, signal.SIGSTOP)
    try:
        _, report = attached(command, running)
    finally:
        os.kill(running.pid, signal.SIGCONT)
    assert report["command"]["state"] == "stopped"


def test_slow(lab: Lab, command: Command) -> None:
    lab.proxies[0].fault(Drip(bytes_per_s=2_000), on=Match("zip"))
    running = lab.start()
    wait_until_sick(lab, running)
    code, report = attached(command, running)
    assert (code, report["command"]["state"]) == (1, "slow")
    assert report["command"]["throughput"] > 0
    assert [finding["mode"] for finding in report["findings"]] == ["net-large-zip-no-progress"]


def test_a_go_program_that_waits_for_work_is_well(lab: Lab, command: Command) -> None:
    (lab.project / "go.mod").write_text("module example.com/idle\n\ngo 1.21\n")
    (lab.project / "main.go").write_text('package main\n\nimport "time"\n\nfunc main() { time.Sleep(time.Hour) }\n')
    built = lab.folder / "idle"
    subprocess.run([lab.go, "build", "-o", built, "."], cwd=lab.project, env=lab.env, check=True, capture_output=True)
    with subprocess.Popen([built]) as idle:
        try:
            told = command("attach", str(idle.pid), "--json")
        finally:
            idle.kill()
    report = held(told.stdout)
    assert (told.returncode, report["command"]["state"]) == (0, "running")
    assert report["findings"] == report["candidates"] == report["unexplained"] == []


def test_succeeded(lab: Lab, command: Command) -> None:
    code, report = run(lab, command, "mod", "download")
    assert (code, report["command"]["state"], report["command"]["exit"]) == (0, "succeeded", 0)
    assert report["findings"] == []


def test_failed(lab: Lab, command: Command) -> None:
    code, report = run(lab, command, "mod", "download", GOPROXY="off")
    assert (code, report["command"]["state"], report["command"]["exit"]) == (1, "failed", 1)
    assert report["findings"][0]["mode"] == "env-goproxy-off"


def test_failed_of_what_nobody_knows(lab: Lab, command: Command) -> None:
    code, report = run(lab, command, "mod", "download", "-no-such-flag")
    assert (code, report["command"]["state"], report["findings"]) == (2, "failed", [])


def test_processes(lab: Lab, command: Command) -> None:
    lab.proxies[0].fault(Silence(), on=Match("mod"))
    running = lab.start()
    wait_until_sick(lab, running)
    listed = json.loads(command("ps", "--json").stdout)
    for each in listed:
        jsonschema.validate(each, {**SCHEMA, "$ref": "#/$defs/ProcessJson"})
    assert running.pid in {each["pid"] for each in listed}
