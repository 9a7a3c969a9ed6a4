"""Real processes to look at, ended by their own id when the test is over."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Stage:
    """Starts processes, and waits until something is true of them."""

    def __init__(self) -> None:
        self.started: list[subprocess.Popen[bytes]] = []

    def start(self, *argv: str, **options: object) -> subprocess.Popen[bytes]:
        """Starts argv, with the options of Popen."""
        process: subprocess.Popen[bytes] = subprocess.Popen(argv, **options)  # type: ignore[call-overload]
        self.started.append(process)
        return process

    def python(self, code: str, *arguments: str, **options: object) -> subprocess.Popen[bytes]:
        """Starts Python on `code`."""
        return self.start(sys.executable, "-S", "-c", code, *arguments, **options)

    def ready_python(self, code: str, *arguments: str, **options: object) -> subprocess.Popen[bytes]:
        """The same, once it has written a line to its standard output."""
        process = self.python(code, *arguments, stdout=subprocess.PIPE, **options)
        assert process.stdout is not None
        assert process.stdout.readline()
        return process

    @staticmethod
    def until(is_so: Callable[[], object], what: str, seconds: float = 30.0) -> None:
        """Waits for a condition; fails after a time that no slow machine needs."""
        end = time.monotonic() + seconds
        while not is_so():
            assert time.monotonic() < end, f"never came true: {what}"
            time.sleep(0.01)

    def end_all(self) -> None:
        """Ends what was started, and closes its pipes."""
        for process in reversed(self.started):
            if process.poll() is None:
                process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout, process.stderr):
                if stream is not None:
                    stream.close()


@pytest.fixture
def stage() -> Iterator[Stage]:
    """A stage that is empty again after the test."""
    made = Stage()
    try:
        yield made
    finally:
        made.end_all()
