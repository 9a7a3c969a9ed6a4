"""The machine around the command: terminals, users, disks, caches, time limits, and what is left of them."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

import pytest

from unjam.errors import LabCannot
from unjam.lab.faults.silence import Silence
from unjam.lab.lab import Lab
from unjam.lab.quiet import Quiet
from unjam.lab.running import Running, session_members
from unjam.lab.scenario import NotSick, recovers, sick
from unjam.lab.toolchain import find_go, go_version, installed

pytestmark = pytest.mark.lab

root_only = pytest.mark.skipif(os.geteuid() != 0, reason="takes root")


class Mode:
    """A failure mode, as far as the lab cares."""

    def __init__(self, *, faulty: bool) -> None:
        self.faulty = faulty

    def reproduce(self, lab: Lab, /) -> None:
        """A silent proxy, or a healthy one."""
        lab.require(lab.module("example.com/lib"))
        proxy = lab.proxy()
        if self.faulty:
            proxy.fault(Silence())
        lab.use_goproxy(proxy)


def test_a_scenario_waits_until_go_is_sick(lab: Lab) -> None:
    """And go recovers once the fault is lifted; the first run was ended by then."""
    with sick(lab, Mode(faulty=True), ("-x",)) as running:
        assert not running.done
        assert "# get http://127.0.0.1" in running.stderr
    assert running.done
    assert recovers(lab)


def test_a_scenario_that_does_not_get_sick_says_so(lab: Lab) -> None:
    """A reproduction that reproduces nothing must not pass for one."""
    lab.sick_when = lambda running: False
    with pytest.raises(NotSick, match="in 1 s"), sick(lab, Mode(faulty=True), timeout=1):
        pass
    with pytest.raises(NotSick, match="ended well"), sick(lab, Mode(faulty=False)):
        pass


def test_a_command_over_its_time_is_ended_with_its_children(lab: Lab) -> None:
    """The result has no code then."""
    lab.wrap = ("sh", "-c", 'sleep 1000 & exec sleep 1000 # "$@"')
    result = lab.run(timeout=0.5)
    assert result.code is None
    assert 0.4 < result.seconds < 30


def test_what_a_command_says_is_there_at_once(lab: Lab) -> None:
    """While it runs; also what is no UTF-8."""
    lab.wrap = ("sh", "-c", r"printf 'o\377'; printf e >&2; exec sleep 1000")
    running = lab.start()
    assert lab.until(lambda: (running.stdout, running.stderr) == ("o\ufffd", "e"))
    assert running.wait_done(0.1) is None
    assert running.end().code is None


def test_under_a_terminal_the_command_owns_it(lab: Lab) -> None:
    """The pid is the command's own, the terminal its controlling one, and it can be answered."""
    lab.tty = True
    lab.wrap = (
        "sh",
        "-c",
        'tty </dev/tty >/dev/null && echo "$$ asks?" >/dev/tty && read -r answer && echo "got $answer"',
        "sh",
    )
    running = lab.start()
    assert lab.until(lambda: "asks?" in running.stdout)
    assert running.stdout.split()[0] == str(running.pid)
    running.say("yes\n")
    result = running.wait_done()
    assert result
    assert result.code == 0
    assert lab.until(lambda: "got yes" in running.stdout)


@pytest.mark.parametrize(("script", "quiet"), [("exec sleep 1000", True), ("while :; do :; done", False)])
def test_a_command_that_sleeps_is_quiet(lab: Lab, script: str, quiet: bool) -> None:
    """One that computes is not."""
    lab.wrap = ("sh", "-c", script)
    running, look = lab.start(), Quiet(0.3)
    assert lab.until(lambda: look(running), timeout=30 if quiet else 1.5) is quiet
    running.end()


