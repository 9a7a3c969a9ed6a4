"""Cleaning a pasted log: bytes in, numbered plain lines out.

What stands around a line of Go (time stamps of CI systems, docker's step numbers, colours, quotes, JSON escapes)
differs from machine to machine and from line to line, so each line is freed of its own prefix. Line numbers are those
of the text as it was given; several clean lines may carry one number (JSON escapes, carriage returns), and a joined
line carries the number of its first part.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import overload

from unjam.golang.hard_wrap import MOST_LINES, joined
from unjam.golang.long_log import LONG, LONGEST_LINE, is_long, shortened, thinned
from unjam.golang.signs import CLIPPED

_SAMPLE = 1 << 16
_CHUNK = 256


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line, freed of what CI systems put around it; `number` counts from 1 in the text as it was given."""

    number: int
    text: str


class Lines(Sequence[LogLine]):
    """Lines of a text, kept as strings and numbers: a `LogLine` is made when one is asked for.

    A log of 200 MB has millions of lines, and few of them are ever looked at one by one.
    """

    __slots__ = ("numbers", "texts")

    def __init__(self, texts: Sequence[str], numbers: Sequence[int]) -> None:
        """`texts` and `numbers` go in pairs."""
        self.texts = texts
        self.numbers = numbers

    def __len__(self) -> int:
        """How many lines there are."""
        return len(self.texts)

    @overload
    def __getitem__(self, at: int) -> LogLine: ...
    @overload
    def __getitem__(self, at: slice) -> Lines: ...
    def __getitem__(self, at: int | slice) -> LogLine | Lines:
        """One line, or some."""
        if isinstance(at, slice):
            return Lines(self.texts[at], self.numbers[at])
        return LogLine(self.numbers[at], self.texts[at])

    def __iter__(self) -> Iterator[LogLine]:
        """Each line in turn."""
        return map(LogLine, self.numbers, self.texts)


def texts_of(lines: Sequence[LogLine]) -> Sequence[str]:
    """The texts of lines, without making a `LogLine` of each."""
    return lines.texts if isinstance(lines, Lines) else [line.text for line in lines]


@dataclass(frozen=True, slots=True)
class CleanLog:
    """The lines of a text; `notes` say how it was read. A text that looks binary has no lines."""

    lines: Lines
    notes: tuple[str, ...] = ()
    looks_binary: bool = False


def clean(raw: bytes) -> CleanLog:
    """The lines of any bytes. Linear in their length; never raises. Of a long log what speaks of go (`long_log`)."""
    encoding, notes = _encoding(raw)
    if encoding is None:
        return CleanLog(Lines((), ()), tuple(notes), looks_binary=True)
    numbers: Sequence[int]
    if is_long(raw):
        thin = thinned(raw, encoding)
        given, numbers = thin.texts, thin.numbers
        notes += thin.notes
    else:
        given = raw.decode(encoding, "replace").replace("\0", "").replace("\r\n", "\n").split("\n")
        given, numbers = joined(given) if len(given) <= MOST_LINES else (given, range(1, len(given) + 1))
        given = [shortened(line) for line in given] if max(map(len, given)) > LONGEST_LINE else given
    return clean_lines(Lines(given, numbers), tuple(notes))


def clean_lines(given: Lines, notes: tuple[str, ...] = ()) -> CleanLog:
    """Lines freed of what stands around them."""
    lines = _Collector()
    for start in range(0, len(given), _CHUNK):
        lines.take(given.numbers[start : start + _CHUNK], given.texts[start : start + _CHUNK])
    clipped = ("the log says that it was clipped",) if lines.clipped else ()
    return CleanLog(Lines(lines.texts, lines.numbers), notes + clipped)


def plain_text(raw: bytes) -> str | None:
    """The text as it stands; None if some line needs more than to be freed of a prefix, or is not to be read at all."""
    encoding, notes = _encoding(raw)
    if encoding != "utf-8" or notes or is_long(raw) or b"\0" in raw:
        return None
    text = raw.decode(encoding, "replace")
    return None if any(mark in text for mark in _UNUSUAL) else text


def clean_text(text: str) -> CleanLog:
    """Like `clean`, for text that is decoded already."""
    return clean(text.encode("utf-8", "replace"))


