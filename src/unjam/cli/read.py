"""`unjam read`: name the cause from text."""

from __future__ import annotations

import click

from unjam.cli.commands import examples


@click.command(
    epilog=examples(
        "unjam read ci.log",
        "go mod tidy -x 2>&1 | unjam read -",
        "kill -QUIT 4711, then paste what go printed:  unjam read dump.txt",
        "gh run view --log-failed | unjam read --json - | jq -r '.findings[].mode'",
    )
)
@click.argument("file", type=click.Path(allow_dash=True))
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON (docs/json.md).")
def read(file: str, as_json: bool) -> int:
    """Name the cause from a log, a goroutine dump or `go env`.

    FILE is text as you have it: with time stamps, colours, other tools' lines around it, cut. `-` is standard
    input. Exits with 1 when a cause, several candidates or an unexplained failure was found, else with 0.
    """
    import unjam
    from unjam.cli.output import tell

    name = "standard input" if file == "-" else file
    return tell(unjam.read(_bytes(file), name=name), as_json=as_json, name=name)


def _bytes(file: str) -> bytes:
    """The whole text. A file that cannot be read is the user's to know about, in one line."""
    from unjam.errors import BadInput

    try:
        with click.open_file(file, "rb") as opened:
            return bytes(opened.read())
    except OSError as error:
        raise BadInput(f"{file} cannot be read: {error.strerror}") from None
