"""Ending a whole tree of processes: TERM, a moment to leave, KILL; each by pid and start time, until none is left."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterable

from unjam.host.processes import GRACE, start_time
from unjam.host.signals import send

#: A living process: its id, and its start in clock ticks since boot, as `start_time` tells it.
Living = tuple[int, float]
_GLANCE = 0.02


def end_all(living: Callable[[], Iterable[Living]], grace: float = GRACE) -> tuple[int, ...]:
    """End all that `living` names, also those that appear meanwhile. Returns who could not be ended (in the kernel)."""
    if _all_gone(living, signal.SIGTERM, grace):
        return ()
    kill = getattr(signal, "SIGKILL", signal.SIGTERM)
    if _all_gone(living, kill, grace):
        return ()
    return tuple(sorted({pid for pid, _ in living()}))


def _all_gone(living: Callable[[], Iterable[Living]], number: int, seconds: float) -> bool:
    told: set[Living] = set()
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        left = set(living())
        if not left:
            return True
        for pid, started in left - told:
            if start_time(pid) == started:
                send(pid, number)
                if number == signal.SIGTERM:
                    send(pid, signal.SIGCONT)  # one that is stopped would not hear it
        told |= left
        time.sleep(_GLANCE)
    return not set(living())
