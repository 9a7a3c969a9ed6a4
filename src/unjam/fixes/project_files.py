"""The files that a healed run of go may rewrite, kept as they were, byte for byte.

A run that fetches modules from another server may add their sums to go.sum; taking the fix back takes those lines back.
What the command was asked to make (a program, vendor/) is no part of the fix.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from unjam.errors import CannotUndo
from unjam.host.folders import write_whole

#: What `go mod tidy`, `go get` and their kin write beside go.mod and go.work.
NAMES = ("go.mod", "go.sum", "go.work", "go.work.sum")


@dataclass(frozen=True, slots=True)
class KeptFile:
    """One file before the run: its content (None: it did not exist) and its permission bits."""

    path: str
    content: bytes | None
    mode: int = 0o644


def keep(folder: Path) -> tuple[KeptFile, ...]:
    """Those files in the nearest folder above `folder` that has a go.mod, and beside the nearest go.work."""
    roots = dict.fromkeys(root for marker in ("go.mod", "go.work") if (root := _above(folder, marker)))
    return tuple(kept(root / name) for root in roots for name in NAMES)


def root_of(folder: Path) -> Path:
    """The folder of the module, or of the workspace, that `folder` is in; itself where it is in none."""
    return _above(folder, "go.work") or _above(folder, "go.mod") or folder


def _above(folder: Path, marker: str) -> Path | None:
    return next((place for place in (folder, *folder.parents) if (place / marker).is_file()), None)


def kept(path: Path) -> KeptFile:
    """The file as it stands."""
    try:
        return KeptFile(str(path), path.read_bytes(), path.stat().st_mode & 0o7777)
    except OSError:
        return KeptFile(str(path), None)


def digest(path: str) -> str:
    """SHA-256 of a file as it stands, "" when there is none."""
    try:
        return sha256(Path(path).read_bytes()).hexdigest()
    except OSError:
        return ""


def check_unchanged(path: str, expected: str, before: str) -> None:
    """Refuse to undo over a change that somebody made since the healed run ended. `before` says where the old file is."""
    if digest(path) != expected:
        raise CannotUndo(f"{path} has changed since the healed run: undoing would lose that change; before the run, {before}")


def put_back(kept: KeptFile) -> None:
    """Restore one file byte for byte, or remove what had not been there."""
    if kept.content is None:
        Path(kept.path).unlink(missing_ok=True)
    elif not Path(kept.path).exists() or Path(kept.path).read_bytes() != kept.content:
        write_whole(Path(kept.path).resolve(), kept.content, kept.mode)
