"""There is no C compiler, and a package needs one.

You see: `cgo: C compiler "gcc" not found: exec: "gcc": executable file not found in $PATH`.

Why: CGO_ENABLED=1 is set, or CC names a compiler that is not installed. Left alone, Go switches C off when it finds no
compiler.

The fix: for this run, build without C (`CGO_ENABLED=0`), if nothing of yours needs it; what needs it then fails and
everything is put back, so unjam asks. Else: install the compiler.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from unjam.facts.case import Case
from unjam.facts.printed import Printed
from unjam.golang.messages.build import CompilerMissing
from unjam.model import Finding, Remedy
from unjam.modes.build.without_c import build_without_c
from unjam.modes.mode import ERROR, Mode

if TYPE_CHECKING:
    from unjam.lab.lab import Lab


def examine(case: Case) -> Iterator[Finding]:
    """Go's own words."""
    for message, fact in case.printed(CompilerMissing):
        yield Finding(message.name, f"the C compiler {message.name} is not installed.", fact.cites())


def remedy(finding: Finding, case: Case) -> Remedy:
    """Without C, for one run."""
    return build_without_c()


def reproduce(lab: Lab) -> None:
    """CGO_ENABLED=1 and CC names a compiler that is not there."""
    from unjam.lab.children import compiler_missing

    lab.add(compiler_missing(lab))


MODE = Mode(
    reads=(Printed,),
    examine=examine,
    remedy=remedy,
    reproduce=reproduce,
    seen_by=frozenset({ERROR}),
    offers="fix",
)
