"""A damaged file is renamed, never deleted: go fetches it anew, and undo puts the old one back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from unjam.errors import CannotUndo
from unjam.host.folders import sync_folder


@dataclass(frozen=True, slots=True)
class MoveAside:
    """Rename `path` to a name beside it that go does not look at."""

    path: str

    def describe(self) -> str:
        """What is renamed."""
        return f"move aside {self.path}"

    def destination(self, entry_id: str) -> str:
        """The name beside it; on the same disk, so that renaming is one step."""
        return f"{self.path}.unjam-{entry_id}"


def move(source: str, destination: str) -> None:
    """Rename, durably."""
    Path(source).rename(destination)
    sync_folder(Path(source).parent)


def move_back(source: str, destination: str) -> None:
    """Put the old file back in its place. What go has fetched there since is replaced: it can be fetched again."""
    if not Path(destination).exists():
        if Path(source).exists():
            return  # the rename had not happened, or has been taken back before
        raise CannotUndo(f"{destination} is gone: it cannot be put back as {source}")
    Path(destination).replace(source)
    sync_folder(Path(source).parent)
