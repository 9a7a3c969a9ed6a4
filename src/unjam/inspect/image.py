"""The Go program a process runs: its executable, where it was loaded, its table of functions, its list of goroutines.

The executable is opened through /proc/PID/exe, which leads to the very file that runs: also when it was deleted or
replaced on disk, and when it lies in another mount namespace. Without a symbol table (`-ldflags=-s`), the module data
is found by the pointer to the table of functions it begins with, and the list of goroutines by the addresses that the
machine code of runtime.allgadd loads.
"""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from unjam.inspect import procfs
from unjam.inspect.buildinfo import BuildInfo, read_build_info
from unjam.inspect.elf import BadExecutable, Elf, map_elf
from unjam.inspect.go_library import go_library
from unjam.inspect.layouts import Layout, layout_for, minor_of, oldest
from unjam.inspect.memory import Memory, Unreadable, why_refused
from unjam.inspect.pclntab import MAGIC, BadTable, PcTable
from unjam.inspect.process import Identity
from unjam.inspect.refused import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

_SECTIONS = (".gopclntab", ".data.rel.ro.gopclntab")
_MODULE_SECTIONS = (".go.module", ".noptrdata", ".data", ".data.rel.ro")
_MOST_GOROUTINES = 1 << 27
_MOST_KEPT = 8

_elves: dict[tuple[int, int, int, int], Elf] = {}  # by device, inode, size and time of change
_images: dict[tuple[int, int], Image] = {}  # by id of such an Elf, and bias


@dataclass(frozen=True, slots=True)
class Image:
    """Everything about the program that does not change while it runs. `allgs` is the address of runtime.allgs."""

    elf: Elf
    build: BuildInfo
    layout: Layout
    table: PcTable
    bias: int
    allgs: int

    @property
    def link_register(self) -> bool:
        """Whether a call leaves its return address in a register (arm64) and not on the stack (amd64)."""
        return self.layout.arch == "arm64"


def identity(pid: int) -> Identity | Refused:
    """Which program runs under a pid: an exec (a toolchain switch) changes it, a reused pid too."""
    try:
        found = os.stat(f"{procfs.PROC}/{pid}/exe")  # noqa: PTH116 -- the hot path; Path costs more than the call
    except (OSError, ValueError) as err:
        return why_refused(pid, err)
    stat = procfs.read_stat(pid)
    return Identity(pid, stat.started, (found.st_dev, found.st_ino)) if isinstance(stat, procfs.Stat) else _gone(pid)


def _gone(pid: int) -> Refused:
    return Refused(f"process {pid} is gone")


def open_program(pid: int) -> tuple[Elf, int] | Refused:
    """The Go program that `pid` runs and its bias; of a foreign program its Go library, or else that program itself.

    It is mapped: the kernel keeps an executable from being written or truncated while it runs.
    """
    try:
        elf = _kept(f"{procfs.PROC}/{pid}/exe")
    except (OSError, OverflowError) as err:
        return why_refused(pid, err)
    except (ValueError, BadExecutable) as err:
        return Refused(f"the executable of process {pid} cannot be understood: {err}")
    if read_build_info(elf) is None and (library := go_library(pid)) is not None:
        return library
    bias = bias_of(pid, elf)
    return bias if isinstance(bias, Refused) else (elf, bias)


def _kept(path: str) -> Elf:
    """The executable, mapped once however many processes run it: its inode is nobody else's as long as it is mapped."""
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        found = os.fstat(fd)
        key = (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)
        elf = _elves.get(key) or map_elf(fd)
    finally:
        os.close(fd)
    _elves[key] = elf
    while len(_elves) > _MOST_KEPT:
        _forget(_elves.pop(next(iter(_elves))))
    return elf


def image_of(elf: Elf, bias: int, memory: Memory) -> Image | Refused:
    """`read_image`, or what it found when it was asked of that program before."""
    image = _images.get((id(elf), bias)) or read_image(elf, bias, memory)
    if isinstance(image, Image) and elf in _elves.values():
        _images[id(elf), bias] = image
    return image


def _forget(elf: Elf) -> None:
    for key in [key for key in _images if key[0] == id(elf)]:
        del _images[key]


def forget(image: Image) -> None:
    """What was found has turned out not to fit."""
    _forget(image.elf)


