"""The door: every way to end has its exit code and at most one line; help is quick; pipes and colours behave."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from unjam.cli import main
from unjam.cli.commands import COMMANDS
from unjam.version import __version__

Command = Callable[..., subprocess.CompletedProcess[str]]


def test_help_names_every_command(command: Command) -> None:
    for flag in ("--help", "-h"):
        told = command(flag)
        assert told.returncode == 0
        assert told.stderr == ""
        assert all(re.search(rf"^  {name} ", told.stdout, re.MULTILINE) for name in COMMANDS)


def test_help_is_quick(program: tuple[str, ...]) -> None:
    """Under 150 ms of a processor, the best of some runs: the clock on the wall counts what else the machine does."""

    def processor_time() -> float:
        child = os.posix_spawn(program[0], (*program, "--help"), os.environ, file_actions=[(os.POSIX_SPAWN_CLOSE, 1)])
        _, status, used = os.wait4(child, 0)
        assert os.waitstatus_to_exitcode(status) == 0
        return used.ru_utime + used.ru_stime

    assert min(processor_time() for _ in range(7)) < 0.15


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_examples(name: str) -> None:
    told = CliRunner().invoke(main.cli, [name, "--help"])
    assert told.exit_code == 0
    assert "Examples:" in told.output
    assert f"unjam {name}" in told.output.partition("Examples:")[2]


@pytest.mark.parametrize("name", COMMANDS)
def test_the_table_says_what_the_command_says(name: str) -> None:
    loaded = main.cli.get_command(click.Context(main.cli), name)
    assert loaded is not None
    assert loaded.get_short_help_str(limit=200).rstrip(".") == COMMANDS[name][1].rstrip(".")


def test_the_version(command: Command) -> None:
    told = command("--version")
    assert (told.returncode, told.stdout) == (0, f"unjam {__version__}\n")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("attac",), "did you mean attach?"),
        (("mod", "tidy"), "unjam go mod tidy"),
        (("attach", "--foo"), "--foo"),
        (("attach",), "name what to look at"),
        (("attach", "x1"), "x1"),
        (("attach", "7", "--all"), "name what to look at"),
        (("attach", "7", "--stall", "5"), "write 5s for seconds"),
        (("completion", "tcsh"), "tcsh"),
        (("explain", "net-dial-blackhol"), "did you mean net-dial-blackhole?"),
        (("read", "no-such-file"), "No such file"),
        (("read", "/"), "directory"),
        (("undo", "--list", "x"), "leave the ID away"),
        (("lab", "run", "net-nothing"), "no failure mode"),
        (("lab", "serve", "--fault", "no-such-fault"), "no-such-fault"),
        (("lab", "serve", "--listen", "0.0.0.0:80"), "0.0.0.0"),
    ],
)
def test_what_cannot_be_used_is_one_line_and_exit_code_2(command: Command, words: tuple[str, ...], says: str) -> None:
    told = command(*words)
    assert told.returncode == 2
    assert told.stdout == ""
    assert told.stderr.startswith("unjam: ")
    assert told.stderr.count("\n") == 1
    assert says in told.stderr


def test_without_a_command_there_is_help(command: Command) -> None:
    told = command()
    assert told.returncode == 2
    assert "Commands:" in told.stderr


def broken_catalogue(folder: Path) -> dict[str, str]:
    """An interpreter in which loading the catalogue fails: a defect as any other."""
    (folder / "sitecustomize.py").write_text(
        "import unjam.modes\ndef broken(): raise ZeroDivisionError('planted')\nunjam.modes.catalogue = broken\n"
    )
    return {"PYTHONPATH": str(folder)}


def test_a_defect_is_one_calm_line_and_exit_code_3(command: Command, tmp_path: Path) -> None:
    told = command("modes", more=broken_catalogue(tmp_path))
    assert told.returncode == 3
    assert told.stderr.count("\n") == 1
    assert "ZeroDivisionError: planted" in told.stderr
    assert "UNJAM_DEBUG=1" in told.stderr


def test_a_defect_shows_its_traceback_when_asked(command: Command, tmp_path: Path) -> None:
    told = command("modes", more=broken_catalogue(tmp_path) | {"UNJAM_DEBUG": "1"})
    assert told.returncode == 3
    assert "Traceback (most recent call last)" in told.stderr
    assert "in broken" in told.stderr


@pytest.mark.parametrize("words", [("modes",), ("modes", "--json"), ("--help",)])
def test_a_reader_that_has_gone_is_no_error(program: tuple[str, ...], words: tuple[str, ...]) -> None:
    reading, writing = os.pipe()
    os.close(reading)  # before it begins, so that its first write meets nobody
    try:
        told = subprocess.run([*program, *words], stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    finally:
        os.close(writing)
    assert told.returncode == 141
    assert told.stderr == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
@pytest.mark.parametrize("words", [("modes",), ("modes", "--json"), ("--version",)])
def test_a_full_disk_is_one_line(command: Command, words: tuple[str, ...]) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        told = command(*words, stdout=full)
    assert told.returncode == 2
    assert told.stderr == "unjam: the output cannot be written: No space left on device\n"


def test_a_closed_output_is_no_error(program: tuple[str, ...]) -> None:
    told = subprocess.run(["sh", "-c", '"$@" >&-', "sh", *program, "modes"], stderr=subprocess.PIPE, text=True, check=False)
    assert (told.returncode, told.stderr) == (0, "")


def test_ctrl_c_is_quiet(program: tuple[str, ...], tmp_path: Path) -> None:
    """While it waits for its input: it has opened the fifo, so it is well under way."""
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    words = [*program, "read", str(fifo)]
    child = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    with child, fifo.open("w", encoding="utf-8"):  # which returns when the other end has been opened
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=60)
    assert (child.returncode, out, err.strip()) == (130, "", "")


@pytest.mark.parametrize("words", [("--help",), ("modes",), ("explain", "vcs-ssh-prompt-go125"), ("read", "-")])
def test_a_terminal_in_ascii_is_no_reason_to_fail(command: Command, words: tuple[str, ...]) -> None:
    told = command(*words, more={"PYTHONIOENCODING": "ascii", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"})
    assert (told.returncode, told.stderr) == (0, "")


@pytest.mark.parametrize(("more", "coloured"), [({}, False), ({"FORCE_COLOR": "1"}, True), ({"NO_COLOR": "1"}, False)])
def test_colours_vanish_in_a_pipe(command: Command, more: dict[str, str], coloured: bool) -> None:
    told = command("explain", "net-dial-blackhole", more=more | {"TERM": "xterm-256color"})
    assert ("\x1b[" in told.stdout) is coloured
