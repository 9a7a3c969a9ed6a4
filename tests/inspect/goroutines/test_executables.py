"""The tables of real executables, amd64 and arm64, against go's own tools that read the same."""

from __future__ import annotations

import itertools
import os
import re
import struct
import subprocess
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from unjam.inspect.elf import Elf
from unjam.inspect.goroutines import Look
from unjam.inspect.image import Image, read_image
from unjam.inspect.layouts import layout_for
from unjam.inspect.memory import Unreadable
from unjam.inspect.pclntab import printed

if TYPE_CHECKING:
    from tests.inspect.goroutines.conftest import Builder

    from unjam.inspect.pclntab import Function

ARCHES = ("amd64", "arm64")
HEAP = 0x4000000000


class Laid:
    """Memory as it is before a program runs: what the file has, and what the test lays on top."""

    def __init__(self, elf: Elf) -> None:
        self.elf = elf
        self.laid: dict[int, bytes] = {}

    def read(self, address: int, size: int) -> bytes:
        for start, data in self.laid.items():
            if start <= address and address + size <= start + len(data):
                return data[address - start : address - start + size]
        for seg in self.elf.segments:
            if seg.address <= address and address + size <= seg.address + seg.size:
                return self.elf.read(address, size)
        raise Unreadable(f"nothing is laid at {address:#x}")


def image_of(program: Path) -> tuple[Image, Laid]:
    memory = Laid(Elf(program.read_bytes()))
    image = read_image(memory.elf, 0, memory)
    assert isinstance(image, Image), image
    return image, memory


def tool(toolchain: Path, *argv: str) -> str:
    env = {
        "PATH": os.environ["PATH"], "HOME": "/nonexistent", "GOTOOLCHAIN": "local", "GOENV": "off", "GOPROXY": "off",
        "GOCACHE": str(toolchain.parent / "cache"), "GOPATH": str(toolchain.parent / "cache/gopath"), "CGO_ENABLED": "0",
    }  # fmt: skip
    done = subprocess.run(
        [toolchain / "bin/go", "tool", *argv], env=env, capture_output=True, text=True, check=True, timeout=170
    )
    return done.stdout


@pytest.mark.parametrize("arch", ARCHES)
def test_functions_are_those_of_nm(toolchain: Path, arch: str, build: Builder) -> None:
    program = build(toolchain, "parked", arch=arch)
    image, _ = image_of(program)
    wrong = []
    checked = 0
    for line in tool(toolchain, "nm", str(program)).splitlines():
        found = re.match(r"\s*([0-9a-f]+) [tT] (.+)$", line)
        if not found or found[2] in ("runtime.text", "runtime.etext", "_rt0_amd64_linux", "_rt0_arm64_linux"):
            continue
        checked += 1
        function = image.table.function(int(found[1], 16))
        if function is None or (function.name != found[2] and found[2].endswith(".abi0") is False):
            wrong.append((line, function and function.name))
        elif function.name.startswith("runtime.allg"):
            assert image.table.named(function.name) == function
    assert checked > 1000
    assert len(wrong) <= checked // 200, wrong[:10]


@pytest.mark.parametrize("arch", ARCHES)
def test_lines_are_those_of_objdump(toolchain: Path, arch: str, build: Builder) -> None:
    program = build(toolchain, "parked", arch=arch)
    image, _ = image_of(program)
    checked = 0
    for line in tool(toolchain, "objdump", "-s", r"^main\.|^sync\.\(\*Mutex", str(program)).splitlines():
        found = re.match(r"\s+(\S+):(\d+)\s+0x([0-9a-f]+)\s", line)
        if found:
            frame = image.table.frames(int(found[3], 16), exact=True)[0]
            assert (Path(frame.file).name, frame.line) == (found[1], int(found[2])), line
            checked += 1
    assert checked > 200


@pytest.mark.parametrize("arch", ARCHES)
def test_frame_sizes_are_those_of_the_code(toolchain: Path, arch: str, build: Builder) -> None:
    """The instruction that opens the frame names its size; the table says the same behind it."""
    program = build(toolchain, "parked", arch=arch)
    image, _ = image_of(program)
    opens = {
        "arm64": r"MOVD\.W R30, -(\d+)\(RSP\)|SUB \$(\d+), RSP, R20",
        "amd64": r"SUBQ \$(0x[0-9a-f]+), SP|ADDQ \$-(0x80), SP",
    }
    sizes: dict[int, list[int]] = defaultdict(list)
    for line in tool(toolchain, "objdump", "-s", r"^main\.|^runtime\.chan", str(program)).splitlines():
        found = re.match(r"\s+\S+:\d+\s+0x([0-9a-f]+)\s+\S+\s+(.*\S)", line)
        size = found and re.match(opens[arch], found[2])
        if found and size:
            function = image.table.function(int(found[1], 16))
            assert function is not None
            number = int(size[1] or size[2], 0)
            if number >= 16 and not sizes[function.entry]:
                sizes[function.entry].append(number)
                deepest = max(image.table.frame_size(function, pc) or 0 for pc in range(function.entry, function.end, 4))
                assert deepest == number + (8 if arch == "amd64" else 0), (function.name, line)  # and the saved BP
    assert len(sizes) > 8


