"""A fix is kept only when the command and the rule are both content; anything else puts all back."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from unjam.errors import CannotTreat, CannotUndo
from unjam.fixes import journal
from unjam.fixes.end_process import EndProcess
from unjam.fixes.move_aside import MoveAside
from unjam.fixes.one_run_environment import OneRunEnvironment
from unjam.host.processes import start_time
from unjam.model import Change, Cite, Finding, Fix, Safety
from unjam.treat import check_ready, treat, undo

FINDING = Finding("a subject", "it says", (Cite("a fact", "a source"),), mode="net-proxy-403")


@dataclass(frozen=True)
class Ran:
    """How a run went."""

    succeeded: bool = True
    modes: tuple[str, ...] = ()


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A module, and a journal of its own."""
    monkeypatch.setenv("UNJAM_STATE", str(tmp_path / "state"))
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "go.mod").write_text("module example.com/x\n")
    return folder


def fix(*changes: Change) -> Fix:
    """A fix of these changes."""
    return Fix("a title", Safety.ASK, changes)


def test_healed_keeps_the_change_until_undo(project: Path) -> None:
    """The variables reach the run and only it; go.mod as the run left it stays until undo."""
    seen: dict[str, str] = {}

    def again(environment: Mapping[str, str]) -> Ran:
        seen.update(environment)
        (project / "go.mod").write_text("rewritten")
        return Ran()

    treated = treat(fix(OneRunEnvironment((("GOPROXY", "https://b,https://a"),))), FINDING, ("go",), project, again)
    assert treated.healed
    assert seen == {"GOPROXY": "https://b,https://a"}
    assert (project / "go.mod").read_text() == "rewritten"
    undo()
    assert (project / "go.mod").read_text() == "module example.com/x\n"


@pytest.mark.parametrize("ran", [Ran(succeeded=False), Ran(modes=("net-proxy-403",))], ids=["fails", "still-sick"])
def test_not_healed_is_put_back(project: Path, ran: Ran) -> None:
    """A run that fails, or in which the rule still finds its sickness, leaves no trace."""
    damaged = project / "v1.0.0.zip"
    damaged.write_bytes(b"half")

    def again(environment: Mapping[str, str]) -> Ran:
        assert not damaged.exists()
        damaged.write_bytes(b"fetched anew")
        (project / "go.sum").write_text("new")
        return ran

    treated = treat(fix(MoveAside(str(damaged))), FINDING, ("go",), project, again)
    assert not treated.healed
    assert damaged.read_bytes() == b"half"
    assert {path.name for path in project.iterdir()} == {"go.mod", "v1.0.0.zip"}
    assert journal.find(treated.entry.id).state == journal.PUT_BACK


def test_an_interruption_puts_back(project: Path) -> None:
    """Ctrl-C in the healed run."""

    def again(environment: Mapping[str, str]) -> Ran:
        (project / "go.mod").write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        treat(fix(OneRunEnvironment((("CGO_ENABLED", "0"),))), FINDING, ("go",), project, again)
    assert (project / "go.mod").read_text() == "module example.com/x\n"


def test_two_do_not_treat_one_project_at_once(project: Path) -> None:
    """The second is refused before anything is kept or changed, from a folder below as well; so is an undo meanwhile."""
    below = project / "below"
    below.mkdir()
    harmless = fix(OneRunEnvironment((("CGO_ENABLED", "0"),)))

    def again(environment: Mapping[str, str]) -> Ran:
        with pytest.raises(CannotTreat, match="another unjam"):
            treat(harmless, FINDING, ("go",), below, lambda _: Ran())
        with pytest.raises(CannotTreat, match="another unjam"):
            check_ready(below)
        with pytest.raises(CannotUndo, match="is being applied"):
            undo()
        return Ran()

    assert treat(harmless, FINDING, ("go",), project, again).healed
    check_ready(below)
    assert len(list(journal.entries())) == 1


def test_killed_in_the_middle_undo_still_can(project: Path) -> None:
    """Nothing of ours runs any more: the entry is on disk, and so is what stood in go.mod meanwhile."""
    damaged = project / "v1.0.0.zip"
    damaged.write_bytes(b"half")
    pid = os.fork()
    if pid == 0:

        def killed(environment: Mapping[str, str]) -> Ran:
            (project / "go.mod").write_text("by the run, or by somebody since")
            os.kill(os.getpid(), signal.SIGKILL)
            return Ran()

        treat(fix(MoveAside(str(damaged))), FINDING, ("go",), project, killed)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == -signal.SIGKILL
    assert not damaged.exists()
    undone = undo()
    assert damaged.read_bytes() == b"half"
    assert (project / "go.mod").read_text() == "module example.com/x\n"
    kept = [undone.path / file.found for file in undone.files if file.found]
    assert [path.read_text() for path in kept] == ["by the run, or by somebody since"]


def test_without_a_journal_nothing_is_changed(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home that cannot be written."""
    for state in (Path("/proc/unjam"), project / "go.mod" / "state"):
        monkeypatch.setenv("UNJAM_STATE", str(state))
        for attempt in (lambda: check_ready(project), lambda: treat(fix(), FINDING, ("go",), project, lambda _: Ran())):
            with pytest.raises(CannotTreat, match="UNJAM_STATE can name another folder"):
                attempt()


def test_what_cannot_be_moved_is_an_answer(project: Path) -> None:
    """The file has gone meanwhile: told by its name, and the entry is closed."""
    gone = project / "gone.zip"
    with pytest.raises(CannotTreat, match=r"gone\.zip"):
        treat(fix(MoveAside(str(gone))), FINDING, ("go",), project, lambda _: Ran())
    assert [entry.state for entry in journal.entries()] == [journal.PUT_BACK]


def test_end_process_ends_exactly_that_one(project: Path) -> None:
    """The one that was meant ends; one with the same pid and another start time is left alone."""
    child = subprocess.Popen([sys.executable, "-c", "import sys; print(1, flush=True); sys.stdin.read()"], stdin=-1, stdout=-1)
    assert child.stdin is not None
    assert child.stdout is not None
    with child.stdin, child.stdout:
        child.stdout.readline()
        started = start_time(child.pid)
        assert started is not None
        treat(fix(EndProcess(child.pid, started + 1, "another")), FINDING, ("go",), project, lambda _: Ran())
        assert child.poll() is None
        treat(fix(EndProcess(child.pid, started, "this one")), FINDING, ("go",), project, lambda _: Ran())
        assert child.wait(10) == -15
