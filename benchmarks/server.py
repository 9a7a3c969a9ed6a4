"""The server of benchmarks/parked, built and started: ten thousand goroutines that wait, and a heart that beats."""

from __future__ import annotations

import signal
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from pairs import HERE
from rivals import CACHE, environment, go

_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True, slots=True)
class Parked:
    """One such server that runs."""

    process: subprocess.Popen[bytes]
    url: str

    @property
    def pid(self) -> int:
        """Its process."""
        return self.process.pid

    def gap(self) -> float:
        """The longest time between two heartbeats since it was asked last, in seconds."""
        with _DIRECT.open(f"{self.url}/gap", timeout=60) as answer:
            return int(answer.read()) / 1e6

    def dump(self) -> bytes:
        """What it prints for SIGQUIT, which ends it."""
        self.process.send_signal(signal.SIGQUIT)
        return self.process.communicate()[1]


@contextmanager
def parked(goroutines: int) -> Iterator[Parked]:
    """A server with so many goroutines, ended on the way out."""
    program = CACHE / "parked"
    subprocess.run([go(), "build", "-o", str(program), "."], cwd=HERE / "parked", env=environment(), check=True)
    process = subprocess.Popen([str(program), str(goroutines)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    try:
        yield Parked(process, process.stdout.readline().decode().strip())
    finally:
        process.kill()
        process.communicate()
