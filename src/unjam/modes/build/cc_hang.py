"""The C compiler does not come back.

You see: `go build` stands; a child `gcc`, `clang` or a wrapper of them waits. Often it is the very first `cc
--version`-like probe.

Why: a compiler wrapper waits for a licence, a cache server or a terminal. go gives its children no time limit.

The fix: for this run, build without C (`CGO_ENABLED=0`), if nothing of yours needs it; what needs it then fails and
everything is put back, so unjam asks. Else: mend the compiler that CC names.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from unjam.facts.case import Case
from unjam.facts.children import Task, WaitingChild
from unjam.model import Finding, Remedy
from unjam.modes.build.without_c import build_without_c
from unjam.modes.mode import ATTACH, DUMP, Mode
from unjam.modes.wording import lasting

if TYPE_CHECKING:
    from unjam.lab.lab import Lab


def examine(case: Case) -> Iterator[Finding]:
    """A C compiler that go waits for."""
    for child in case.waiting(WaitingChild):
        if child.task in {Task.CC_PROBE, Task.CC}:
            runs = child.chain[-1] if child.chain else child.task
            says = f"go has been waiting for the C compiler{lasting(case, child)}: {runs}"
            yield Finding(child.chain[0] if child.chain else "CC", says, child.cites())


def remedy(finding: Finding, case: Case) -> Remedy:
    """Without C, for one run."""
    return build_without_c()


def reproduce(lab: Lab) -> None:
    """CC names a compiler that never answers."""
    from unjam.lab.children import compiler_hang

    lab.add(compiler_hang(lab))


MODE = Mode(
    reads=(WaitingChild,),
    examine=examine,
    remedy=remedy,
    reproduce=reproduce,
    seen_by=frozenset({ATTACH, DUMP}),
    offers="fix",
)
