"""Long logs: what speaks of go is read as in a short one, and no text takes long."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.test_read import Written, told, written

from unjam.golang.log_text import clean
from unjam.golang.long_log import LONG, LONGEST_LINE, shortened, thinned

ERRORS = [*written("errors.txt"), *written("threads_*.txt")]


def noise(size: int) -> Iterator[str]:
    """What fills CI logs: other tools, good tests, downloads, answered requests of -x."""
    number = 0
    while size > 0:
        number += 1
        lines = (
            f"added package-{number} in {number % 60}s",
            f"ok  \texample.org/pkg{number}\t0.01s",
            f"go: downloading example.org/m{number} v1.0.{number % 7}",
            f"# get https://mirror.example.org/m{number}/@v/v1.0.0.mod",
            f"# get https://mirror.example.org/m{number}/@v/v1.0.0.mod: 200 OK (0.0{number % 9}0s)",
        )
        yield from lines
        size -= sum(map(len, lines)) + len(lines)


@pytest.mark.parametrize(("before", "after"), [(0, 2 * LONG), (LONG, LONG), (2 * LONG, 0)])
def test_an_error_is_found_wherever_it_stands(before: int, after: int) -> None:
    above, below = "\n".join(noise(before)), "\n".join(noise(after))
    for case in [case for case in ERRORS if len(case.text) < 400][::5]:
        assert told(f"{above}\n$ go build\n{case.text}\n$ make\n{below}") == case.expect, case.name


def test_the_numbers_are_those_of_the_text() -> None:
    lines = [*noise(LONG), 'go: example.com/a@v1.0.0: Get "https://p.example/x": EOF', *noise(LONG)]
    read = clean("\n".join(lines).encode()).lines
    assert len(read) < 2000
    for line in read:
        assert lines[line.number - 1].rstrip() == line.text


def test_an_unanswered_request_is_not_passed_over() -> None:
    request = "# get https://mirror.example.org/lib/@v/v1.0.0.zip"
    text = "\n".join([*noise(LONG), request, *noise(LONG)])
    assert request in clean(text.encode()).lines.texts


def test_what_repeats_itself_is_counted_only() -> None:
    text = "".join(f"go: example.com/a{number}@v1.0.0: no such thing\n" for number in range(40_000))
    log = clean(text.encode())
    assert len(log.lines) < 2000
    assert log.lines[0].number == 1
    assert log.lines[-2].number == 40_000  # the last one, and the empty line behind it
    assert any("40,001 lines" in note for note in log.notes)


def test_a_dump_is_kept_whole() -> None:
    stack = "goroutine {} [chan receive]:\nmain.main()\n\t/app/main.go:7 +0x1d\ncreated by main.run\n\t/app/main.go:9 +0x2\n\n"
    text = "".join(stack.format(number) for number in range(1, 8000))
    assert len(text) > LONG
    assert len(clean(text.encode()).lines) == text.count("\n") + 1


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_every_encoding(encoding: str) -> None:
    error = 'go: example.com/a@v1.0.0: Get "https://p.example/x": EOF'
    text = "\r\n".join([*noise(LONG), error, *noise(LONG)])
    assert error in clean(text.encode(encoding)).lines.texts


def test_an_endless_line_is_read_at_both_ends() -> None:
    line = shortened("a" * LONGEST_LINE + "b" * LONGEST_LINE)
    assert line.startswith("aaa")
    assert line.endswith("bbb")
    assert len(line) < LONGEST_LINE + 10


PIECES = ("go: ", "# get https://p/x", ": 200 OK (0.1s)", "goroutine 1 [running]:", "\n", "\t", "x" * 50, "=== RUN", "1", "é")


@settings(deadline=None, max_examples=150)
@given(st.lists(st.sampled_from(PIECES), max_size=400).map("".join))
def test_lines_stay_in_order_and_whole(text: str) -> None:
    lines = text.split("\n")
    read = thinned(text.encode(), "utf-8")
    assert read.numbers == sorted(set(read.numbers))
    assert [lines[number - 1] for number in read.numbers] == read.texts


SLOW = {
    "one line": "x" * 6_000_000,
    "one line of progress": "go: downloading " * 400_000,
    "one line of escapes": '{"msg":"' + '\\n go: x\\"' * 200_000 + '"}',
    "empty lines": "\n" * 1_000_000,
    "progress": "".join(f"go: downloading example.org/m{n} v1.0.0\n" for n in range(100_000)),
    "the same request": "# get https://p.example/a/@v/list\n" * 150_000,
    "requests": "".join(f"# get https://p.example/a{n}/@v/list\n" for n in range(100_000)),
    "the same error": "go: x@v1.0.0: foo\n" * 200_000,
    "git's words": "go: a.com/x@v1.0.0: git fetch -f in /x: exit status 128:\n" + "\tfatal: x\n" * 400_000,
    "carriage returns": "12%\r" * 1_000_000,
    "headers of goroutines": "".join(f"goroutine {n} [running]:\n" for n in range(100_000)),
}


@pytest.mark.parametrize("name", SLOW)
def test_no_text_takes_long(name: str) -> None:
    start = time.process_time()
    told(SLOW[name])
    assert time.process_time() - start < 20  # what is quadratic takes minutes


def test_nothing_of_the_tables_is_lost() -> None:
    """The texts that need their surroundings, read as parts of a long log, each by itself."""
    padding = "\n".join(f"added package-{number}" for number in range(30_000))
    kept: list[Written] = [case for case in ERRORS if told(f"{case.text}\n{padding}") == case.expect]
    assert len(kept) == len(ERRORS)


@pytest.mark.parametrize("lead", range(4))
def test_all_answered_requests_stay_answered(lead: int) -> None:
    """Wherever the part that is kept of what repeats itself begins and ends."""
    lines = ["go: downloading example.org/a v1.0.0"] * lead + list(noise(2 * LONG)) + ["exit"] * lead
    assert told("\n".join(lines)) == ("nothing",)
