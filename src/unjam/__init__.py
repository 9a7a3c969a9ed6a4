"""unjam: see why a Go command is stuck, prove it, get it moving again.

The verbs of the command line, for programs. Importing this costs nothing: each verb loads what it needs when it is called.

    report = unjam.attach(4711)
    for finding in report.findings:
        print(finding.title, finding.subject)
    print(unjam.to_text(report))
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from unjam.fixes.journal import Entry
    from unjam.inspect.goroutines import GoroutineDump
    from unjam.report.view import View

__version__ = "0.1.0"

__all__ = ["applied_fixes", "attach", "goroutines", "read", "to_json", "to_text", "undo"]


def attach(pid: int, *, stall: float = 5.0) -> View:
    """What the process waits for. Takes up to `stall` seconds where one look cannot tell slow from stuck.

    Raises NoSuchProcess when nothing, or no Go program, runs under that id.
    """
    from unjam.report.view import report_on
    from unjam.sources.live import watch

    return report_on(watch(pid, stall))


def goroutines(pid: int) -> GoroutineDump:
    """All goroutines of a running Go process, which is neither stopped nor signalled.

    Raises NoSuchProcess when there is none, and CannotSee when the system refuses.
    """
    from unjam.errors import CannotSee, NoSuchProcess
    from unjam.inspect.goroutines import is_go, read_goroutines
    from unjam.inspect.process import Process, read_process
    from unjam.inspect.refused import Refused

    process = read_process(pid)
    if not isinstance(process, Process):
        raise NoSuchProcess(f"no process {pid} runs" if not isinstance(process, Refused) else process.reason)
    found = read_goroutines(pid)
    if not isinstance(found, Refused):
        return found
    if is_go(pid) is False:
        raise NoSuchProcess(f"process {pid} ({process.command}) is not a Go program")
    raise CannotSee(f"{found.reason}; {found.remedy}" if found.remedy else found.reason)


def read(text: str | bytes, *, name: str = "text") -> View:
    """What a log, a goroutine dump or the output of `go env` tells. `name` is how citations call it."""
    from unjam.report.view import report_on
    from unjam.sources.text import case_of_text

    return report_on(case_of_text(text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text, name))


def applied_fixes() -> tuple[Entry, ...]:
    """All fixes that were applied on this machine, the newest first."""
    from unjam import treat

    return treat.journal_entries()


def undo(entry_id: str | None = None) -> Entry:
    """Take one fix back, the newest without an id. Raises CannotUndo over somebody's later change."""
    from unjam import treat

    return treat.undo(entry_id)


def to_json(report: View) -> bytes:
    """A report as one line of JSON: docs/json.md."""
    from unjam.report.json import encode

    return encode(report)


def to_text(report: View) -> str:
    """A report as the command line prints it, without colours."""
    from unjam.report.text import plain

    return plain(report)
