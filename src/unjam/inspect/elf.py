"""An ELF executable of 64 bits, little endian: where its parts lie in the file and in memory.

Works on any buffer that can be sliced and searched (bytes, mmap, `FileBytes`). Sizes in the file are never believed:
what points outside is a `BadExecutable`. Only what unjam needs is read, and never the whole symbol table: names are
searched for as bytes, which takes a fraction of a millisecond where walking the table takes half a second.
"""

from __future__ import annotations

import mmap
import os
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol, overload

from unjam.errors import UnjamError

if TYPE_CHECKING:
    from collections.abc import Iterable

MACHINES: Final = {62: "amd64", 183: "arm64"}  # e_machine, in Go's words
_PT_LOAD = 1
_SHT_SYMTAB = 2
_SHT_NOBITS = 8
_SYMBOL = 24  # sizeof(Elf64_Sym): name u32, info u8, other u8, section u16, value u64, size u64


class BadExecutable(UnjamError):
    """The file is not an executable that can be understood; the message says what is wrong."""

    slug = "executable"


class Bytes(Protocol):
    """What bytes, mmap and `FileBytes` have in common."""

    @overload
    def __getitem__(self, at: int, /) -> int: ...
    @overload
    def __getitem__(self, at: slice, /) -> bytes: ...
    def __len__(self) -> int:
        """Number of bytes."""

    def find(self, sub: bytes, start: int, end: int, /) -> int:
        """Where `sub` begins between start and end, or -1."""


class FileBytes:
    """An open file as bytes, without mapping it: a file that shrinks meanwhile is short, and no SIGBUS."""

    __slots__ = ("_fd", "_size")

    def __init__(self, fd: int) -> None:
        """The caller keeps the descriptor, and closes it."""
        self._fd, self._size = fd, os.fstat(fd).st_size

    def __len__(self) -> int:
        return self._size

    @overload
    def __getitem__(self, at: int, /) -> int: ...
    @overload
    def __getitem__(self, at: slice, /) -> bytes: ...
    def __getitem__(self, at: int | slice, /) -> int | bytes:
        if isinstance(at, slice):
            start, stop, _ = at.indices(self._size)
            return os.pread(self._fd, max(0, stop - start), start)
        return os.pread(self._fd, 1, at)[0]

    def find(self, sub: bytes, start: int, end: int, /) -> int:
        """As bytes.find."""
        at = self[start:end].find(sub)
        return at if at < 0 else start + at


@dataclass(frozen=True, slots=True)
class Segment:
    """One PT_LOAD: where it lies in the file and in memory (before any relocation)."""

    address: int
    offset: int
    size: int  # in the file
    flags: int  # 1 executable, 2 writable, 4 readable

    @property
    def writable(self) -> bool:
        """Whether the program may change it."""
        return bool(self.flags & 2)


@dataclass(frozen=True, slots=True)
class Section:
    """A named part. `size` is 0 in the file for what is only memory (`.bss`)."""

    address: int
    offset: int
    size: int
    kind: int
    link: int


