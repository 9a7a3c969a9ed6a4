"""`unjam undo`: take a fix back."""

from __future__ import annotations

import click

from unjam.cli.commands import examples


@click.command(epilog=examples("unjam undo --list", "unjam undo", "unjam undo 20260105-101502-000"))
@click.argument("entry_id", metavar="[ID]", required=False)
@click.option("--list", "as_list", is_flag=True, help="Show the fixes that were applied, the newest first.")
@click.option("--json", "as_json", is_flag=True, help="Print {id, when, mode, title, folder, argv, changes, state, ended}.")
def undo(entry_id: str | None, as_list: bool, as_json: bool) -> int:
    """Take the last fix back.

    Files return to what they were, byte for byte. A file that somebody has changed since is not touched: that is told,
    and the exit code is 1. A process that was ended stays ended.
    """
    if as_list and entry_id:
        raise click.UsageError("--list shows all fixes; leave the ID away")
    import unjam
    from unjam.report import journal, page

    if as_list:
        entries = unjam.applied_fixes()
        data, lines = journal.encode_all(entries), journal.listed(entries)
    else:
        entry = unjam.undo(entry_id)
        data, lines = journal.encode(entry), journal.undone(entry)
    if as_json:
        click.echo(data)
    else:
        page.write(lines, page.console())
    return 0
