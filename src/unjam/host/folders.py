"""Where unjam keeps what must outlive a run, and how it writes so that nothing is ever half-written."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from tempfile import mkstemp


def state_folder() -> Path:
    """Folder of the journal: `UNJAM_STATE`, else the system's place for a user's state."""
    named = os.environ.get("UNJAM_STATE")
    if named:
        return Path(named)
    from platformdirs import user_state_path

    return user_state_path("unjam", appauthor=False)


def write_whole(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Write a file so that it is there whole or not at all: beside, fsync, rename."""
    handle, beside = mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(beside).chmod(mode)
        Path(beside).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(beside).unlink()
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make a rename in that folder durable, where the system can."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
