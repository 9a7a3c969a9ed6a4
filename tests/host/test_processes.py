"""Telling one process from another that got its number."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from unjam.host import processes
from unjam.inspect import process, tree
from unjam.inspect.process import Process


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    """A process that waits until it is ended."""
    with subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(600)"]) as running:
        yield running
        running.kill()


@pytest.mark.parametrize("elsewhere", [False, True], ids=["/proc", "no /proc"])
def test_it_started_when_the_tree_says(
    sleeper: subprocess.Popen[bytes], elsewhere: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Who is ended is told by both: were they of two minds, nobody would ever be ended."""
    if elsewhere:
        monkeypatch.setattr(processes, "PROC", str(tmp_path))
    nodes = tree._by_psutil() if elsewhere else tree.snapshot().nodes.values()
    (node,) = [node for node in nodes if node.pid == sleeper.pid]
    seen = process._by_psutil(sleeper.pid) if elsewhere else process.read_process(sleeper.pid)
    assert isinstance(seen, Process)
    assert processes.start_time(sleeper.pid) == float(node.started) == float(seen.identity.started)


@pytest.mark.parametrize("elsewhere", [False, True], ids=["/proc", "no /proc"])
def test_one_that_has_ended_has_no_start(
    sleeper: subprocess.Popen[bytes], elsewhere: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if elsewhere:
        monkeypatch.setattr(processes, "PROC", str(tmp_path))
    started = processes.start_time(sleeper.pid)
    assert started is not None
    assert processes.end(sleeper.pid, started)
    assert processes.start_time(sleeper.pid) is None  # although nobody has asked for its exit code yet
