"""Runs things in turn and compares them: pairs, medians, and an A/A beside, which says how far chance alone goes.

A round is A, B, A (or B, A, A …: the order turns), so that whatever else this machine does falls on all of them. Wall time is
what a user waits; processor time (user and system, children included) is what does not change with the load.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
UNJAM = str(Path(sys.executable).parent / "unjam")
_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a command. Seconds; `own` is the processor time of the process without its children; `peak` in bytes."""

    wall: float
    cpu: float = 0.0
    own: float = 0.0
    peak: int = 0
    code: int = 0
    out: bytes = b""


@dataclass(slots=True)
class Pairs:
    """The rounds of one comparison: A, B, and A again."""

    first: list[Run] = field(default_factory=list)
    second: list[Run] = field(default_factory=list)
    again: list[Run] = field(default_factory=list)

    def ratio(self, of: Callable[[Run], float]) -> float:
        """Median over the rounds of B against the mean of the two A beside it."""
        rounds = zip(self.first, self.second, self.again, strict=True)
        return statistics.median(2 * of(b) / (of(a) + of(again)) for a, b, again in rounds)

    def chance(self, of: Callable[[Run], float]) -> float:
        """Median of A / A over the rounds."""
        return statistics.median(of(b) / of(a) for a, b in zip(self.first, self.again, strict=True))

    def second_share(self) -> float:
        """Median share of B's processor time that the process used itself, without its children."""
        return statistics.median(run.own / run.cpu for run in self.second)


def wall(run: Run) -> float:
    """Seconds on the clock."""
    return run.wall


def cpu(run: Run) -> float:
    """Seconds of processor."""
    return run.cpu


def median(runs: Sequence[Run], of: Callable[[Run], float] = wall) -> float:
    """Of one measure over the runs."""
    return statistics.median(of(run) for run in runs)


def both(runs: Sequence[Run]) -> str:
    """Median wall and processor time, for people."""
    unit, per = ("s", 1) if median(runs) >= 1 else ("ms", 1000)
    digits = 2 if per == 1 else 0 if median(runs) >= 0.1 else 1
    return f"{median(runs) * per:.{digits}f}; {median(runs, cpu) * per:.{digits}f} {unit}"


def timed(
    argv: Sequence[str], *, env: Mapping[str, str] | None = None, cwd: Path | None = None, keep: bool = False, says: bytes = b""
) -> Run:
    """Run a command to its end, with `says` on its standard input. Its output is read, and kept when asked for."""
    began = time.perf_counter()
    process = subprocess.Popen(argv, env=env, cwd=cwd, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(says)
    process.stdin.close()
    with process.stdout as pipe:
        out = bytearray()
        while piece := pipe.read(1 << 16):
            if keep:
                out += piece
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    took = time.perf_counter() - began
    own = _own(process.pid)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return Run(took, usage.ru_utime + usage.ru_stime, own, usage.ru_maxrss * 1024, process.returncode, bytes(out))


def _own(pid: int) -> float:
    """Processor seconds of a process that has ended and was not waited for, without those of its children."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICK


def compare(first: Callable[[], Run], second: Callable[[], Run], rounds: int) -> Pairs:
    """A, B and A again, as often as `rounds`, after one of each that is not counted."""
    first(), second()
    pairs = Pairs()
    jobs = [(pairs.first, first), (pairs.second, second), (pairs.again, first)]
    for number in range(rounds):
        for runs, job in jobs[number % 3 :] + jobs[: number % 3]:
            runs.append(job())
    return pairs


@dataclass(slots=True)
class Figures:
    """What a benchmark prints, and whether it reached what it is to reach."""

    missed: int = 0

    def show(self, name: str, value: str) -> None:
        """A figure by the way."""
        print(f"  {name:<66}{value:>16}", flush=True)

    def reach(self, name: str, value: float, unit: str, *, at_most: float | None = None, at_least: float | None = None) -> None:
        """A figure with its mark."""
        well = (at_most is None or value < at_most) and (at_least is None or value >= at_least)
        wanted = f"< {at_most:g}" if at_most is not None else f">= {at_least:g}"
        mark = "✓" if well else "✗"
        print(f"{mark} {name:<66}{value:>10.3g} {unit:<5} (to reach: {wanted} {unit})", flush=True)
        self.missed += not well

    def end(self) -> int:
        """The exit code: 0 when every mark is reached."""
        return 1 if self.missed else 0


def said(argv: Sequence[str], number: str, otherwise: int) -> int:
    """The number behind an option of this benchmark (`--rounds 5`)."""
    return int(argv[argv.index(number) + 1]) if number in argv else otherwise
