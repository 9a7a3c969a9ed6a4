"""The journal outlives the process, and undo restores every byte or refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from unjam.errors import BadInput, CannotUndo
from unjam.fixes import journal
from unjam.fixes.journal import APPLIED, OPEN, PUT_BACK, UNDONE, Entry


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A module with a go.mod and no go.sum, and a journal of its own."""
    monkeypatch.setenv("UNJAM_STATE", str(tmp_path / "state"))
    folder = tmp_path / "project" / "deep"
    folder.mkdir(parents=True)
    (folder.parent / "go.mod").write_bytes(b"module example.com/x\r\n")
    return folder


def begin(project: Path) -> Entry:
    """An entry as `treat` makes it, from a folder below the module's root."""
    return journal.begin("net-proxy-403", "a title", project, ("go", "mod", "tidy"), ("one change",))


def test_undo_restores_content_absence_and_mode(project: Path) -> None:
    """What was there comes back with its permission bits; what was not there goes."""
    mod, sums = project.parent / "go.mod", project.parent / "go.sum"
    mod.chmod(0o640)
    entry = begin(project)
    mod.write_bytes(b"module example.com/x\n\ngo 1.27\n")
    sums.write_bytes(b"example.com/y v1.0.0 h1:x\n")
    journal.close(entry)
    undone = journal.take_back(journal.find(None))
    assert mod.read_bytes() == b"module example.com/x\r\n"
    assert mod.stat().st_mode & 0o777 == 0o640
    assert not sums.exists()
    assert undone.state == UNDONE


def test_undo_refuses_over_a_later_change_and_touches_nothing(project: Path) -> None:
    """Somebody edited go.sum since: the error names it, and go.mod stays as the run left it."""
    mod, sums = project.parent / "go.mod", project.parent / "go.sum"
    entry = begin(project)
    mod.write_bytes(b"changed by the run")
    sums.write_bytes(b"changed by the run")
    journal.close(entry)
    sums.write_bytes(b"changed by somebody")
    with pytest.raises(CannotUndo, match=r"go\.sum"):
        journal.take_back(journal.find(entry.id))
    assert mod.read_bytes() == b"changed by the run"
    assert journal.find(entry.id).state == APPLIED


def test_a_file_that_the_run_left_alone_is_the_users(project: Path) -> None:
    """Only go.sum was written by the run: go.mod may be edited afterwards, and keeps that edit."""
    mod, sums = project.parent / "go.mod", project.parent / "go.sum"
    entry = begin(project)
    sums.write_bytes(b"changed by the run")
    journal.close(entry)
    mod.write_bytes(b"edited since")
    undone = journal.take_back(journal.find(entry.id))
    assert [Path(file.path) for file in undone.files] == [sums]
    assert mod.read_bytes() == b"edited since"
    assert not sums.exists()


def test_an_entry_that_was_never_closed_can_be_taken_back(project: Path) -> None:
    """A crash in the middle of the healed run leaves an open entry."""
    mod = project.parent / "go.mod"
    begin(project)
    mod.write_bytes(b"half")
    assert journal.find(None).state == OPEN
    journal.take_back(journal.find(None), PUT_BACK)
    assert mod.read_bytes() == b"module example.com/x\r\n"


def test_entries_are_listed_newest_first_and_taken_back_once(project: Path) -> None:
    """Two in one second have names of their own."""
    first, second = journal.close(begin(project)), journal.close(begin(project))
    assert [entry.id for entry in journal.entries()] == [second.id, first.id]
    journal.take_back(journal.find(None))
    assert journal.find(None).id == first.id
    with pytest.raises(BadInput, match="already"):
        journal.take_back(journal.find(second.id))


def test_what_is_no_entry_is_named(project: Path) -> None:
    """A damaged entry is an error that names the file; an unknown id, and an empty journal, are errors too."""
    with pytest.raises(BadInput, match="no fix to take back"):
        journal.find(None)
    entry = begin(project)
    with pytest.raises(BadInput, match="no fix nonsense"):
        journal.find("nonsense")
    (entry.path / "entry.json").write_text("{")
    with pytest.raises(BadInput, match=r"entry\.json"):
        journal.find(None)


def test_the_journal_keeps_no_secret(project: Path) -> None:
    """A token in an argument is masked, and nobody else may read the journal."""
    entry = journal.begin("m", "t", project, ("go", "get", "-x", "https://user:s3cr3tt0ken@host.example/x"), ())
    text = (entry.path / "entry.json").read_text()
    assert "s3cr3tt0ken" not in text
    assert json.loads(text)["argv"][0] == "go"
    assert entry.path.stat().st_mode & 0o077 == 0
    assert (entry.path / "entry.json").stat().st_mode & 0o077 == 0
