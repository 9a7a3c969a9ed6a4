"""Where a thread of another process stands while the kernel holds it: /proc/PID/task/TID/syscall.

A goroutine that runs has its place in registers only. But when its thread sleeps in the kernel (a vfork, a page fault
on a dead network disk), it does not run on, and the kernel tells its stack pointer and pc.
"""

from __future__ import annotations

from pathlib import Path

from unjam.inspect import procfs


def held_at(pid: int, tid: int) -> tuple[int, int] | None:
    """(sp, pc) of a thread that is blocked in the kernel; None while it runs, or when we may not know.

    `tid` is the number the process itself knows, which differs from ours when it lives in another pid namespace.
    """
    for task in _tasks(pid, tid):
        try:
            place = parse_place((task / "syscall").read_bytes())
        except OSError:
            continue
        if place is not None:
            return place
    return None


def parse_place(raw: bytes) -> tuple[int, int] | None:
    """(sp, pc), the last two words; None for a thread that runs, and for nonsense."""
    words = raw.split()
    try:
        return (int(words[-2], 16), int(words[-1], 16)) if len(words) >= 3 else None
    except ValueError:
        return None


def _tasks(pid: int, tid: int) -> list[Path]:
    folder = Path(f"{procfs.PROC}/{pid}/task")
    if len(_namespaced(folder.parent)) <= 1:
        return [folder / str(tid)]
    try:
        return [task for task in folder.iterdir() if _namespaced(task)[-1:] == [str(tid)]]
    except OSError:
        return []


def _namespaced(folder: Path) -> list[str]:
    """The NSpid line: the number in each pid namespace, ours first, the innermost last."""
    try:
        text = (folder / "status").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    return next((line.split()[1:] for line in text.splitlines() if line.startswith("NSpid:")), [])
