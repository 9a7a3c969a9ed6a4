"""All goroutines of another Go process, read from its memory: no signal, no stop, no agent, no debug information.

Go 1.21 to 1.27 on linux/amd64 and linux/arm64. What is read may move while it is read: every goroutine is looked at
before and after its stack, a third time when it moved, and then it is called "moved". A stack is shown only when it
unwinds by Go's own rules to its outermost function.

arm64 was not run: its decoding is tested on executables that the real toolchains cross-built, and on stacks laid out
in memory as that architecture lays them.
"""

from __future__ import annotations

import struct
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from unjam.inspect import image as images
from unjam.inspect.buildinfo import BuildInfo, build_info, read_build_info
from unjam.inspect.elf import BadExecutable
from unjam.inspect.gstate import G, shape_of
from unjam.inspect.memory import Memory, MemoryGone, MemoryRefused, Unreadable, open_memory, read_spans, why_refused
from unjam.inspect.pclntab import BadTable, Frame
from unjam.inspect.refused import Refused
from unjam.inspect.threads import held_at
from unjam.inspect.unwind import Chain, Start, TooShort, Unwinder
from unjam.inspect.urls import CLIENT_CALLS, Asking, RequestInFlight, requests_in_flight

if TYPE_CHECKING:
    from collections.abc import Iterator

    from unjam.inspect.image import Image

__all__ = [
    "BuildInfo",
    "Frame",
    "Goroutine",
    "GoroutineDump",
    "Refused",
    "RequestInFlight",
    "build_info",
    "is_go",
    "read_goroutines",
]

_CHUNK = 2048  # goroutines whose stacks are held at once
_FIRST_WINDOW = 8 << 10  # bytes of a stack that are read at once; most are shorter
_LARGEST_WINDOW = 4 << 20
_TRIES = 3
MOVED = "moved"
RUNNING = "running: stack not read"
NOT_UNDERSTOOD = "stack not understood"


@dataclass(frozen=True, slots=True)
class Goroutine:
    """One goroutine. `state` and `wait` are Go's words; `wait` is its reason, "" unless it waits.

    `frames` are innermost first and empty unless `stack_known`; `note` then says why. `sched_key` is (sp, pc): equal in
    two looks of a known stack, it did not move. `waited` is in seconds, and mostly None: only the collector dates a wait.
    `created_by_id` is the goroutine that started it, which may have ended; None for those that no goroutine started.
    """

    id: int
    state: str
    wait: str
    frames: tuple[Frame, ...]
    created_by: Frame | None
    stack_known: bool
    note: str
    sched_key: tuple[int, int]
    waited: float | None
    created_by_id: int | None = None


@dataclass(frozen=True, slots=True)
class GoroutineDump:
    """One look at a process. `program` is its main package ("cmd/go"), `took` the seconds the look lasted."""

    pid: int
    go: str
    program: str
    module: str
    arch: str
    goroutines: tuple[Goroutine, ...]
    requests: tuple[RequestInFlight, ...]
    took: float


def is_go(pid: int) -> bool | Refused:
    """Whether `pid` runs a program that Go built."""
    program = images.open_program(pid)
    if isinstance(program, Refused):
        return False if "cannot be understood" in program.reason else program
    return read_build_info(program[0]) is not None


def read_goroutines(
    pid: int, *, memory: Memory | None = None, frames_limit: int = 100, urls: bool = True
) -> GoroutineDump | Refused:
    """One look at all goroutines of `pid`, with at most `frames_limit` innermost frames each; or why they cannot be seen.

    `memory` stands in for /proc/PID/mem. With `urls`, the HTTP requests that goroutines wait for are found too.
    """
    for _ in range(2):  # a second time when the process replaced itself by exec meanwhile
        before = images.identity(pid)
        if isinstance(before, Refused):
            return before
        dump = _look(pid, memory, frames_limit, urls)
        if images.identity(pid) == before:
            return dump
    if isinstance(dump, Refused) and images.identity(pid) != before:
        return dump
    return Refused(f"process {pid} replaced its executable while it was looked at", "look again")


