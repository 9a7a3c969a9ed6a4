"""Every sickness by git: the real go is met in it, lifting it lets the same command succeed."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from unjam.lab import git
from unjam.lab.git_http import Login
from unjam.lab.git_repository import Commit, add_commits, make_repository
from unjam.lab.lab import Lab, Liftable
from unjam.lab.running import Running

pytestmark = pytest.mark.lab

Commands = Callable[[Running], list[str]]
Reproduce = Callable[[Lab], Liftable]

HANGS: dict[Reproduce, tuple[str, ...]] = {
    git.network_stall: ("git ls-remote -q", "git-remote-http "),
    git.fetch_stall: ("fetch -f --depth=1", "git-remote-http "),
    git.credential_helper_hang: ("git ls-remote -q", "git-remote-http ", "git-credential-keyring get"),
    git.missing_revision_full_fetch: ("git fetch -f", "refs/heads/*:refs/heads/* refs/tags/*:refs/tags/*"),
    git.buildvcs_status_hang: ("git status --porcelain", "fsmonitor-hook 2 "),
}
FAILURES: dict[Reproduce, str] = {
    git.no_credentials: "fatal: could not read Username for 'http://127.0.0.1:",
    git.unknown_revision: "lib@v1.9.9: reading git.lab.example/team/lib/go.mod at revision v1.9.9: unknown revision v1.9.9",
    git.git_missing: 'exec: "git": executable file not found in $PATH',
}


@pytest.mark.parametrize("reproduce", HANGS)
def test_hang(lab: Lab, commands: Commands, reproduce: Reproduce) -> None:
    """The children are those that a user would see, and nothing is said."""
    lab.add(reproduce(lab))
    running = lab.start()
    assert lab.until(lambda: running.done or lab.is_waiting())
    seen = "\n".join(commands(running))
    assert all(part in seen for part in HANGS[reproduce]), seen
    assert (running.stdout, running.stderr) == ("", "")
    lab.lift()
    result = running.wait_done()
    assert result
    if reproduce is git.missing_revision_full_fetch:  # what it fetches was chosen before the branch came back
        assert "invalid version: unknown revision" in result.stderr
        result = lab.run()
    assert (result.code, result.stderr) == (0, "")


@pytest.mark.parametrize("reproduce", FAILURES)
def test_failure(lab: Lab, reproduce: Reproduce) -> None:
    """It fails in git's or go's own words; lifted, the same command succeeds."""
    lab.add(reproduce(lab))
    failed = lab.run()
    assert failed.code == 1
    assert FAILURES[reproduce] in failed.stderr
    lab.lift()
    assert lab.run().code == 0


def test_closed_in_mid_flight_leaves_nothing(lab: Lab, commands: Commands) -> None:
    """The lab closes while git waits (the fixture looks for what is left)."""
    git.fetch_stall(lab)
    running = lab.start()
    assert lab.until(lambda: "git-remote-http" in "\n".join(commands(running)))


def test_healthy_module_from_git_is_downloaded(lab: Lab) -> None:
    """Without a fault, the private module comes from git, and its program runs."""
    git.serve_git(lab)
    lab.command = ("mod", "tidy")
    assert lab.run().code == 0
    result = lab.run(("run", "."))
    assert (result.code, result.stderr) == (0, "1\n")


def test_login_opens_with_the_right_password() -> None:
    """Base64 of lab:open-sesame, and nothing else."""
    assert Login().allows("Basic bGFiOm9wZW4tc2VzYW1l")
    assert not Login().allows("Basic bGFiOndyb25n")
    assert not Login().allows(None)


def test_repository_is_the_same_everywhere(tmp_path: Path) -> None:
    """A commit's hash depends on nothing but what is committed."""
    make_repository(tmp_path / "a.git", (Commit({"a": b"1\n"}, "v1.0.0"), Commit({"a": b"2\n"})))
    log = ("git", "-C", str(tmp_path / "a.git"), "log", "--format=%H %cI %D", "main")
    lines = subprocess.run(log, capture_output=True, text=True, check=True).stdout.splitlines()
    assert [line.split()[1] for line in lines] == ["2023-11-15T22:13:20+00:00", "2023-11-14T22:13:20+00:00"]
    assert "tag: v1.0.0" in lines[1]
    assert add_commits(tmp_path / "a.git", "b", (Commit({"a": b"1\n"}),)) == lines[1].split()[0]
