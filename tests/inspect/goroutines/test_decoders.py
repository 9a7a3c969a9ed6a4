"""Arbitrary bytes in every decoder: a value, a refusal or an error of ours, and nothing else."""

from __future__ import annotations

import contextlib
import functools
import os
import random
import struct
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unjam.errors import UnjamError
from unjam.inspect.buildinfo import BuildInfo, read_build_info
from unjam.inspect.elf import Elf
from unjam.inspect.goheap import Heap
from unjam.inspect.goroutines import Goroutine, Look, read_goroutines
from unjam.inspect.gstate import shape_of
from unjam.inspect.image import Image, amd64_operands, arm64_operands, read_image
from unjam.inspect.layouts import Layout, layout_for
from unjam.inspect.memory import Unreadable, read_spans
from unjam.inspect.pclntab import PcTable, printed
from unjam.inspect.refused import Refused
from unjam.inspect.threads import parse_place
from unjam.inspect.unwind import Call, Chain, Start, TooShort, Unwinder
from unjam.inspect.urls import CLIENT_CALLS, Asking, requests_in_flight

if TYPE_CHECKING:
    from pathlib import Path

    from tests.inspect.goroutines.conftest import Builder

OURS = contextlib.suppress(UnjamError)
HEAP = 0xC000000000


