"""The live line: what the command does at this moment, in one row of the terminal."""

from __future__ import annotations

from unjam.supervise.progress import Progress

_DIM, _PLAIN = "\x1b[2m", "\x1b[0m"


def line(progress: Progress, columns: int, *, colour: bool = True) -> str:
    """`unjam: downloading example.com/lib@v1.0.0 · 12 modules, 3.4 MB · 14s`, never as wide as the terminal.

    What does not fit is left out of the middle of the module's name first.
    """
    tail = " · ".join(filter(None, (_counted(progress), _elapsed(progress.elapsed_s))))
    head = f"unjam: {progress.stage}"
    room = columns - 1 - len(head) - len(tail) - 4
    subject = f" {_shortened(progress.subject, room)}" if progress.subject and room >= 12 else ""
    text = f"{head}{subject} · {tail}"[: max(0, columns - 1)]
    return f"{_DIM}{text}{_PLAIN}" if colour else text


def _counted(progress: Progress) -> str:
    if not progress.modules:
        return ""
    modules = "1 module" if progress.modules == 1 else f"{progress.modules} modules"
    return f"{modules}, {_bytes(progress.received)}" if progress.received else modules


def _bytes(count: int) -> str:
    if count < 1_000_000:
        return f"{count / 1000:.0f} kB"
    return f"{count / 1_000_000:.1f} MB"


def _elapsed(seconds: float) -> str:
    whole = int(seconds)
    if whole < 60:
        return f"{whole}s"
    return f"{whole // 60}m{whole % 60:02d}s" if whole < 3600 else f"{whole // 3600}h{whole % 3600 // 60:02d}m"


def _shortened(name: str, room: int) -> str:
    if len(name) <= room:
        return name
    half = (room - 1) // 2
    return f"{name[: room - 1 - half]}…{name[-half:]}"
