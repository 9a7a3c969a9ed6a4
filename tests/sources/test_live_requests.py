"""Requests of a running go: each in its own phase, on its own socket, whatever else goes on beside it."""

from __future__ import annotations

import pytest
from tests.sources.conftest import Until

from unjam.diagnose import diagnose
from unjam.facts.case import Case
from unjam.facts.requests import Phase, WaitingRequest
from unjam.lab.faults.redirect import Redirect
from unjam.lab.faults.silence import Silence
from unjam.lab.faults.status import Status
from unjam.lab.faults.tls_stall import TlsStall
from unjam.lab.lab import Lab
from unjam.lab.match import Match

pytestmark = pytest.mark.lab
both = pytest.mark.parametrize("lab", ["1.21", "1.27"], indirect=True)


def phases(case: Case) -> dict[str, tuple[Phase, str]]:
    """Of each module that go waits for: the phase and the peer."""
    return {one.url.split("/@v")[0].rpartition("/")[2]: (one.phase, one.peer) for one in case.all(WaitingRequest)}


@both
def test_each_request_has_the_phase_of_its_own_dialer(lab: Lab, until: Until) -> None:
    """One module waits for an answer, one for a connection, one for a handshake, all at once."""
    lab.require(*(lab.module(f"example.com/{name}") for name in ("silent", "swallowed", "shaking")))
    first, stalled, hole = lab.proxy("first"), lab.proxy("stalled", tls=True), lab.black_hole()
    first.fault(Silence(), on=Match("mod", module="example.com/silent"))
    first.fault(Status(404), on=Match("*", module="example.com/swallowed"))
    first.fault(Redirect(stalled.url), on=Match("mod", module="example.com/shaking"))
    stalled.fault(TlsStall())
    lab.use_goproxy(first, f"http://{hole}")
    lab.env["GOMAXPROCS"] = "4"  # go reads as many go.mod files at once
    running = lab.start()
    expected = {
        "silent": (Phase.HEADERS, first.address),
        "swallowed": (Phase.DIALING, hole),
        "shaking": (Phase.TLS, stalled.address),
    }
    case = until(running.pid, lambda case: phases(case) == expected)
    found = {finding.mode for finding in diagnose(case).findings}
    assert found == {"net-proxy-accepts-never-answers", "net-dial-blackhole", "net-tls-handshake-timeout"}
