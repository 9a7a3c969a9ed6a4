"""`unjam ps`: the Go processes of this machine."""

from __future__ import annotations

import click

from unjam.cli.commands import examples


@click.command(epilog=examples("unjam ps", "unjam ps --json | jq '.[] | select(.waited_s > 5)'"))
@click.option("--json", "as_json", is_flag=True, help="Print a list (docs/json.md).")
def ps(as_json: bool) -> int:
    """List the Go processes of this machine, and what each waits for.

    Go commands and gopls are looked at once; other Go programs are named with their state. AGE is since the start,
    CPU the share of one processor over that time.
    """
    import unjam
    from unjam.report import processes

    found = unjam.processes()
    if as_json:
        click.echo(processes.encode(found))
        return 0
    from unjam.report import page

    page.write(processes.lines(found), page.console())
    return 0
