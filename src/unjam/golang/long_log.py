"""What is read of a log of many megabytes: whatever may speak of go, with the lines around it.

A CI log of 200 MB holds a few hundred lines of go that matter. Passed over are lines that say nothing of go; and of
what repeats itself (progress, answered requests of `-x`, compiler calls, the same error for the ninth time) all but the
beginning and the end. Goroutine dumps are kept whole.
"""

from __future__ import annotations

import codecs
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import chain

from unjam.golang.signs import CLIPPED, MESSAGES, PROGRESS, SETTINGS, TOOLS, X_LINES

#: Bytes from which on a text is a long log.
LONG = 1 << 19
#: A line longer than this many characters is read at its start and its end.
LONGEST_LINE = 1 << 20
_BLOCK = 1 << 20
_CHUNK = 256
_ABOVE, _BELOW = 12, 30
_ALIKE = 8
_ROUTINE = 400
_OPEN = 256
#: Bytes of one goroutine in a dump, generously.
_STACK = 4000
_MOST_SHAPES = 50_000
#: Characters kept of what speaks of go: so many from the start, and so many from the end.
_FIRST, _LAST = 16 << 20, 48 << 20
_ROUTINES = (*PROGRESS, "# get ", *TOOLS)
_SIGNS = MESSAGES + X_LINES + SETTINGS + CLIPPED


@dataclass(frozen=True, slots=True)
class Thinned:
    """The lines that are read, each with its number in the text, and what was done."""

    texts: list[str]
    numbers: list[int]
    notes: tuple[str, ...]


def is_long(raw: bytes) -> bool:
    """Whether a text is so long that only a part of it is to be read. A goroutine dump is wanted whole."""
    if len(raw) <= LONG:
        return False
    return len(raw) > _FIRST + _LAST or raw.count(b"\ngoroutine ") * _STACK < len(raw)


def thinned(raw: bytes, encoding: str) -> Thinned:
    """The lines of a long text that may speak of go. Linear in time; keeps a bounded part of the text."""
    reader = _Reader()
    number = 1
    for lines in _blocks(raw, encoding):
        for start in range(0, len(lines), _CHUNK):
            reader.take(number + start, lines[start : start + _CHUNK])
        number += len(lines)
    return reader.thinned(number - 1)


def shortened(line: str) -> str:
    """The line, of an endless one (a whole log in one JSON string) the start and the end."""
    if len(line) <= LONGEST_LINE:
        return line
    return f"{line[: LONGEST_LINE // 4]} … {line[-LONGEST_LINE * 3 // 4 :]}"


def _blocks(raw: bytes, encoding: str) -> Iterator[list[str]]:
    """The lines of the text, some thousand at a time, so that no second copy of the whole is made."""
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    rest: list[str] = []
    for at in range(0, len(raw), _BLOCK):
        text = decoder.decode(raw[at : at + _BLOCK], at + _BLOCK >= len(raw))
        head, newline, tail = text.rpartition("\n")
        if newline:
            lines = "".join((*rest, head)).replace("\0", "").replace("\r\n", "\n").removesuffix("\r").split("\n")
            yield [shortened(line) for line in lines] if max(map(len, lines)) > LONGEST_LINE else lines
            rest = []
        rest.append(tail)
    yield [shortened("".join(rest).replace("\0", ""))]


