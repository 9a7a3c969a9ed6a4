"""Which file a thread waits for, by its system call."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unjam.inspect.memory import Unreadable
from unjam.inspect.waited_file import WaitedFile, c_string, waited_files

if TYPE_CHECKING:
    from pathlib import Path

    from tests.inspect.conftest import Stage

pytestmark = pytest.mark.skipif(not os.access("/proc/self/syscall", os.R_OK), reason="this kernel shows no system calls")


def test_a_named_pipe_that_nobody_opens(stage: Stage, tmp_path: Path) -> None:
    """By the name that was asked for, below the working folder."""
    os.mkfifo(tmp_path / "fifo")
    opener = stage.python("import os; os.open('fifo', os.O_RDONLY)", cwd=tmp_path)
    expected = (WaitedFile("open", f"{tmp_path}/fifo", None),)
    stage.until(lambda: waited_files(opener.pid) == expected, f"it opens {tmp_path}/fifo")


def test_a_pipe_that_is_empty_and_one_that_is_full(stage: Stage) -> None:
    reader = stage.python("import os; os.read(0, 1)", stdin=-1)
    writer = stage.python("import os\nwhile True: os.write(1, bytes(4096))", stdout=-1)
    read = (WaitedFile("read", f"pipe:[{os.stat(f'/proc/{reader.pid}/fd/0').st_ino}]", 0),)  # noqa: PTH116
    written = (WaitedFile("write", f"pipe:[{os.stat(f'/proc/{writer.pid}/fd/1').st_ino}]", 1),)  # noqa: PTH116
    stage.until(lambda: waited_files(reader.pid) == read, "it reads")
    stage.until(lambda: waited_files(writer.pid) == written, "it writes")


def test_nobody_and_nothing(stage: Stage) -> None:
    sleeper = stage.ready_python("import time; print(flush=True); time.sleep(1000)")
    assert waited_files(sleeper.pid) == ()
    assert waited_files(1 << 30) == ()


class Pages:
    """Memory of which only some pages are mapped."""

    def __init__(self, data: bytes, start: int) -> None:
        self.data, self.start = data, start

    def read(self, address: int, size: int) -> bytes:
        if address // 4096 != (address + size - 1) // 4096:
            raise AssertionError("a read over the end of a page may meet one that is not mapped")
        if not self.start <= address < self.start + len(self.data):
            raise Unreadable("nothing there")
        at = address - self.start
        return self.data[at : at + size].ljust(size, b"\1")


@given(data=st.binary(max_size=9000), start=st.integers(0, 1 << 47), skip=st.integers(0, 9000))
def test_any_bytes_as_a_name(data: bytes, start: int, skip: int) -> None:
    text = c_string(Pages(data, start), start + skip)
    ended = b"\0" in data[skip : skip + 4096]
    assert isinstance(text, str)
    assert "\0" not in text
    if ended and skip < len(data):
        assert text == data[skip:].partition(b"\0")[0].decode("utf-8", "replace")
