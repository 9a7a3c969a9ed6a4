"""A journal elsewhere, for as long as a rehearsal lasts: the lab's fixes are no business of the user's `unjam undo`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_STATE = "UNJAM_STATE"


@contextmanager
def state_in(folder: Path) -> Iterator[None]:
    """Let `state_folder` be this one."""
    before = os.environ.get(_STATE)
    os.environ[_STATE] = str(folder)
    try:
        yield
    finally:
        if before is None:
            os.environ.pop(_STATE, None)
        else:
            os.environ[_STATE] = before
