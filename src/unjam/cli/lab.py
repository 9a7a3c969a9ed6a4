"""`unjam lab`: a small sick machine to rehearse with. Nothing leaves loopback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from unjam.cli.commands import examples
from unjam.cli.durations import Duration
from unjam.cli.modes import mode_ids


@click.group(
    epilog=examples(
        "unjam lab list",
        "unjam lab run net-proxy-accepts-never-answers",
        "unjam lab serve --fault silence@zip",
    )
)
def lab() -> None:
    """Rehearse any failure mode against a real go command.

    The lab has its own HOME, caches, proxy, checksum database and git server, all on loopback, and is gone afterwards.
    """


@lab.command(name="list", epilog=examples("unjam lab list"))
def list_modes() -> None:
    """List what can be rehearsed, and on which Go versions."""
    from unjam.modes import catalogue
    from unjam.report import mode_text, page

    page.write(mode_text.rehearsals(catalogue()), page.console())


@lab.command(
    short_help="Play one failure mode to its end.",
    epilog=examples("unjam lab run net-proxy-accepts-never-answers", "unjam lab run net-dial-blackhole --go 1.21"),
)
@click.argument("mode_id", metavar="ID", shell_complete=mode_ids)
@click.option("--go", "version", metavar="VERSION", help="The Go version to make sick; the newest that the lab has.")
@click.option("--stall", type=Duration(), default="3s", show_default=True, help="How long a hang must have lasted.")
def run(mode_id: str, version: str | None, stall: float) -> int:
    """Make a real go command sick, name the cause, heal it, see it succeed, and undo.

    Exits with 0 when all that came true.
    """
    with _installed():
        from unjam.cli.rehearsal import rehearse

        return rehearse(mode_id, version, stall)


@lab.command(
    short_help="Serve a GOPROXY with faults, until Ctrl-C.",
    epilog=examples(
        "unjam lab serve --fault silence@zip                       takes the request and says nothing",
        "unjam lab serve --fault stall:65536@zip --listen 8099     stops after 64 kB",
        "unjam lab serve --fault 'status:503@*!example.com/lib'    fails for all modules but one",
        "unjam lab serve --fault 'reset@zip#2' --fault delay:3     resets the second zip, is slow throughout",
        'unjam lab serve --modules "$(go env GOMODCACHE)/cache/download" --fault silence@zip',
    ),
)
@click.option("--fault", "faults", metavar="SPEC", multiple=True, help="A fault, as above; can be repeated.")
@click.option("--modules", type=click.Path(path_type=Path), metavar="DIR", help="Serve these modules too: a module cache's.")
@click.option("--tls", is_flag=True, help="Serve over TLS, with an authority that the printed lines make known.")
@click.option("--http2", is_flag=True, help="Speak HTTP/2, over TLS.")
@click.option("--listen", metavar="PORT", default="", help="The port on 127.0.0.1; by default a free one.")
def serve(faults: tuple[str, ...], modules: Path | None, tls: bool, http2: bool, listen: str) -> int:
    """Serve a GOPROXY with faults, until Ctrl-C, and print the lines that turn a shell's go to it.

    Enter lifts the faults in mid-flight, and puts them back.

    A fault is NAME[:VALUE][@ENDPOINT[:MODULE][!EXCLUDE]][#N]: what goes wrong, for which requests (info, mod, zip, list,
    latest, sumdb), of which modules and not of which (regular expressions for path or path@version), and for the Nth such
    request alone (#-N: the first N). Names: silence[:accept], stall[:BYTES], drip[:BYTES/S], delay[:SECONDS], refuse,
    black-hole, reset[:BYTES], close, status[:CODE], portal, truncate[:BYTES], truncated-zip, other-content, redirect-loop,
    tls-stall, bad-certificate[:expired], h2-silence, h2-stall, h2-error.
    """
    with _installed():
        from unjam.lab.serve import Wanted
        from unjam.lab.serve import serve as serve_faults

        serve_faults(Wanted(faults, listen, tls, http2, modules), show=_show, keys=_keys())
    return 0


def _keys() -> int | None:
    """Standard input, where there is one."""
    import sys

    try:
        return sys.stdin.fileno()
    except (OSError, ValueError, AttributeError):
        return None


@contextmanager
def _installed() -> Iterator[None]:
    """What the lab needs beyond unjam comes with an extra; some of it is imported only where it is used."""
    try:
        yield
    except ModuleNotFoundError as error:
        from unjam.errors import LabCannot

        name = str(error.name).partition(".")[0]
        raise LabCannot(f'the lab needs {name}: pip install "unjam[lab]"') from None


def _show(line: str) -> None:
    import sys

    click.echo(line)
    sys.stdout.flush()