def _look(pid: int, memory: Memory | None, limit: int, urls: bool) -> GoroutineDump | Refused:
    began = time.perf_counter()
    program = images.open_program(pid)
    if isinstance(program, Refused):
        return program
    elf, bias = program
    opened = None if memory is not None else open_memory(pid)
    if isinstance(opened, Refused):
        # A program that is not Go, or too old, is refused for that: no right would help.
        known = images.known_program(elf)
        return known if isinstance(known, Refused) else opened
    source = memory if memory is not None else opened
    assert source is not None
    image: Image | Refused | None = None
    try:
        image = images.image_of(elf, bias, source)
        if isinstance(image, Refused):
            return image
        goroutines, requests = Look(pid, image, source, limit, urls).all()
    except MemoryGone:
        return Refused(f"process {pid} ended, or replaced itself, while it was looked at")
    except MemoryRefused as err:
        return why_refused(pid, err.__cause__ if isinstance(err.__cause__, OSError) else PermissionError(1, str(err)))
    except (Unreadable, BadTable, BadExecutable) as err:
        if image is not None and not isinstance(image, Refused):
            images.forget(image)
        return Refused(f"the goroutines of process {pid} cannot be read: {err}")
    finally:
        if opened is not None:
            opened.close()
    build = image.build
    return GoroutineDump(
        pid, build.go, build.path, build.module, image.layout.arch, goroutines, requests, time.perf_counter() - began
    )


class Misfit(Unreadable):
    """What was read are no goroutines: this program is laid out in a way unjam does not know."""


