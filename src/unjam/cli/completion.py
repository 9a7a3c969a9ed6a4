"""`unjam completion`: the script that teaches a shell our commands, options and mode ids."""

from __future__ import annotations

import click

from unjam.cli.commands import examples


@click.command(
    epilog=examples(
        "bash   unjam completion bash > ~/.local/share/bash-completion/completions/unjam",
        "zsh    unjam completion zsh > ~/.zfunc/_unjam        (with fpath+=~/.zfunc before compinit)",
        "fish   unjam completion fish > ~/.config/fish/completions/unjam.fish",
    )
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script for your shell."""
    from click.shell_completion import get_completion_class

    from unjam.cli.main import cli

    script = get_completion_class(shell)
    if script is None:
        raise click.UsageError(f"no completion for {shell}")
    click.echo(script(cli, {}, "unjam", "_UNJAM_COMPLETE").source())
