"""When a command may be run again: only if nobody can have noticed the first run."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from unjam.supervise.rerun import Streams, prints_nothing, why_not
from unjam.supervise.words import Words

TERMINAL = Streams(None, None)


def refusal(
    line: str,
    programs: tuple[str, ...] = (),
    before: Streams = TERMINAL,
    after: Streams = TERMINAL,
    *,
    waiting: bool = True,
    goflags: str = "",
) -> str:
    """Why `line` may not be run again."""
    return why_not(Words(tuple(line.split())), before, after, programs, waiting=waiting, goflags=goflags)


@pytest.mark.parametrize(
    "line",
    [
        "go build ./...", "go mod tidy", "go mod download", "go get a@latest", "go vet ./...", "go list -m all",
        "go test ./...", "go run .", "go list -json ./...", "go mod graph",
    ],
)  # fmt: skip
def test_while_it_waits_it_may(line: str) -> None:
    assert refusal(line) == ""


@pytest.mark.parametrize(
    ("line", "programs", "reason"),
    [
        ("go test ./...", ("compile", "link"), "may have started a program"),
        ("go run .", ("user program",), "a program of yours was started"),
        ("go build -toolexec=mine .", (), "-toolexec runs a program of yours"),
        ("go test -exec mine ./...", (), "-exec runs a program of yours"),
        ("go generate ./...", (), "may have started a program"),
        ("go tool stringer", (), "may have started a program"),
        ("go build -n ./...", (), "may have written to standard output"),
        ("go vet -vettool=mine ./...", (), "-vettool"),
        ("go build -pgo=/dev/stdin .", (), "reads standard input"),
    ],
)
def test_while_it_waits_it_may_not(line: str, programs: tuple[str, ...], reason: str) -> None:
    assert reason in refusal(line, programs)


@pytest.mark.parametrize("line", ["go build .", "go install .", "go vet .", "go list -export ."])
def test_a_hook_of_git_or_a_compiler_script_is_no_program_of_the_users(line: str) -> None:
    assert refusal(line, ("git status", "shell", "user program")) == ""


def test_flags_of_the_environment_count() -> None:
    assert "-toolexec" in refusal("go build .", goflags="-v -toolexec=mine")


@pytest.mark.parametrize("line", ["go list ./...", "go mod graph", "go mod why a", "go mod download -json"])
def test_once_it_has_ended_it_may_have_printed(line: str) -> None:
    assert refusal(line, waiting=False) != ""


@pytest.mark.parametrize("line", ["go build .", "go mod tidy", "go mod download"])
def test_once_it_has_failed_silently_it_may(line: str) -> None:
    assert refusal(line, waiting=False) == ""


def test_files_tell_what_was_read_and_written() -> None:
    untouched = Streams(0, 100)
    assert refusal("go list ./...", before=untouched, after=untouched, waiting=False) == ""
    assert "written" in refusal("go build .", before=untouched, after=Streams(0, 101))
    assert "read" in refusal("go build .", before=untouched, after=Streams(1, 100))
    nowhere = Streams("null", "null")
    assert refusal("go mod download -json", before=nowhere, after=nowhere, waiting=False) == ""


@pytest.mark.parametrize(("both", "tells"), [("2>&1", "None"), ("2>/dev/null", "4")])
def test_a_file_that_takes_standard_error_too_tells_nothing(both: str, tells: str, tmp_path: Path) -> None:
    says = (
        "import os, pathlib; from unjam.supervise.rerun import Streams;"
        " os.write(1, b'said'); pathlib.Path('told').write_text(str(Streams.now().stdout))"
    )
    code = f'{shlex.quote(sys.executable)} -c "{says}" > log {both}'
    subprocess.run(["sh", "-c", code], cwd=tmp_path, check=True)
    assert (tmp_path / "told").read_text() == tells


def test_the_live_line_is_for_commands_that_print_nothing() -> None:
    assert prints_nothing(("go", "build", "./..."))
    assert not prints_nothing(("go", "build", "-json", "./..."))
    assert not prints_nothing(("go", "test", "./..."))
