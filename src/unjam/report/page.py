"""A page of text: lines with a margin for what they are, wrapped to the width of the terminal, plain in a pipe.

Quoted text never is markup here: a line is text and a style, and nothing in the text is interpreted.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

#: Columns of the margin that says what a line is: cause, proof, fix.
MARGIN = 8
NARROWEST, WIDEST = 40, 110

LABEL = "bold"
LOUD = "bold red"
STRONG = "bold"
GOOD = "green"
QUIET = "dim"
TYPED = "cyan"
PLAIN = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One paragraph. `label` stands in the margin; `whole` lines (commands, quoted proof) are never broken.

    `margin` is 0 for what stands at the edge, such as a headline.
    """

    text: str = ""
    style: str = PLAIN
    label: str = ""
    indent: int = 0
    whole: bool = False
    margin: int = MARGIN


BLANK = Line()


def console(file: IO[str] | None = None) -> Console:
    """Where text goes. Colours only on a terminal; NO_COLOR, FORCE_COLOR and TERM=dumb are honoured."""
    from rich.console import Console

    class Page(Console):
        """A console that leaves it to the error door what a reader that has gone means."""

        def on_broken_pipe(self) -> None:
            raise BrokenPipeError

    return Page(file=file, highlight=False, markup=False, emoji=False, soft_wrap=True)


def write(lines: Iterable[Line], out: Console) -> None:
    """Write the lines. On a terminal they are wrapped; in a pipe each stays whole, so that it can be searched for."""
    from rich.text import Text

    width = max(NARROWEST, min(out.width, WIDEST)) if out.is_terminal else None
    for line in lines:
        for label, text in _rows(line, width):
            row = Text(no_wrap=True, overflow="ignore")
            row.append(label, LABEL)
            row.append(text, line.style)
            out.print(row, no_wrap=True, overflow="ignore", crop=False, soft_wrap=True)


def plain(lines: Iterable[Line]) -> str:
    """The lines as text without colours or wrapping."""
    return "".join(f"{label}{text}".rstrip() + "\n" for line in lines for label, text in _rows(line, None))


def _rows(line: Line, width: int | None) -> Iterator[tuple[str, str]]:
    """What stands in the margin and beside it, row by row."""
    if not line.text:
        yield line.label, ""
        return
    room = None if width is None or line.whole else width - line.margin - line.indent
    label = line.label.ljust(line.margin) + " " * line.indent
    for paragraph in line.text.splitlines():
        for row in _wrapped(paragraph, room):
            yield label, row
            label = " " * (line.margin + line.indent)


def _wrapped(text: str, room: int | None) -> list[str]:
    if room is None or len(text) <= room:
        return [text]
    return textwrap.wrap(text, room, break_long_words=False, break_on_hyphens=False) or [text]
