"""`unjam lab serve`: faults written as text, and a server to point any go at."""

from __future__ import annotations

import http.client
import re
import threading

import pytest

from unjam.errors import BadInput
from unjam.lab.fault_text import NAMES, needs_tls, parse_fault
from unjam.lab.faults.bad_certificate import BadCertificate
from unjam.lab.faults.drip import Drip
from unjam.lab.faults.fault import Fault
from unjam.lab.faults.silence import Silence
from unjam.lab.faults.stall_after import StallAfter
from unjam.lab.faults.status import Status
from unjam.lab.lab import Lab
from unjam.lab.match import Match
from unjam.lab.serve import exports, serve, serving
from unjam.lab.toolchain import find_go


@pytest.mark.parametrize(
    ("text", "fault", "on"),
    [
        ("silence", Silence(), Match()),
        ("silence:accept", Silence("accept"), Match()),
        ("stall:65536@zip", StallAfter(65536), Match("zip")),
        ("status:503@mod:example.com/.*", Status(503), Match("mod", "example.com/.*")),
        ("drip:1000@zip", Drip(1000), Match("zip")),
        ("bad-certificate:expired", BadCertificate("expired"), Match()),
        ("status@*:example.com/lib@v1.0.0", Status(503), Match("*", "example.com/lib@v1.0.0")),
    ],
)
def test_a_fault_is_read(text: str, fault: Fault, on: Match) -> None:
    """`NAME[:VALUE][@ENDPOINT[:MODULE]]`."""
    assert parse_fault(text) == (fault, on)


@pytest.mark.parametrize("name", NAMES)
def test_every_fault_can_be_had_without_a_value(name: str) -> None:
    """The class's own default then holds."""
    assert isinstance(parse_fault(name)[0], Fault)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("stal", "did you mean stall?"),
        ("", "no fault is called ''"),
        ("drip:0", "'0' is no value for drip"),
        ("drip:x", "'x' is no value for drip"),
        ("status:999", "'999' is no value for status"),
        ("delay:-1", "'-1' is no value for delay"),
        ("portal:x", "'x' is no value for portal"),
        ("bad-certificate:good", "'good' is no value"),
        ("silence@zop", "'zop' is no endpoint of a GOPROXY"),
        ("silence@zip:(", "is no regular expression"),
    ],
)
def test_a_mistake_is_named(text: str, said: str) -> None:
    """In one line."""
    with pytest.raises(BadInput, match=re.escape(said)):
        parse_fault(text)


def test_some_faults_need_tls() -> None:
    """And the server then speaks it."""
    assert needs_tls("h2-silence@zip")
    assert not needs_tls("silence@zip")


@pytest.mark.lab
@pytest.mark.parametrize("fault", ["status:503@zip", "h2-error@zip"])
def test_the_lines_shown_turn_go_to_the_lab(fault: str, lab: Lab) -> None:
    """All that can be loaded is; what is faulty is not."""
    with serving([fault]) as server:
        for line in exports(server):
            if found := re.fullmatch(r"export (\w+)='?(.*?)'?", line):
                lab.env[found[1]] = found[2]
        assert lab.run(("list", "-m", "example.com/hello@latest")).stdout == "example.com/hello v1.0.0\n"
        result = lab.run(("mod", "download", "example.com/hello@v1.0.0"))
        assert result.code == 1
        assert "503 Service Unavailable" in result.stderr or "stream error" in result.stderr


def test_it_serves_until_told_to_stop() -> None:
    """And shows each request."""
    shown: list[str] = []
    stop = threading.Event()
    thread = threading.Thread(target=serve, args=(["silence@zip"],), kwargs={"show": shown.append, "stop": stop})
    thread.start()
    try:
        with Lab(find_go()) as lab:
            assert lab.until(lambda: any("GOSUMDB" in line for line in shown))
            address = shown[0].removeprefix("export GOPROXY=http://")
            connection = http.client.HTTPConnection(address, timeout=10)
            connection.request("GET", "/example.com/lib/@v/list")
            assert connection.getresponse().read() == b"v1.0.0\n"
            connection.close()
            assert lab.until(lambda: "# GET /example.com/lib/@v/list" in shown)
    finally:
        stop.set()
        thread.join()


@pytest.mark.parametrize("listen", ["0.0.0.0:80", "example.com:1", "x", "127.0.0.1:0", "70000"])
def test_it_listens_on_loopback_only(listen: str) -> None:
    """On a port that is one."""
    with pytest.raises(BadInput), serving([], listen):
        pass
