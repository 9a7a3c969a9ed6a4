"""`unjam read` on a dump of ten thousand goroutines, against panicparse (`pp`): whole process against whole process."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable

import pairs
from pairs import UNJAM, Figures, Run, median, said, timed
from rivals import PANICPARSE, rival, version
from server import parked

HEADER = b"\n\ngoroutine "


def main(argv: list[str]) -> int:
    """Measure, print, and say by the exit code whether the figures are reached."""
    figures, rounds = Figures(), said(argv, "--rounds", 7)
    with parked(said(argv, "--goroutines", 10_000)) as server:
        dump = server.dump()
    figures.show("the dump", f"{dump.count(HEADER):,} goroutines, {len(dump) / 1e6:.1f} MB")
    pp = rival(PANICPARSE)
    with tempfile.NamedTemporaryFile(suffix=".txt") as file:
        file.write(dump)
        file.flush()
        unjam = _reader([UNJAM, "read", file.name, "--json"])
        # Without -parse=false it also parses the source files it finds; its answer here is the same.
        found = pairs.compare(unjam, _reader([pp, "-parse=false", file.name]) if pp else unjam, rounds)
    figures.show("unjam read (median; processor)", pairs.both(found.first))
    figures.show("A/A: unjam against itself", f"{found.chance(pairs.wall):.2f}")
    if pp:
        figures.show(f"{version(pp)} (median; processor)", pairs.both(found.second))
        figures.reach("panicparse takes so many times as long as unjam read", found.ratio(pairs.wall), "x", at_least=3)
    figures.reach("unjam read, whole process", len(dump) / 1e6 / median(found.first), "MB/s", at_least=20)
    return figures.end()


def _reader(argv: list[str]) -> Callable[[], Run]:
    return lambda: timed(argv)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
