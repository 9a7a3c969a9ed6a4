"""Stacks of a dump are left out for the other readers, and nothing else is."""

from __future__ import annotations

import pytest

from unjam.golang.dump import parse_dump
from unjam.golang.log_text import Lines, clean
from unjam.golang.stack_lines import take_apart, without_stacks

WHOLE = """go: downloading example.com/lib v1.0.0

goroutine 1 gp=0xc000002380 m=nil [chan receive, 3 minutes]:
main.work(0xc000012345, {0x1, 0x2})
\t/src/main.go:12 +0x1d fp=0xc0000a sp=0xc0000b pc=0x47
main.main()
\t/src/main.go:5 +0x1d

goroutine 18 [select]:
main.serve()
\t/src/serve.go:9 +0x2
created by main.main in goroutine 1
\t/src/main.go:4 +0x1d

go: example.com/lib@v1.0.0: unexpected EOF
"""


def _left(text: str) -> Lines:
    lines = clean(text.encode()).lines
    return without_stacks(lines, parse_dump("\n".join(lines.texts)))


def test_whole_stacks_are_left_out_and_numbers_stay() -> None:
    """What go says around the dump stays, each line with its own number."""
    said = [(line.number, line.text) for line in _left(WHOLE) if line.text]
    assert said == [
        (1, "go: downloading example.com/lib v1.0.0"),
        (15, "go: example.com/lib@v1.0.0: unexpected EOF"),
    ]


def test_what_stands_right_below_a_stack_stays() -> None:
    """Without a blank line behind it, a stack is not left out: `exit status 2` and the like stand there."""
    text = "goroutine 1 [running]:\nmain.main()\n\t/src/main.go:5 +0x1d\nexit status 2\nFAIL\texample.com/p\t0.1s\n"
    assert list(_left(text).texts) == list(clean(text.encode()).lines.texts)


def test_other_lines_within_a_stack_stay() -> None:
    """Another process wrote in between: its line must be read."""
    other = "go: lookup proxy.example: no such host"
    text = WHOLE.replace("main.main()\n\t/src", f"{other}\nmain.main()\n\t/src")
    assert other in _left(text).texts


def test_text_without_a_dump_is_the_same_lines() -> None:
    """Nothing is copied."""
    lines = clean(b"go: downloading example.com/lib v1.0.0\n").lines
    assert without_stacks(lines, ()) is lines


def _many(text: str) -> bytes:
    """A dump so long that it is taken apart before its lines are cleaned."""
    return "\n".join(text.replace("goroutine 1 ", f"goroutine {100 + number} ", 1) for number in range(120)).encode()


@pytest.mark.parametrize(
    "text",
    [WHOLE, WHOLE.replace("\n", "\r\n"), WHOLE.replace("go: example", "2026-01-02T03:04:05Z go: example"),
     WHOLE.replace("main.main()\n\t/src", "exit status 2\nmain.main()\n\t/src"), f"{WHOLE}\nexit status 2\n"],
)  # fmt: skip
def test_a_long_dump_reads_as_a_short_one(text: str) -> None:
    """Taking it apart first changes nothing but the time it takes: goroutines, other lines, numbers."""
    raw = _many(text)
    whole = clean(raw).lines
    goroutines = tuple(parse_dump("\n".join(whole.texts)))
    apart = take_apart(raw)
    assert apart.goroutines == goroutines
    assert [apart.numbers[one.line - 1] for one in apart.goroutines] == [whole.numbers[one.line - 1] for one in goroutines]
    assert list(apart.log.lines) == list(without_stacks(whole, goroutines))


def test_a_goroutine_behind_a_prefix_is_not_lost() -> None:
    """Among many that stand plain: then every line is cleaned first."""
    raw = _many(WHOLE) + b"\n2026-01-02T03:04:05Z goroutine 7 [select]:\n2026-01-02T03:04:05Z main.late()\n"
    assert 7 in {one.id for one in take_apart(raw).goroutines}
