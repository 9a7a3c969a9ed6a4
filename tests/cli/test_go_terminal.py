"""`unjam go` in a terminal: it stays the user's, with its size, its prompts, Ctrl-C and Ctrl-Z."""

from __future__ import annotations

import os
import re
import shlex
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Open = Callable[..., Any]
Wait = Callable[[Callable[[], Any]], Any]


def test_a_terminal_stays_one(in_terminal: Open) -> None:
    terminal = in_terminal("where")
    assert terminal.wait() == 0
    assert b"tty True True True" in terminal.seen
    assert f"group {terminal.pid} session {terminal.pid}".encode() in terminal.seen


def test_a_newline_in_a_terminal_is_one(in_terminal: Open) -> None:
    terminal = in_terminal("flood", "200")
    assert terminal.wait() == 0
    assert terminal.seen == b"".join(b"%0127d\r\n" % number for number in range(200))


def test_the_terminals_size_is_followed(in_terminal: Open) -> None:
    terminal = in_terminal("size", size=(33, 99))
    terminal.until("size 99 33")
    terminal.resize(40, 120)
    time.sleep(0.3)  # the stand-in asks once only, and nobody else can see when the size has arrived
    terminal.type("\n")
    terminal.until("size 120 40")
    assert terminal.wait() == 0


def test_a_prompt_of_gos_has_the_terminal(in_terminal: Open) -> None:
    terminal = in_terminal("ask")
    terminal.until(r"who\? ")
    terminal.type("gopher\n")
    terminal.until("it is gopher")
    assert terminal.wait() == 0


def test_ctrl_c_reaches_go_once(in_terminal: Open) -> None:
    terminal = in_terminal("interrupts")
    counting = int(terminal.until(r"counting (\d+)\r\n")[1])
    for number in range(1, 6):
        terminal.type("\x03")
        terminal.until(f"interrupt {number}\r\n")
        time.sleep(0.1)  # a second one, if it came, would come now
    os.kill(counting, signal.SIGUSR1)
    terminal.until("interrupts 5\r\n")
    assert terminal.wait() == 5


def test_ctrl_c_kills_us_as_it_kills_go(in_terminal: Open) -> None:
    terminal = in_terminal("die", "2")
    assert terminal.wait() == -signal.SIGINT


def test_ctrl_z_and_fg(unjam_go: tuple[str, ...], in_terminal: Open, wait_for: Wait, tmp_path: Path) -> None:
    go_on = tmp_path / "go-on"
    shell = in_terminal(argv=("/bin/bash", "--norc", "--noprofile", "-i"), more={"PS1": "ready> "})
    shell.until("ready> ")
    shell.type(shlex.join((*unjam_go, "stay", str(go_on))) + "\n")
    here = int(shell.until(r"here (\d+)\r\n")[1])
    shell.forget()
    shell.type("\x1a")
    shell.until("Stopped[^$]*ready> ")
    assert Path(f"/proc/{here}/stat").read_text().rpartition(")")[2].split()[0] == "T"
    shell.forget()
    shell.type("fg\n")
    wait_for(lambda: Path(f"/proc/{here}/stat").read_text().rpartition(")")[2].split()[0] != "T")
    go_on.touch()
    shell.until("ready> ")
    shell.forget()
    shell.type("echo code=$?\n")
    shell.until("code=0")
    assert re.search(rb"stuck|unjam:", shell.seen) is None
    shell.type("exit\n")
    shell.wait()
