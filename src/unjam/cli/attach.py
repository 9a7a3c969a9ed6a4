"""`unjam attach`: what a running process waits for."""

from __future__ import annotations

import sys

import click

from unjam.cli.commands import examples
from unjam.cli.durations import Duration


@click.command(
    epilog=examples(
        "unjam attach 4711",
        "unjam attach --name gopls             every gopls of yours",
        "unjam attach --all --json             one line of JSON per go command",
        "unjam attach 4711 --follow            again whenever what it waits for changes, until it ends",
    )
)
@click.argument("pids", metavar="[PID …]", type=int, nargs=-1)
@click.option("--all", "everyone", is_flag=True, help="Every go command and gopls of yours.")
@click.option("--name", metavar="NAME", help="Every Go process of yours with this name: gopls, go, or its module's last word.")
@click.option("--follow", is_flag=True, help="Keep looking, and report whenever something changes, until it ends.")
@click.option("--stall", type=Duration(), default="5s", show_default=True, help="How long a wait may stand before it is stuck.")
@click.option("--json", "as_json", is_flag=True, help="Print each report as one line of JSON (docs/json.md).")
def attach(pids: tuple[int, ...], everyone: bool, name: str | None, follow: bool, stall: float, as_json: bool) -> int:
    """Say what a running go command waits for.

    PID is a go command, gopls, or any other Go process. It is only looked at: not stopped, not signalled, not written to.
    Exits with 1 when a cause, several candidates or an unexplained wait was found, else with 0.
    """
    import unjam
    from unjam.cli.output import tell

    chosen = _chosen(pids, everyone, name)
    if not follow and len(chosen) == 1:
        return tell(unjam.attach(chosen[0], stall=stall), as_json=as_json)
    if follow and len(chosen) > 1:
        raise click.UsageError(f"--follow follows one process, and these are {len(chosen)}: name a PID")
    views = unjam.follow(chosen[0], stall=stall) if follow else unjam.attach_each(chosen, stall=stall)
    codes: list[int] = []
    for view in views:
        if codes and not as_json:
            click.echo()
        codes.append(tell(view, as_json=as_json))
        sys.stdout.flush()  # whoever reads along must not wait for a full buffer
    return codes[-1] if follow and codes else max(codes, default=0)


def _chosen(pids: tuple[int, ...], everyone: bool, name: str | None) -> tuple[int, ...]:
    if bool(pids) + everyone + bool(name) != 1:
        raise click.UsageError("name what to look at: a PID, --all, or --name NAME; unjam ps lists the Go processes")
    if pids:
        return pids
    from unjam.errors import NoSuchProcess
    from unjam.sources.machine import named

    found = named(name)
    if not found:
        raise NoSuchProcess(f"no Go process of yours is called {name}" if name else "no go command and no gopls of yours runs")
    return found