class Noise:
    """Memory full of what could be taken for something: small numbers, pointers, places in the program's text."""

    def __init__(self, seed: int, elf: Elf | None = None, allgs: int = 0, text: int = 0x401000) -> None:
        self.seed, self.elf, self.allgs, self.text = seed, elf, allgs, text

    def read(self, address: int, size: int) -> bytes:
        if size > 1 << 22 or address >> 47:
            raise Unreadable("too much")
        if address == self.allgs and self.allgs:
            return struct.pack("<QQQ", HEAP, 40, 64)
        if self.elf is not None:
            for seg in self.elf.segments:
                if seg.address <= address and address + size <= seg.address + seg.size:
                    return self.elf.read(address, size)
        dice = random.Random(self.seed ^ address)
        if dice.random() < 0.05:
            raise Unreadable("a hole")
        words = [self._word(dice) for _ in range(size // 8 + 1)]
        return struct.pack(f"<{len(words)}Q", *words)[:size]

    def _word(self, dice: random.Random) -> int:
        kind = dice.randrange(6)
        if kind == 0:
            return dice.randrange(64)
        if kind == 1:
            return self.text + dice.randrange(0x80000)
        if kind in (2, 3):
            return HEAP + 8 * dice.randrange(1 << 14)
        return 0 if kind == 4 else dice.getrandbits(64)


class Parked(Noise):
    """Noise in which most goroutines look parked on a stack of noise."""

    def read(self, address: int, size: int) -> bytes:
        if address == HEAP:  # runtime.allgs
            return struct.pack(f"<{size // 8}Q", *(HEAP + 0x100000 + 512 * i for i in range(size // 8)))
        data = super().read(address, size)
        if address < HEAP + 0x100000:
            return data
        dice, g = random.Random(self.seed + address), bytearray(data)
        layout = layout_for("go1.27.1", "amd64")
        assert layout is not None
        low = HEAP + 8192 * dice.randrange(100)
        fields = {"stack.lo": low, "stack.hi": low + 8192, "sched.sp": low + 8 * dice.randrange(900), "goid": 7}
        for name, value in (fields | {"syscallsp": 0, "sched.pc": self.text + dice.randrange(0x80000)}).items():
            if dice.random() < 0.97:
                struct.pack_into("<Q", g, layout[f"g.{name}"], value)
        struct.pack_into("<I", g, layout["g.atomicstatus"], dice.choice((1, 2, 3, 4, 4, 4, 8, 9, 0x1004)))
        return bytes(g[:size])


@functools.cache
def laid(program: Path) -> tuple[Elf, Image]:
    elf = Elf(program.read_bytes())
    image = read_image(elf, 0, Noise(0, elf))
    assert isinstance(image, Image)
    return elf, image


@given(st.binary(max_size=400))
def test_any_bytes_as_an_executable(data: bytes) -> None:
    with OURS:
        elf = Elf(data)
        assert isinstance(elf.sections, dict)
        assert isinstance(elf.symbols(["runtime.allgs"]), dict)
        assert isinstance(read_build_info(elf), BuildInfo | None)


@settings(max_examples=60, deadline=None)
@given(
    edits=st.lists(st.tuples(st.integers(0, 4096), st.binary(min_size=1, max_size=16)), max_size=4), cut=st.integers(0, 1 << 23)
)
def test_a_damaged_executable(toolchain: Path, build: Builder, edits: list[tuple[int, bytes]], cut: int) -> None:
    data = bytearray(small(build(toolchain, "parked")))
    for at, new in edits:
        data[at : at + len(new)] = new
    with OURS:
        elf = Elf(bytes(data[: len(data) - cut % len(data)] if cut % 2 else data))
        assert isinstance(read_image(elf, 0, Noise(cut, elf)), Image | Refused)


@functools.cache
def small(program: Path) -> bytes:
    return program.read_bytes()


@settings(max_examples=150, deadline=None)
@given(data=st.binary(max_size=600), pc=st.integers(0, 1 << 20))
def test_any_bytes_as_a_table_of_functions(data: bytes, pc: int) -> None:
    head = b"\xf1\xff\xff\xff\0\0\1\x08" + struct.pack("<8Q", 3, 1, 0, 72, 100, 120, 150, 300)
    for raw in (data, head + data):
        with OURS:
            table = PcTable(raw, 0, 0, lambda _, size: data[:size].ljust(size, b"\1"))
            table.named("runtime.allgadd")
            for entry in [*table.entries, pc]:
                function = table.function(entry)
                if function is not None:
                    table.frame_size(function, entry)
                    table.frames(entry)
                    table.caller(entry)


@settings(max_examples=60, deadline=None)
@given(
    edits=st.lists(st.tuples(st.integers(0, 1 << 19), st.binary(min_size=1, max_size=64)), min_size=1, max_size=6),
    pcs=st.lists(st.integers(0, 1 << 19), min_size=1),
)
def test_a_damaged_table_of_functions(toolchain: Path, build: Builder, edits: list[tuple[int, bytes]], pcs: list[int]) -> None:
    elf, image = laid(build(toolchain, "parked"))
    section = elf.sections[".gopclntab"]
    data = bytearray(small(build(toolchain, "parked"))[section.offset : section.offset + section.size])
    for at, new in edits:
        data[at % len(data) : at % len(data) + len(new)] = new
    with OURS:
        table = PcTable(bytes(data), 0, image.table.text, image.table._functions_data)
        for pc in pcs:
            with OURS:
                table.frames(table.text + pc)
                if (function := table.function(table.text + pc)) is not None:
                    table.frame_size(function, table.text + pc)


@settings(max_examples=100, deadline=None)
@given(
    stack=st.binary(max_size=300),
    pc=st.integers(0, 1 << 20),
    lr=st.integers(0, 1 << 20),
    register=st.booleans(),
    exact=st.booleans(),
)
def test_any_bytes_as_a_stack(
    toolchain: Path, build: Builder, stack: bytes, pc: int, lr: int, register: bool, exact: bool
) -> None:
    _, image = laid(build(toolchain, "parked"))
    unwinder = Unwinder(image.table, link_register=register, limit=50)
    text = image.table.text
    with contextlib.suppress(TooShort, UnjamError):
        chain = unwinder.chain(Start(text + pc, text + lr, exact), stack, 0, len(stack))
        assert chain is None or chain.frames


@settings(max_examples=80, deadline=None)
@given(seed=st.integers(0, 1 << 60))
def test_noise_as_goroutines(toolchain: Path, build: Builder, seed: int) -> None:
    elf, image = laid(build(toolchain, "parked"))
    noise = Parked(seed, elf, image.allgs, image.table.text)
    looking = Look(0, image, noise, 100, urls=True)
    with OURS:
        goroutines, _ = looking.all()
        assert all(isinstance(g, Goroutine) for g in goroutines)
    assert looking._living >= looking._unfit


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 1 << 60), name=st.sampled_from(sorted(CLIENT_CALLS | {"net/http.(*persistConn).Read"})))
def test_noise_as_requests(toolchain: Path, build: Builder, seed: int, name: str) -> None:
    _, image = laid(build(toolchain, "parked"))
    names = (name, "net/http.(*persistConn).readLoop", "net/http.(*bodyEOFSignal).Read")
    chain = Chain((), tuple(Call(n, 64 * i, 64 * i + 64) for i, n in enumerate(names)), frozenset(names))
    for at in range(3):
        asking = Asking(1, HEAP, HEAP + 4096 * at, (0, 0), chain)
        for request in requests_in_flight(Noise(seed), image, [asking, asking]):
            assert request.urls == () or request.urls[0].startswith("http")


@settings(max_examples=200, deadline=None)
@given(raw=st.binary(min_size=200, max_size=200), address=st.integers(0, (1 << 64) - 1))
def test_any_bytes_as_values_of_net_http(raw: bytes, address: int) -> None:
    class Flat:
        def read(self, at: int, size: int) -> bytes:
            return (raw * (size // 200 + 1))[:size]

    layout = layout_for("go1.27.1", "amd64")
    assert layout is not None
    heap = Heap(Flat(), layout)
    assert heap.url(address) is None or "://" in str(heap.url(address))
    heap.request(address)
    heap.client_request(address)
    assert heap.connection(address).fd >= -1


@given(st.binary(max_size=200), st.integers(0, 1 << 62))
def test_any_bytes_as_code(code: bytes, address: int) -> None:
    assert all(isinstance(a, int) for a in [*amd64_operands(code, address), *arm64_operands(code, address)])


@given(st.text())
def test_any_text_as_a_function(name: str) -> None:
    assert isinstance(printed(name), str)


@given(st.lists(st.tuples(st.integers(0, 1 << 16), st.integers(0, 5000)), max_size=30))
def test_spans_are_what_single_reads_give(spans: list[tuple[int, int]]) -> None:
    """Also around a hole in the middle."""

    class Holed:
        def read(self, address: int, size: int) -> bytes:
            if address < 30000 < address + size:
                raise Unreadable("a hole")
            return bytes((address + i) % 251 for i in range(size))

    memory = Holed()
    for (address, size), got in zip(spans, read_spans(memory, spans), strict=True):
        if got is None:
            with pytest.raises(Unreadable):
                memory.read(address, size)
        else:
            block, offset = got
            assert block[offset : offset + size] == memory.read(address, size)


@given(st.text(), st.sampled_from(["amd64", "arm64", "", "riscv64"]))
def test_any_text_as_a_version(go: str, arch: str) -> None:
    for version in (go, f"go1.{go}", f"devel go1.{go}"):
        assert layout_for(version, arch) is None or shape_of(layout_for(version, arch) or fail()).size > 0


def fail() -> Layout:
    raise AssertionError


@given(st.binary())
def test_any_bytes_as_a_place_in_the_kernel(raw: bytes) -> None:
    for line in (raw, b"0 0x1 " + raw, b"running\n", raw + b" 0x7f 0x80"):
        place = parse_place(line)
        assert place is None or all(isinstance(word, int) for word in place)


def test_random_memory_of_a_real_process() -> None:
    for seed in range(20):
        assert isinstance(read_goroutines(os.getpid(), memory=Noise(seed)), Refused)
