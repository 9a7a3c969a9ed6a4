"""Durations on the command line, as Go writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    Seconds = click.ParamType[float]
else:
    Seconds = click.ParamType  # generic only since click 8.4


class Duration(Seconds):
    """`5s`, `1m30s`, `500ms` → seconds."""

    name = "duration"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Seconds; a usage error says how to write one."""
        if isinstance(value, float):
            return value
        from unjam.host.settings import duration

        return duration(str(value), param.opts[-1] if param else "duration")
