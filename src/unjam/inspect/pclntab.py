"""Go's own table of functions, `.gopclntab`: which function a pc is in, its frame size there, its lines, what is inlined.

The format is that of Go 1.20 and later (magic 0xfffffff1; runtime/symtab.go, runtime/symtabinl.go). It is part of every
Go executable, stripped or not. Everything is checked against the bounds of the table: what does not fit is a
`BadTable`, never a wrong answer. Answers are remembered by pc.
"""

from __future__ import annotations

import array
import bisect
import struct
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from unjam.errors import UnjamError

if TYPE_CHECKING:
    from collections.abc import Callable

    from unjam.inspect.elf import Bytes

MAGIC = b"\xf1\xff\xff\xff\0\0"  # little endian, then two zero bytes
_HEADER = struct.Struct("<6xBBQQ6Q")
_FUNC = struct.Struct("<IiIIIIIIIiBBxB")  # runtime._func, 44 bytes; then npcdata and nfuncdata offsets
_INLINED = struct.Struct("<B3xiii")  # runtime.inlinedCall
_PCDATA_INLINE = 2
_FUNCDATA_INLINE = 3
_LONGEST_NAME = 1 << 16
_DEEPEST_INLINE = 200

TOP_FRAME = 1  # flags of a function (internal/abi/symtab.go)
WRITES_SP = 2


class BadTable(UnjamError):
    """The table of functions is damaged, or of a version that is not decoded."""

    slug = "executable"


@dataclass(frozen=True, slots=True)
class Frame:
    """One line of a Go traceback: function as Go prints it, file as the compiler recorded it, line."""

    function: str
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Function:
    """One function of the executable. `entry` and `end` are addresses in the running process."""

    entry: int
    end: int
    name: str
    flags: int
    pcsp: int
    pcfile: int
    pcln: int
    cu: int
    inline_index: int  # offset of the pcdata table that says which inlined call a pc is in; 0: none
    inline_tree: int  # offset from go:func.*; -1: none


