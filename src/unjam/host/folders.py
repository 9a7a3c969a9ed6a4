"""Where unjam keeps what must outlive a run, and how it writes so that nothing is ever half-written."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import mkstemp

from unjam.errors import BadInput


def state_folder() -> Path:
    """Folder of the journal: `UNJAM_STATE`, else the system's place for a user's state."""
    named = os.environ.get("UNJAM_STATE")
    if named:
        return Path(named).absolute()
    from platformdirs import user_state_path

    place = Path()
    with contextlib.suppress(RuntimeError):  # so say newer ones; older ones return `~/…`
        place = user_state_path("unjam", appauthor=False)
    if not place.is_absolute():
        raise BadInput("there is no home folder to keep the journal in; UNJAM_STATE can name a folder")
    return place


def current_folder() -> Path:
    """Where we stand. One that has been removed has no path: then all that can be said is "here"."""
    try:
        return Path.cwd()
    except FileNotFoundError:
        return Path()


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


@contextlib.contextmanager
def alone_in(folder: Path) -> Iterator[bool]:
    """Hold the folder against other unjams; False when one holds it. Nothing is written there, and the lock ends with us."""
    try:
        import fcntl

        handle = os.open(folder, os.O_RDONLY)
    except (ImportError, OSError):
        yield True
        return
    try:
        yield _locks(lambda: fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB))
    finally:
        os.close(handle)


def _locks(lock: Callable[[], object]) -> bool:
    try:
        lock()
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks has none to wait for
        return True
    return True
