"""`unjam go build` against `go build`: what watching costs.

A clean build of net/http with all it stands on (200 packages of Go's own source, a fresh GOCACHE each time) and a build
where nothing is to be done. Beside the wall time stands what unjam itself used of a processor, without its children: that
is its cost on a machine that has nothing else to do, and the load cannot change it.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pairs
from pairs import UNJAM, Figures, Run, said, timed
from rivals import CACHE, environment, go

_MAIN = """package main

import (
\t"fmt"
\t"net/http"
\t_ "archive/zip"
\t_ "database/sql"
\t_ "encoding/xml"
\t_ "go/types"
\t_ "html/template"
\t_ "image/png"
\t_ "log/slog"
\t_ "net/rpc"
\t_ "testing"
)

func main() { fmt.Println(http.ListenAndServe("127.0.0.1:0", nil)) }
"""


def main(argv: list[str]) -> int:
    """Measure, print, and say by the exit code whether the figures are reached."""
    figures = Figures()
    with tempfile.TemporaryDirectory(prefix="unjam-build-") as folder:
        tree = Path(folder) / "tree"
        tree.mkdir()
        (tree / "go.mod").write_text("module example.com/tree\n\ngo 1.21\n", encoding="utf-8")
        (tree / "main.go").write_text(_MAIN, encoding="utf-8")
        listed = subprocess.run([go(), "list", "-deps", "./..."], cwd=tree, env=environment(), capture_output=True, check=True)
        figures.show("packages in the tree", str(len(listed.stdout.split())))
        _no_op(tree, said(argv, "--no-op-rounds", 12), figures)
        _clean(tree, said(argv, "--rounds", 6), figures)
    return figures.end()


def _clean(tree: Path, rounds: int, figures: Figures) -> None:
    plain, watched = (_builder(tree, words, fresh=True) for words in ([go()], [UNJAM, "go"]))
    found = pairs.compare(plain, watched, rounds)
    _show("clean build", found, figures)
    own = [run.own for run in found.second]
    figures.show("  unjam's own processor time (median)", f"{sorted(own)[len(own) // 2] * 1000:.0f} ms")
    figures.reach("  unjam go build more than go build, wall", (found.ratio(pairs.wall) - 1) * 100, "%", at_most=3)
    figures.reach("  unjam's own processor time of the whole build's", found.second_share() * 100, "%", at_most=3)


def _no_op(tree: Path, rounds: int, figures: Figures) -> None:
    plain, watched = (_builder(tree, words, fresh=False) for words in ([go()], [UNJAM, "go"]))
    found = pairs.compare(plain, watched, rounds)
    _show("nothing to do", found, figures)
    more = (found.ratio(pairs.wall) - 1) * pairs.median(found.first)
    figures.reach("  unjam go build more than go build, wall", more * 1000, "ms", at_most=200)


def _show(name: str, found: pairs.Pairs, figures: Figures) -> None:
    figures.show(f"{name}: go build (median; processor)", pairs.both(found.first))
    figures.show(f"{name}: unjam go build (median; processor)", pairs.both(found.second))
    figures.show(
        "  A/A: go build against itself, wall; processor", f"{found.chance(pairs.wall):.3f}; {found.chance(pairs.cpu):.3f}"
    )
    figures.show("  unjam go build / go build, wall; processor", f"{found.ratio(pairs.wall):.3f}; {found.ratio(pairs.cpu):.3f}")


def _builder(tree: Path, words: list[str], *, fresh: bool) -> Callable[[], Run]:
    gocache = CACHE / ("gocache-fresh" if fresh else "gocache")

    def build() -> Run:
        if fresh:
            shutil.rmtree(gocache, ignore_errors=True)
        env = {**environment(gocache), "UNJAM_GO": go()}
        done = timed([*words, "build", "-o", "/dev/null", "./..."], env=env, cwd=tree, keep=True)
        if done.code:
            sys.exit(f"the build failed: {done.out[-500:].decode(errors='replace')}")
        return done

    return build


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
