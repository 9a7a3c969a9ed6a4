"""`unjam go`: run a go command as if it ran alone, watched; stuck → cause, proof, fix."""

from __future__ import annotations

from difflib import get_close_matches

import click

from unjam.cli.commands import examples

_WITH_VALUE = ("--stall", "--deadline", "--report")
_ALONE = ("--live", "--no-live", "--help", "-h")


def split(args: list[str], ctx: click.Context | None = None) -> tuple[list[str], tuple[str, ...]]:
    """Our own options, and go's words: from the first word that is none of ours. A `--` is go's."""
    own: list[str] = []
    rest = list(args)
    while rest and rest[0].startswith("-") and rest[0] not in {"-", "--"}:
        name, equals, _ = rest[0].partition("=")
        if name == "--heal":
            own.append(rest.pop(0) if equals else f"{rest.pop(0)}=safe")
        elif name in _WITH_VALUE:
            own += [rest.pop(0)] if equals else [rest.pop(0) for _ in rest[:2]]
        elif name in _ALONE:
            own.append(rest.pop(0))
        elif name.startswith("--"):
            near = get_close_matches(name, (*_WITH_VALUE, *_ALONE, "--heal"), n=1)
            raise click.UsageError(f"unjam go has no option {name}" + (f"; did you mean {near[0]}?" if near else ""), ctx)
        else:
            break  # go's own: -C
    return own, tuple(rest)


class GoCommand(click.Command):
    """Parses only what stands before go's first word: all else is go's, to the letter."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Our options by click, go's words untouched."""
        own, words = split(args, ctx)
        try:
            left = super().parse_args(ctx, own)
        except click.UsageError as error:
            error.ctx = ctx  # for a missing value click does not say whose option it is
            raise
        ctx.params["words"] = words
        return left

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """`[OPTIONS] GO-COMMAND …`."""
        return [*super().collect_usage_pieces(ctx), "GO-COMMAND …"]


@click.command(
    cls=GoCommand,
    epilog=examples(
        "unjam go mod tidy",
        "unjam go --stall 10s build ./...",
        "unjam go --deadline 10m --report report.json test ./...",
        "unjam go --heal mod download",
    ),
)
@click.option("--stall", metavar="DURATION", help="How long a wait may stand unchanged before it is told (5s).")
@click.option("--deadline", metavar="DURATION", help="End go and all it started after this time; exit code 124.")
@click.option("--heal", metavar="[=ask]", help="Apply safe fixes without a question; =ask: also those that would ask.")
@click.option("--report", metavar="FILE", help="Write the report as JSON when the command has ended.")
@click.option("--live/--no-live", default=None, help="The line at the bottom of a terminal (on).")
def go(words: tuple[str, ...], live: bool | None, **said: str | None) -> int:
    """Run a go command, watched: stuck → cause, proof, fix.

    Every go command and flag passes through unchanged; the exit code is go's. The options of unjam stand before
    go's first word. They can also be set by UNJAM_STALL, UNJAM_DEADLINE, UNJAM_HEAL, UNJAM_REPORT, UNJAM_LIVE
    and UNJAM_GO; stall, deadline and live also by a file .unjam.toml beside go.mod.
    """
    from unjam.cli.watched import watched
    from unjam.host.folders import current_folder
    from unjam.host.run import environment
    from unjam.host.settings import settings
    from unjam.supervise.words import Words

    options = {name: value for name, value in said.items() if value is not None}
    if live is not None:
        options["live"] = str(live).lower()
    given = environment()
    folder = Words(("go", *words)).folder(current_folder())
    return watched(words, settings(options, given, folder), given)
