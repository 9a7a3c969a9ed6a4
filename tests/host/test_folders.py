"""Folders: the journal's, and one that a single unjam holds at a time."""

from __future__ import annotations

from pathlib import Path

import pytest

from unjam.errors import BadInput
from unjam.host.folders import alone_in, current_folder, state_folder


def test_no_home_is_said_and_nothing_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("UNJAM_STATE", "XDG_STATE_HOME", "HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("os.path.expanduser", lambda path: path)  # as for a user id without an entry in passwd
    with pytest.raises(BadInput, match="UNJAM_STATE"):
        state_folder()
    assert list(tmp_path.iterdir()) == []


def test_a_relative_state_folder_is_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("UNJAM_STATE", "state")
    assert state_folder() == tmp_path / "state"


def test_a_folder_that_was_removed_is_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert current_folder() == Path()


def test_one_at_a_time(tmp_path: Path) -> None:
    with alone_in(tmp_path) as first:
        with alone_in(tmp_path) as second:
            assert (first, second) == (True, False)
        with alone_in(tmp_path / "not there") as nothing:
            assert nothing, "what cannot be held holds nobody up"
    with alone_in(tmp_path) as again:
        assert again
