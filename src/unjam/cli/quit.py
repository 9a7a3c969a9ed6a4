"""`unjam goroutines --dump`: the one look that harms, so it is asked for twice: by the option and by a yes."""

from __future__ import annotations

import sys

import click


def ask_and_quit(pid: int, *, yes: bool) -> int:
    """Send SIGQUIT to a Go process, which prints its goroutines on its own standard error and ends."""
    import signal

    from unjam.errors import BadInput, NoSuchProcess
    from unjam.host.signals import send
    from unjam.inspect.goroutines import is_go
    from unjam.inspect.process import Process, is_same, read_process

    process = read_process(pid)
    if not isinstance(process, Process):
        raise NoSuchProcess(f"no process {pid} runs")
    if is_go(pid) is False:
        raise NoSuchProcess(f"process {pid} ({process.command}) is not a Go program: the signal would end it, and tell nothing")
    if not hasattr(signal, "SIGQUIT"):
        raise BadInput("this system has no SIGQUIT: press Ctrl-Break in the terminal of the command instead")
    if not yes and not sys.stdin.isatty():
        raise BadInput(f"--dump ends process {pid}: say --yes when nobody can be asked")
    click.echo(f"SIGQUIT makes process {pid} print all its goroutines on its own standard error, and ENDS it:", err=True)
    click.echo(f"  {process.command}", err=True)
    if not yes and not click.confirm("End it?", default=False, err=True):
        return 0
    if not is_same(process.identity):
        raise NoSuchProcess(f"process {pid} has ended meanwhile")
    if not send(pid, signal.SIGQUIT):
        raise BadInput(f"process {pid} takes no signal from us: it is another user's, or has just ended")
    click.echo("Sent. Save what it printed to a file, and name the cause with: unjam read FILE", err=True)
    return 0
