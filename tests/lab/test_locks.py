"""Locks held by others: go waits for them without a word, and goes on when they are let go."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from unjam.lab import locks
from unjam.lab.git import NAME, serve_git
from unjam.lab.lab import Lab

pytestmark = pytest.mark.lab


@pytest.mark.parametrize(
    "reproduce",
    [
        locks.version_locked,
        locks.vcs_locked,
        locks.side_locked,
        locks.version_locked_by_go,
        locks.vcs_locked_by_go,
        locks.side_locked_by_go,
    ],
)
def test_lock(lab: Lab, reproduce: Callable[[Lab], locks.Holder]) -> None:
    """The command waits for the file, and the holder holds it; when it lets go, the command succeeds."""
    holder = lab.add(reproduce(lab))
    running = lab.start()
    assert lab.until(lambda: running.done or lab.is_waiting())
    assert not running.done
    assert locks.is_held(holder.file, holder.pid)
    assert holder.file in {file.resolve() for file in Path(f"/proc/{running.pid}/fd").glob("*")}
    lab.lift()
    result = running.wait_done()
    assert result
    assert result.code == 0, result.stderr


def test_holders_end_with_the_lab(lab: Lab) -> None:
    """Both kinds."""
    holders = [locks.vcs_locked_by_go(lab), locks.hold(lab, lab.folder / "some.lock")]
    lab.close()
    assert [Path(f"/proc/{holder.pid}").exists() for holder in holders] == [False, False]


def test_vcs_lock_is_where_go_locks(lab: Lab) -> None:
    """The name is computed here as in codehost.WorkDir."""
    host = serve_git(lab)
    assert lab.run().code == 0
    file = locks.vcs_lock(lab.modcache, host.url(NAME))
    assert file == locks.vcs_lock_of_project(lab)
    assert [file] == list(file.parent.glob("*.lock"))
