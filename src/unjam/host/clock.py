"""The clock. Waits are counted on one that runs while the machine works; how long it slept is told apart."""

from __future__ import annotations

import time


def now() -> float:
    """Seconds on the monotonic clock: the same that looks are dated with."""
    return time.monotonic()


def asleep() -> float:
    """Seconds the machine has slept since it was started: grows by a jump when a laptop wakes; 0.0 where nothing tells."""
    boottime = getattr(time, "CLOCK_BOOTTIME", None)
    if boottime is None:
        return 0.0
    return time.clock_gettime(boottime) - time.clock_gettime(time.CLOCK_MONOTONIC)
