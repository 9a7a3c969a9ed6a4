"""runtime.g as bytes: the fields unjam reads of each goroutine, in one struct for each Go version."""

from __future__ import annotations

import functools
import struct
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from unjam.inspect.layouts import Layout

_SCAN = 0x1000  # _Gscan: the garbage collector looks at the stack; the state below it holds
_LARGEST_STACK = 1 << 31
_FIELDS: Final = (
    ("g.stack.lo", "Q"),
    ("g.stack.hi", "Q"),
    ("g.m", "Q"),
    ("g.sched.sp", "Q"),
    ("g.sched.pc", "Q"),
    ("g.sched.lr", "Q"),
    ("g.syscallsp", "Q"),
    ("g.syscallpc", "Q"),
    ("g.atomicstatus", "I"),
    ("g.goid", "Q"),
    ("g.waitsince", "q"),
    ("g.waitreason", "B"),
    ("g.parentGoid", "Q"),
    ("g.gopc", "Q"),
)


class G(NamedTuple):
    """The fields of one runtime.g, as read."""

    lo: int
    hi: int
    m: int
    sp: int
    pc: int
    lr: int
    syscallsp: int
    syscallpc: int
    atomicstatus: int
    id: int
    waitsince: int
    waitreason: int
    parent: int
    gopc: int

    @property
    def status(self) -> int:
        """The number of its state, without the collector's mark."""
        return self.atomicstatus & ~_SCAN

    @property
    def place(self) -> tuple[int, int]:
        """(sp, pc) at which it is parked or left for the kernel."""
        return (self.syscallsp, self.syscallpc) if self.syscallsp else (self.sp, self.pc)

    def same_place(self, other: G) -> bool:
        """Whether it stands where it stood: same goroutine, same stack, same pc."""
        return (
            self.place == other.place
            and self.status == other.status
            and self.id == other.id
            and self.lo == other.lo
            and self.hi == other.hi
        )

    def plausible(self, states: int) -> bool:
        """Whether these can be the fields of a living goroutine at all: what a wrong layout would not give."""
        size = self.hi - self.lo
        return 0 < self.id < 1 << 48 and self.status < states and 1024 <= size < _LARGEST_STACK and self.lo % 8 == 0


@functools.cache
def shape(minor: tuple[int, int], arch: str, offsets: tuple[int, ...]) -> struct.Struct:
    """The struct that unpacks into G. Its fields have kept their order in every Go version; only the gaps differ."""
    parts, end = ["<"], 0
    for (name, code), offset in zip(_FIELDS, offsets, strict=True):
        if offset < end:
            raise ValueError(f"{name} of Go {minor} on {arch} is out of order")
        parts.append(f"{offset - end}x{code}")
        end = offset + struct.calcsize("<" + code)
    return struct.Struct("".join(parts))


def shape_of(layout: Layout) -> struct.Struct:
    """For a layout."""
    return shape(layout.minor, layout.arch, tuple(layout[name] for name, _ in _FIELDS))