class Look:
    """One reading of all goroutines of one program."""

    def __init__(self, pid: int, image: Image, memory: Memory, limit: int, urls: bool) -> None:
        """Reads nothing yet."""
        self.pid, self.image, self.memory, self.urls = pid, image, memory, urls
        self.unwinder = Unwinder(image.table, link_register=image.link_register, limit=limit)
        self.shape = shape_of(image.layout)
        self.asking: list[Asking] = []
        self.now = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
        self._creators: dict[int, Frame | None] = {}
        self._living = self._unfit = 0

    def all(self) -> tuple[tuple[Goroutine, ...], tuple[RequestInFlight, ...]]:
        """Every living goroutine, by id, and the requests they wait for."""
        addresses = self._addresses()
        found: list[Goroutine] = []
        for start in range(0, len(addresses), _CHUNK):
            found += self._chunk(addresses[start : start + _CHUNK])
        self._check_fit(found)
        requests = requests_in_flight(self.memory, self.image, self.asking) if self.asking else ()
        return tuple(sorted(found, key=lambda g: g.id)), tuple(r for r in requests if self._still(r.goroutine))

    def _addresses(self) -> tuple[int, ...]:
        """Of every runtime.g, dead ones too: they are reused and never freed."""
        array, length, capacity = struct.unpack("<QQQ", self.memory.read(self.image.allgs, 24))
        if array == length == capacity == 0 and self.image.layout.exact:
            return ()  # the program has only just started
        if not 0 < length <= capacity < 1 << 27:
            raise Misfit("its list of goroutines has an impossible length")
        return struct.unpack(f"<{length}Q", self.memory.read(array, 8 * length))

    def _read(self, addresses: tuple[int, ...]) -> list[G | None]:
        blocks = read_spans(self.memory, [(a, self.shape.size) for a in addresses])
        return [G._make(self.shape.unpack_from(*block)) if block else None for block in blocks]

    def _chunk(self, addresses: tuple[int, ...]) -> Iterator[Goroutine]:
        first = self._read(addresses)
        living = [(a, g) for a, g in zip(addresses, first, strict=True) if g is not None and self._lives(g)]
        stacks = read_spans(self.memory, [_window(g) for _, g in living])
        again = self._read(tuple(a for a, _ in living))
        for (address, g), stack, later in zip(living, stacks, again, strict=True):
            chain = None
            if later is not None and stack is not None and self._parked(g) and (g == later or g.same_place(later)):
                chain = self._chain(g, stack, _window(g)[1])
            yield self._goroutine(address, g, chain) if chain else self._slowly(address, g)

    def _lives(self, g: G) -> bool:
        states = self.image.layout.status
        if g.status < len(states) and states[g.status] in ("idle", "dead", "waiting for cgo callback"):
            return False
        self._living += 1
        if not g.plausible(len(states)):
            self._unfit += 1
            return False
        return True

    def _state(self, g: G) -> str:
        return self.image.layout.status[g.status]

    def _parked(self, g: G) -> bool:
        """Whether its stack stands still and its place on it is in memory."""
        return self._state(g) not in ("running", "copystack") and g.lo < g.place[0] < g.hi

    def _chain(self, g: G, stack: tuple[bytes, int], size: int) -> Chain | None:
        try:
            return self.unwinder.chain(self._start(g), *stack, size)
        except (TooShort, BadTable, BadExecutable):
            return None

    def _start(self, g: G) -> Start:
        return Start(g.syscallpc, syscall=True) if g.syscallsp else Start(g.pc, g.lr if self.image.link_register else 0)

    def _slowly(self, address: int, g: G) -> Goroutine:
        """A goroutine that moved, runs, or has a deep stack: by itself, as often as it takes to find it standing still."""
        note = MOVED
        for _ in range(_TRIES):
            (now,) = self._read((address,))
            if now is None or now.id != g.id or not now.plausible(len(self.image.layout.status)):
                break  # it ended while we looked
            g = now
            if self._state(g) == "running":
                chain, place = self._held(g)
                if chain is not None:
                    return self._goroutine(address, g, chain, place)
                note = RUNNING
            elif self._parked(g):
                note = MOVED
                chain = self._deep(g, g.place, self._start(g))
                (later,) = self._read((address,))
                if later is not None and g.same_place(later):
                    if chain is not None:
                        return self._goroutine(address, g, chain)
                    # From one system call into the next of the same kind, it stands where it stood.
                    note = MOVED if self._state(g) == "syscall" else NOT_UNDERSTOOD
        return self._goroutine(address, g, None, note=note)

    def _deep(self, g: G, place: tuple[int, int], start: Start) -> Chain | None:
        """The chain from (sp, pc), with as much of the stack as the wanted frames take."""
        size = min(_FIRST_WINDOW, g.hi - place[0])
        while True:
            try:
                stack = self.memory.read(place[0], size)
                return self.unwinder.chain(start, stack, 0, size)
            except TooShort:
                if size >= min(_LARGEST_WINDOW, g.hi - place[0]):
                    return None
                size = min(size * 8, _LARGEST_WINDOW, g.hi - place[0])
            except (MemoryGone, MemoryRefused):
                raise
            except (Unreadable, BadTable, BadExecutable):
                return None

    def _held(self, g: G) -> tuple[Chain | None, tuple[int, int]]:
        """Of a running goroutine whose thread the kernel holds, in a system call or a page fault."""
        nowhere = (0, 0)
        if not g.m:
            return None, nowhere
        try:
            tid = int.from_bytes(self.memory.read(g.m + self.image.layout["m.procid"], 8), "little")
        except Unreadable:
            return None, nowhere
        place = held_at(self.pid, tid)
        if place is None or not g.lo < place[0] < g.hi:
            return None, nowhere
        chain = self._deep(g, place, Start(place[1], exact=True, syscall=True))
        return (chain, place) if held_at(self.pid, tid) == place else (None, nowhere)

    def _goroutine(
        self, address: int, g: G, chain: Chain | None, place: tuple[int, int] | None = None, note: str = ""
    ) -> Goroutine:
        state = self._state(g)
        wait = self.image.layout.wait
        waits = state in ("waiting", "leaked") and g.waitreason < len(wait)
        place = place or g.place
        if chain is not None and self.urls and not CLIENT_CALLS.isdisjoint(chain.names):
            self.asking.append(Asking(g.id, address, place[0], g.place, chain))
        return Goroutine(
            id=g.id,
            state=state,
            wait=wait[g.waitreason] if waits else "",
            frames=chain.frames if chain else (),
            created_by=self._creator(g),
            stack_known=chain is not None,
            note=note,
            sched_key=place if chain else (0, self.now),
            waited=self._waited(g) if state in ("waiting", "leaked", "syscall") else None,
            created_by_id=g.parent or None,
        )

    def _waited(self, g: G) -> float | None:
        return (self.now - g.waitsince) / 1e9 if 0 < g.waitsince <= self.now else None

    def _creator(self, g: G) -> Frame | None:
        if g.id == 1 or not g.gopc:
            return None
        if g.gopc not in self._creators:
            try:
                self._creators[g.gopc] = self.image.table.caller(g.gopc)
            except (BadTable, BadExecutable):
                self._creators[g.gopc] = None
        return self._creators[g.gopc]

    def _still(self, goroutine: int) -> bool:
        """Whether a goroutine stands where it stood when its request was looked for."""
        for asking in self.asking:
            if asking.goroutine == goroutine:
                (now,) = self._read((asking.address,))
                return now is not None and now.id == goroutine and now.place == asking.place
        return False

    def _check_fit(self, found: list[Goroutine]) -> None:
        """Raises when what was read cannot be goroutines, as with a layout of another version."""
        parked = [g for g in found if g.note in ("", NOT_UNDERSTOOD)]
        known = sum(g.stack_known for g in parked)
        share = 0.9 if not self.image.layout.exact else 0.1
        nowhere = sum(creator is None for creator in self._creators.values())
        if self._unfit * 2 > self._living or known < share * len(parked) or nowhere * 2 > len(self._creators) > 0:
            raise Misfit(f"{self.image.build.go} lays its goroutines out in a way that is not known here")


def _window(g: G) -> tuple[int, int]:
    """The part of the stack that is read at first: (address, size); (address, 0) for a stack pointer outside."""
    sp = g.place[0]
    return (sp, min(g.hi - sp, _FIRST_WINDOW)) if g.lo < sp < g.hi else (g.hi, 0)
