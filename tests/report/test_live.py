"""The live line: what it says, and that it never is as wide as the terminal."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from unjam.report.live import line
from unjam.supervise.progress import Progress


def test_what_it_says() -> None:
    progress = Progress("downloading", "example.com/lib@v1.0.0", 12, 3_400_000, 74.9)
    assert line(progress, 100, colour=False) == "unjam: downloading example.com/lib@v1.0.0 · 12 modules, 3.4 MB · 1m14s"
    assert line(Progress("compiling", elapsed_s=3), 80, colour=False) == "unjam: compiling · 3s"


def test_colour_is_all_that_colour_adds() -> None:
    progress = Progress("linking", elapsed_s=3)
    assert line(progress, 80) == f"\x1b[2m{line(progress, 80, colour=False)}\x1b[0m"


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=200), st.integers(0, 5000), st.integers(1, 200))
def test_it_fits(subject: str, count: int, columns: int) -> None:
    shown = line(Progress("downloading", subject, count, count * 1000, count), columns, colour=False)
    assert len(shown) < columns
