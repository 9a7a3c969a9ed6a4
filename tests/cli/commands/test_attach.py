"""`unjam attach`, `ps` and `goroutines` before a real go command that hangs, and before what is none."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

from unjam.lab.running import Running

Command = Callable[..., subprocess.CompletedProcess[str]]

pytestmark = pytest.mark.lab
SCHEMA = json.loads((Path(__file__).parents[3] / "docs" / "schema-v1.json").read_text(encoding="utf-8"))
SILENT = "net-proxy-accepts-never-answers"


def test_attach_names_the_cause(command: Command, hung: Running) -> None:
    told = command("attach", str(hung.pid), "--stall", "1s", "--json")
    report = json.loads(told.stdout)
    jsonschema.validate(report, SCHEMA)
    assert told.returncode == 1
    assert told.stdout.count("\n") == 1
    assert report["findings"][0]["mode"] == SILENT
    assert report["command"]["pid"] == hung.pid
    assert report["command"]["state"] == "stuck"
    assert report["command"]["argv"][1:] == ["mod", "download"]


def test_attach_tells_it_to_a_person(command: Command, hung: Running) -> None:
    told = command("attach", str(hung.pid), "--stall", "1s")
    assert told.returncode == 1
    assert f"go mod download (pid {hung.pid}, go1." in told.stdout
    assert "unjam go --heal=ask mod download\n" in told.stdout
    assert "GOPROXY=" in told.stdout


def test_attach_by_name_finds_it_among_others(command: Command, hung: Running) -> None:
    told = command("attach", "--name", "go", "--stall", "1s", "--json")
    pids = [json.loads(line)["command"]["pid"] for line in told.stdout.splitlines()]
    assert hung.pid in pids


def test_several_at_once_are_a_line_each(command: Command, hung: Running) -> None:
    told = command("attach", str(hung.pid), str(hung.pid), "--stall", "1s", "--json")
    assert [json.loads(line)["findings"][0]["mode"] for line in told.stdout.splitlines()] == [SILENT, SILENT]
    assert told.returncode == 1


def test_follow_reports_until_it_is_told_to_stop(program: tuple[str, ...], hung: Running) -> None:
    words = [*program, "attach", str(hung.pid), "--follow", "--stall", "1s", "--json"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        seen = json.loads(child.stdout.readline())
        while not seen["findings"]:
            seen = json.loads(child.stdout.readline())
        child.send_signal(signal.SIGINT)
        _, err = child.communicate(timeout=60)
    assert seen["findings"][0]["mode"] == SILENT
    assert child.returncode == 130
    assert err.strip() == ""


def test_the_library_says_the_same(hung: Running) -> None:
    import unjam

    report = unjam.attach(hung.pid, stall=1.0)
    assert report.findings[0].mode == SILENT
    assert json.loads(unjam.to_json(report))["findings"][0]["mode"] == SILENT
    assert "says nothing" in unjam.to_text(report)


def test_ps_lists_it_with_what_it_waits_for(command: Command, hung: Running) -> None:
    listed = json.loads(command("ps", "--json").stdout)
    (found,) = [each for each in listed if each["pid"] == hung.pid]
    assert found["name"] == "cmd/go"
    assert found["ours"]
    assert found["go"].startswith("go1.")
    assert "@v/v1.0.0.mod" in found["waits_for"]
    assert str(hung.pid) in command("ps").stdout


def test_goroutines_as_json(command: Command, hung: Running) -> None:
    told = command("goroutines", str(hung.pid), "--json")
    dump = json.loads(told.stdout)
    jsonschema.validate(dump, {**SCHEMA, "$ref": "#/$defs/GoroutinesJson"})
    assert list(dump) == ["pid", "go", "goroutines"]
    assert list(dump["goroutines"][0]) == ["id", "state", "wait", "frames", "created_by"]
    functions = {frame["function"] for each in dump["goroutines"] for frame in each["frames"]}
    assert "net/http.(*persistConn).roundTrip" in functions
    assert told.returncode == 0


def test_goroutines_for_a_person(command: Command, hung: Running) -> None:
    grouped, single = command("goroutines", str(hung.pid)), command("goroutines", str(hung.pid), "--all")
    assert f"cmd/go (pid {hung.pid}" in grouped.stdout or "cmd (pid" in grouped.stdout
    assert "net/http.(*persistConn).roundTrip" in grouped.stdout
    assert "runtime.gopark" not in grouped.stdout
    assert single.stdout.count("created by") >= grouped.stdout.count("created by")


def test_a_flame_graph_is_a_picture_of_all_goroutines(command: Command, hung: Running, tmp_path: Path) -> None:
    told = command("goroutines", str(hung.pid), "--flame", "out.svg")
    assert (told.returncode, told.stdout, told.stderr) == (0, "", "wrote out.svg\n")
    root = ET.parse(tmp_path / "out.svg").getroot()
    titles = [each.text or "" for each in root.iter("{http://www.w3.org/2000/svg}title")]
    assert any("net/http.(*persistConn).roundTrip: 1" in title for title in titles)
    assert any("all goroutines" in title for title in titles)


def test_a_flame_graph_that_cannot_be_written(command: Command, hung: Running) -> None:
    told = command("goroutines", str(hung.pid), "--flame", "no/such/folder/out.svg")
    assert told.returncode == 2
    assert told.stderr == "unjam: no/such/folder/out.svg cannot be written: No such file or directory\n"


def test_a_dump_ends_nothing_without_a_yes(command: Command, hung: Running) -> None:
    told = command("goroutines", str(hung.pid), "--dump")
    assert told.returncode == 2
    assert "say --yes" in told.stderr
    assert not hung.done


@pytest.mark.parametrize("words", [("attach",), ("goroutines",), ("goroutines", "--json"), ("goroutines", "--dump", "--yes")])
def test_a_pid_that_is_gone(command: Command, gone: int, words: tuple[str, ...]) -> None:
    told = command(*words, str(gone))
    assert told.returncode == 2
    assert told.stdout == ""
    assert told.stderr.count("\n") == 1
    assert f"no process {gone} runs" in told.stderr


@pytest.mark.parametrize("words", [("attach",), ("goroutines",), ("goroutines", "--dump", "--yes")])
def test_a_pid_that_is_no_go_program(command: Command, words: tuple[str, ...]) -> None:
    told = command(*words, str(os.getpid()))  # of Python; --dump would end it
    assert told.returncode == 2
    assert told.stderr.count("\n") == 1
    assert "is not a Go program" in told.stderr


#: Everything is loaded first: the installation may be one that nobody else may read.
AS_NOBODY = """
import os, sys
import unjam.cli.main, unjam.cli.attach, unjam.cli.goroutines, unjam.cli.output, unjam.host.settings, unjam.host.debugging
import unjam.inspect.goroutines, unjam.sources.attach, unjam.report.view, unjam.sources.live, difflib, traceback
os.setgroups([]); os.setgid(65534); os.setuid(65534)
sys.exit(unjam.cli.main.run(sys.argv[1:]))
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="to be somebody else takes root")
@pytest.mark.parametrize("name", ["attach", "goroutines"])
def test_a_process_that_is_not_ours(hung: Running, name: str) -> None:
    words = (sys.executable, "-c", AS_NOBODY, name, str(hung.pid))
    told = subprocess.run(words, capture_output=True, text=True, check=False)
    assert told.returncode == 2, told.stderr
    assert told.stdout == ""
    assert told.stderr.count("\n") == 1
    assert "as the user of that process" in told.stderr or "root" in told.stderr


def test_nothing_of_that_name(command: Command) -> None:
    told = command("attach", "--name", "no-such-program-anywhere")
    assert told.returncode == 2
    assert "no Go process of yours is called no-such-program-anywhere" in told.stderr
