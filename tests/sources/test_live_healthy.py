"""Healthy commands of all kinds, watched from their first moment to their last: nothing is found, and no look fails."""

from __future__ import annotations

from collections import Counter

import pytest
from tests.healthy import HEALTHY, Command

from unjam.diagnose import diagnose
from unjam.errors import NoSuchProcess
from unjam.facts.case import Case
from unjam.facts.settings import GoSetting
from unjam.lab.lab import Lab
from unjam.sources.live import look_at
from unjam.sources.text import case_of_text

pytestmark = pytest.mark.lab

#: Longer than a loaded machine leaves a healthy wait alone, and shorter than the slow commands take.
PATIENCE = 1.0
PAUSE = 0.03
#: Last for seconds: there must be looks.
LASTING = {"a slow proxy", "a proxy that drips", "programs"}


def test_there_are_enough() -> None:
    """Fifty and more, of every word that go has for its modules, its builds and itself."""
    commands = [command for healthy in HEALTHY.values() for command in healthy.words()]
    assert len(commands) >= 50
    assert Counter(command[0] for command in commands).keys() >= {
        "mod", "get", "list", "build", "test", "vet", "run", "generate", "env", "version", "install", "work", "tool", "fmt",
    }  # fmt: skip


@pytest.mark.parametrize("name", HEALTHY)
def test_nothing_is_found(lab: Lab, name: str) -> None:
    """Neither while they run nor in what they print."""
    HEALTHY[name].prepare(lab)
    looks = sum(watched(lab, command) for command in HEALTHY[name].words())
    assert looks or name not in LASTING


def watched(lab: Lab, command: Command) -> int:
    """Looks and diagnoses as often as can be, until the command ends well; how often that was."""
    lab.command = command
    running = lab.start()
    case, looks = Case(patience=PATIENCE), 0
    while not running.done:
        try:
            case.add(look_at(running.pid))
        except NoSuchProcess:
            break
        del case.looks[:-1]
        diagnosis = diagnose(case)
        seen = (command, diagnosis.findings, diagnosis.candidates, diagnosis.unexplained)
        assert not diagnosis.sick, (seen, [fact for fact in case.now if not isinstance(fact, GoSetting)])
        assert not diagnosis.crashed, (seen, diagnosis.crashed)
        looks += 1
        lab.until(lambda: running.done, PAUSE)
    result = running.wait_done()
    assert result
    assert result.code == 0, (command, result)
    assert not diagnose(case_of_text((result.stderr + result.stdout).encode())).sick, result
    return looks