def _encoding(raw: bytes) -> tuple[str | None, list[str]]:
    """How the text is to be decoded, None where it is none; and what is worth saying of it. A long one by its start."""
    for mark, name in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if raw.startswith(mark):
            return name, [f"decoded as {name}"]
    sample = raw[:_SAMPLE]
    if wide := _wide_without_mark(sample):
        return wide, [f"decoded as {wide}"]
    if _looks_binary(sample):
        return None, ["looks binary"]
    text = (raw if len(raw) <= LONG else sample).decode("utf-8", "replace")
    strange = text.count("\ufffd")
    if strange > 8 + len(text) // 2000:
        return "latin-1", ["not UTF-8; decoded as Latin-1"]
    return "utf-8", ["some bytes are not UTF-8"] if strange else []


def _wide_without_mark(sample: bytes) -> str | None:
    """UTF-16 of mostly ASCII text, as PowerShell writes it, cut so that its byte order mark is gone."""
    half = len(sample) // 2
    if half < 4:
        return None
    if sample[1::2].count(0) > half * 0.6 and sample[0::2].count(0) < half * 0.1:
        return "utf-16-le"
    if sample[0::2].count(0) > half * 0.6 and sample[1::2].count(0) < half * 0.1:
        return "utf-16-be"
    return None


def _looks_binary(sample: bytes) -> bool:
    controls = sample.translate(None, bytes(range(0x20, 0x100)) + b"\t\n\r\f\b\x1b")
    return len(controls) * 20 > len(sample)


_UNUSUAL = ("\x1b", "\x9b", "\b", "\r", "\\", "|", "[0")


