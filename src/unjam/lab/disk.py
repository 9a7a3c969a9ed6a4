"""A disk so small that it fills up, which needs the right to mount."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from unjam.errors import LabCannot


def mount(folder: Path, size: int) -> None:
    """Put an empty file system of `size` bytes at `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    if os.geteuid() != 0:
        raise LabCannot("a full disk is a small tmpfs, and mounting one takes root")
    command = ("mount", "-t", "tmpfs", "-o", f"size={size},mode=0755", "unjam-lab", str(folder))
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise LabCannot(f"a full disk is a small tmpfs, and mount refused: {done.stderr.strip()}")


def unmount(folder: Path) -> None:
    """Take it away, also while somebody still looks into it."""
    subprocess.run(("umount", "--lazy", str(folder)), capture_output=True, check=False)


def resize(folder: Path, size: int) -> None:
    """Make it larger."""
    subprocess.run(("mount", "-o", f"remount,size={size}", str(folder)), capture_output=True, check=False)
