"""Whether a process can be looked at, and looks at it for as long as it lives."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

from unjam.errors import CannotSee, NoSuchProcess
from unjam.inspect.goroutines import is_go
from unjam.inspect.process import Process, identity, read_process
from unjam.inspect.refused import Gone, Refused

if TYPE_CHECKING:
    from unjam.facts.case import Case


def check(pid: int) -> Process:
    """The process, when a Go program runs there and we are shown anything of it; else an error that says which is missing."""
    process = read_process(pid) if pid > 0 else Gone(pid)
    if isinstance(process, Gone):
        raise NoSuchProcess(f"no process {pid} runs (unjam ps lists the Go processes)")
    if isinstance(process, Refused):
        raise CannotSee(f"process {pid} cannot be seen: {in_words(process)}")
    if process.state in "ZX":
        raise NoSuchProcess(f"process {pid} is over; only its parent has not asked for its exit code yet")
    go = is_go(pid)
    if go is False:
        raise NoSuchProcess(f"process {pid} ({process.command}) is not a Go program (unjam ps lists those)")
    if isinstance(go, Refused) and process.identity.exe_inode is None:
        raise CannotSee(f"process {pid} ({process.command}) cannot be looked into: {in_words(go)}")
    return process


def in_words(refusal: Refused) -> str:
    """The reason and what would help."""
    return f"{refusal.reason}; {refusal.remedy}" if refusal.remedy else refusal.reason


def cases(pid: int, patience: float, pause: float) -> Iterator[Case]:
    """The same case after each look, until that very process has ended."""
    from unjam.facts.case import Case
    from unjam.sources.live import look_at

    started = check(pid).identity.started
    case = Case(patience=patience)
    while (now := identity(pid)) is not None and now.started == started:
        try:
            case.add(look_at(pid))
        except NoSuchProcess:
            return
        del case.looks[:-2]  # ages are kept by the case; a look an hour ago is of no use
        yield case
        threading.Event().wait(pause)
