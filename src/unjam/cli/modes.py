"""`unjam modes` and `unjam explain`: the catalogue."""

from __future__ import annotations

import click
from click.shell_completion import CompletionItem

from unjam.cli.commands import examples


def mode_ids(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """For the shell: the ids that begin like this."""
    from unjam.modes import ALL

    return [CompletionItem(mode_id) for mode_id in ALL if mode_id.startswith(incomplete)]


@click.command(epilog=examples("unjam modes", "unjam modes --json | jq -r '.[].id'"))
@click.option("--json", "as_json", is_flag=True, help="Print a list of {id, title, seen_by, remedy}.")
def modes(as_json: bool) -> None:
    """List the failure modes that unjam knows.

    The letters say where each can be proved: a = attach to the running command, x = the text of -x,
    d = a goroutine dump, e = the error that go prints.
    """
    from unjam.modes import catalogue

    if as_json:
        from unjam.report.json import encode_modes

        click.echo(encode_modes(catalogue()))
        return
    from unjam.report import mode_text, page

    page.write(mode_text.listed(catalogue()), page.console())


@click.command(epilog=examples("unjam explain net-proxy-accepts-never-answers"))
@click.argument("mode_id", metavar="ID", shell_complete=mode_ids)
def explain(mode_id: str) -> None:
    """Explain one failure mode: what you see, why, and the fix."""
    from unjam.modes import load
    from unjam.report import mode_text, page

    page.write(mode_text.explained(load(mode_id)), page.console())
