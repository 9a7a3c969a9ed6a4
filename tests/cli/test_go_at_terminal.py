"""A person at a terminal: the live line that leaves no remains, the question, and the answer."""

from __future__ import annotations

import os
import re
import shlex
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from unjam.errors import LabCannot
from unjam.lab.faults.drip import Drip
from unjam.lab.faults.silence import Silence
from unjam.lab.git import no_credentials
from unjam.lab.lab import Lab
from unjam.lab.match import Match
from unjam.lab.toolchain import find_go

pytestmark = pytest.mark.lab

Open = Callable[..., Any]


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    """A lab with the newest go."""
    try:
        go = find_go()
    except LabCannot as reason:
        pytest.skip(str(reason))
    with Lab(go) as lab:
        yield lab


@pytest.fixture
def at_terminal(lab: Lab, in_terminal: Open) -> Open:
    """`unjam go` in the lab's project, in a terminal."""
    return lambda *words, **more: in_terminal(*words, more=lab.env | more.pop("more", {}), cwd=lab.project, **more)


def with_silent_proxy(lab: Lab) -> None:
    """The first GOPROXY entry is silent; the second is well."""
    lab.require(lab.module("example.com/lib"))
    sick, well = lab.proxy("sick"), lab.proxy("well")
    sick.fault(Silence(), on=Match("mod"))
    lab.use_goproxy(sick, well)


def screen(seen: bytes) -> str:
    """What is left to be read when all was written: each row as the last writing left it."""
    rows: list[list[str]] = [[]]
    column = 0
    for token in re.findall(r"\x1b\[[0-9;]*[A-Za-z]|.|\n", seen.decode("utf-8", "replace").replace("\r\n", "\n"), re.DOTALL):
        if token == "\n":
            rows.append([])
            column = 0
        elif token == "\r":
            column = 0
        elif token == "\x1b[2K":
            rows[-1].clear()
        elif not token.startswith("\x1b"):
            rows[-1][column:] = [token, *rows[-1][column + 1 :]]
            column += 1
    return "\n".join("".join(row).rstrip() for row in rows)


def test_the_live_line_comes_and_leaves_nothing(lab: Lab, at_terminal: Open) -> None:
    lab.require(lab.module("example.com/large", size=300_000), sums=True)
    proxy = lab.proxy()
    proxy.fault(Drip(60_000), on=Match("zip"))
    lab.use_goproxy(proxy)
    terminal = at_terminal("--stall", "30s", "mod", "download")
    terminal.until(r"unjam: downloading example.com/large@v1.0.0 · 1 module, \d+ kB · \d+s")
    assert terminal.wait() == 0
    assert b"unjam: " in terminal.seen
    assert screen(terminal.seen).strip() == ""


@pytest.mark.parametrize("more", [{"TERM": "dumb"}, {"CI": "true"}, {"UNJAM_LIVE": "no"}])
def test_no_live_line_where_nobody_wants_one(lab: Lab, at_terminal: Open, more: dict[str, str]) -> None:
    lab.require(lab.module("example.com/large", size=200_000), sums=True)
    proxy = lab.proxy()
    proxy.fault(Drip(60_000), on=Match("zip"))
    lab.use_goproxy(proxy)
    terminal = at_terminal("--stall", "30s", "mod", "download", more=more)
    assert terminal.wait() == 0
    assert terminal.seen == b""


def test_no_live_line_and_no_question_in_the_background(lab: Lab, in_terminal: Open, unjam_go: tuple[str, ...]) -> None:
    with_silent_proxy(lab)
    shell = in_terminal(argv=("/bin/bash", "--norc", "--noprofile", "-i"), more=lab.env | {"PS1": "ready> "}, cwd=lab.project)
    shell.until("ready> ")
    shell.type(shlex.join((*unjam_go, "--stall", "3s", "mod", "tidy")) + " &\n")
    shell.until("or by hand:")
    calm = time.monotonic() + 2
    while time.monotonic() < calm:  # a question, if it came, would come now
        shell.pause(0.2)
    assert b"unjam: listing" not in shell.seen
    assert b"[y/N]" not in shell.seen
    shell.type("fg\n")
    shell.until("unjam: stuck: net-proxy-accepts-never-answers")
    shell.type("\x03")
    shell.until("go was waiting")
    shell.type("exit\n")
    shell.wait()


