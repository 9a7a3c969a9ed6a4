"""Which commands there are. A command's file is read only when that command is used: `--help` must answer at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from importlib import import_module
from typing import Any, cast

import click

#: Name → (module in this folder, one line of help). The commands' own help begins with the same line.
COMMANDS: dict[str, tuple[str, str]] = {
    "go": ("go", "Run a go command, watched: stuck → cause, proof, fix."),
    "attach": ("attach", "Say what a running go command waits for."),
    "ps": ("ps", "List the Go processes of this machine, and what each waits for."),
    "goroutines": ("goroutines", "Show all goroutines of a running Go process, without stopping it."),
    "read": ("read", "Name the cause from a log, a goroutine dump or `go env`."),
    "undo": ("undo", "Take the last fix back."),
    "modes": ("modes", "List the failure modes that unjam knows."),
    "explain": ("modes", "Explain one failure mode: what you see, why, and the fix."),
    "lab": ("lab", "Rehearse any failure mode against a real go command."),
    "completion": ("completion", "Print the completion script for your shell."),
}

#: What people type when they forget the `go` in front of it.
_GO_WORDS = frozenset({
    "build", "clean", "doc", "env", "fix", "fmt", "generate", "get", "install", "list", "mod", "run", "test", "tool",
    "version", "vet", "work",
})  # fmt: skip


def examples(*lines: str) -> str:
    """The examples below a command's help, as they stand."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)


class ReaderGone(Exception):
    """Whoever read our output has closed it: `unjam … | head`."""


class Commands(click.Group):
    """A group that knows its commands by name, and loads one when it is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of the table: the everyday ones first."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, loaded."""
        if cmd_name not in COMMANDS:
            return None
        module, _ = COMMANDS[cmd_name]
        command = getattr(import_module(f"unjam.cli.{module}"), cmd_name.replace("-", "_"))
        return cast(click.Command, command)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """From the table, so that nothing has to be loaded."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with a word for those who forgot the `go`."""
        word = args[0]
        if word not in COMMANDS and word in _GO_WORDS:
            ctx.fail(f"{word} is a command of go's; type: unjam go {' '.join(args)}")
        if word not in COMMANDS and not word.startswith("-"):
            near = get_close_matches(word, COMMANDS, n=1)
            ctx.fail(f"there is no command {word!r}" + (f"; did you mean {near[0]}?" if near else ""))
        return super().resolve_command(ctx, args)

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Parse, and print the help that was asked for. A reader that has gone must reach our door, not click's own."""
        with _to_our_door():
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        with _to_our_door():
            return super().invoke(ctx)


@contextmanager
def _to_our_door() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError as error:
        raise ReaderGone from error
