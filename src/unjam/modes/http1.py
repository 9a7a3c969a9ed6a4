"""The remedy of the modes where HTTP/2 is at fault: HTTP/1.1 for one run."""

from __future__ import annotations

from unjam.facts.case import Case
from unjam.fixes.one_run_environment import OneRunEnvironment
from unjam.model import Fix, Safety


def use_http1(case: Case) -> Fix:
    """`GODEBUG=http2client=0`, added to whatever GODEBUG says already."""
    setting = case.setting("GODEBUG")
    debug = ",".join(part for part in (setting.raw if setting else "", "http2client=0") if part)
    return Fix("use HTTP/1.1, for this run", Safety.SAFE, (OneRunEnvironment((("GODEBUG", debug),)),))
