"""One error in many wrappings: whatever stands around the lines of go, the finding is the same."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from tests.test_read import Written, told, written

from unjam.modes import ALL, load
from unjam.modes.mode import Channel

Wrapping = Callable[[str], str | bytes]

ERRORS = list(written("errors.txt"))
#: Errors of older versions too: what was pasted raw into threads, and found.
PASTED = [case for case in written("threads_*.txt") if case.expect[0].startswith("found")]


def each_line(before: str, after: str = "") -> Wrapping:
    return lambda text: "\n".join(f"{before}{line}{after}" for line in text.split("\n"))


def embedded(text: str) -> str:
    return json.dumps({"time": "2026-01-01T00:00:00Z", "level": "error", "msg": f"command failed: {text}"})


def compose(text: str) -> str:
    wrapped = "\n".join(f"builder-1  | {line}" for line in text.split("\n"))
    return f"Attaching to builder-1\n{wrapped}"


def among_others(text: str) -> str:
    before = "+ make build\nnpm WARN deprecated inflight@1.0.6\n"
    return f"{before}{text}\nmake: *** [Makefile:12: build] Error 1\nERROR: Job failed: exit code 1\n"


def after_a_good_run(text: str) -> str:
    good = "".join(f"go: downloading example.org/m{number} v1.0.{number}\n" for number in range(200))
    return f"$ go mod download\n{good}$ go build ./...\n{text}"


#: What leaves every line whole: all texts must come through it.
WHOLE: dict[str, Wrapping] = {
    "crlf": lambda text: text.replace("\n", "\r\n"),
    "utf-8 with mark": lambda text: text.encode("utf-8-sig"),
    "utf-16 of PowerShell": lambda text: text.replace("\n", "\r\n").encode("utf-16"),
    "utf-16 without its mark": lambda text: text.encode("utf-16-le"),
    "colours": each_line("\x1b[31m", "\x1b[0m"),
    "colours without escape": each_line("[0m", "[0K"),
    "github": each_line("2026-01-02T03:04:05.1234567Z "),
    "github error": each_line("##[error]"),
    "gitlab": each_line("2026-01-02T03:04:05.123456Z 01O "),
    "gitlab section": lambda text: f"section_start:1700000000:build\r\x1b[0K{text}\nsection_end:1700000001:build\r\x1b[0K",
    "jenkins": each_line("[2026-01-02T03:04:05.123Z] "),
    "teamcity": each_line("[03:04:05]W:\t "),
    "azure": each_line("2026-01-02T03:04:05.1234567Z ##[error]"),
    "buildx": each_line("#12 30.20 "),
    "buildx excerpt": each_line("30.20 "),
    "compose": compose,
    "journal": each_line("Jan  2 03:04:05 host runner[123]: "),
    "kubectl": each_line("[pod/build-7/builder] "),
    "bar": each_line("| "),
    "quoted": each_line("> "),
    "trailing blanks": each_line("", "    "),
    "others around": among_others,
    "after a good run": after_a_good_run,
    "twice": lambda text: f"{text}\n{text}",
}
#: What takes lines apart or puts them into one: only the plain errors must come through.
HARD: dict[str, Wrapping] = {
    "json": embedded,
    "gopls": lambda text: f"[Error - 03:04:05] 2026/01/02 03:04:05 go/packages.Load: err: exit status 1: stderr: {text}",
    "indented": each_line("        "),
    "stderr": each_line("stderr: "),
}


@pytest.mark.parametrize("name", WHOLE)
@pytest.mark.parametrize("case", [*ERRORS, *PASTED], ids=lambda case: case.name)
def test_the_finding_is_the_same(case: Written, name: str) -> None:
    assert told(WHOLE[name](case.text)) == case.expect


@pytest.mark.parametrize("name", HARD)
@pytest.mark.parametrize("case", ERRORS, ids=lambda case: case.name)
def test_the_finding_is_the_same_inside_of_something(case: Written, name: str) -> None:
    if name == "gopls" and case.name == "env-goproxy-off":
        pytest.skip("gopls sets GOPROXY=off itself")
    assert told(HARD[name](case.text)) == case.expect


@pytest.mark.parametrize("case", ERRORS, ids=lambda case: case.name)
def test_plain(case: Written) -> None:
    assert told(case.text) == case.expect


@pytest.mark.parametrize("width", [80, 100, 120, 132])
@pytest.mark.parametrize("case", ERRORS, ids=lambda case: case.name)
def test_a_terminal_wraps_it(case: Written, width: int) -> None:
    lines = [line[at : at + width] for line in case.text.split("\n") for at in range(0, max(len(line), 1), width)]
    assert told("\n".join(lines)) == case.expect


def test_every_mode_that_an_error_proves_has_one() -> None:
    proved = {mode_id for mode_id in ALL if Channel.ERROR in load(mode_id).seen_by}
    assert proved == {line.split()[1] for case in ERRORS for line in case.expect}
