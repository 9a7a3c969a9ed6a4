"""Small files that the lab writes: source trees, and scripts that stand in a child's place."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def write_tree(folder: Path, files: Mapping[str, str]) -> None:
    """Write `files`, a text for each relative path, below `folder`."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def write_script(path: Path, *lines: str) -> Path:
    """An executable shell script of these lines."""
    write_tree(path.parent, {path.name: "\n".join(("#!/bin/sh", *lines, ""))})
    path.chmod(0o755)
    return path