class Elf:
    """A parsed executable. Addresses are as linked; a position independent one is moved by a bias at run time."""

    def __init__(self, data: Bytes) -> None:
        """Reads the headers; raises BadExecutable."""
        head = data[0:64]
        if len(head) < 64 or head[:4] != b"\x7fELF":
            raise BadExecutable("not an ELF executable")
        if head[4:6] != b"\x02\x01":
            raise BadExecutable("not a 64-bit little-endian executable")
        kind, machine, _, entry, phoff, shoff, _, _, phentsize, phnum, shentsize, shnum, shstrndx = struct.unpack_from(
            "<HHIQQQIHHHHHH", head, 16
        )
        self.data = data
        self.machine = machine
        self.arch = MACHINES.get(machine, f"machine {machine}")
        self.relocatable = kind == 3  # ET_DYN
        self.entry = entry
        self.segments = tuple(self._segments(phoff, phentsize, phnum))
        self.phdr_address = self._address_of(phoff)
        self._section_table = (shoff, shentsize, shnum, shstrndx)
        self._sections: dict[str, Section] | None = None

    @property
    def sections(self) -> dict[str, Section]:
        """By name; empty when the section table was stripped away or is damaged."""
        if self._sections is None:
            self._sections = self._read_sections(*self._section_table)
        return self._sections

    def read(self, address: int, size: int) -> bytes:
        """Bytes of the file that are loaded at `address`; raises BadExecutable where there are none."""
        for seg in self.segments:
            if seg.address <= address and address + size <= seg.address + seg.size:
                at = seg.offset + address - seg.address
                data = self.data[at : at + size]
                if len(data) == size:
                    return data
        raise BadExecutable(f"the file has nothing for {address:#x}")

    def offset(self, address: int) -> int | None:
        """Where in the file the byte lies that is loaded at `address`."""
        for seg in self.segments:
            if seg.address <= address < seg.address + seg.size:
                return seg.offset + address - seg.address
        return None

    def symbols(self, names: Iterable[str]) -> dict[str, int]:
        """Addresses of those of the names that the symbol table has; empty for a stripped executable."""
        table = next((s for s in self.sections.values() if s.kind == _SHT_SYMTAB), None)
        strings = self.sections.get(".strtab")
        if table is None or strings is None:
            return {}
        found = {}
        for name in names:
            at = self.data.find(b"\0" + name.encode() + b"\0", strings.offset, strings.offset + strings.size)
            if at >= 0 and (address := self._symbol(table, at + 1 - strings.offset)) is not None:
                found[name] = address
        return found

    def _symbol(self, table: Section, name: int) -> int | None:
        sought, at, end = struct.pack("<I", name), table.offset, table.offset + table.size
        while (at := self.data.find(sought, at, end)) >= 0:
            if (at - table.offset) % _SYMBOL == 0:
                record = self.data[at : at + _SYMBOL]
                return int(struct.unpack("<IBBHQQ", record)[4]) if len(record) == _SYMBOL else None
            at += 1
        return None

    def _segments(self, offset: int, size: int, count: int) -> Iterable[Segment]:
        if size != 56:
            raise BadExecutable("its program headers have an unknown size")
        table = self.data[offset : offset + size * count]
        if len(table) != size * count:
            raise BadExecutable("its program headers are cut off")
        for kind, flags, at, address, _, filesz, _, _ in struct.iter_unpack("<IIQQQQQQ", table):
            if kind == _PT_LOAD and at + filesz <= len(self.data):
                yield Segment(address, at, filesz, flags)

    def _address_of(self, offset: int) -> int | None:
        for seg in self.segments:
            if seg.offset <= offset < seg.offset + seg.size:
                return seg.address + offset - seg.offset
        return None

    def _read_sections(self, offset: int, size: int, count: int, names: int) -> dict[str, Section]:
        table = self.data[offset : offset + size * count]
        if size != 64 or len(table) != size * count or not 0 < names < count:
            return {}
        rows = list(struct.iter_unpack("<IIQQQQIIQQ", table))
        strings = self.data[rows[names][4] : rows[names][4] + min(rows[names][5], 1 << 20)]
        found: dict[str, Section] = {}
        for name, kind, _, address, at, length, link, _, _, _ in rows:
            title = strings[name : strings.find(b"\0", name)].decode("utf-8", "replace")
            in_file = 0 if kind == _SHT_NOBITS or at + length > len(self.data) else length
            found.setdefault(title, Section(address, at, in_file, kind, link))
        return found


def map_elf(fd: int) -> Elf:
    """An open file, mapped: the descriptor may be closed. Raises OSError, ValueError (it is empty) or BadExecutable."""
    return Elf(mmap.mmap(fd, 0, prot=mmap.PROT_READ, flags=mmap.MAP_PRIVATE))
