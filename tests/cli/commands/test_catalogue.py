"""`unjam modes`, `explain`, `lab list`, `lab run`, `completion` and `undo`."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

from unjam.fixes import journal
from unjam.host.rehearsal import state_in
from unjam.modes import ALL, catalogue

Command = Callable[..., subprocess.CompletedProcess[str]]

SCHEMA = json.loads((Path(__file__).parents[3] / "docs" / "schema-v1.json").read_text(encoding="utf-8"))


def test_modes_lists_all(command: Command) -> None:
    told = command("modes")
    assert told.returncode == 0
    assert all(mode_id in told.stdout for mode_id in ALL)


def test_modes_as_json(command: Command) -> None:
    listed = json.loads(command("modes", "--json").stdout)
    assert [mode["id"] for mode in listed] == list(ALL)
    assert all(list(mode) == ["id", "title", "seen_by", "remedy"] for mode in listed)


def test_explain_shows_the_whole_docstring(command: Command) -> None:
    for mode in catalogue()[::9]:
        told = command("explain", mode.id)
        assert told.returncode == 0
        shown = " ".join(told.stdout.split())
        for word in mode.explanation.replace(":", " ").split():
            assert word in shown or word in {"You", "Why", "The"}, word


def test_lab_list_says_how_go_ends_up(command: Command) -> None:
    told = command("lab", "list")
    assert "hangs  net-proxy-accepts-never-answers" in told.stdout
    assert "fails  net-proxy-403" in told.stdout


@pytest.mark.lab
@pytest.mark.parametrize(
    ("mode_id", "says"),
    [
        ("net-proxy-accepts-never-answers", "every file is as it was"),
        ("net-proxy-403", "somebody follows the advice"),
        ("cache-zip-corrupt", "every file is as it was"),
    ],
)
def test_lab_run_plays_a_mode_to_its_end(command: Command, mode_id: str, says: str) -> None:
    told = command("lab", "run", mode_id, "--stall", "1s")
    assert told.returncode == 0, told.stdout + told.stderr
    assert f"unjam explain {mode_id}" in told.stdout
    assert says in told.stdout
    assert "succeeded" in told.stdout


@pytest.mark.lab
def test_lab_run_leaves_the_users_journal_alone(command: Command) -> None:
    command("lab", "run", "net-proxy-5xx")
    assert command("undo", "--list").stdout == "No fix has been applied on this machine.\n"


@pytest.mark.parametrize("words", [("run", "net-proxy-5xx"), ("serve", "--fault", "silence")])
def test_without_its_extra_the_lab_says_what_to_install(command: Command, tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['cryptography'] = None\n")
    told = command("lab", *words, more={"PYTHONPATH": str(tmp_path)})
    assert (told.returncode, told.stdout) == (1, "")
    assert told.stderr == 'unjam: the lab needs cryptography: pip install "unjam[lab]"\n'


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script(command: Command, shell: str) -> None:
    told = command("completion", shell)
    assert told.returncode == 0
    assert "_UNJAM_COMPLETE" in told.stdout


def test_completion_knows_commands_and_modes(command: Command) -> None:
    def complete(*words: str) -> list[str]:
        more = {"_UNJAM_COMPLETE": "bash_complete", "COMP_WORDS": " ".join(words), "COMP_CWORD": str(len(words) - 1)}
        return command(more=more).stdout.split()

    assert "plain,attach" in complete("unjam", "att")
    assert "plain,net-dial-blackhole" in complete("unjam", "explain", "net-dial")


@pytest.fixture
def applied(surroundings: dict[str, str], tmp_path: Path) -> Path:
    """A project whose go.sum a healed run has changed, with the fix in the journal."""
    project = tmp_path / "project"
    project.mkdir()
    (project / "go.mod").write_text("module example.com/m\n")
    (project / "go.sum").write_text("before\n")
    with state_in(Path(surroundings["UNJAM_STATE"])):
        entry = journal.begin(
            "net-proxy-5xx", "ask well.example first", project, ("go", "mod", "tidy"), ("for this run only: GOPROXY=x",)
        )
        (project / "go.sum").write_text("after\n")
        journal.close(entry)
    return project


def test_undo_takes_the_last_fix_back(command: Command, applied: Path) -> None:
    listed = command("undo", "--list")
    assert "ask well.example first" in listed.stdout
    assert "go mod tidy" in listed.stdout
    told = command("undo")
    assert told.returncode == 0
    assert told.stdout.startswith("Taken back: ask well.example first")
    assert (applied / "go.sum").read_text() == "before\n"
    assert "there is no fix to take back" in command("undo").stderr


def test_undo_over_somebodys_change_is_refused(command: Command, applied: Path) -> None:
    (applied / "go.sum").write_text("mine\n")
    told = command("undo")
    assert told.returncode == 1
    assert told.stderr.count("\n") == 1
    assert f"{applied}{os.sep}go.sum has changed" in told.stderr
    assert (applied / "go.sum").read_text() == "mine\n"


def test_undo_as_json(command: Command, applied: Path) -> None:
    (listed,) = json.loads(command("undo", "--list", "--json").stdout)
    jsonschema.validate(listed, {**SCHEMA, "$ref": "#/$defs/EntryJson"})
    assert list(listed) == ["id", "when", "mode", "title", "folder", "argv", "changes", "state", "ended"]
    assert (listed["state"], listed["folder"]) == ("applied", str(applied))
    taken = json.loads(command("undo", listed["id"], "--json").stdout)
    assert (taken["id"], taken["state"]) == (listed["id"], "undone")
