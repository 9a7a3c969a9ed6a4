"""From a stack pointer and a pc to the chain of calls, by Go's own rules (runtime/traceback.go, `unwinder`).

A chain is believed only when every pc lies in the program's text, every frame lies higher than the one before and
within the stack, and the outermost function is one that tops a stack (runtime.goexit, runtime.rt0_go …), or where Go itself
gives up. Chains seen before are recognised by comparing their return addresses at once: most of ten
thousand goroutines stand in few places.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from unjam.errors import UnjamError
from unjam.inspect.pclntab import TOP_FRAME, WRITES_SP, Frame, Function, PcTable

if TYPE_CHECKING:
    from collections.abc import Sequence

_INJECTED = frozenset({"runtime.sigpanic", "runtime.asyncPreempt", "runtime.debugCallV2"})
_REMEMBERED = 64  # chains that begin at one pc and are tried before unwinding anew


@dataclass(frozen=True, slots=True)
class Call:
    """One physical frame: the function, and its span [start, end) in bytes above the innermost stack pointer.

    On amd64 and arm64 the spill slots of register arguments begin at `end` plus Go's MinFrameSize.
    """

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Chain:
    """The calls of a goroutine, innermost first; `frames` are the lines of its traceback, inlined calls among them."""

    frames: tuple[Frame, ...]
    calls: tuple[Call, ...]
    names: frozenset[str]


class Start(NamedTuple):
    """Where unwinding begins. `exact`: the pc is where the program stands, and no return address."""

    pc: int
    lr: int = 0
    exact: bool = False
    syscall: bool = False


class TooShort(UnjamError):
    """The part of the stack that was read does not reach far enough."""


class Unwinder:
    """Unwinds stacks of one program, and remembers what it saw."""

    def __init__(self, table: PcTable, *, link_register: bool, limit: int) -> None:
        """`limit` is how many lines of a traceback are wanted."""
        self._table, self._lr, self._limit = table, link_register, limit
        self._seen: dict[Start, list[tuple[struct.Struct, int, tuple[int, ...], Chain]]] = {}

    def chain(self, begin: Start, stack: bytes, offset: int, size: int) -> Chain | None:
        """The calls on the stack `stack[offset:offset + size]`, or None when the bytes are no stack of a parked goroutine.

        Raises TooShort when the chain may go on beyond `size`.
        """
        known = self._seen.setdefault(begin, [])
        for at, (shape, need, values, chain) in enumerate(known):
            if need <= size and shape.unpack_from(stack, offset) == values:
                if at > 4:
                    known.insert(0, known.pop(at))
                return chain
        walked = self._walk(begin, stack[offset : offset + size])
        if walked is None:
            return None
        chain, words = walked
        shape = _shape([at for at, _ in words])
        known.insert(0, (shape, shape.size, tuple(value for _, value in words), chain))
        del known[_REMEMBERED:]
        return chain

    def _walk(self, begin: Start, stack: bytes) -> tuple[Chain, list[tuple[int, int]]] | None:
        pc, lr, sp, exact, innermost = begin.pc, begin.lr, 0, begin.exact, True
        frames: list[Frame] = []
        calls: list[Call] = []
        words: list[tuple[int, int]] = []  # (offset, value) of every word that decided
        while len(frames) < self._limit:
            function = self._table.function(pc)
            if function is None:
                return None
            size = self._table.frame_size(function, pc)
            if size is None or size < 0 or size % 8:
                return None
            end = sp + size if self._lr else sp + size + 8
            frames += self._table.frames(pc, exact=exact)
            calls.append(Call(function.name, sp, end))
            if _stops(function, innermost, begin):
                break
            if not self._lr or (innermost and size) or lr == 0:
                at = sp if self._lr else end - 8
                if words and at <= words[-1][0]:
                    return None
                lr = _word(stack, at)
                words.append((at, lr))
            if lr == 0:  # below the first frame of a program's own stack
                return None
            sp, pc, lr, exact, innermost = end, lr, 0, function.name in _INJECTED, False
            if self._lr and exact:
                saved = _word(stack, sp)
                words.append((sp, saved))
                sp += 16
                pc, lr = self._after_signal(pc, saved)
        return Chain(tuple(frames[: self._limit]), tuple(calls), frozenset(c.name for c in calls)), words

    def _after_signal(self, pc: int, saved: int) -> tuple[int, int]:
        """On arm64 the signal handler saves the link register before it injects a call."""
        function = self._table.function(pc)
        if function is None:
            return saved, 0
        return pc, saved if self._table.frame_size(function, pc) == 0 else 0


def _stops(function: Function, innermost: bool, begin: Start) -> bool:
    """Whether Go's traceback ends with this function."""
    if function.flags & TOP_FRAME or not function.pcsp:
        return True
    if not function.flags & WRITES_SP or function.name == "runtime.cgocallback":
        return False
    return not (innermost and begin.syscall)


def _word(stack: bytes, at: int) -> int:
    if at + 8 > len(stack):
        raise TooShort
    return int.from_bytes(stack[at : at + 8], "little")


def _shape(offsets: Sequence[int]) -> struct.Struct:
    """A Struct that takes just the words at these ascending offsets out of a buffer."""
    parts, end = ["<"], 0
    for at in offsets:
        parts.append(f"{at - end}xQ" if at > end else "Q")
        end = at + 8
    return struct.Struct("".join(parts))
