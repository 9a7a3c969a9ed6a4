"""What README shows can be typed: its Python runs, its commands and options exist."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest

from unjam.cli import main

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
REFUSED = 'go: m@v1.0.0: Get "http://h/m/@v/v1.0.0.mod": dial tcp 10.0.0.1:80: connect: connection refused\n'
TYPED = sorted(set(re.findall(r"^ {4}(?:\$ )?unjam (\w.*?)(?:  .*)?$", README, re.MULTILINE)))


def test_its_python_runs(tmp_path: Path) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    (tmp_path / "ci.log").write_text(REFUSED)
    told = subprocess.run([sys.executable, "-c", example], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert told.stdout.startswith("net-connection-refused http://h")
    assert "Nothing listens where go connects to." in told.stdout
    assert told.stderr == ""


@pytest.mark.parametrize("line", TYPED)
def test_its_commands_exist(line: str) -> None:
    name, *words = shlex.split(line)
    command = main.cli.get_command(click.Context(main.cli), name)
    assert command is not None
    known = {option for param in command.params for option in (*param.opts, *param.secondary_opts)}
    own = words[: next((at for at, word in enumerate(words) if not word.startswith("-") and not word[0].isdigit()), None)]
    assert {word.partition("=")[0] for word in own if word.startswith("-")} <= known