def bias_of(pid: int, elf: Elf) -> int | Refused:
    """How far from its linked addresses the executable was loaded (AT_PHDR of the auxiliary vector); 0 when it is fixed."""
    if not elf.relocatable:
        return 0
    try:
        with open(f"{procfs.PROC}/{pid}/auxv", "rb") as f:  # noqa: PTH123 -- the hot path
            raw = f.read(4096)
    except OSError as err:
        return why_refused(pid, err)
    vector = dict(struct.iter_unpack("<QQ", raw[: len(raw) // 16 * 16]))
    if 3 not in vector or elf.phdr_address is None:
        return Refused(f"where the executable of process {pid} was loaded is not known")
    return int(vector[3]) - elf.phdr_address


def read_image(elf: Elf, bias: int, memory: Memory) -> Image | Refused:
    """Finds what unjam needs of a Go program in its executable and its memory."""
    known = known_program(elf)
    if isinstance(known, Refused):
        return known
    build, layout = known
    try:
        return _read_image(elf, build, layout, bias, memory)
    except (BadTable, BadExecutable, struct.error) as err:
        return Refused(f"the {build.go} program cannot be decoded: {err}")


def known_program(elf: Elf) -> tuple[BuildInfo, Layout] | Refused:
    """What the executable alone tells: whether its goroutines can be decoded at all."""
    build = read_build_info(elf)
    if build is None:
        return Refused("this is not a Go program", "unjam reads the goroutines of programs that Go built")
    layout = layout_for(build.go, elf.arch)
    return _not_decoded(build.go, elf.arch) if layout is None else (build, layout)


def _not_decoded(go: str, arch: str) -> Refused:
    minor = minor_of(go)
    if minor is not None and minor < oldest():
        first = f"{oldest()[0]}.{oldest()[1]}"
        return Refused(f"goroutines of Go {minor[0]}.{minor[1]} are not decoded", f"Go {first} or later is")
    return Refused(f"goroutines of {go} on {arch} are not decoded", "linux/amd64 and linux/arm64 are")


def _read_image(elf: Elf, build: BuildInfo, layout: Layout, bias: int, memory: Memory) -> Image | Refused:
    symbols = elf.symbols(("runtime.firstmoduledata", "runtime.allgs"))
    if not layout.exact:
        layout = replace(layout, wait=_wait_texts(elf, bias, memory, len(layout.wait)))
    module = None
    place = 0
    for place in _tables(elf):
        module = _module(elf, layout, bias, memory, place, symbols.get("runtime.firstmoduledata"))
        if module is not None:
            break
    if module is None:
        return Refused(f"the module data of the {build.go} program was not found")
    text, functions = module
    offset = elf.offset(place)
    if offset is None:
        return Refused("the table of functions is not in the executable")
    table = PcTable(elf.data, offset, text, lambda at, size: elf.read(functions - bias + at, size))
    allgs = symbols.get("runtime.allgs")
    found = allgs + bias if allgs is not None else _allgs_in_code(elf, table, bias, memory)
    if found is None:
        return Refused(f"the list of goroutines of the {build.go} program was not found (its symbol table was stripped)")
    return Image(elf, build, layout, table, bias, found)


def _wait_texts(elf: Elf, bias: int, memory: Memory, least: int) -> tuple[str, ...]:
    """The wait reasons of an unknown version, from its own table: they are renumbered now and then. Empty when stripped."""
    start = elf.symbols(("runtime.waitReasonStrings",)).get("runtime.waitReasonStrings")
    texts: list[str] = []
    try:
        while start is not None and len(texts) < 256:
            pointer, length = struct.unpack("<QQ", memory.read(start + bias + 16 * len(texts), 16))
            text = memory.read(pointer, length) if length < 80 and (length or not texts) else b"\0"
            if not text.isascii() or b"\0" in text:
                break
            texts.append(text.decode())
    except Unreadable:
        pass
    return tuple(texts) if len(texts) >= least - 8 else ()


def _tables(elf: Elf) -> Iterator[int]:
    """Linked addresses at which a table of functions begins, the likeliest first."""
    for name in _SECTIONS:
        section = elf.sections.get(name)
        if section is not None and elf.data[section.offset : section.offset + 6] == MAGIC:
            yield section.address
    for seg in elf.segments:
        at, end = seg.offset, seg.offset + seg.size
        while (at := elf.data.find(MAGIC, at, end)) >= 0:
            if at % 8 == 0 and elf.data[at + 7 : at + 8] == b"\x08":
                yield seg.address + at - seg.offset
            at += 1


def _module(elf: Elf, layout: Layout, bias: int, memory: Memory, table: int, symbol: int | None) -> tuple[int, int] | None:
    """(runtime.text, go:func.*) as they are in memory, from the module data that begins with a pointer to `table`."""
    pointer = struct.pack("<Q", table + bias)
    size = layout["moduledata"]
    if symbol is not None and (found := _check_module(memory.read(symbol + bias, size), pointer, layout)):
        return found
    named = [s for n in _MODULE_SECTIONS if (s := elf.sections.get(n))]
    spans = [(s.address, s.size) for s in named] + [(s.address, s.size) for s in elf.segments if s.writable]
    for address, length in spans:
        try:
            data = memory.read(address + bias, length)
        except Unreadable:
            continue
        at = -1
        while (at := data.find(pointer, at + 1)) >= 0:
            if at % 8 == 0 and (found := _check_module(data[at : at + size], pointer, layout)):
                return found
    return None


def _check_module(data: bytes, pointer: bytes, layout: Layout) -> tuple[int, int] | None:
    if len(data) < layout["moduledata"] or data[:8] != pointer:
        return None
    names = ("text", "etext", "minpc", "maxpc", "gofunc")
    text, etext, low, high, functions = (
        int.from_bytes(data[layout[f"moduledata.{n}"] : layout[f"moduledata.{n}"] + 8], "little") for n in names
    )
    return (text, functions) if text <= low < high <= etext and functions else None


# ---- runtime.allgs of a stripped program ----


def _allgs_in_code(elf: Elf, table: PcTable, bias: int, memory: Memory) -> int | None:
    function = table.named("runtime.allgadd")
    if function is None:
        return None
    code = elf.read(function.entry - bias, min(function.end - function.entry, 4096))
    decode = amd64_operands if elf.arch == "amd64" else arm64_operands
    places = set(decode(code, function.entry))
    for address in sorted(places):
        # allgs is the only slice there: its pointer, length and capacity are all loaded.
        if {address + 8, address + 16} <= places:
            try:
                pointer, length, capacity = struct.unpack("<QQQ", memory.read(address, 24))
            except Unreadable:
                continue
            if 0 < length <= capacity < _MOST_GOROUTINES and pointer % 8 == 0 and pointer:
                return address
    return None


def amd64_operands(code: bytes, address: int) -> Iterator[int]:
    """Addresses of the 64-bit words that MOV and LEA instructions with a RIP-relative operand name."""
    for at in range(len(code) - 6):
        rex, opcode, modrm = code[at], code[at + 1], code[at + 2]
        if rex & 0xF8 == 0x48 and opcode in (0x8B, 0x89, 0x8D, 0x3B, 0x39) and modrm & 0xC7 == 5:
            yield address + at + 7 + int.from_bytes(code[at + 3 : at + 7], "little", signed=True)


def arm64_operands(code: bytes, address: int) -> Iterator[int]:
    """Addresses that ADRP with a following LDR, STR or ADD on the same register names."""
    pages: dict[int, int] = {}
    for at in range(0, len(code) - 3, 4):
        word = int.from_bytes(code[at : at + 4], "little")
        target, base = word & 31, word >> 5 & 31
        if word & 0x9F000000 == 0x90000000:  # ADRP Xd, page
            step = ((word >> 5 & 0x7FFFF) << 2 | word >> 29 & 3) << 12
            step -= (step & 1 << 32) << 1
            pages[target] = (address + at & ~0xFFF) + step
            continue
        if base in pages:
            low = word >> 10 & 0xFFF
            if word & 0xFF800000 == 0xF9000000:  # LDR or STR Xt, [Xn, #low * 8]
                yield pages[base] + low * 8
            elif word & 0xFFC00000 == 0x91000000:  # ADD Xd, Xn, #low: the base of further loads
                pages[target] = pages[base] + low
                yield pages[target]
