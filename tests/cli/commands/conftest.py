"""The command line as a shell starts it, and a real go command that hangs before a silent proxy."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from unjam.errors import LabCannot
from unjam.lab.faults.silence import Silence
from unjam.lab.lab import Lab
from unjam.lab.match import Match
from unjam.lab.running import Running
from unjam.lab.scenario import wait_until_sick
from unjam.lab.toolchain import find_go

UNJAM = (sys.executable, "-m", "unjam")

Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def surroundings(tmp_path: Path) -> dict[str, str]:
    """A home and a journal of its own, and nothing set that changes how unjam behaves."""
    home = tmp_path / "home"
    home.mkdir()
    return {"PATH": "/usr/bin:/bin", "HOME": str(home), "LANG": "C.UTF-8", "UNJAM_STATE": str(tmp_path / "state")}


@pytest.fixture
def command(surroundings: dict[str, str], tmp_path: Path) -> Command:
    """`command(*words)`: unjam as a process of its own, in an empty folder; `more` are variables."""

    def run(*words: str, more: dict[str, str] | None = None, **options: Any) -> subprocess.CompletedProcess[str]:
        given: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "cwd": tmp_path} | options
        if "input" not in given:
            given.setdefault("stdin", subprocess.DEVNULL)
        env = surroundings | (more or {})
        given |= {"text": True, "env": env, "timeout": 120}
        done: subprocess.CompletedProcess[str] = subprocess.run([*UNJAM, *words], check=False, **given)
        return done

    return run


@pytest.fixture
def program() -> tuple[str, ...]:
    """The words that start unjam."""
    return UNJAM


@pytest.fixture(scope="module")
def hung() -> Iterator[Running]:
    """`go mod download`, waiting for a proxy that took its request; a second entry of GOPROXY would answer."""
    try:
        go = find_go()
    except LabCannot as reason:
        pytest.skip(str(reason))
    with Lab(go) as lab:
        lab.require(lab.module("example.com/lib"))
        sick, well = lab.proxy("sick"), lab.proxy("well")
        sick.fault(Silence(), on=Match("mod"))
        lab.use_goproxy(sick, well)
        running = lab.start()
        wait_until_sick(lab, running)
        yield running


@pytest.fixture
def gone() -> int:
    """The id of a process that has ended."""
    ended = subprocess.Popen((sys.executable, "-S", "-c", ""))
    ended.wait()
    return ended.pid
