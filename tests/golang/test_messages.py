"""Texts that people pasted, and what they say. The cases stand in texts/*.txt, one `@@ name | where` each."""

from __future__ import annotations

import enum
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unjam.golang.log_text import LogLine, clean
from unjam.golang.messages import (
    Cause,
    Downloading,
    Message,
    RequestError,
    classify,
    failed_requests,
    go_in_sight,
    parse_messages,
)

TEXTS = Path(__file__).parent / "texts"


@dataclass(frozen=True)
class Written:
    name: str
    text: str
    expect: tuple[str, ...]


def written() -> Iterator[Written]:
    for path in sorted(TEXTS.glob("*.txt")):
        name = ""
        lines: list[str] = []
        expect: list[str] = []
        into: list[str] | None = None
        for line in [*path.read_text(encoding="utf-8").split("\n"), "@@ end |"]:
            if line == "@@ expect":
                into = expect
            elif line.startswith("@@ "):
                if name:
                    yield Written(f"{path.stem}/{name}", "\n".join(lines), tuple(one for one in expect if one.strip()))
                name, lines, expect = line[3:].partition(" |")[0], [], []
                into = lines
            elif into is not None:
                into.append(line)


CASES = list(written())


def said(message: Message, dotted: str) -> str:
    value: object = message
    for part in dotted.split("."):
        value = getattr(value, part)
    if isinstance(value, enum.Enum):
        return value.name
    return "\n".join(value) if isinstance(value, tuple) else str(value)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_pasted_text_says_what_is_written_beside_it(case: Written) -> None:
    messages = [one for one in parse_messages(clean(case.text.encode()).lines) if not isinstance(one, Downloading)]
    told = [f"{type(one).__name__} {one}" for one in messages]
    assert [type(one).__name__ for one in messages] == [one.split()[0] for one in case.expect], told
    for message, expected in zip(messages, case.expect, strict=True):
        for pair in shlex.split(expected)[1:]:
            name, _, value = pair.partition("=")
            assert said(message, name) == value, f"{name} of {message}"


def test_the_texts_are_many_and_named_once() -> None:
    names = [case.name for case in CASES]
    assert len(names) >= 100
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_prefixes_of_other_tools_change_nothing(case: Written) -> None:
    plain = parse_messages(clean(case.text.encode()).lines)
    if "wrapped" in case.name or "[" in case.text[:2] or "#1" in case.text or "Z " in case.text[:40]:
        return
    stamped = "\r\n".join(f"2026-11-01T10:00:00.1234567Z \x1b[36;1m{line}\x1b[0m" for line in case.text.split("\n"))
    docker = "\n".join(f"#12 {30 + n / 7:.3f} {line}" for n, line in enumerate(case.text.split("\n")))
    for text in (stamped, docker):
        again = parse_messages(clean(text.encode()).lines)
        assert [type(one) for one in again] == [type(one) for one in plain]
        assert [one.raw for one in again] == [one.raw for one in plain]


def test_thirty_modules_from_one_dead_host_are_one_group() -> None:
    text = "\n".join(
        f'go: example.com/m{n}@v1.0.0: Get "https://dead.example/example.com/m{n}/@v/v1.0.0.mod": '
        f"dial tcp 10.0.0.{n % 4}:443: i/o timeout"
        for n in range(30)
    )
    groups = {one.group for one in failed_requests(parse_messages(clean(text.encode()).lines))}
    assert groups == {(Cause.DIAL_TIMEOUT.value, "dead.example")}


def test_causes_inside_of_a_look_up_are_handed_out() -> None:
    text = 'verifying a.example/b@v1.0.0: a.example/b@v1.0.0: Get "https://sum.golang.org/lookup/a.example/b@v1.0.0": EOF'
    (error,) = failed_requests(parse_messages(clean(text.encode()).lines))
    assert isinstance(error, RequestError)
    assert error.cause is Cause.EOF


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("$ go mod download", True),
        ("RUN go build ./...", True),
        ("# get https://proxy.golang.org/x.example/@v/list", True),
        ("go: downloading example.com/a v1.0.0", True),
        ("GOPROXY='https://proxy.golang.org,direct'", True),
        ("golang.org/x/text@v0.3.2: unexpected EOF", True),
        ("cargo: Blocking waiting for file lock", False),
        ("Unable to connect to the server: dial tcp 10.0.0.1:6443: i/o timeout", False),
        ("    x_test.go:3: dial tcp 127.0.0.1:1: connect: connection refused", False),
        ("", False),
    ],
)
def test_a_go_command_is_in_sight(text: str, seen: bool) -> None:
    assert bool(go_in_sight(clean(text.encode()).lines)) is seen


PIECES = st.sampled_from(
    [
        "go: ", "Get ", '"', "https://", "a.example/b", "@v1.0.0", ": ", "dial tcp ", "lookup ", "verifying ",
        "exit status 128", "reading ", "404 Not Found", "\tserver response:", "\n", "\t", "unzip ",
        "zip: not a valid zip file", "git ls-remote in /x: ", "exec: \"git\": executable file not found in $PATH",
        "# get ", "cd /x; git", "1.234s # ", "\\n", '\\"', "[::1]:443", "EOF", "stream error: stream ID 1; X",
        "proxyconnect tcp: ", "\x1b[31m", "\r", "#12 1.2 ", "checksum mismatch", "downloaded: h1:x",
        "module lookup disabled by GOPROXY=off", "open /x: permission denied", "go.mod", "unknown revision ",
        "x" * 300,
    ]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(), st.lists(PIECES).map("".join)))
def test_no_text_raises(text: str) -> None:
    lines = clean(text.encode("utf-8", "replace")).lines
    for message in parse_messages(lines):
        assert message.line >= 1
    go_in_sight(lines)
    classify(text)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=4000))
def test_no_bytes_raise(raw: bytes) -> None:
    parse_messages(clean(raw).lines)


def test_lines_of_no_shape_are_read_too() -> None:
    assert parse_messages([LogLine(1, "go: " + "@v" * 20000), LogLine(2, 'Get "' + "a" * 50000)])
