"""How long `unjam --help` and its like take, beside the bare interpreter, which is the least any Python program takes."""

from __future__ import annotations

import sys

import pairs
from pairs import UNJAM, Figures, median, said, timed

_MARKS = {("--help",): 150, ("--version",): 150, ("modes", "--json"): 400}


def main(argv: list[str]) -> int:
    """Measure, print, and say by the exit code whether the figures are reached."""
    figures, rounds = Figures(), said(argv, "--rounds", 15)
    for words, mark in _MARKS.items():
        found = pairs.compare(
            lambda words=words: timed([UNJAM, *words]),  # type: ignore[misc]
            lambda: timed([sys.executable, "-c", "pass"]),
            rounds,
        )
        name = " ".join(words)
        figures.show(
            f"unjam {name}: processor; A/A", f"{median(found.first, pairs.cpu) * 1000:.0f} ms; {found.chance(pairs.wall):.2f}"
        )
        figures.show("  times the bare interpreter", f"{1 / found.ratio(pairs.wall):.1f}")
        figures.reach(f"unjam {name}, whole process", median(found.first) * 1000, "ms", at_most=mark)
    return figures.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
