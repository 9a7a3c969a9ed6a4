"""All goroutines of a running server from outside: `unjam goroutines PID --json` against `dlv attach`.

Whole process against whole process, both listing every goroutine with its stack. During each the server's heart beats
every 5 ms; the longest gap between two beats says whether the server was held up. `idle` is a command that only waits
as long as unjam takes, and `busy` one that computes as long and touches nothing: what the machine does to the heart by itself.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
from collections.abc import Callable

import pairs
from pairs import UNJAM, Figures, Run, said, timed
from rivals import DLV, rival, version
from server import Parked, parked

_BUSY = "import time\nuntil = time.perf_counter() + float(__import__('sys').argv[1])\nwhile time.perf_counter() < until: pass"


def main(argv: list[str]) -> int:
    """Measure, print, and say by the exit code whether the figures are reached."""
    figures = Figures()
    dlv = rival(DLV)
    with parked(said(argv, "--goroutines", 10_000)) as server:
        _beside(server, dlv, said(argv, "--rounds", 5), figures)
    with parked(100_000) as server:
        run = timed([UNJAM, "goroutines", str(server.pid), "--json"], keep=True)
        figures.show("goroutines listed of the large server", f"{len(json.loads(run.out)['goroutines']):,}")
        figures.show("  whole process", f"{run.wall:.2f} s")
        figures.reach("  peak memory of unjam", run.peak / 1e9, "GB", at_most=1.0)
    return figures.end()


def _beside(server: Parked, dlv: str | None, rounds: int, figures: Figures) -> None:
    gaps: dict[str, list[float]] = {}
    unjam = _with_gap(server, "unjam", [UNJAM, "goroutines", str(server.pid), "--json"], gaps)
    run = unjam()
    figures.show("goroutines listed by unjam", f"{len(json.loads(run.out)['goroutines']):,}")
    if dlv:
        with tempfile.NamedTemporaryFile("w", suffix=".dlv") as script:
            script.write("goroutines -t 100\nexit\n")
            script.flush()
            argv = [dlv, "attach", str(server.pid), "--init", script.name, "--allow-non-terminal-interactive"]
            delve = _with_gap(server, "dlv", argv, gaps, says=b"n\n")  # it asks whether to end the server
            figures.show(f"goroutines listed by {version(dlv)}", f"{delve().out.count(b'Goroutine '):,}")
            found = pairs.compare(unjam, delve, rounds)
        figures.show("unjam, whole process (median; processor)", pairs.both(found.first))
        figures.show("dlv, whole process (median; processor)", pairs.both(found.second))
        figures.show("A/A: unjam against itself", f"{found.chance(pairs.wall):.2f}")
        figures.reach("dlv takes so many times as long as unjam", found.ratio(pairs.wall), "x", at_least=8)
    took = str(statistics.median(unjam().wall for _ in range(3)))
    control = {"idle": ["sleep", took], "busy": [sys.executable, "-c", _BUSY, took]}
    jobs = [unjam, *(_with_gap(server, name, command, gaps) for name, command in control.items())]
    for _ in range(rounds):
        for job in jobs:
            job()
    for name, each in gaps.items():
        gap = f"{statistics.median(each) * 1000:.1f}; {max(each) * 1000:.1f} ms"
        figures.show(f"longest gap between heartbeats, {name} (median; longest)", gap)
    usual = max(statistics.median(gaps["idle"]), statistics.median(gaps["busy"]))
    figures.reach("gap while unjam looks against the usual gap", statistics.median(gaps["unjam"]) / usual, "x", at_most=2)


def _with_gap(server: Parked, name: str, argv: list[str], gaps: dict[str, list[float]], says: bytes = b"") -> Callable[[], Run]:
    def run() -> Run:
        server.gap()
        done = timed(argv, keep=True, says=says)
        gaps.setdefault(name, []).append(server.gap())
        if done.code:
            sys.exit(f"{' '.join(argv)} ended with {done.code}: {done.out[-500:].decode(errors='replace')}")
        return done

    return run


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
