"""The remedy of the modes where the C compiler is at fault: build without C, for one run."""

from __future__ import annotations

from unjam.fixes.one_run_environment import OneRunEnvironment
from unjam.model import Fix, Safety


def build_without_c() -> Fix:
    """`CGO_ENABLED=0`; what needs C then fails, and everything is put back."""
    return Fix(
        "build without C, for this run",
        Safety.ASK,
        (OneRunEnvironment((("CGO_ENABLED", "0"),)),),
        why_ask="packages that need C are left out or fail; the net package then resolves names by itself",
    )
