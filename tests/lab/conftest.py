"""A lab for the oldest and for the newest go, and a look at the processes of its command."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from unjam.errors import LabCannot
from unjam.lab.lab import Lab
from unjam.lab.running import Running, session_members
from unjam.lab.toolchain import find_go


@pytest.fixture(scope="session")
def gocache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One build cache for all labs of a run."""
    return tmp_path_factory.mktemp("gocache")


@pytest.fixture(params=["1.21", "1.27"])
def lab(request: pytest.FixtureRequest, gocache: Path) -> Iterator[Lab]:
    """A lab; when it has closed, no process of its commands is left."""
    try:
        go = find_go(request.param)
    except LabCannot as reason:
        pytest.skip(str(reason))
    started: list[Running] = []
    with Lab(go, gocache=gocache) as lab:
        start = lab.start

        def remember(*args: object, **options: object) -> Running:
            started.append(start(*args, **options))  # type: ignore[arg-type]
            return started[-1]

        lab.start = remember  # type: ignore[method-assign]
        yield lab
    assert [session_members(running.pid) for running in started] == [()] * len(started)


@pytest.fixture
def commands() -> Callable[[Running], list[str]]:
    """The command lines of a running command and all its children."""

    def look(running: Running) -> list[str]:
        files = (Path(f"/proc/{pid}/cmdline") for pid in session_members(running.pid))
        return [file.read_text().replace("\0", " ").strip() for file in files if file.exists()]

    return look
