"""Folders of the lab: given to another user, and removed although go made its module cache read-only."""

from __future__ import annotations

import os
import shutil
from pathlib import Path


def give_to(folder: Path, uid: int) -> None:
    """Make a user the owner of a folder and all below it."""
    os.chown(folder, uid, uid)
    for root, folders, files in os.walk(folder):
        for name in (*folders, *files):
            os.chown(Path(root) / name, uid, uid, follow_symlinks=False)


def delete(folder: Path) -> None:
    """Remove a folder, also with folders in it that nobody may write to."""
    if not folder.exists():
        return
    for root, folders, _ in os.walk(folder):
        for name in folders:
            inner = Path(root) / name
            if not inner.is_symlink():
                inner.chmod(0o755)
    shutil.rmtree(folder)
