"""The words of a go command, and the lines of -x taken out again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unjam.supervise.words import Sieve, Words

X_LINES = (
    b"# get http://127.0.0.1:1/example.com/lib/@v/v1.0.0.zip\n"
    b"# get http://127.0.0.1:1/example.com/lib/@v/v1.0.0.zip: 200 OK (0.001s)\n"
    b"mkdir -p /c/vcs # git3 https://github.com/a/b\n"
    b"# lock /c/vcs/0b.lock\n"
    b"# /c/vcs/0b for git3 https://github.com/a/b\n"
    b"cd /c/vcs/0b; git tag -l\n"
    b"0.004s # cd /c/vcs/0b; git tag -l\n"
    b"git ls-remote -q origin\n"
    b"cd /c/vcs\n"
)
GO_LINES = (
    b"go: downloading example.com/lib v1.0.0\n"
    b"go: finding module for package example.com/x\n"
    b"\t/home/u/go/pkg/mod: exit status 128:\n"
    b"\tfatal: could not read Username for 'https://github.com': terminal prompts disabled\n"
    b"Confirm the import path was entered correctly.\n"
)


@pytest.mark.parametrize(
    ("argv", "command"),
    [
        (("go",), ""),
        (("go", "build", "./..."), "build"),
        (("go", "mod", "tidy", "-v"), "mod tidy"),
        (("go", "-C", "dir", "mod", "tidy"), "mod tidy"),
        (("go", "--", "build"), "build"),
        (("go", "mod"), "mod"),
    ],
)
def test_the_command(argv: tuple[str, ...], command: str) -> None:
    assert Words(argv).command == command


@pytest.mark.parametrize(
    ("argv", "talking"),
    [
        (("go", "mod", "tidy"), ("go", "mod", "tidy", "-x")),
        (("go", "mod", "tidy", "-C", "dir", "-v"), ("go", "mod", "tidy", "-C", "dir", "-x", "-v")),
        (("go", "mod", "download", "a@v1"), ("go", "mod", "download", "-x", "a@v1")),
        (("go", "-C", "dir", "mod", "graph"), ("go", "-C", "dir", "mod", "graph", "-x")),
        (("go", "mod", "tidy", "-x"), None),
        (("go", "mod", "vendor"), None),
        (("go", "build"), None),
        (("go", "test"), None),
    ],
)
def test_x_is_added_where_it_does_no_harm(argv: tuple[str, ...], talking: tuple[str, ...] | None) -> None:
    assert Words(argv).with_x() == talking


def test_flags_end_at_the_programs_own() -> None:
    assert Words(("go", "run", "-exec=x", ".")).has("-exec")
    assert Words(("go", "test", "--json")).has("-json")
    assert not Words(("go", "test", "-json=false")).has("-json")
    assert not Words(("go", "run", ".", "--", "-exec")).has("-exec")
    assert not Words(("go", "test", "-args", "-json")).has("-json")


def test_the_sieve_takes_out_what_x_adds_and_nothing_else() -> None:
    mixed = b"".join(a + b for a, b in zip(X_LINES.splitlines(True), GO_LINES.splitlines(True) * 2, strict=False))
    sieve = Sieve()
    kept = sieve.through(mixed) + sieve.rest()
    assert kept == b"".join((GO_LINES.splitlines(True) * 2)[: X_LINES.count(b"\n")])


@given(st.lists(st.integers(1, 40)))
def test_it_does_not_matter_how_the_bytes_come(cuts: list[int]) -> None:
    rest, kept, sieve = X_LINES + GO_LINES + X_LINES + b"who? ", b"", Sieve()
    for cut in cuts:
        kept += sieve.through(rest[:cut])
        rest = rest[cut:]
    assert kept + sieve.through(rest) + sieve.rest() == GO_LINES + b"who? "


@given(st.binary(max_size=200))
def test_what_is_not_of_x_passes_byte_for_byte(data: bytes) -> None:
    text = b"\n".join(b"go: " + line.replace(b"\r", b"").lstrip() for line in data.split(b"\n"))
    text = b"".join(b"_" + line for line in text.splitlines(True))
    sieve = Sieve()
    assert sieve.through(text) + sieve.rest() == text


def test_a_prompt_is_not_held_back() -> None:
    assert Sieve().through(b"Username for 'https://github.com': ") == b"Username for 'https://github.com': "
