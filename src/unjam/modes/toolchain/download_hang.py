"""go downloads another Go, and the server does not send it.

You see: `go version`, `go env` and everything else stand; the only line is `go: downloading go1.X (linux/amd64)`, which
many tools swallow. `-x` shows nothing: it is not yet in force.

Why: the go line or the toolchain line of go.mod is newer than the installed Go, and GOTOOLCHAIN lets it fetch that one
through GOPROXY.

The fix: for this run, leave that GOPROXY entry out and ask the next one. The toolchain then comes from there, which is
a matter of trust, so unjam asks; its checksum is verified always. Without a next entry: install that Go, or a proxy
that answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from unjam.facts.case import Case
from unjam.facts.requests import Phase, Purpose, WaitingRequest
from unjam.model import Candidate, Finding, Remedy
from unjam.modes.mode import ATTACH, DUMP, Mode
from unjam.modes.requests import unnamed
from unjam.modes.sick_entry import leave_out
from unjam.modes.wording import lasting

if TYPE_CHECKING:
    from unjam.lab.lab import Lab


def examine(case: Case) -> Iterator[Finding | Candidate]:
    """A request for golang.org/toolchain that waits, in whatever phase."""
    for request in case.waiting(WaitingRequest):
        if request.purpose is Purpose.TOOLCHAIN and request.phase is Phase.UNKNOWN:
            missing = ("whether it is still unanswered: unjam attach PID, or a goroutine dump",)
            yield Candidate(request.url or request.host, request.cites(), missing)
        elif request.purpose is Purpose.TOOLCHAIN:
            says = f"go has been {request.phase}{lasting(case, request)}: {request.host} is to send another Go toolchain."
            yield Finding(request.url or request.host, says, request.cites())
    switch = case.setting("GOTOOLCHAIN")
    if switch is None or switch.raw != "local":
        yield from unnamed(case)


def remedy(finding: Finding, case: Case) -> Remedy:
    """The other GOPROXY entries, where the user named some."""
    return leave_out(finding, case, "does not send the toolchain", "install that Go yourself: https://go.dev/dl/")


def reproduce(lab: Lab) -> None:
    """go.mod asks for Go 1.99, and the first GOPROXY entry is silent about it."""
    from unjam.lab.faults.silence import Silence
    from unjam.lab.match import Match

    lab.toolchain("go1.99.0")
    sick, well = lab.proxy("sick"), lab.proxy("well")
    sick.fault(Silence(), on=Match(module="golang.org/toolchain"))
    lab.use_goproxy(sick, well)
    lab.command = ("version",)


MODE = Mode(
    reads=(WaitingRequest,),
    examine=examine,
    remedy=remedy,
    reproduce=reproduce,
    seen_by=frozenset({ATTACH, DUMP}),
    offers="fix",
)
