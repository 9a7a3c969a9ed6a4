"""Whether a process sits before a terminal and waits for somebody to type."""

from __future__ import annotations

from unjam.inspect import procfs
from unjam.inspect.files import kind_of
from unjam.inspect.process import Process
from unjam.inspect.sched import ThreadState, blocked_threads

_READS = frozenset({"read", "readv"})
_POLLS = frozenset({"poll", "ppoll", "select", "pselect6"})


def waits_for_terminal(process: Process | int) -> bool | None:
    """Whether a thread of it is in a read of a terminal. So is one that was stopped for reading it from the background.

    None where nobody can tell: neither the system call nor the kernel function is shown, or a thread polls and a terminal is
    among the descriptors it may be polling.
    """
    pid = process.pid if isinstance(process, Process) else process
    threads = blocked_threads(pid)
    if not isinstance(threads, tuple):
        return None
    answers = [_thread_waits(pid, thread) for thread in threads]
    if any(answers):
        return True
    return None if None in answers else False


def _thread_waits(pid: int, thread: ThreadState) -> bool | None:
    if thread.wchan in {"n_tty_read", "tty_read"}:
        return True
    if thread.syscall in _READS and thread.argument is not None:
        return _is_terminal(pid, thread.argument)
    if thread.syscall in _POLLS:
        return None if _has_terminal(pid) else False
    return None if not thread.syscall and not thread.wchan else False


def _has_terminal(pid: int) -> bool:
    numbers = procfs.descriptors(pid)
    return any(_is_terminal(pid, fd) for fd in numbers) if isinstance(numbers, tuple) else True


def _is_terminal(pid: int, fd: int) -> bool:
    target = procfs.link(pid, f"fd/{fd}")
    return isinstance(target, str) and kind_of(target, None) == "tty"
