"""Settings: durations as Go writes them, precedence, and what a project's file may never say."""

from __future__ import annotations

from pathlib import Path

import pytest

from unjam.errors import BadSettings
from unjam.host.settings import Heal, Settings, duration, settings


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A module, and a folder deep inside it."""
    (tmp_path / "go.mod").write_text("module example.com/m\n")
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    return deep


def write(project: Path, text: str) -> None:
    """The project's settings file."""
    (project.parent.parent / ".unjam.toml").write_text(text)


@pytest.mark.parametrize(
    ("text", "seconds"), [("10s", 10), ("2m", 120), ("1h30m", 5400), ("1.5s", 1.5), ("500ms", 0.5), ("1m0.5s", 60.5)]
)
def test_durations(text: str, seconds: float) -> None:
    assert duration(text, "--stall") == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "10", "s", "10 s", "-5s", "1d", "0s", "5sx", "١s", "1e3s"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(BadSettings, match="--stall"):
        duration(text, "--stall")


def test_defaults(tmp_path: Path) -> None:
    assert settings({}, {}, tmp_path) == Settings()


def test_option_before_variable_before_file_before_default(project: Path) -> None:
    write(project, 'stall = "7s"\ndeadline = "7m"\nlive = false\n')
    assert settings({}, {}, project).stall == 7
    assert settings({}, {"UNJAM_STALL": "8s"}, project).stall == 8
    found = settings({"stall": "9s"}, {"UNJAM_STALL": "8s", "UNJAM_REPORT": "eight.json"}, project)
    assert (found.stall, found.report, found.deadline, found.live) == (9, "eight.json", 420, False)


def test_a_file_without_go_mod_beside_it_is_not_read(tmp_path: Path) -> None:
    (tmp_path / ".unjam.toml").write_text("nonsense")
    assert settings({}, {}, tmp_path) == Settings()


def test_a_file_above_the_nearest_go_mod_is_not_read(project: Path) -> None:
    write(project, 'stall = "7s"\n')
    (project / "go.mod").write_text("module example.com/inner\n")
    assert settings({}, {}, project).stall == 5


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('\n\nstal = "5s"\n', r"\.unjam\.toml:3: there is no setting 'stal'; did you mean stall"),
        ('heal = "ask"\n', r"\.unjam\.toml:1: a project's file may not set heal, .* take it out; .* --heal or UNJAM_HEAL$"),
        ('# yes\nconsent = true\n', r"\.unjam\.toml:2: a project's file may not set consent"),
        ('[proxies]\na = "b"\n', r"\.unjam\.toml:1: a project's file may not set proxies"),
        ('go = "/tmp/evil"\n', r"\.unjam\.toml:1: a project's file may not set go"),
        ('report = "../../.profile"\n', r"\.unjam\.toml:1: a project's file may not set report"),
        ("stall = 5\n", r"\.unjam\.toml:1: stall = 5: write it in quotes"),
        ('stall = "5"\n', r"\.unjam\.toml:1: stall: '5' is no duration; write 5s"),
        ('live = "yes"\n', r"\.unjam\.toml:1: live = 'yes': write true or false"),
        ("stall = \n", r"\.unjam\.toml: "),
    ],
)
def test_what_a_file_may_not_say(project: Path, text: str, says: str) -> None:
    write(project, text)
    with pytest.raises(BadSettings, match=says) as raised:
        settings({}, {}, project)
    assert "\n" not in str(raised.value)


def test_a_file_in_another_encoding(project: Path) -> None:
    (project.parent.parent / ".unjam.toml").write_bytes(b'stall = "\xff"\n')
    with pytest.raises(BadSettings, match=r"\.unjam\.toml: byte 9 is not UTF-8"):
        settings({}, {}, project)


def test_an_unknown_variable_is_named_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="UNJAM_STAL means nothing to unjam; did you mean UNJAM_STALL"):
        settings({}, {"UNJAM_STAL": "5s"}, tmp_path)


def test_an_empty_variable_says_nothing(tmp_path: Path) -> None:
    assert settings({}, {"UNJAM_STALL": "", "UNJAM_HEAL": ""}, tmp_path) == Settings()


@pytest.mark.parametrize(("text", "heal"), [("safe", Heal.SAFE), ("ask", Heal.ASK), ("no", Heal.NO), ("1", Heal.SAFE)])
def test_heal(tmp_path: Path, text: str, heal: Heal) -> None:
    assert settings({}, {"UNJAM_HEAL": text}, tmp_path).heal is heal
