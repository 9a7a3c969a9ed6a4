"""`unjam goroutines`: all goroutines of a running Go process."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from unjam.cli.commands import examples

if TYPE_CHECKING:
    from unjam.inspect.goroutines import GoroutineDump


@click.command(
    epilog=examples(
        "unjam goroutines 4711",
        "unjam goroutines 4711 --flame out.svg      (open it in a browser)",
        "unjam goroutines 4711 --json | jq '.goroutines[].wait' | sort | uniq -c",
    )
)
@click.argument("pid", type=int)
@click.option("--all", "one_by_one", is_flag=True, help="One by one, not grouped by stack.")
@click.option("--json", "as_json", is_flag=True, help="Print {pid, go, goroutines} (docs/json.md).")
@click.option("--flame", type=click.Path(dir_okay=False, path_type=Path), help="Write a flame graph to this SVG file.")
@click.option("--dump", is_flag=True, help="Let the process print its goroutines itself (SIGQUIT). THIS ENDS IT; asks first.")
@click.option("--yes", is_flag=True, help="Do not ask before --dump.")
def goroutines(pid: int, one_by_one: bool, as_json: bool, flame: Path | None, dump: bool, yes: bool) -> int:
    """Show all goroutines of a running Go process, without stopping it.

    Those that stand at one place are shown together, the largest group first. Nothing is sent to the process and it is
    never stopped; only --dump, for systems where memory cannot be read, sends it a signal, which ends it.
    """
    found = _look(pid, dump=dump, yes=yes)
    if found is None:
        return 0
    if flame:
        from unjam.report.flame import svg

        _write(flame, svg(found))
    if as_json:
        from unjam.report.stack_json import encode

        click.echo(encode(found))
    elif not flame:
        from unjam.report import page, stacks

        page.write(stacks.lines(found, together=not one_by_one), page.console())
    return 0


def _look(pid: int, *, dump: bool, yes: bool) -> GoroutineDump | None:
    """The goroutines; None when they are printed elsewhere, or nobody said yes."""
    if dump:
        from unjam.cli.quit import ask_and_quit

        return ask_and_quit(pid, yes=yes)
    import unjam

    return unjam.goroutines(pid)


def _write(path: Path, text: str) -> None:
    from unjam.errors import BadInput

    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadInput(f"{path} cannot be written: {error.strerror}") from None
    click.echo(f"wrote {path}", err=True)
