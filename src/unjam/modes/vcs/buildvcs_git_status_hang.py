"""`go build` waits for `git status`, which it runs to stamp the binary.

You see: `go build` of a main package stands before anything is compiled; with `-x` the last line is `git status
--porcelain`.

Why: since Go 1.18 go records the state of the work tree in the binary. A file system monitor, a huge work tree or a
network disk keeps git waiting.

The fix: for this run, `-buildvcs=false`: the same binary without the stamp, so unjam asks. For good: mend the monitor
(`git config core.fsmonitor`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from unjam.facts.case import Case
from unjam.facts.children import Task, WaitingChild
from unjam.fixes.one_run_environment import OneRunEnvironment
from unjam.model import Advice, Finding, Fix, Remedy, Safety
from unjam.modes.mode import ATTACH, DUMP, Mode, X
from unjam.modes.wording import lasting

if TYPE_CHECKING:
    from unjam.lab.lab import Lab


def examine(case: Case) -> Iterator[Finding]:
    """`git status` of the build's stamp."""
    for child in case.waiting(WaitingChild):
        if child.task is Task.STATUS:
            says = f"go has been waiting for `git status` of the work tree{lasting(case, child)}, before it compiles anything."
            yield Finding("git status", says, child.cites())


def remedy(finding: Finding, case: Case) -> Remedy:
    """No stamp, for one run. A -buildvcs that was typed is stronger than any variable."""
    command = case.command()
    if command and any(word.lstrip("-").startswith("buildvcs") for word in command.argv):
        by_hand = "git status --porcelain   # the same question by hand; `git config core.fsmonitor` names its monitor"
        return Advice("build with -buildvcs=false in place of the -buildvcs that was typed", (by_hand,))
    setting = case.setting("GOFLAGS")
    flags = " ".join(part for part in (setting.raw if setting else "", "-buildvcs=false") if part)
    return Fix(
        "build without the version control stamp, for this run",
        Safety.ASK,
        (OneRunEnvironment((("GOFLAGS", flags),)),),
        why_ask="the binary then does not tell which commit it was built from",
    )


def reproduce(lab: Lab) -> None:
    """The work tree's file system monitor never answers git."""
    from unjam.lab.git import buildvcs_status_hang

    lab.add(buildvcs_status_hang(lab))


MODE = Mode(
    reads=(WaitingChild,),
    examine=examine,
    remedy=remedy,
    reproduce=reproduce,
    seen_by=frozenset({ATTACH, DUMP, X}),
    offers="fix",
)
