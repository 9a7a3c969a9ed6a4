"""What a command that is well is told to do at this moment."""

from __future__ import annotations

from unjam.facts.case import Case, Look
from unjam.facts.children import Working
from unjam.facts.requests import Download, Phase, Purpose, WaitingRequest
from unjam.facts.seen import Fact, Seen
from unjam.facts.settings import GoCommand, WaitingUser
from unjam.report import text
from unjam.report.view import report_on


def told(*facts: Fact) -> str:
    command = GoCommand(Seen("go test", "process 7", pid=7), ("go", "test"), "/w", "go1.27.3", 3.0)
    return text.plain(report_on(Case().add(Look(1.0, (command, *facts), frozenset()))))


def test_the_users_program_comes_first() -> None:
    program = Seen("/tmp/b001/x.test -test.v", "child 9 of process 7", pid=7)
    said = told(Working(Seen("compile -p x", "child 8 of process 7", pid=7), "compile"), WaitingUser(program, "it runs"))
    assert said.startswith("go test (pid 7, go1.27.3) runs: nothing that was seen has stood long enough to call it stuck.\n")
    assert "now     it runs: /tmp/b001/x.test -test.v\n        compile works: compile -p x\n" in said


def test_a_young_request_and_a_download() -> None:
    request = WaitingRequest(
        Seen("s", "p", pid=7), "https://u:secret@proxy.example/x/@v/list", "proxy.example", Phase.HEADERS, Purpose.MODULE
    )
    said = told(Download(Seen("s", "p", pid=7), "example.com/m", "v1.0.0", "/x.tmp", 2_000_000, 0.1), request)
    assert "now     downloads example.com/m@v1.0.0, 2.0 MB so far\n        waiting for the answer: https://" in said
    assert "secret" not in said


def test_of_one_that_shows_nothing_nothing_is_told() -> None:
    assert "now " not in told()
