"""Whether the user wants to see our own tracebacks."""

from __future__ import annotations

import os


def wants_traceback() -> bool:
    """`UNJAM_DEBUG` set to anything but 0."""
    return os.environ.get("UNJAM_DEBUG", "0") not in {"", "0"}