class PcTable:
    """The decoded header; functions are decoded when asked for.

    `text` is the address of runtime.text in the running process; `functions_data(offset, size)` reads at go:func.*.
    """

    def __init__(self, data: Bytes, start: int, text: int, functions_data: Callable[[int, int], bytes]) -> None:
        """`start` is where the table begins in `data`; raises BadTable."""
        head = data[start : start + _HEADER.size]
        if len(head) < _HEADER.size or head[:6] != MAGIC:
            raise BadTable("the table of functions is not that of Go 1.20 or later")
        self.quantum, pointer, count, _, self.header_text, names, cus, files, pctab, funcs = _HEADER.unpack(head)
        if pointer != 8 or self.quantum not in (1, 2, 4) or not 0 < count < 1 << 24:
            raise BadTable("the table of functions has an impossible header")
        self._data, self.text, self._functions_data = data, text, functions_data
        self._names, self._cus, self._files = start + names, start + cus, start + files
        self._pctab, self._funcs = start + pctab, start + funcs
        table = array.array("I")
        raw = data[self._funcs : self._funcs + 8 * count + 4]
        if len(raw) != 8 * count + 4:
            raise BadTable("the table of functions is cut off")
        table.frombytes(raw)
        if sys.byteorder == "big":
            table.byteswap()
        self.entries, self._offsets = table[0::2], table[1::2]
        self._functions: dict[int, Function] = {}
        self._frames: dict[tuple[int, bool], tuple[Frame, ...]] = {}
        self._strings: dict[int, str] = {}

    def __len__(self) -> int:
        return len(self._offsets)

    def function(self, pc: int) -> Function | None:
        """The function that has `pc`; None outside the program's text."""
        at = bisect.bisect_right(self.entries, pc - self.text) - 1
        if at < 0 or at >= len(self._offsets):
            return None
        found = self._functions.get(at)
        if found is None:
            found = self._functions[at] = self._decode(at)
        return found

    def named(self, name: str) -> Function | None:
        """The function of that name, without a symbol table."""
        sought = b"\0" + name.encode() + b"\0"
        at = self._data.find(sought, self._names, self._cus)
        if at < 0:
            return None
        packed = struct.pack("<i", at + 1 - self._names)
        place, end = self._funcs + 4 * (len(self.entries) + len(self._offsets)), len(self._data)
        while (place := self._data.find(packed, place, end)) >= 0:
            entry = self._data[place - 4 : place]
            found = self.function(self.text + int.from_bytes(entry, "little"))
            if found is not None and found.name == name:
                return found
            place += 1
        return None

    def frame_size(self, function: Function, pc: int) -> int | None:
        """How far the stack pointer lies below its value at the entry of the function; None when the table has no answer."""
        return self._value(function.pcsp, function, pc) if function.pcsp else None

    def frames(self, pc: int, *, exact: bool = False) -> tuple[Frame, ...]:
        """The lines Go prints for one physical frame: inlined calls first, innermost first.

        `pc` is a return address, so that the call is the instruction before it, unless `exact`.
        """
        known = self._frames.get((pc, exact))
        if known is None:
            known = self._frames[pc, exact] = tuple(self._lines(pc, exact))
        return known

    def caller(self, pc: int) -> Frame | None:
        """The place that a `created by` line names: never an inlined function, its outer one instead."""
        function = self.function(pc)
        if function is None:
            return None
        pc = pc - 1 if pc > function.entry else pc
        return Frame(printed(function.name), *self._place(function, pc))

    def _lines(self, pc: int, exact: bool) -> list[Frame]:
        function = self.function(pc)
        if function is None:
            return []
        if not exact and pc > function.entry:
            pc -= 1
        lines: list[Frame] = []
        while function.inline_tree >= 0 and function.inline_index and len(lines) < _DEEPEST_INLINE:
            index = self._value(function.inline_index, function, pc)
            if index is None or index < 0:
                break
            raw = self._functions_data(function.inline_tree + _INLINED.size * index, _INLINED.size)
            _, name, parent, _ = _INLINED.unpack(raw)
            lines.append(Frame(printed(self._string(self._names, name, self._cus)), *self._place(function, pc)))
            pc = function.entry + parent
            if not function.entry <= pc < function.end:
                raise BadTable(f"an inlined call of {function.name} lies outside it")
        lines.append(Frame(printed(function.name), *self._place(function, pc)))
        return lines

    def _place(self, function: Function, pc: int) -> tuple[str, int]:
        line = self._value(function.pcln, function, pc) if function.pcln else None
        number = self._value(function.pcfile, function, pc) if function.pcfile else None
        if number is None or number < 0:
            return "?", line or 0
        at = self._cus + 4 * (function.cu + number)
        offset = int.from_bytes(self._data[at : at + 4], "little")
        if not self._cus <= at < self._files or offset == 0xFFFFFFFF:
            return "?", line or 0
        return self._string(self._files, offset, self._pctab), line or 0

    def _decode(self, at: int) -> Function:
        place = self._funcs + self._offsets[at]
        raw = self._data[place : place + _FUNC.size]
        if len(raw) < _FUNC.size:
            raise BadTable("a function lies outside the table")
        entry, name, _, _, pcsp, pcfile, pcln, npcdata, cu, _, _, flags, nfuncdata = _FUNC.unpack(raw)
        if entry != self.entries[at]:
            raise BadTable("a function does not begin where the table says")
        end = place + _FUNC.size
        inline_index = self._word(end, _PCDATA_INLINE) if npcdata > _PCDATA_INLINE else 0
        tree = self._word(end, npcdata + _FUNCDATA_INLINE) if nfuncdata > _FUNCDATA_INLINE else 0xFFFFFFFF
        return Function(
            entry=self.text + entry,
            end=self.text + self.entries[at + 1],
            name=self._string(self._names, name, self._cus),
            flags=flags,
            pcsp=pcsp,
            pcfile=pcfile,
            pcln=pcln,
            cu=cu,
            inline_index=inline_index,
            inline_tree=-1 if tree == 0xFFFFFFFF else tree,
        )

    def _word(self, start: int, index: int) -> int:
        return int.from_bytes(self._data[start + 4 * index : start + 4 * index + 4], "little")

    def _string(self, table: int, offset: int, end: int) -> str:
        at = table + offset
        known = self._strings.get(at)
        if known is None:
            if not table <= at < len(self._data):
                raise BadTable("a name lies outside the table")
            stop = self._data.find(b"\0", at, min(at + _LONGEST_NAME, len(self._data), max(end, at)))
            if stop < 0:
                raise BadTable("a name has no end")
            known = self._strings[at] = self._data[at:stop].decode("utf-8", "replace")
        return known

    def _value(self, table: int, function: Function, target: int) -> int | None:
        """runtime.pcvalue: pairs of (difference of value, zigzag; difference of pc), both as varints."""
        data, at = self._data, self._pctab + table
        pc, value = function.entry, -1
        chunk, chunk_at = data[at : at + 256], at
        first = True
        while pc <= target:
            if at - chunk_at > len(chunk) - 20:  # two varints of ten bytes always fit
                chunk, chunk_at = data[at : at + 4096], at
            step, used = _varint(chunk, at - chunk_at)
            if step == 0 and not first:
                return None
            value += -(step >> 1) - 1 if step & 1 else step >> 1
            length, used = _varint(chunk, used)
            pc += length * self.quantum
            at, first = chunk_at + used, False
            if target < pc:
                return value
            if pc > function.end:
                return None
        return None


def _varint(data: bytes, at: int) -> tuple[int, int]:
    result = shift = 0
    while shift < 70:
        if at >= len(data):
            raise BadTable("a table of values is cut off")
        byte = data[at]
        at += 1
        result |= (byte & 127) << shift
        if byte < 128:
            return result & 0xFFFFFFFF, at
        shift += 7
    raise BadTable("a number is too long")


def printed(name: str) -> str:
    """A function as Go prints it: type arguments as [...], runtime.gopanic as panic."""
    if name == "runtime.gopanic":
        return "panic"
    start = name.find("[")
    end = name.rfind("]")
    return name[:start] + "[...]" + name[end + 1 :] if 0 <= start < end else name
