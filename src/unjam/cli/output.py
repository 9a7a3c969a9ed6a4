"""How commands print a report: as text, or as one line of JSON; and the exit code that goes with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from unjam.report.view import View

WELL, FINDINGS = 0, 1


def tell(view: View, *, as_json: bool, name: str = "") -> int:
    """Print the report and return 1 when it has something to tell, else 0."""
    if as_json:
        from unjam.report.json import encode

        click.echo(encode(view))
    else:
        from unjam.report import page, text

        text.write(view, page.console(), name)
    return FINDINGS if view.sick else WELL