class _Collector:
    """Gathers clean lines, many at a time: what no line of a chunk holds is not looked for in each."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.numbers: list[int] = []
        self.clipped = False

    def take(self, numbered: Sequence[int], given: Sequence[str]) -> None:
        """Lines and their numbers."""
        together = "\n".join(given)
        self.clipped = self.clipped or any(mark in together for mark in CLIPPED)
        if any(mark in together for mark in _UNUSUAL):
            texts: list[str] = []
            numbers: list[int] = []
            for at, line in zip(numbered, given, strict=True):
                pieces = _pieces(line)
                texts += pieces
                numbers += [at] * len(pieces)
        else:
            starts = _BY_FIRST
            texts = [_without_prefix(line) if line[:1] in starts else line.rstrip() for line in given]
            numbers = list(numbered)
        self.texts += texts
        self.numbers += numbers


def _pieces(line: str) -> list[str]:
    """What one raw line says: several lines where it holds carriage returns or JSON escapes."""
    if "\x1b" in line or "\x9b" in line or "[0" in line:
        line = _ansi().sub("", line)
    if "\b" in line:
        line = line.replace("\b", "")
    pieces: list[str] = []
    for piece in _without_progress(line) if "\r" in line else (line,):
        text = _without_prefix(piece)
        if "\\" in text and _is_escaped(text):
            pieces += [_without_prefix(part) for part in _unescaped(text).split("\n")]
        else:
            pieces.append(text)
    return pieces


@cache
def _ansi() -> re.Pattern[str]:
    # The last two alternatives: colour codes whose escape character got lost on the way through a clipboard,
    # and GitLab's section markers.
    return re.compile(
        r"(?:\x1b\[|\x9b)[0-?]{0,32}[ -/]{0,4}[@-~]"
        r"|\x1b\][^\x07\x1b]{0,512}(?:\x07|\x1b\\)"
        r"|\x1b[@-Z\\-_()*+#%]?[0-9A-Za-z=>]?"
        r"|\[0(?:;\d{1,3}){0,4}[mK]"
    )


def _without_progress(line: str) -> tuple[str, ...]:
    """The pieces between carriage returns; a percentage that was overwritten says nothing any more."""
    pieces = [piece for piece in line.rstrip("\r").split("\r") if piece.strip()]
    if not pieces:
        return ("",)
    return (*(piece for piece in pieces[:-1] if "%" not in piece and "section_" not in piece), pieces[-1])


_CLOCK = r"\d\d:\d\d:\d\d(?:[.,]\d{1,9})?"

# By the first character of the line, so that most lines cost one look into a table.
_OF_DIGITS = (
    rf"\d{{4}}-\d\d-\d\d[T ]{_CLOCK} ?(?:Z|[+-]\d\d:?\d\d)?(?: ?\d\d[OE][ +]|[ \t])?",  # GitHub, Azure, GitLab
    rf"{_CLOCK}[ \t]",
    rf"\d{{4}}/\d\d/\d\d {_CLOCK} (?:ERROR|WARN|INFO) (?:<[\w-]{{1,60}}> )?",  # Dependabot
    r"\d{1,6}\.\d{1,4} ",  # docker buildx, the excerpt under an error
)
_OF_BRACKET = (
    rf"\[\d{{4}}-\d\d-\d\d[T ]{_CLOCK}[^\]\n]{{0,12}}\][ \t]?",  # Jenkins
    rf"\[{_CLOCK}\](?: |[WEFi]?:(?:\t ?| )?)?",  # TeamCity and others
    r"\[pod/[\w./-]{1,200}\] ",  # kubectl logs --prefix
    r"\[(?:ERROR|error|ERR|WARN|INFO)\] ",
)
_OF_HASH = (
    r"#\d{1,4} (?:\d{1,6}\.\d{1,4}(?: |$))?",  # docker buildx, plain progress
    r"##\[(?:error|warning|debug|group)\]",
)
_WRAPPERS = r"npm (?:ERR!|error) |ERRO\[\d{1,6}\] |stderr: |stdout: |(?:ERROR|Error): "
_SECTION = r"section_(?:start|end):\d{1,12}:[\w.-]{1,100}(?:\[[^\]\n]{0,80}\])?\r?"  # GitLab
_JOURNAL = rf"[A-Z][a-z]{{2}} [ \d]\d {_CLOCK} [\w.-]{{1,64}} [\w./-]{{1,64}}(?:\[\d{{1,8}}\])?: "  # journald
_BY_FIRST = {
    **dict.fromkeys("0123456789", _OF_DIGITS),
    **dict.fromkeys("|│┃", (r"[|│┃] ?",)),
    **dict.fromkeys("ADFJMNOS", (_JOURNAL,)),
    "[": _OF_BRACKET,
    "#": _OF_HASH,
    ":": (r"::(?:error|warning|debug|group)[^:\n]{0,200}::",),
    ">": (r"> (?=[\S\t]| {2})|>(?=go: )",),
    " ": (r" {0,3}=> (?:=> )?# ",),  # docker buildx on a terminal
    "n": (_WRAPPERS,),
    "E": (_WRAPPERS,),
    "s": (_WRAPPERS, _SECTION),
}


@cache
def _prefixes() -> dict[str, re.Pattern[str]]:
    return {first: re.compile("|".join(f"(?:{part})" for part in parts)) for first, parts in _BY_FIRST.items()}


@cache
def _compose() -> re.Pattern[str]:
    return re.compile(r"[\w][\w.-]{0,63} {1,40}\| ?")  # docker compose, and the numbered lines of a Dockerfile


def _without_prefix(line: str) -> str:
    line = line.rstrip()
    prefixes = _prefixes()
    for _ in range(6):
        first = line[:1]
        found = None
        if first in prefixes:
            found = prefixes[first].match(line)
        if found is None and "|" in line and "|" in line[1:106]:
            found = _compose().match(line)
        if found is None or not found.end():
            return line
        line = line[found.end() :]
    return line


def _is_escaped(text: str) -> bool:
    """Whether backslashes in `text` are those of a JSON or logfmt string (and not of a Windows path)."""
    if "\\n" not in text and '\\"' not in text:
        return False
    return any(mark in text for mark in ('":"', '": "', 'msg="', 'error="', 'err="', '"message"', '\\"'))


def _unescaped(text: str) -> str:
    for _ in range(3):
        plain = _escape().sub(_plain, text)
        if plain == text or ("\\n" not in plain and '\\"' not in plain):
            return plain
        text = plain
    return text


@cache
def _escape() -> re.Pattern[str]:
    return re.compile(r'\\(?:u([0-9a-fA-F]{4})|(["\\/bfnrt]))')


_PLAIN = {"n": "\n", "t": "\t", "r": "", "b": "", "f": "", '"': '"', "\\": "\\", "/": "/"}


def _plain(found: re.Match[str]) -> str:
    code: str | None = found[1]
    if code is None:
        return _PLAIN[found[2]]
    letter = chr(int(code, 16))
    return letter if letter.isprintable() else " "
