"""The remedy of the modes where one GOPROXY entry is at fault: ask the next one first, for one run.

Only a server that the user named may be asked. A single entry, or one followed by `off`, gets advice.
"""

from __future__ import annotations

from unjam.facts.case import Case
from unjam.fixes.one_run_environment import OneRunEnvironment
from unjam.golang.goproxy import moved_behind, parse_goproxy
from unjam.golang.url import Url
from unjam.model import Advice, Finding, Fix, Remedy, Safety


def ask_next_first(finding: Finding, case: Case, silent: str) -> Remedy:
    """Move the entry that `finding.subject` belongs to behind the next one; `silent` says what it does wrong."""
    setting = case.setting("GOPROXY")
    reordered = moved_behind(parse_goproxy(setting.raw), finding.subject) if setting else None
    host = Url(finding.subject).host or finding.subject
    if setting is None or reordered is None:
        return Advice(
            f"use a module proxy that works: {host} {silent}",
            (
                "go env GOPROXY   # the list that go asks, in order",
                f"ask whoever runs {host} why it {silent}",
                "GOPROXY=<a proxy you trust>,<this one> go …   # for one run, if you have another",
            ),
        )
    first = Url(reordered.entries[0].url).host or reordered.entries[0].url
    return Fix(
        f"ask {first} first, for this run",
        Safety.ASK,
        (OneRunEnvironment((("GOPROXY", reordered.value),)),),
        why_ask=f"modules of this run then come from {first} instead of {host}; the checksum database still checks them",
    )
