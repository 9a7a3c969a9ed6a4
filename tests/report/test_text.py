"""The report for a person: everything needed is there, nothing quoted is interpreted, lines fit or stay whole."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace

import pytest
from rich.console import Console

from unjam.facts.case import Case, Look
from unjam.facts.requests import WaitingRequest
from unjam.model import Cite, Crashed
from unjam.report import page, text
from unjam.report.command import Command, State
from unjam.report.view import Applied, View, report_on


def test_a_hang_from_its_cause_to_what_to_type(stuck: View) -> None:
    told = text.plain(stuck)
    assert told.startswith("go mod tidy (pid 4711, go1.27.3) is stuck: nothing has moved for 12 s.\n")
    assert "cause   The module proxy accepts connections and then says nothing.\n" in told
    assert "          socket 8 of process 4711\n" in told
    assert "fix     Ask well.example instead of sick.example:4000, for this run.\n" in told
    assert "          unjam go --heal=ask mod tidy\n" in told
    assert "          GOPROXY=https://well.example go mod tidy\n" in told
    assert "more    unjam explain net-proxy-accepts-never-answers\n" in told
    assert "seen    Looked at, nothing else wrong: process; goroutines; sockets.\n" in told


def test_where_the_fix_is_offered_nobody_is_told_how_to_apply_it(stuck: View) -> None:
    told = page.plain(text.lines(stuck, asked=True))
    assert "Ask well.example instead" in told
    assert "To apply it" not in told


def test_candidates_share_one_proof(lone_get: Case) -> None:
    told = text.plain(report_on(lone_get), "ci.log")
    assert told.startswith("ci.log shows a go command that is stuck.\n")
    assert "perhaps The evidence allows several causes equally:\n" in told
    assert told.count("# get http://sick.example:4000/example.com/lib/@v/list") == 1
    assert "decides " in told


def test_many_undecided_modes_are_one_line() -> None:
    refused = ((WaitingRequest, "memory of process 4711 is refused (sysctl kernel.yama.ptrace_scope=0)"),)
    told = text.plain(report_on(Case().add(Look(1.0, (), frozenset(), refused))))
    assert told.count("ptrace_scope") == 1
    assert "failure modes." in told


def test_nothing_found_is_said_calmly() -> None:
    told = text.plain(report_on(Case().add(Look(None, (), frozenset(), looked_at=("text",)))), "ci.log")
    assert told == (
        "ci.log shows no go command in trouble: nothing that unjam knows was found.\n\nseen    Looked at, and well: text.\n"
    )


def test_unexplained_and_crashed_are_told() -> None:
    view = View(
        Command(argv=("go", "build"), state=State.FAILED, exit=1),
        unexplained=(Cite("go: something new", "ci.log:3"),),
        crashed=(Crashed("net-x", "KeyError: 'y'"),),
    )
    told = text.plain(view)
    assert "go build failed with exit code 1." in told
    assert "go: something new" in told
    assert "The rule net-x failed (KeyError: 'y')" in told


@pytest.mark.parametrize(("healed", "says"), [(True, "The command succeeded."), (False, "everything was put back")])
def test_what_became_of_the_fix(stuck: View, healed: bool, says: str) -> None:
    finding = replace(stuck.findings[0], applied=Applied("20260105-101502-000", healed))
    told = text.plain(replace(stuck, findings=(finding,)))
    assert says in told
    assert "To apply it" not in told


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (Command(pid=7, state=State.RUNNING), "process 7 runs"),
        (Command(argv=("/usr/local/go/bin/go", "build"), state=State.STOPPED), "go build is stopped"),
        (Command(argv=("go", "get"), state=State.SLOW, throughput=42_000.0), "go get is slow, not stuck: 42.0 kB per second."),
        (Command(argv=("go", "run", "a b"), state=State.SUCCEEDED), "go run 'a b' succeeded."),
    ],
)
def test_how_the_command_is(command: Command, says: str) -> None:
    assert text.plain(View(command)).startswith(says)


def on_terminal(view: View, width: int) -> str:
    out = io.StringIO()
    terminal = Console(file=out, force_terminal=True, width=width, highlight=False, markup=False, emoji=False, soft_wrap=True)
    text.write(view, terminal)
    return out.getvalue()


def test_quoted_text_is_never_markup(stuck: View) -> None:
    quoted = "[bold]not bold[/bold] [red] :boom: [/nonsense] \\[x]"
    finding = replace(stuck.findings[0], because=(Cite(quoted, "[link=x]there"),))
    assert quoted in on_terminal(replace(stuck, findings=(finding,)), 100)
    assert quoted in text.plain(replace(stuck, findings=(finding,)))


def test_colours_only_on_a_terminal(stuck: View) -> None:
    out = io.StringIO()
    text.write(stuck, page.console(out))
    assert "\x1b" not in out.getvalue()
    assert "\x1b[1;31m" in on_terminal(stuck, 100)


@pytest.mark.parametrize("width", [50, 80, 200])
def test_prose_is_wrapped_to_the_terminal_and_quotes_are_not(silent_proxy: Callable[..., Case], width: int) -> None:
    view = report_on(silent_proxy())
    prose = replace(view.findings[0], says="word " * 60, because=(Cite("x" * 300, "there"),))
    rows = [row for row in on_terminal(replace(view, findings=(prose,)), width).splitlines() if "word" in row]
    assert len(rows) > 2
    assert all(len(row.replace("\x1b[1m", "").replace("\x1b[0m", "")) <= min(width, page.WIDEST) for row in rows)
    assert "x" * 300 in on_terminal(replace(view, findings=(prose,)), width)


def test_in_a_pipe_no_line_is_broken(stuck: View) -> None:
    prose = replace(stuck.findings[0], says="word " * 60 + "end")
    assert "word " * 60 + "end" in text.plain(replace(stuck, findings=(prose,)))
