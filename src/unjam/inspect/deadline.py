"""Calls that may never return, as those to a dead network file system, given up after a while."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


def within(seconds: float, look: Callable[[], T]) -> T | None:
    """What `look` returns; None if that takes longer or fails with an OSError. What hangs is left behind in its thread."""
    answer: list[T] = []

    def try_it() -> None:
        try:
            answer.append(look())
        except OSError:
            return

    looking = threading.Thread(target=try_it, name="unjam-look", daemon=True)
    looking.start()
    looking.join(seconds)
    return answer[0] if answer else None
