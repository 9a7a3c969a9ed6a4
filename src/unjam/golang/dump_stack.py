"""The lines under one goroutine header: frames, elisions, and who created it.

A server of ten thousand goroutines has a handful of stacks. Two blocks that differ only in addresses are one stack, so
each is taken apart once and remembered by its text without the addresses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_ADDRESS = re.compile(r"0x[0-9a-f]+\??")
_CREATED = re.compile(r"^[ \t]*created by ([^\n]+?)(?:[ ]in[ ]goroutine[ ](\d{1,19}))?[ \t]*(?:\n(.*))?\Z", re.DOTALL)
_PLACE = re.compile(r"^\s*(\S.*?):(\d{1,9})(?:\s+\+.*|\s+fp=.*|\s+pc=.*)?\s*$")
_REST_OF_PLACE = re.compile(r"^\s*(\d{0,9})(?:\s*\+0x[0-9a-f]*|\s*[fsp][pc]=0x[0-9a-f]*)*\s*$")
_ELIDED = re.compile(r"^\s*\.\.\.(?:additional|\d+) frames elided\.\.\.")
_MAX_WRAPS = 4


@dataclass(frozen=True, slots=True)
class DumpedFrame:
    """One call: the function as Go names it, without arguments; `file` and `line` are "" and 0 where cut off."""

    function: str
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Stack:
    """What stands under one goroutine header."""

    frames: tuple[DumpedFrame, ...]
    functions: tuple[str, ...]
    elided: bool
    created_by: DumpedFrame | None
    created_by_id: int | None


class Stacks:
    """Reads blocks of one dump, each distinct one once. Equal frame tuples are one object."""

    def __init__(self) -> None:
        self._calls: dict[str, tuple[tuple[DumpedFrame, ...], tuple[str, ...], bool]] = {}
        self._frames: dict[tuple[DumpedFrame, ...], tuple[DumpedFrame, ...]] = {}
        self._whole: dict[tuple[str, str], Stack] = {}

    def read(self, block: str) -> tuple[Stack, bool]:
        """The stack of `block`, which is the text from one header to the next, and whether other text stands behind it."""
        end = block.find("\n\n", 1)
        more = 0 <= end < len(block) - 2 and not block[end:].isspace()
        if end >= 0:
            block = _single_spaced(block) if block.startswith("\n\n") else block[:end]
        calls, creator = _cut(_ADDRESS.sub("0x", block))
        known = self._whole.get((calls, creator))
        return known or self._whole.setdefault((calls, creator), self._parse(calls, creator)), more

    def _parse(self, calls: str, creator: str) -> Stack:
        parsed = self._calls.get(calls)
        if parsed is None:
            found = tuple(_frames(calls))
            frames = self._frames.setdefault(found, found)
            elided = any(_ELIDED.match(line) for line in calls.split("\n"))
            parsed = self._calls[calls] = frames, tuple(frame.function for frame in frames), elided
        frames, functions, elided = parsed
        created_by, created_by_id = _creator(creator)
        return Stack(frames, functions, elided, created_by, created_by_id)


def _single_spaced(block: str) -> str:
    """A log whose every second line is blank, without those; what follows a wider gap is no longer the stack."""
    return block.split("\n\n\n", 1)[0].replace("\n\n", "\n")


def _cut(block: str) -> tuple[str, str]:
    """The calls, and the `created by` part (which ends the block, save for ancestors that nobody asks for)."""
    at = block.find("created by ")
    if at < 0:
        return block, ""
    return block[:at], block[at:].split("\n[originating from", 1)[0]


def _creator(text: str) -> tuple[DumpedFrame | None, int | None]:
    match = _CREATED.match(text)
    if match is None:
        return None, None
    place = next(_places((match[3] or "").split("\n")), ("", 0))
    return DumpedFrame(match[1].strip(), *place), int(match[2]) if match[2] else None


def _frames(calls: str) -> Iterator[DumpedFrame]:
    """Pairs of lines: `function(arguments)` and, indented, `file:line +offset`."""
    lines = [line for line in calls.split("\n") if line.strip()]
    at = 0
    while at < len(lines):
        function, used = _function(lines, at)
        at += used
        if not function:
            continue
        file, line, used = _place(lines, at)
        at += used
        if file or not function.isidentifier():
            yield DumpedFrame(function, file, line)


def _function(lines: list[str], at: int) -> tuple[str, int]:
    """The function named at `at`, and how many lines it took (more than one where the line was wrapped)."""
    text = lines[at].strip()
    for used in range(1, _MAX_WRAPS + 1):
        if text.endswith(")"):
            name = text.rpartition("(")[0]
            return ("" if name.endswith(".") or " " in name.partition("(")[0] else name), used  # `main.(*T)` was cut
        follows = lines[at + used] if at + used < len(lines) else ""
        if used == 1 and "(" not in text and _PLACE.match(follows) and follows[:1].isspace():
            return ("" if " " in text else text), 1  # a C function, printed without parentheses
        if not follows or follows[:1].isspace() or " " in text.partition("(")[0]:
            break
        text += follows.strip()
    name, paren, _ = text.rpartition("(")
    cut_short = bool(paren) and at == len(lines) - 1 and " " not in name.partition("(")[0]
    return (name if cut_short and "." in name and not name.endswith(".") else ""), 1


def _place(lines: list[str], at: int) -> tuple[str, int, int]:
    """The file and line at `at`, and how many lines they took: none, if something else stands there."""
    text = ""
    for used in range(_MAX_WRAPS):
        if at + used >= len(lines) or (used == 0 and _is_call(lines[at])):
            break
        text += lines[at + used].strip() if text else lines[at + used].rstrip()
        match = _PLACE.match(text)
        if match is None:
            continue
        rest = _REST_OF_PLACE.match(lines[at + used + 1]) if at + used + 1 < len(lines) else None
        if rest is None:
            return match[1], int(match[2]), used + 1
        digits = rest[1] if text.rstrip()[-1:].isdigit() and "+" not in text else ""
        return match[1], int((match[2] + digits)[:9]), used + 2
    return "", 0, 0


def _places(lines: list[str]) -> Iterator[tuple[str, int]]:
    file, line, _ = _place([text for text in lines if text.strip()], 0)
    if file:
        yield file, line


def _is_call(line: str) -> bool:
    return not line[:1].isspace() and line.rstrip().endswith(")")