@dataclass(slots=True)
class _Reader:
    kept: list[tuple[int, str]] = field(default_factory=list)
    last: deque[tuple[int, str]] = field(default_factory=deque)
    size: int = 0
    cut: bool = False
    #: What was begun and has not ended yet: requests and commands of `-x`.
    begun: dict[str, tuple[int, str]] = field(default_factory=dict)
    routine: deque[tuple[int, str]] = field(default_factory=lambda: deque(maxlen=_ROUTINE))
    routines: int = 0
    first: int = 0
    shapes: dict[str, int] = field(default_factory=dict)
    recent: deque[tuple[int, str]] = field(default_factory=lambda: deque(maxlen=_ABOVE))
    mark: tuple[int, str] | None = None
    below: int = 0
    in_dump: bool = False

    def take(self, first: int, chunk: list[str]) -> None:
        """Some lines, the first of which has this number."""
        together = "\n".join(chunk)
        dumped, self.in_dump = self.in_dump, "goroutine " in together
        if dumped or self.in_dump:
            for numbered in enumerate(chunk, first):
                self._keep(numbered)
            return
        routine = tuple(sign for sign in _ROUTINES if sign in together)
        if self.routines > _ROUTINE and any(together.count(sign) >= len(chunk) for sign in routine if sign in PROGRESS):
            self.routine.extend(enumerate(chunk, first))  # nothing but progress
            return
        signs = _signs_in(together)
        if not signs and not routine:
            self._pass(first, chunk, together)
            return
        is_routine, may_speak = _any_of(routine).search, _any_of(signs).search
        is_mark = _any_of(tuple(mark for mark in _MARKS if mark in f"\n{together}")).search
        for numbered in enumerate(chunk, first):
            if is_routine(numbered[1]):
                self._routine(numbered)
            elif may_speak(numbered[1]):
                self._speaks(numbered)
            else:
                self._plain(numbered)
                if is_mark(f"\n{numbered[1]}"):
                    self.mark = numbered

    def _pass(self, first: int, chunk: list[str], together: str) -> None:
        """Lines that hold no sign at all: only what stands next to others is of use."""
        for numbered in enumerate(chunk[: self.below], first):
            self._keep(numbered)
        self.below = max(0, self.below - len(chunk))
        at = len(chunk) - _ABOVE
        self.recent.extend(enumerate(chunk[at:], first + at) if at > 0 else enumerate(chunk, first))
        marks = [together.rfind(mark) for mark in _MARKS]
        if (last := max(marks)) >= 0:
            index = together.count("\n", 0, last + 1)
            self.mark = (first + index, chunk[index])

    def _plain(self, numbered: tuple[int, str]) -> None:
        if self.below:
            self.below -= 1
            self._keep(numbered)
        else:
            self.recent.append(numbered)

    def _speaks(self, numbered: tuple[int, str]) -> None:
        """A line that may be go's, unless it is the same again but for its digits."""
        line = numbered[1]
        if self._ends(line):
            self.routine.append(numbered)
            return
        shape = line[:2000].translate(_WITHOUT_DIGITS)
        alike = self.shapes.get(shape, 0)
        if alike >= _ALIKE or (not alike and len(self.shapes) >= _MOST_SHAPES):
            self._routine(numbered)
            return
        self.shapes[shape] = alike + 1
        if self.mark is not None:
            self._keep(self.mark)
        for each in self.recent:
            self._keep(each)
        self.recent.clear()
        self._keep(numbered)
        self.below = _BELOW

    def _ends(self, line: str) -> bool:
        """Take note of a command of `-x`; whether the line tells the end of one that was begun."""
        if " # cd " in line:
            return self.begun.pop(line[line.find("# cd ") + 2 :].rstrip(), None) is not None
        return False

    def _routine(self, numbered: tuple[int, str]) -> None:
        line = numbered[1]
        if (at := line.find("# get ")) >= 0:
            url, answered, _ = line[at + 6 :].rstrip().partition(": ")
            if answered:
                begun = self.begun.pop(url, None)
                if begun is not None and begun[0] <= self.first:
                    self._keep(numbered)  # its request was kept
                    return
            else:
                self.begun[url] = numbered
                if len(self.begun) > 4 * _OPEN:
                    self.begun = dict(list(self.begun.items())[-_OPEN:])
        self.routines += 1
        if self.routines <= _ROUTINE:
            self.first = numbered[0]
            self._keep(numbered)
        else:
            self.routine.append(numbered)

    def _keep(self, numbered: tuple[int, str]) -> None:
        self.size += len(numbered[1]) + 1
        if self.size <= _FIRST:
            self.kept.append(numbered)
            return
        self.last.append(numbered)
        while self.size > _FIRST + _LAST:
            self.size -= len(self.last.popleft()[1]) + 1
            self.cut = True

    def thinned(self, count: int) -> Thinned:
        """What was kept, in the order of the text."""
        begun = list(self.begun.values())[-_OPEN:]
        lines = dict(sorted(chain(self.kept, self.last, begun, self.routine, self.recent)))
        notes = [f"a long log: {count - len(lines):,} of {count:,} lines say nothing of go, or nothing new"]
        if self.cut:
            notes.append("so much speaks of go that the middle of it was passed over")
        return Thinned(list(lines.values()), list(lines), tuple(notes) if count > len(lines) else ())


_WITHOUT_MARKS = str.maketrans(dict.fromkeys("\"'`(){}[]<>,;:.=!?/\\|#+-*&%$@^~", " "))
_WITHOUT_DIGITS = {ord(digit): None for digit in "0123456789"}
#: Lines that tell where in a log the next ones stand: in the output of a test, of gopls, behind a prompt.
_MARKS = ("=== RUN", "--- FAIL", "--- PASS", "\nFAIL\t", "\nok  \t", "\n$ ", "\n[Error", "\n[Info")


def _signs_in(together: str) -> tuple[str, ...]:
    """The signs that stand in some lines. Their words are looked up all at once: ninety searches take ten times as long."""
    words = _words()
    there = words.keys() & set(together.replace("\\n", " ").translate(_WITHOUT_MARKS).split())
    return tuple(sign for word in sorted(there | {""}) for sign in words[word] if sign in together)


@cache
def _words() -> dict[str, tuple[str, ...]]:
    """The signs by a word that is whole in each; those without one under ""."""
    by_word: dict[str, list[str]] = {"": []}
    for sign in _SIGNS:
        whole = re.search(r"(?<![A-Za-z0-9_])[A-Za-z0-9]{2,}(?![A-Za-z0-9_]|\Z)|\A[A-Z]{3,}\Z", sign)
        by_word.setdefault("" if whole is None or sign == "go: " else whole[0], []).append(sign)
    return {word: tuple(signs) for word, signs in by_word.items()}


@cache
def _any_of(signs: tuple[str, ...]) -> re.Pattern[str]:
    """What finds one of them; of none, nothing."""
    return re.compile("|".join(map(re.escape, signs)) or r"(?!)")
