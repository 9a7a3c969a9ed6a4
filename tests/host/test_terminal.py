"""The screen: what is ours and what is the child's never share a line."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from unjam.host.terminal import Screen


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    """Where the screen writes, and where that can be read."""
    reader, writer = os.pipe()
    yield reader, writer
    os.close(reader)
    os.close(writer)


def test_a_sentence_begins_a_line(pipe: tuple[int, int]) -> None:
    screen = Screen(pipe[1])
    screen.say("one")
    screen.write(b"half a line")
    screen.say("two")
    screen.somebody_wrote()
    screen.say("three")
    assert os.read(pipe[0], 1000) == b"one\nhalf a line\ntwo\n\nthree\n"


def test_no_line_is_drawn_where_there_is_no_terminal_of_ours(pipe: tuple[int, int]) -> None:
    screen = Screen(pipe[1])
    screen.draw("unjam: listing")
    screen.write(b".")
    assert os.read(pipe[0], 1000) == b"."
