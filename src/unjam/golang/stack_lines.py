"""The lines of a text without its goroutine stacks: nobody else has to read those.

The dump of a server has ten thousand stacks, and between them hardly a line that says anything to the other readers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from unjam.golang.dump import DumpedGoroutine
from unjam.golang.log_text import Lines


def without_stacks(lines: Lines, goroutines: Iterable[DumpedGoroutine]) -> Lines:
    """The lines but for the frames of `goroutines`, which were read from these very lines. Headers stay.

    Only a stack that is printed whole, two lines a frame and then a blank one, is left out: what stands in or right
    below another may be something else (`exit status 2`).
    """
    texts, numbers = lines.texts, lines.numbers
    kept: list[str] = []
    kept_numbers: list[int] = []
    after = 0
    for one in goroutines:
        end = one.line + 2 * (len(one.frames) + (one.created_by is not None))
        if _ends_there(texts, one.line, end):
            kept += texts[after : one.line]
            kept_numbers += numbers[after : one.line]
            after = end
    if not after:
        return lines
    return Lines(kept + list(texts[after:]), kept_numbers + list(numbers[after:]))


def _ends_there(texts: Sequence[str], start: int, end: int) -> bool:
    """Whether the stack whose first frame is at `start` has its last place right before `end`, and a blank line behind it."""
    return start < end < len(texts) and not texts[end] and texts[end - 1][:1] == "\t" and texts[start + 1][:1] == "\t"
