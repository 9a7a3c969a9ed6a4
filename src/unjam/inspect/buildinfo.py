"""What the linker wrote into a Go executable about itself: Go version, main package, module, settings.

Source: debug/buildinfo. The blob starts with a magic at a multiple of 16; since Go 1.18 two length-prefixed strings
follow at byte 32, before that two pointers to string headers. Survives stripping.
"""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass

from unjam.inspect.elf import BadExecutable, Elf, FileBytes

_MAGIC = b"\xff Go buildinf:"
_LONGEST = 4 << 20  # bytes of dependencies: far more than any program has


@dataclass(frozen=True, slots=True)
class BuildInfo:
    """As `go version -m` prints it. `path` is the main package, `module` its module ("" for the standard library's own)."""

    go: str
    path: str = ""
    module: str = ""
    version: str = ""
    settings: tuple[tuple[str, str], ...] = ()


def build_info(path: str | os.PathLike[str]) -> BuildInfo | None:
    """Of the executable at `path`; None when there is none, or it is no Go program."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except (OSError, ValueError):
        return None
    try:
        return read_build_info(Elf(FileBytes(fd)))
    except (BadExecutable, OSError):
        return None
    finally:
        os.close(fd)


def read_build_info(elf: Elf) -> BuildInfo | None:
    """Of a parsed executable."""
    at = _find(elf)
    if at is None:
        return None
    head = elf.data[at : at + 32]
    if len(head) < 32:
        return None
    if not head[15] & 2:
        return _with_pointers(elf, head)
    version, after = _string(elf, at + 32)
    module, _ = _string(elf, after)
    return _parse(version, module)


def _find(elf: Elf) -> int | None:
    section = elf.sections.get(".go.buildinfo")
    spans = [(section.offset, section.size)] if section else [(s.offset, s.size) for s in elf.segments if s.writable]
    for start, size in spans:
        at = start
        while (at := elf.data.find(_MAGIC, at, start + size)) >= 0:
            if (at - start) % 16 == 0:
                return at
            at += 1
    return None


def _string(elf: Elf, at: int) -> tuple[bytes, int]:
    length = shift = 0
    for byte in elf.data[at : at + 10]:
        at += 1
        length |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return elf.data[at : at + min(length, _LONGEST)], at + length
    return b"", at


def _with_pointers(elf: Elf, head: bytes) -> BuildInfo | None:
    def pointed(pointer: int) -> bytes:
        start, length = struct.unpack("<QQ", elf.read(pointer, 16))
        return elf.read(start, min(length, _LONGEST))

    if head[14] != 8:
        return None
    version, module = struct.unpack_from("<QQ", head, 16)
    try:
        return _parse(pointed(version), pointed(module) if module else b"")
    except BadExecutable:
        return None


def _parse(version: bytes, module: bytes) -> BuildInfo | None:
    if not version:
        return None
    if len(module) >= 33 and module[-17:-16] == b"\n":  # two sentinels of 16 bytes stand around it
        module = module[16:-16]
    path = mod = mod_version = ""
    settings = []
    for line in module.decode("utf-8", "replace").splitlines():
        kind, _, rest = line.partition("\t")
        if kind == "path":
            path = rest
        elif kind == "mod":
            mod, _, tail = rest.partition("\t")
            mod_version = tail.partition("\t")[0]
        elif kind == "build":
            key, _, value = rest.partition("=")
            settings.append((key, value))
    return BuildInfo(version.decode("utf-8", "replace"), path, mod, mod_version, tuple(settings))
