"""Bytes in, numbered plain lines out."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unjam.golang.log_text import LogLine, clean

GO = 'go: example.com/a@v1.0.0: Get "https://p.example/x": EOF'


def texts(raw: bytes) -> list[str]:
    return [line.text for line in clean(raw).lines]


@pytest.mark.parametrize(
    "wrapped",
    [
        "2026-11-01T10:00:00.1234567Z {}",
        "2026-11-01T10:00:00.123456Z 01E {}",
        "2026-11-01 10:00:00,123 {}",
        "[2026-11-01T10:00:00.123Z] {}",
        "[10:00:00]W:\t{}",
        "[10:00:00.123] {}",
        "10:00:00 {}",
        "updater | 2025/08/01 10:00:00 ERROR <job_1> {}",
        "#12 30.20 {}",
        "30.20 {}",
        " => => # {}",
        "api-1  | {}",
        "builder_1         | {}",
        "| {}",
        "│ {}",
        "> {}",
        "> > {}",
        "stderr: {}",
        "ERROR: {}",
        "npm ERR! {}",
        "[ERROR] {}",
        "##[error]{}",
        "::error::{}",
        "::error file=go.mod,line=3::{}",
        "[pod/build-0/go] {}",
        "Nov 01 10:00:00 ci-7 runner[812]: {}",
        "2026-11-01T10:00:00.1234567Z #12 30.20 {}",
        "\x1b[31m{}\x1b[0m",
        "\x1b]8;;https://x\x1b\\{}\x1b]8;;\x1b\\",
        "[0m{}[0K",
        "downloading 12%\r{}",
        "{}\r",
        "section_start:1714557600:build\r\x1b[0K{}",
    ],
)
def test_what_a_tool_puts_around_a_line_goes_away(wrapped: str) -> None:
    assert texts(wrapped.format(GO).encode()) == [GO]


@pytest.mark.parametrize(
    "line",
    [
        "goroutine 1 [chan receive, 5 minutes]:",
        "\t/usr/local/go/src/runtime/proc.go:435 +0xce",
        "# get https://proxy.golang.org/a/@v/list: 200 OK (0.123s)",
        "# runtime/cgo",
        "0.005s # cd /mc/cache/vcs/a; git init --bare",
        "cd /mc/cache/vcs/a; git log '--format=format:%H %ct %D' x",
        "set GOPATH=C:\\new\\table",
        "open C:\\new\\text.txt: Access is denied.",
        "GOFLAGS='-ldflags=-X=main.v=\"a|b\"'",
        "net/http.(*persistConn).roundTrip(0xc0001, 0xc0002)",
    ],
)
def test_a_line_of_go_stays_as_it_is(line: str) -> None:
    assert texts(line.encode()) == [line]


def test_numbers_are_those_of_the_text_as_given() -> None:
    log = clean(b"one\r\n\r\n#12 0.5 three\nf\rour\n")
    assert [(line.number, line.text) for line in log.lines] == [
        (1, "one"), (2, ""), (3, "three"), (4, "f"), (4, "our"), (5, "")
    ]  # fmt: skip


def test_json_escapes_become_lines_of_one_number() -> None:
    raw = rb"first" + b"\n" + rb'{"type":1,"message":"stderr: go: a requires\n\tb@v1: Get \"https://x\": EOF\n"}'
    assert tuple(clean(raw).lines[1:]) == (
        LogLine(2, '{"type":1,"message":"stderr: go: a requires'),
        LogLine(2, '\tb@v1: Get "https://x": EOF'),
        LogLine(2, '"}'),
    )


def test_nested_json_escapes() -> None:
    inner = '{"Error": "a\\n\\tb \\"q\\""}'
    raw = '{"log":"' + inner.replace("\\", "\\\\").replace('"', '\\"') + '"}'
    assert '\tb "q""}"}' in texts(raw.encode())


@pytest.mark.parametrize(
    ("codec", "mark"), [("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"\xfe\xff"), ("utf-8", b"\xef\xbb\xbf"), ("utf-16-le", b"")]
)
def test_powershell_encodings(codec: str, mark: bytes) -> None:
    log = clean(mark + f"{GO}\r\n{GO}".encode(codec))
    assert [line.text for line in log.lines] == [GO, GO]
    assert log.notes


def test_latin_1_and_broken_utf_8() -> None:
    assert texts("fatal: dépôt introuvable é à ü ö ß ñ ç ê î ô û".encode("latin-1"))[0].startswith("fatal: dépôt")
    cut = "… go: x".encode()[1:]
    assert texts(cut)[0].endswith(" go: x")
    assert clean(b"a\xffb").notes == ("some bytes are not UTF-8",)


def test_holes_of_zeros_do_not_hide_a_line() -> None:
    assert texts(b"a long enough line of text\n" + b"\0\0" + GO.encode())[1] == GO


def test_binary_bytes_have_no_lines() -> None:
    log = clean(bytes(range(256)) * 64)
    assert log.looks_binary
    assert not log.lines


def test_a_clipped_log_says_so() -> None:
    assert "the log says that it was clipped" in clean(b"#1 [output clipped, log limit 2MiB reached]").notes


def test_two_whole_lines_are_not_joined() -> None:
    lines = [f'go: a.example/b@v1.0.{n}: Get "https://p.example/a.example/b/@v/v1.0.{n}.mod": EOF' for n in range(3)]
    assert texts("\n".join(lines).encode()) == lines
    after = "go: downloading of https://p.example/somewhere/far/away/from/here\nmake: *** [all] Error 1"
    assert len(texts(after.encode())) == 2


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=3000))
def test_any_bytes_have_ascending_numbers(raw: bytes) -> None:
    numbers = [line.number for line in clean(raw).lines]
    assert numbers == sorted(numbers)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet='#|> \t[]0123456789:.-TZ\x1b\r\n\\"{}mKago/h%', max_size=400))
def test_any_prefixes_have_ascending_numbers(text: str) -> None:
    log = clean(text.encode())
    assert [line.number for line in log.lines] == sorted(line.number for line in log.lines)


@pytest.mark.parametrize(
    "bad", ["#1 " * 400, "> " * 700, "\x1b[" * 700, '\\"' * 700 + '":"', "go: https://" * 100, "[0" * 700, "a | " * 300]
)
def test_time_grows_with_length_only(bad: str) -> None:
    def cost(lines: int) -> float:
        raw = (bad + "\n").encode() * lines
        start = time.thread_time()
        clean(raw)
        return time.thread_time() - start

    cost(10)
    assert min(cost(400) for _ in range(2)) < 20 * max(min(cost(100) for _ in range(3)), 1e-3)
