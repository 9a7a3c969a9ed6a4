"""What the parts of the lab need to know of the lab they are put into."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol


class Room(Protocol):
    """A place where one go command is made sick: its folders, its whole environment and the command itself."""

    env: dict[str, str]
    command: tuple[str, ...]

    @property
    def go(self) -> Path:
        """The real go executable."""

    @property
    def folder(self) -> Path:
        """All that the lab owns lies below it."""

    @property
    def home(self) -> Path:
        """HOME of the go command, and so the place of .gitconfig, .netrc and .ssh."""

    @property
    def project(self) -> Path:
        """The main module, in which the command runs."""

    @property
    def modcache(self) -> Path:
        """GOMODCACHE."""

    def on_close(self, callback: Callable[[], object]) -> object:
        """`callback` is called, without arguments, when the lab closes."""


def write_tree(folder: Path, files: dict[str, str]) -> None:
    """Write `files`, a text for each relative path, below `folder`."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
