"""The lines of a text without its goroutine stacks: nobody else has to read those.

The dump of a server has ten thousand stacks, and between them hardly a line that says anything to the other readers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from unjam.golang.dump import DumpedGoroutine, count_goroutines, parse_dump
from unjam.golang.log_text import CleanLog, Lines, clean, clean_lines, plain_text, texts_of

_HEADER = "goroutine "
#: Goroutines from which on it pays to take them out before the lines are cleaned.
_MANY = 100


@dataclass(frozen=True, slots=True)
class TakenApart:
    """The goroutines of a text, and the lines of everything else.

    `line` of a goroutine counts, from 1, in `numbers`: the numbers of all lines in the text as it was given.
    """

    goroutines: tuple[DumpedGoroutine, ...]
    log: CleanLog
    numbers: Sequence[int]


def take_apart(raw: bytes) -> TakenApart:
    """The dumps in any bytes, and the cleaned lines without their stacks. Never raises."""
    if raw.count(_HEADER.encode()) >= _MANY and (apart := _of_plain_dump(raw)) is not None:
        return apart
    log = clean(raw)
    texts = texts_of(log.lines)
    if not any(_HEADER in text for text in texts):
        return TakenApart((), log, log.lines.numbers)
    goroutines = tuple(parse_dump("\n".join(texts)))
    return TakenApart(goroutines, replace(log, lines=without_stacks(log.lines, goroutines)), log.lines.numbers)


def _of_plain_dump(raw: bytes) -> TakenApart | None:
    """The same of a dump that stands there as Go printed it; None if there is more to it.

    Each stack but the last must be whole, and cleaning the other lines must bring no further goroutine to light.
    """
    text = plain_text(raw)
    if text is None:
        return None
    texts = text.split("\n")
    goroutines: list[DumpedGoroutine] = []
    for one in parse_dump(text):
        if goroutines and not _ends_there(texts, goroutines[-1].line, _end(goroutines[-1])):
            return None
        goroutines.append(one)
    numbers = range(1, len(texts) + 1)
    log = clean_lines(without_stacks(Lines(texts, numbers), goroutines))
    last = bool(goroutines) and not _ends_there(texts, goroutines[-1].line, _end(goroutines[-1]))
    if count_goroutines("\n".join(texts_of(log.lines))) != last:
        return None
    return TakenApart(tuple(goroutines), log, numbers)


def without_stacks(lines: Lines, goroutines: Iterable[DumpedGoroutine]) -> Lines:
    """The lines but for those of `goroutines`, which were read from these very lines, and the blank line behind each.

    Only a goroutine that is printed whole, two lines a frame and then a blank one, is left out: what stands in or right
    below another may be something else (`exit status 2`).
    """
    texts, numbers = lines.texts, lines.numbers
    kept: list[str] = []
    kept_numbers: list[int] = []
    after = 0
    for one in goroutines:
        end = _end(one)
        if _ends_there(texts, one.line, end):
            kept += texts[after : one.line - 1]
            kept_numbers += numbers[after : one.line - 1]
            after = end + 1 if kept and not kept[-1] else end
    if not after:
        return lines
    return Lines(kept + list(texts[after:]), kept_numbers + list(numbers[after:]))


def _end(one: DumpedGoroutine) -> int:
    """The index of the line behind its stack, if that has two lines a frame."""
    return one.line + 2 * (len(one.frames) + (one.created_by is not None))


def _ends_there(texts: Sequence[str], start: int, end: int) -> bool:
    """Whether the stack whose first frame is at `start` has its last place right before `end`, and a blank line behind it."""
    return start < end < len(texts) and not texts[end] and texts[end - 1][:1] == "\t" and texts[start + 1][:1] == "\t"
