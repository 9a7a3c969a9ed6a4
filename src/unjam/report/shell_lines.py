"""What a person would type to make the change of a fix by hand."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePath

from unjam.fixes.end_process import EndProcess
from unjam.fixes.move_aside import MoveAside
from unjam.fixes.one_run_environment import OneRunEnvironment
from unjam.model import Change


def lines_to_type(changes: Iterable[Change], argv: Sequence[str]) -> Iterator[str]:
    """Shell commands, in order. Variables of one run stand in front of the command, which comes last."""
    variables: list[str] = []
    for change in changes:
        match change:
            case OneRunEnvironment(values=values):
                variables += (f"{name}={shlex.quote(value)}" for name, value in values)
            case MoveAside(path=path):
                yield shlex.join(("mv", path, f"{path}.aside"))
            case EndProcess(pid=pid):
                yield f"kill {pid}"
    if variables:
        yield " ".join((*variables, command_line(argv) or "go …"))


def command_line(argv: Sequence[str]) -> str:
    """The command as it would be typed: a go that was started by its full path is `go`."""
    if not argv:
        return ""
    name = PurePath(argv[0]).name
    return shlex.join((name if name == "go" else argv[0], *argv[1:]))