def test_a_fault_of_another_kind_is_lifted_too(lab: Lab) -> None:
    """Where it cannot say whether somebody waits, the lab waits for quiet."""

    class Lock:
        """A process that does not end until lifted."""

        lifted = False

        def lift(self) -> None:
            """Let it go."""
            self.lifted = True

    lock = lab.add(Lock())
    told: list[str] = []
    lab.on_lift(lambda: told.append("lifted"))
    lab.wrap = ("sleep", "1000")
    running = lab.start()
    assert lab.until(lambda: lab.sick_when(running))
    lab.lift()
    lab.lift()
    assert (lock.lifted, told) == (True, ["lifted"])


@root_only
def test_go_can_run_as_somebody_without_rights(lab: Lab) -> None:
    """To whom a read-only folder is read-only."""
    lab.require(lab.module("example.com/lib"))
    lab.use_goproxy(lab.proxy())
    lab.unprivileged()
    assert lab.run().code == 0
    lab.run(("clean", "-modcache"))
    lab.modcache.mkdir(exist_ok=True)
    lab.modcache.chmod(0o500)
    os.chown(lab.modcache, 0, 0)
    result = lab.run()
    assert result.code == 1
    assert "permission denied" in result.stderr


@root_only
def test_a_small_disk_fills_up(lab: Lab) -> None:
    """And has room once lifted; it is gone with the lab."""
    lab.require(lab.module("example.com/large", size=2_000_000))
    lab.use_goproxy(lab.proxy())
    try:
        place = lab.small_modcache(500_000)
    except LabCannot as reason:
        pytest.skip(str(reason))
    result = lab.run()
    assert result.code == 1
    assert "no space left on device" in result.stderr
    lab.lift()
    assert lab.run().code == 0
    lab.close()
    assert str(place) not in Path("/proc/mounts").read_text(encoding="utf-8")


def test_a_damaged_zip_in_the_cache_stays_damaged_until_lifted(lab: Lab) -> None:
    """Go trusts its cache."""
    ref = lab.module("example.com/lib")
    lab.require(ref, sums=True)
    lab.corrupt_cached_zip(ref)
    lab.use_goproxy(lab.proxy())
    for _ in range(2):
        assert "zip: not a valid zip file" in lab.run().stderr
    lab.lift()
    assert lab.run().code == 0


def test_processes_that_outlive_the_command_are_ended() -> None:
    """By their session, wherever their parent went."""
    before = set(threading.enumerate())
    running = Running(("sh", "-c", "sleep 1000 & sleep 1000 & exit 3"), cwd=Path("/"), env=dict(os.environ))
    result = running.wait_done()
    assert result
    assert result.code == 3
    assert len(session_members(running.pid)) == 2
    running.close()
    assert session_members(running.pid) == ()
    assert set(threading.enumerate()) == before


def test_a_go_is_found_by_its_version(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """In part or in full; the newest, if none is named; UNJAM_LAB_GO comes before that."""
    monkeypatch.delenv("UNJAM_LAB_GO", raising=False)
    assert go_version(find_go("1.21")) == (1, 21)
    assert find_go() == installed()[max(installed())]
    with pytest.raises(LabCannot, match=r"no go 1\.2, only .*1\.27\.3"):
        find_go("1.2")
    monkeypatch.setenv("UNJAM_LAB_GO", sys.executable)
    assert find_go() == Path(sys.executable)
    monkeypatch.setenv("UNJAM_LAB_GO", str(tmp_path / "no-go"))
    with pytest.raises(LabCannot, match="is no executable"):
        find_go()


def test_a_lab_closes_although_a_callback_fails(tmp_path: Path) -> None:
    """Everything else is closed all the same, and what went wrong is told."""

    def fail() -> None:
        raise LabCannot("no")

    told: list[str] = []
    lab = Lab(find_go(), folder=tmp_path / "lab")
    lab.on_close(lambda: told.append("first"))
    lab.on_close(fail)
    with pytest.raises(LabCannot, match="no"):
        lab.close()
    assert told == ["first"]
    assert not lab.folder.exists()
    lab.close()
