"""unjam: see why a Go command is stuck, prove it, get it moving again.

The verbs of the command line, for programs. Importing this costs nothing: each verb loads what it needs when it is called.

    report = unjam.attach(4711)
    for finding in report.findings:
        print(finding.title, finding.subject)
    print(unjam.to_text(report))
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from unjam.version import __version__

if TYPE_CHECKING:
    from unjam.fixes.journal import Entry
    from unjam.inspect.goroutines import GoroutineDump
    from unjam.report.view import View
    from unjam.sources.machine import GoProcess

__all__ = [
    "__version__",
    "applied_fixes",
    "attach",
    "attach_each",
    "follow",
    "goroutines",
    "processes",
    "read",
    "run",
    "to_json",
    "to_text",
    "undo",
]


def run(
    argv: Sequence[str], *, stall: float = 5.0, deadline: float | None = None, environment: Mapping[str, str] | None = None
) -> View:
    """Run a go command (`["mod", "tidy"]`, with or without `go` in front) to its end, watched, and report.

    Input and output are this process's own. `environment` are variables for this run, on top of ours. After `deadline`
    seconds the command and all it started are ended. Nothing is healed: the report says what would be.
    `command.exit` is go's exit code. Raises CannotRun when there is no go.
    """
    from unjam import supervise
    from unjam.report.outcome import view_of
    from unjam.sources.live import look_at
    from unjam.sources.text import case_of_text

    words = tuple(argv) if tuple(argv[:1]) == ("go",) else ("go", *argv)
    options = supervise.Options(stall=stall, deadline=deadline, overlay=tuple((environment or {}).items()))
    return view_of(supervise.run(words, options, look=look_at, read=case_of_text))


def attach(pid: int, *, stall: float = 5.0) -> View:
    """What the process waits for. Takes up to `stall` seconds where one look cannot tell slow from stuck.

    Raises NoSuchProcess when nothing, or no Go program, runs under that id.
    """
    from unjam.report.view import report_on
    from unjam.sources.attach import check
    from unjam.sources.live import watch

    check(pid)
    return report_on(watch(pid, stall))


def attach_each(pids: Iterable[int], *, stall: float = 5.0) -> Iterator[View]:
    """What each of the processes waits for, in their order, looked at side by side. One that ends meanwhile is left out."""
    from concurrent.futures import ThreadPoolExecutor

    from unjam.errors import NoSuchProcess

    with ThreadPoolExecutor(max_workers=8) as pool:
        for future in [pool.submit(attach, pid, stall=stall) for pid in pids]:
            try:
                yield future.result()
            except NoSuchProcess:
                continue


def follow(pid: int, *, stall: float = 5.0, pause: float = 1.0) -> Iterator[View]:
    """A report at once, and another whenever what the process waits for has changed; ends when the process does."""
    from unjam.report.view import report_on
    from unjam.sources.attach import cases

    told: object = None
    for case in cases(pid, stall, pause):
        view = report_on(case)
        if view.gist != told:
            told = view.gist
            yield view


def processes() -> tuple[GoProcess, ...]:
    """The Go processes of this machine. Each go command and gopls of this user is looked at once."""
    from unjam.sources.machine import go_processes

    return tuple(go_processes())


def goroutines(pid: int) -> GoroutineDump:
    """All goroutines of a running Go process, which is neither stopped nor signalled.

    Raises NoSuchProcess when there is none, and CannotSee when the system refuses.
    """
    from unjam.errors import CannotSee
    from unjam.inspect.goroutines import read_goroutines
    from unjam.inspect.refused import Refused
    from unjam.sources.attach import check, in_words

    check(pid)
    found = read_goroutines(pid)
    if isinstance(found, Refused):
        raise CannotSee(in_words(found))
    return found


def read(text: str | bytes, *, name: str = "text") -> View:
    """What a log, a goroutine dump or the output of `go env` tells. `name` is how citations call it."""
    from unjam.report.view import report_on
    from unjam.sources.text import case_of_text

    return report_on(case_of_text(text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text, name))


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