@pytest.mark.parametrize("arch", ARCHES)
def test_the_list_of_goroutines_is_found_without_symbols_and_sections(toolchain: Path, arch: str, build: Builder) -> None:
    program = build(toolchain, "parked", arch=arch)
    plain, _ = image_of(program)
    bare = bytearray(program.read_bytes())
    struct.pack_into("<Q", bare, 40, 0)  # e_shoff
    struct.pack_into("<HH", bare, 60, 0, 0)  # e_shnum, e_shstrndx
    memory = Laid(Elf(bytes(bare)))
    memory.laid[plain.allgs] = struct.pack("<QQQ", HEAP, 1, 1)
    assert memory.elf.sections == {}
    found = read_image(memory.elf, 0, memory)
    assert isinstance(found, Image), found
    assert (found.allgs, found.table.text, found.build) == (plain.allgs, plain.table.text, plain.build)


def calls(image: Image, caller: Function, callee: int) -> int:
    """A return address in the caller, behind a call of the callee."""
    for at in range(caller.entry, caller.end - 4, 4 if image.link_register else 1):
        code = image.elf.read(at, 5)
        if image.link_register:
            word = int.from_bytes(code[:4], "little")
            step = (word & 0x3FFFFFF) - ((word & 0x2000000) << 1)
            if word >> 26 == 0b100101 and at + 4 * step == callee:
                return at + 4
        elif code[0] == 0xE8 and at + 5 + int.from_bytes(code[1:], "little", signed=True) == callee:
            return at + 5
    raise AssertionError(f"{caller.name} does not call {callee:#x}")


@pytest.mark.parametrize("arch", ARCHES)
def test_a_stack_laid_in_memory(toolchain: Path, arch: str, build: Builder) -> None:
    """A goroutine parked as the runtime parks it on that architecture, and one that never ran."""
    image, memory = image_of(build(toolchain, "parked", arch=arch))
    layout = layout_for(toolchain.name, arch)
    assert layout is not None
    names = ["runtime.mcall", "runtime.gopark", "runtime.chanrecv", "runtime.chanrecv1", "main.deep", "main.deep"]
    chain = [f for n in names if (f := image.table.named(n))]
    goexit = image.table.named("runtime.goexit")
    assert len(chain) == len(names)
    assert goexit is not None
    returns = [calls(image, caller, callee.entry) for callee, caller in itertools.pairwise(chain)]
    returns.append(goexit.entry + (4 if image.link_register else 1))
    low, high = HEAP + 0x10000, HEAP + 0x12000
    stack = bytearray(high - low)
    sp = start = low + 0x1000
    for function, pc, after in zip(chain[1:], returns, returns[1:], strict=False):
        size = image.table.frame_size(function, pc)
        assert size is not None
        at, sp = (sp, sp + size) if image.link_register else (sp + size, sp + size + 8)
        struct.pack_into("<Q", stack, at - low, after)
    deep = image.table.named("main.deep")
    assert deep is not None
    struct.pack_into("<Q", stack, 0x1F00, returns[-1])  # amd64: a new goroutine returns to goexit
    parked = {"sched.sp": start, "sched.pc": returns[0], "goid": 7, "atomicstatus": 4}
    new = {"sched.sp": low + 0x1F00, "sched.pc": deep.entry, "sched.lr": returns[-1], "goid": 8, "atomicstatus": 1}
    memory.laid[low] = bytes(stack)
    memory.laid[image.allgs] = struct.pack("<QQQ", HEAP, 2, 2)
    memory.laid[HEAP] = struct.pack("<QQ", HEAP + 0x1000, HEAP + 0x2000)
    for at, fields in ((HEAP + 0x1000, parked), (HEAP + 0x2000, new)):
        g = bytearray(layout["g"])
        for name, value in ({"stack.lo": low, "stack.hi": high} | fields).items():
            struct.pack_into("<I" if name == "atomicstatus" else "<Q", g, layout[f"g.{name}"], value)
        g[layout["g.waitreason"]] = layout.wait.index("chan receive")
        memory.laid[at] = bytes(g)
    (first, second), _ = Look(0, image, memory, 100, urls=True).all()
    expected = [*names[1:], "runtime.goexit"]
    assert [f.function for f in first.frames] == [printed(n) for n in expected]
    assert (first.id, first.state, first.wait) == (7, "waiting", "chan receive")
    assert [f.function for f in second.frames] == ["main.deep", "runtime.goexit"]
    assert (second.state, second.wait) == ("runnable", "")
