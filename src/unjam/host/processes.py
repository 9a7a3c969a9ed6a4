"""Ending a process by pid, and only the very one that was meant."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import time
from pathlib import Path

PROC = "/proc"
#: Seconds a process gets to leave after TERM.
GRACE = 5.0


def start_time(pid: int) -> float | None:
    """When the process started, in clock ticks since boot; None when it is gone (or is a zombie already).

    Where there is no /proc: in microseconds since 1970, as `inspect` tells it there.
    """
    try:
        after_name = Path(f"{PROC}/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return _start_time_elsewhere(pid)
    return None if after_name[0] in "ZX" else float(after_name[19])


def _start_time_elsewhere(pid: int) -> float | None:
    if Path(f"{PROC}/self/stat").exists():
        return None
    import psutil

    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else float(int(process.create_time() * 1_000_000))
    except psutil.Error:
        return None


def end(pid: int, started: float, grace: float = GRACE) -> bool:
    """TERM, then KILL after `grace` seconds. False when that very process was gone already."""
    if start_time(pid) != started:
        return False
    try:
        handle = os.pidfd_open(pid)
    except (OSError, AttributeError):
        return _end_by_number(pid, started, grace)
    try:
        if start_time(pid) != started:  # the number was given away between the look and the handle
            return False
        signal.pidfd_send_signal(handle, signal.SIGTERM)
        if not select.select([handle], [], [], grace)[0]:
            signal.pidfd_send_signal(handle, signal.SIGKILL)
            select.select([handle], [], [], grace)
    except ProcessLookupError:
        return False
    finally:
        os.close(handle)
    return True


def _end_by_number(pid: int, started: float, grace: float) -> bool:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
        until = time.monotonic() + grace
        while time.monotonic() < until:
            if start_time(pid) != started:
                return True
            time.sleep(0.05)
        os.kill(pid, getattr(signal, "SIGKILL", signal.SIGTERM))
    return True
