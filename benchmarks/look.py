"""Looking into a hung `go mod download`, whose GOPROXY takes the request and stays silent.

In process and warm (`look_at`), and as a whole process (`unjam attach PID --json`) beside the bare interpreter, which is
the least that any Python program takes.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pairs
from pairs import UNJAM, Figures, Run, median, said, timed
from rivals import go

from unjam.lab.faults.silence import Silence
from unjam.lab.lab import Lab
from unjam.lab.match import Match
from unjam.sources.live import look_at


def main(argv: list[str]) -> int:
    """Measure, print, and say by the exit code whether the figures are reached."""
    figures, rounds = Figures(), said(argv, "--rounds", 15)
    with _hung() as pid:
        _in_process(pid, rounds, figures)
        bare = [sys.executable, "-c", "pass"]
        found = pairs.compare(lambda: timed([UNJAM, "attach", str(pid), "--json"]), lambda: timed(bare), rounds)
        figures.show("the bare interpreter (median; processor)", pairs.both(found.second))
        figures.show("unjam attach PID --json (median; processor)", pairs.both(found.first))
        figures.show("A/A: against itself", f"{found.chance(pairs.wall):.2f}")
        figures.show("times the bare interpreter", f"{1 / found.ratio(pairs.wall):.1f}")
        figures.reach("unjam attach PID --json, whole process", median(found.first) * 1000, "ms", at_most=400)
    return figures.end()


def _in_process(pid: int, rounds: int, figures: Figures) -> None:
    found = pairs.compare(lambda: _look(pid), lambda: _look(os.getpid(), plain=True), rounds * 2)
    figures.show("look_at(pid), warm (median; processor)", pairs.both(found.first))
    figures.show("A/A: against itself", f"{found.chance(pairs.wall):.2f}")
    figures.show("times reading its /proc/PID/stat once", f"{1 / found.ratio(pairs.wall):,.0f}")
    figures.reach("look_at(pid) at a hung go, in process, warm", median(found.first) * 1000, "ms", at_most=50)


def _look(pid: int, *, plain: bool = False) -> Run:
    began, used = time.perf_counter(), time.process_time()
    if plain:
        Path(f"/proc/{pid}/stat").read_bytes()
    else:
        look_at(pid)
    return Run(time.perf_counter() - began, time.process_time() - used)


@contextmanager
def _hung() -> Iterator[int]:
    """A go that waits for an answer."""
    with Lab(Path(go())) as lab:
        lab.require(lab.module("example.com/lib"))
        sick = lab.proxy("sick")
        sick.fault(Silence(), on=Match("zip"))
        lab.use_goproxy(sick)
        running = lab.start()
        if not lab.until(lab.is_waiting):
            sys.exit("go did not meet the fault")
        yield running.pid


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
