"""The parser's root, and the only door out: every way a command can end becomes an exit code and at most one calm line.

0 well, 1 findings, 2 usage, 3 our own defect, 124 time limit, 126/127 go cannot be run, 130 Ctrl-C.
"""

from __future__ import annotations

import errno
import gc
import io
import os
import sys
from typing import NoReturn

import click

from unjam.cli.commands import Commands, ReaderGone, examples
from unjam.errors import UnjamError
from unjam.version import __version__

#: What a full disk, and one that breaks, say when we write.
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})
USAGE, DEFECT, INTERRUPTED, READER_GONE = 2, 3, 130, 141

_EXAMPLES = examples(
    "unjam go mod tidy      run it, watched; stuck → cause, proof, fix",
    "unjam attach 4711      what does this go, gopls or Go process wait for?",
    "unjam ps               which Go processes run here, and what holds them up",
    "unjam read ci.log      name the cause from a pasted log or dump",
    "unjam undo             take the last fix back",
)


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=_EXAMPLES,
    subcommand_metavar="COMMAND …",
)
@click.version_option(__version__, "-V", "--version", message="unjam %(version)s")
def cli() -> None:
    """See why a Go command is stuck, prove it, and get it moving again."""


def entry() -> NoReturn:
    """The process: run what was typed, write everything out, exit."""
    # What unjam makes it mostly keeps until it ends: to look for cycles every 700 objects costs a tenth of all its time.
    gc.set_threshold(100_000, 20, 100)
    # A closed descriptor has no stream. One in memory takes no number, so that go finds the descriptor as closed as it was.
    sys.stdout = sys.stdout or io.TextIOWrapper(io.BytesIO())
    sys.stderr = sys.stderr or io.TextIOWrapper(io.BytesIO())
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal in ASCII shows less, and fails at nothing
    sys.exit(_written(run(sys.argv[1:])))


def _written(code: int) -> int:
    """The code, once all of the output has left us."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _forget_output()
        return READER_GONE
    except OSError as error:
        _forget_output()
        return _say(f"the output cannot be written: {error.strerror}", USAGE)
    return code


def run(args: list[str]) -> int:
    """Run one command line and return its exit code. Nothing but an interpreter's end gets past here."""
    try:
        code = cli.main(args, prog_name="unjam", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return USAGE
    except click.UsageError as error:
        return _say(_usage(error), USAGE)
    except click.ClickException as error:
        return _say(error.format_message(), USAGE)
    except UnjamError as error:
        return _say(str(error), error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except ReaderGone:
        _forget_output()
        return READER_GONE
    except OSError as error:
        if error.errno not in _FULL:
            return _defect(error)
        _forget_output()
        return _say(f"the output cannot be written: {error.strerror}", USAGE)
    except Exception as error:
        return _defect(error)
    return code if isinstance(code, int) else 0


def _say(message: str, code: int) -> int:
    click.echo(f"unjam: {message}", err=True)
    return code


def _usage(error: click.UsageError) -> str:
    """One line: what is wrong, and where the help is."""
    command = error.ctx.command_path if error.ctx else "unjam"
    return f"{error.format_message().rstrip('.')} ({command} --help tells how it is used)"


def _defect(error: Exception) -> int:
    from unjam.host.debugging import wants_traceback

    if wants_traceback():
        import traceback

        traceback.print_exception(error)
    last = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    place = f" ({os.path.basename(last.tb_frame.f_code.co_filename)}:{last.tb_lineno})" if last else ""  # noqa: PTH119
    says = f"this is a defect of unjam: {type(error).__name__}: {error}{place}"
    return _say(f"{says}; UNJAM_DEBUG=1 shows the traceback, please report it", DEFECT)


def _forget_output() -> None:
    """The interpreter would try to write the rest at its end, and complain."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