def test_a_prompt_of_gits_is_left_alone(lab: Lab, at_terminal: Open) -> None:
    no_credentials(lab)
    terminal = at_terminal("--stall", "1s", "mod", "download", more={"GIT_TERMINAL_PROMPT": "1"})
    terminal.until("Username for .*: $")
    calm = time.monotonic() + 4
    while time.monotonic() < calm:
        assert b"unjam" not in terminal.seen
        terminal.pause(0.2)
    terminal.type("gopher\n")
    terminal.until("Password for .*: $")
    terminal.type("wrong\n")
    assert terminal.wait() == 1


def test_asked_and_healed_after_a_yes(lab: Lab, at_terminal: Open) -> None:
    with_silent_proxy(lab)
    terminal = at_terminal("--stall", "4s", "mod", "tidy")
    terminal.until(r"unjam: downloading example.com/lib@v1.0.0 · \d+s")
    terminal.until(r"run the command again\? \[y/N\] ")
    assert not (lab.project / "go.sum").exists()
    terminal.type("y\n")
    assert terminal.wait() == 0
    assert b"the command succeeded" in terminal.seen
    assert "example.com/lib" in (lab.project / "go.sum").read_text()


@pytest.mark.parametrize("answer", ["n\n", "\n", "yesterday\n"])
def test_anything_but_yes_is_no(lab: Lab, at_terminal: Open, answer: str) -> None:
    with_silent_proxy(lab)
    terminal = at_terminal("--stall", "1s", "mod", "tidy")
    terminal.until(r"\[y/N\] ")
    terminal.type(answer)
    terminal.until(r"\[y/N\] .*\n")
    lab.lift()  # go still runs: nothing was done to it
    assert terminal.wait() == 0


def test_the_question_goes_when_the_command_moves_by_itself(lab: Lab, at_terminal: Open) -> None:
    with_silent_proxy(lab)
    terminal = at_terminal("--stall", "1s", "mod", "tidy")
    terminal.until(r"\[y/N\] ")
    lab.lift()
    assert terminal.wait() == 0


def test_the_question_goes_when_what_it_is_about_is_over(lab: Lab, at_terminal: Open) -> None:
    """The proxy answers, and go works on: a late yes must not end a command that is well."""
    lab.require(lab.module("example.com/lib", size=3_000_000), sums=True)
    sick, well = lab.proxy("sick"), lab.proxy("well")
    sick.fault(Silence(), on=Match("mod"))
    lab.use_goproxy(sick, well)
    terminal = at_terminal("--stall", "1s", "mod", "download")
    terminal.until(r"\[y/N\] ")
    lab.lift()
    sick.fault(Drip(100_000), on=Match("zip"))
    terminal.until("it moves again")
    lab.lift()
    assert terminal.wait() == 0


def test_the_deadline_holds_at_the_question(lab: Lab, at_terminal: Open) -> None:
    with_silent_proxy(lab)
    terminal = at_terminal("--stall", "1s", "--deadline", "5s", "mod", "tidy")
    terminal.until(r"\[y/N\] ")
    assert terminal.wait() == 124


def test_term_at_the_question_ends_it(lab: Lab, at_terminal: Open) -> None:
    with_silent_proxy(lab)
    terminal = at_terminal("--stall", "1s", "mod", "tidy")
    terminal.until(r"\[y/N\] ")
    os.kill(terminal.pid, signal.SIGTERM)
    assert terminal.wait() == -signal.SIGTERM
    assert terminal.seen.count(b"[y/N]") == 1


def test_a_failure_is_asked_about_and_an_interrupt_is_a_no(lab: Lab, at_terminal: Open) -> None:
    ref = lab.module("example.com/lib")
    lab.require(ref, sums=True)
    lab.use_goproxy(lab.proxy())
    damaged = lab.corrupt_cached_zip(ref)
    before = damaged.read_bytes()
    terminal = at_terminal("mod", "download")
    terminal.until(r"\[y/N\] ")
    terminal.type("\x03")
    assert terminal.wait() == 1, "the exit code of go, which had failed"
    assert b"nothing was changed" in terminal.seen
    assert damaged.read_bytes() == before


def test_an_interrupt_at_the_question_ends_it(lab: Lab, at_terminal: Open) -> None:
    with_silent_proxy(lab)
    terminal = at_terminal("--stall", "1s", "mod", "tidy")
    terminal.until(r"\[y/N\] ")
    terminal.type("\x03")
    assert terminal.wait() != 0
    assert b"go was waiting" in terminal.seen
