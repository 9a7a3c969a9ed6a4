"""Which libraries of a process hold code, by its map."""

from __future__ import annotations

import os

from hypothesis import given
from hypothesis import strategies as st

from unjam.inspect.go_library import Mapped, go_library, mapped_libraries

MAPS = b"""\
55d0c0000000-55d0c0001000 r--p 00000000 fe:00 11 /usr/bin/python3
55d0c0001000-55d0c0002000 r-xp 00001000 fe:00 11 /usr/bin/python3
7f0000000000-7f0000010000 r--p 00000000 fe:00 12 /lib/with a space.so
7f0000010000-7f0000020000 r-xp 00010000 fe:00 12 /lib/with a space.so
7f1000000000-7f1000010000 r--p 00000000 fe:00 13 /usr/share/locale
7f2000000000-7f2000010000 r-xp 00000000 00:00 0
7ffd00000000-7ffd00002000 r-xp 00000000 00:00 0  [vdso]
"""


def test_only_files_with_code() -> None:
    expected = (Mapped("/usr/bin/python3", 0x55D0C0000000), Mapped("/lib/with a space.so", 0x7F0000000000))
    assert mapped_libraries(MAPS) == expected


def test_python_has_none() -> None:
    assert go_library(os.getpid()) is None
    assert go_library(1 << 30) is None


@given(st.binary())
def test_any_bytes(raw: bytes) -> None:
    assert isinstance(mapped_libraries(raw), tuple)


@given(st.lists(st.sampled_from([*MAPS.split(), b"-", b"\n", b"zz-1", b"\xff"])))
def test_any_mixture_of_its_own_words(words: list[bytes]) -> None:
    assert all(each.path.startswith("/") for each in mapped_libraries(b" ".join(words)))
