"""What a look says when it saw nothing: the system refused, or the process is gone.

Both are values, since both are expected. Neither may be read as "there is nothing there".
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refused:
    """The system does not let us see this. `reason` says what refused, `remedy` what would allow it ("" if nothing would)."""

    reason: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Gone:
    """The process ended, or was never there."""

    pid: int
