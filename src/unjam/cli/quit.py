"""`unjam goroutines --dump`: the one look that harms, so it is asked for twice: by the option and by a yes."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from unjam.inspect.goroutines import GoroutineDump

#: Seconds a process may take to print a hundred thousand goroutines.
LONGEST = 30.0


def ask_and_quit(pid: int, *, yes: bool) -> GoroutineDump | None:
    """Send SIGQUIT to a Go process, which prints its goroutines on its own standard error and ends; None without a yes.

    They are read where that is a file; elsewhere the user is told where they stand, and None is the answer too.
    """
    import signal

    from unjam.errors import BadInput, CannotSee, NoSuchProcess
    from unjam.inspect.buildinfo import build_info
    from unjam.inspect.last_words import listen
    from unjam.inspect.process import is_same
    from unjam.sources.attach import check

    process = check(pid)
    if not hasattr(signal, "SIGQUIT"):
        raise BadInput("this system has no SIGQUIT: press Ctrl-Break in the terminal of the command instead")
    if not yes and not sys.stdin.isatty():
        raise BadInput(f"--dump ends process {pid}: say --yes when nobody can be asked")
    words = listen(process)
    if words.lost:
        raise BadInput(f"--dump would end process {pid} for nothing: its standard error is {words.where}")
    click.echo(f"SIGQUIT makes process {pid} print all its goroutines on its own standard error, and ENDS it:", err=True)
    click.echo(f"  {process.command}", err=True)
    click.echo(f"Its standard error is {words.where}.", err=True)
    if not yes and not click.confirm("End it?", default=False, err=True):
        return None
    if not is_same(process.identity):
        raise NoSuchProcess(f"process {pid} has ended meanwhile")
    from unjam.host.signals import send

    build = build_info(f"/proc/{pid}/exe") or build_info(process.exe)
    if not send(pid, signal.SIGQUIT):
        raise CannotSee(f"process {pid} may not be signalled by this user, or has ended")
    if not words.wait(LONGEST):
        raise CannotSee(
            f"process {pid} goes on: it takes no notice of SIGQUIT (`go run` and `go test` leave it to their program)"
        )
    from unjam.golang.dump import parse_dump
    from unjam.report.dumped import as_dump

    dump = as_dump(pid, build, parse_dump(words.take().decode("utf-8", "replace")))
    if dump.goroutines:
        click.echo(f"It ended. To name the cause: unjam read {words.where}", err=True)
        return dump
    click.echo("It ended. Save what it printed there to a file, and name the cause with: unjam read FILE", err=True)
    return None
