"""`unjam read`: files and standard input, as text and as JSON, and whatever else one may hand to it."""

from __future__ import annotations

import json
import random
import subprocess
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

Command = Callable[..., subprocess.CompletedProcess[str]]

SCHEMA = json.loads((Path(__file__).parents[3] / "docs" / "schema-v1.json").read_text(encoding="utf-8"))
REFUSED = (
    'go: example.com/lib@v1.0.0: Get "https://bot:s3cr3t-t0ken@proxy.corp.example/example.com/lib/@v/v1.0.0.mod": '
    "dial tcp 10.0.0.1:443: connect: connection refused\n"
)


def test_a_log_is_named_and_the_exit_code_says_so(command: Command, tmp_path: Path) -> None:
    (tmp_path / "ci.log").write_text(f"#12 30.20 {REFUSED}")
    told = command("read", "ci.log")
    assert told.returncode == 1
    assert "Nothing listens where go connects to." in told.stdout
    assert "ci.log:1" in told.stdout
    assert "s3cr3t" not in told.stdout


def test_json_from_standard_input_fits_the_schema(command: Command) -> None:
    told = command("read", "--json", "-", input=REFUSED)
    report = json.loads(told.stdout)
    jsonschema.validate(report, SCHEMA)
    assert told.returncode == 1
    assert [finding["mode"] for finding in report["findings"]] == ["net-connection-refused"]
    assert report["command"]["state"] == "failed"
    assert "s3cr3t" not in told.stdout


@pytest.mark.parametrize("text", ["", "all is well\n", "ok  \texample.com/m\t0.01s\n"])
def test_a_text_without_trouble_is_exit_code_0(command: Command, text: str) -> None:
    told = command("read", "--json", "-", input=text)
    report = json.loads(told.stdout)
    jsonschema.validate(report, SCHEMA)
    assert told.returncode == 0
    assert report["findings"] == report["candidates"] == report["unexplained"] == []


@pytest.mark.parametrize("seed", range(3))
def test_random_bytes_are_nothing(command: Command, tmp_path: Path, seed: int) -> None:
    (tmp_path / "noise").write_bytes(random.Random(seed).randbytes(200_000))
    told = command("read", "noise")
    assert told.returncode == 0
    assert "nothing that unjam knows was found" in told.stdout
    assert told.stderr == ""


def test_a_log_that_is_cut_in_the_middle_of_a_character(command: Command, tmp_path: Path) -> None:
    raw = ("wörter → " * 20 + "\n" + REFUSED).encode()
    for cut in (5, 7, len(raw) - 40, len(raw) - 1):
        (tmp_path / "cut").write_bytes(raw[:cut])
        told = command("read", "cut")
        assert told.returncode in {0, 1}
        assert told.stderr == ""


def test_a_long_log_of_other_tools_is_read(command: Command, tmp_path: Path) -> None:
    """Twenty megabytes: a CI log of a day."""
    line = "2024-05-06T07:08:09.1234567Z  [3/9] RUN npm install: added 1 package in 2s, and so on and so forth\n"
    (tmp_path / "long").write_text(line * 200_000 + REFUSED)
    told = command("read", "long")
    assert told.returncode == 1
    assert "long:200001" in told.stdout
