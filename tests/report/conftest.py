"""Cases as the sources make them, small enough to see through."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from unjam.facts.case import Case, Look
from unjam.facts.requests import Phase, Purpose, WaitingRequest
from unjam.facts.seen import Program, Seen
from unjam.facts.settings import GoCommand, GoSetting
from unjam.golang.secrets import EnvValue
from unjam.model import Cite
from unjam.report.view import View, report_on

SICK, WELL = "http://sick.example:4000", "https://well.example"
TOKEN = "s3cr3t-t0ken"


def seen(text: str, source: str, *also: Cite) -> Seen:
    return Seen(text, source, Program.GO, 4711, also)


@pytest.fixture
def silent_proxy() -> Callable[..., Case]:
    """`go mod tidy` that has waited for its first GOPROXY entry for some seconds."""

    def make(seconds: float = 12.3, goproxy: str = f"{SICK},{WELL}", argv: tuple[str, ...] = ("go", "mod", "tidy")) -> Case:
        url = f"{SICK}/example.com/lib/@v/v1.0.0.mod"
        entries = EnvValue("GOPROXY", goproxy)
        socket = Cite(f"10.0.0.5:53396 → 10.0.0.9:4000 ESTAB, no byte for {seconds:.1f} s", "socket 8 of process 4711")
        facts = (
            GoCommand(seen(" ".join(argv), "process 4711"), argv, "/src", "go1.27.3", 20.0),
            GoSetting(seen(f"GOPROXY={entries}", "environment of process 4711"), "GOPROXY", entries, "process"),
            WaitingRequest(
                seen(f"goroutine 20 [select] net/http.(*persistConn).roundTrip: waiting for {url}", "goroutines", socket),
                url, "sick.example:4000", Phase.HEADERS, Purpose.MODULE, silent_for=seconds,
            ),
        )  # fmt: skip
        return Case().add(Look(100.0, facts, frozenset(map(type, facts)), looked_at=("process", "goroutines", "sockets")))

    return make


@pytest.fixture
def lone_get() -> Case:
    """A log that ends with a `# get`: every silence looks like that."""
    url = f"{SICK}/example.com/lib/@v/list"
    fact = WaitingRequest(Seen(f"# get {url}", "ci.log:7"), url, "sick.example:4000", Phase.UNKNOWN, Purpose.MODULE)
    return Case().add(Look(None, (fact,), frozenset({WaitingRequest}), looked_at=("text",)))


@pytest.fixture
def stuck(silent_proxy: Callable[..., Case]) -> View:
    return report_on(silent_proxy())
