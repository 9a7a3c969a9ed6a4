"""The view: what is decided once, for every way of writing it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from unjam.diagnose import Diagnosis
from unjam.facts.case import Case, Look
from unjam.facts.requests import Download
from unjam.facts.seen import Seen
from unjam.facts.settings import GoCommand
from unjam.fixes.end_process import EndProcess
from unjam.fixes.move_aside import MoveAside
from unjam.fixes.one_run_environment import OneRunEnvironment
from unjam.model import Candidate, Cite, Finding
from unjam.report.command import Command, State, command_of
from unjam.report.shell_lines import command_line, lines_to_type
from unjam.report.view import View, build, report_on

NOTHING = Diagnosis((), (), (), (), (), (), ())
CITE = Cite("seen", "there")


def test_a_remedy_that_fails_is_told_and_the_finding_stays() -> None:
    finding = Finding("x", "it is sick", (CITE,), mode="cache-zip-corrupt")
    broken = Case()  # without a look: a remedy that asks for one fails, and so does one that is handed None
    view = build(None, Diagnosis((finding,), (), (), (), (), (), ()), Command())  # type: ignore[arg-type]
    whole = build(broken, Diagnosis((finding,), (), (), (), (), (), ()), Command())
    assert view.findings[0].says == whole.findings[0].says == "it is sick"
    assert bool(view.crashed) == (view.findings[0].remedy is None)


def test_one_candidate_per_mode_with_the_proofs_of_all() -> None:
    one = Candidate("a", (Cite("first", "1"),), ("what",), mode="net-dns-timeout")
    two = Candidate("b", (Cite("second", "2"),), ("what", "else"), mode="net-dns-timeout")
    view = build(Case(), Diagnosis((), (one, two), (), (), (), (), ()), Command())
    (candidate,) = view.candidates
    assert [cite.fact for cite in candidate.because] == ["first", "second"]
    assert candidate.missing == ("what", "else")


def test_two_reports_are_alike_while_nothing_but_time_passes(silent_proxy: Callable[..., Case]) -> None:
    early, later = report_on(silent_proxy(12.0)), report_on(silent_proxy(90.0))
    assert early.gist == later.gist
    assert early.gist != report_on(Case()).gist


def test_a_young_wait_is_no_trouble(silent_proxy: Callable[..., Case]) -> None:
    view = report_on(silent_proxy(1.0))
    assert not view.sick
    assert view.command.state is State.RUNNING


def command(stopped: bool = False, exit_code: int | None = None) -> GoCommand:
    seen = Seen("go build", "process 7", pid=7)
    return GoCommand(seen, ("go", "build"), "/", "go1.27.3", 9.0, stopped=stopped, exit_code=exit_code)


@pytest.mark.parametrize(
    ("stopped", "exit_code", "state"),
    [
        (False, None, State.RUNNING),
        (True, None, State.STOPPED),
        (False, 0, State.SUCCEEDED),
        (True, 2, State.FAILED),
    ],
)
def test_how_a_command_is(stopped: bool, exit_code: int | None, state: State) -> None:
    case = Case().add(Look(1.0, (command(stopped, exit_code),), frozenset()))
    told = command_of(case, NOTHING)
    assert (told.state, told.exit, told.pid, told.argv) == (state, exit_code, 7, ("go", "build"))


def test_slow_is_told_with_its_throughput() -> None:
    def look(at: float, size: int) -> Look:
        seen = Seen("x.zip.tmp", "open file", pid=7)
        return Look(at, (command(), Download(seen, "example.com/x", "v1.0.0", "/x.tmp", size, 0.1)), frozenset())

    case = Case().add(look(1.0, 1000)).add(look(3.0, 5000))
    slow = Diagnosis((Finding("x", "slow", (CITE,), mode="net-large-zip-no-progress"),), (), (), (), (), (), ())
    told = command_of(case, slow)
    assert (told.state, told.throughput) == (State.SLOW, 2000.0)


def test_what_to_type_for_each_kind_of_change() -> None:
    changes = (OneRunEnvironment((("GOPROXY", "a b"),)), MoveAside("/c d.zip"), EndProcess(7, 1.0, "sleep"))
    assert list(lines_to_type(changes, ("/usr/bin/go", "mod", "tidy"))) == [
        "mv '/c d.zip' '/c d.zip.aside'",
        "kill 7",
        "GOPROXY='a b' go mod tidy",
    ]


@pytest.mark.parametrize(
    ("argv", "typed"), [((), ""), (("/opt/go/bin/go", "run", "a b"), "go run 'a b'"), (("/bin/gopls", "-v"), "/bin/gopls -v")]
)
def test_the_command_as_it_would_be_typed(argv: tuple[str, ...], typed: str) -> None:
    assert command_line(argv) == typed


def test_an_empty_view_is_well() -> None:
    assert not View(Command()).sick
