"""unjam: see why a Go command is stuck, prove it, get it moving again."""

from __future__ import annotations

__version__ = "0.1.0"
