"""One thing to wait for: threads ring, the waiting thread wakes."""

from __future__ import annotations

import contextlib
import os
import select
from typing import Self


class Bell:
    """`ring()` from any thread; `wait(seconds)` returns at once when it has rung since the last wait."""

    def __init__(self) -> None:
        self._ear, self._rope = os.pipe()
        os.set_blocking(self._ear, False)
        os.set_blocking(self._rope, False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        rope, self._rope = self._rope, -1
        os.close(self._ear)
        os.close(rope)

    def fileno(self) -> int:
        """Readable when it has rung, for a select of one's own."""
        return self._ear

    def ring(self) -> None:
        """Wake who waits. Ringing often is ringing once; ringing after the end is nothing."""
        with contextlib.suppress(OSError):
            os.write(self._rope, b"!")

    def wait(self, seconds: float | None) -> None:
        """Until it rings, or the time is over."""
        select.select([self._ear], [], [], seconds)
        with contextlib.suppress(BlockingIOError):
            while os.read(self._ear, 4096):
                pass
