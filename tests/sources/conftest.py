"""A lab for the live source, and looks at its command."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from unjam.errors import LabCannot
from unjam.facts.case import Case
from unjam.facts.settings import GoSetting
from unjam.lab.lab import Lab
from unjam.lab.toolchain import find_go
from unjam.sources.live import look_at


@pytest.fixture(scope="session")
def gocache() -> Path:
    """One build cache for all runs: to build the standard library takes half a minute."""
    return Path(__file__).parents[2] / ".toolchains" / "cache"


@pytest.fixture(params=["1.27"])
def lab(request: pytest.FixtureRequest, gocache: Path) -> Iterator[Lab]:
    """A lab with the newest go, or the one a test names by `indirect`."""
    try:
        go = find_go(request.param)
    except LabCannot as reason:
        pytest.skip(str(reason))
    with Lab(go, gocache=gocache) as lab:
        yield lab


Until = Callable[[int, Callable[[Case], object]], Case]


@pytest.fixture
def until(lab: Lab) -> Until:
    """Looks at a process, for patience 0, until a condition of the case holds; then the case."""

    def look(pid: int, condition: Callable[[Case], object]) -> Case:
        last: list[Case] = []

        def holds() -> bool:
            last[:] = [Case(patience=0.0).add(look_at(pid))]
            return bool(condition(last[0]))

        assert lab.until(holds, 30), [fact for fact in last[0].now if not isinstance(fact, GoSetting)]
        return last[0]

    return look
