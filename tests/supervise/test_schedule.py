"""When the next look is due."""

from __future__ import annotations

from itertools import pairwise

import pytest

from unjam.supervise.schedule import Schedule


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, as its only element."""
    time = [100.0]
    monkeypatch.setattr("unjam.supervise.schedule.now", lambda: time[0])
    return time


def looks(clock: list[float], schedule: Schedule, seconds: float, quiet_since: float | None, share: float = 0.0) -> list[float]:
    """When it is looked, in seconds from now on, if each look takes 10 ms and the counters are seen every half second."""
    begun, found = clock[0], []
    while clock[0] < begun + seconds:
        if schedule.due(quiet_since, share):
            found.append(clock[0] - begun)
            clock[0] += 0.01
            schedule.looked(clock[0] - 0.01)
        clock[0] += 0.5
    return found


def test_a_silent_one_is_looked_at_soon_then_when_it_could_be_stuck_then_ever_more_calmly(clock: list[float]) -> None:
    found = looks(clock, Schedule(5.0, clock[0]), 600, quiet_since=clock[0])
    assert found[0] < 1.6
    assert 5 <= found[1] < 5.6
    assert 6 <= found[2] < 7
    gaps = [later - earlier for earlier, later in pairwise(found[2:])]
    assert all(earlier <= later + 0.5 for earlier, later in pairwise(gaps))
    assert 30 <= gaps[-1] < 31, "it is looked at as long as it lasts"


def test_one_among_others_that_move_is_seen_within_the_stall(clock: list[float]) -> None:
    found = looks(clock, Schedule(5.0, clock[0]), 60, quiet_since=None, share=0.1)
    assert found[0] < 5.6
    assert len(found) >= 10


def test_one_that_computes_is_hardly_looked_at(clock: list[float]) -> None:
    assert len(looks(clock, Schedule(5.0, clock[0]), 60, quiet_since=None, share=1.9)) <= 3
