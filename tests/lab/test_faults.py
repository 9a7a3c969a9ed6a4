"""What each fault does to the real go: what it prints, or that it hangs; and that lifting heals it in mid-flight."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from unjam.lab.faults.bad_certificate import BadCertificate
from unjam.lab.faults.black_hole import BlackHole
from unjam.lab.faults.close_without_answer import CloseWithoutAnswer
from unjam.lab.faults.delay import Delay
from unjam.lab.faults.drip import Drip
from unjam.lab.faults.fault import Fault
from unjam.lab.faults.http2_stream import H2BodyStall, H2StreamError, H2StreamSilence
from unjam.lab.faults.other_content import OtherContent
from unjam.lab.faults.redirect import Redirect
from unjam.lab.faults.redirect_loop import RedirectLoop
from unjam.lab.faults.refuse import Refuse
from unjam.lab.faults.reset import Reset
from unjam.lab.faults.silence import Silence
from unjam.lab.faults.stall_after import StallAfter
from unjam.lab.faults.status import Status
from unjam.lab.faults.tls_stall import TlsStall
from unjam.lab.faults.truncate import Truncate
from unjam.lab.faults.truncated_zip import TruncatedZip
from unjam.lab.faults.wrong import Wrong
from unjam.lab.lab import Lab
from unjam.lab.match import Match
from unjam.lab.proxy import Proxy

pytestmark = pytest.mark.lab

ZIP = Match("zip")


@dataclass(frozen=True, slots=True)
class Kind:
    """A proxy that speaks one of three ways."""

    tls: bool = False
    http2: bool = False


PLAIN, TLS, HTTP2 = Kind(), Kind(tls=True), Kind(tls=True, http2=True)

HANGS = [
    (Silence(), Match(), PLAIN),
    (Silence("accept"), Match(), PLAIN),
    (Silence(), ZIP, TLS),
    (Silence(), ZIP, HTTP2),
    (Silence(), Match("sumdb-lookup"), PLAIN),
    (Silence(), Match(module="example.com/lib@v1.0.0"), PLAIN),
    (StallAfter(1000), ZIP, PLAIN),
    (StallAfter(1000), ZIP, TLS),
    (StallAfter(200_000), ZIP, HTTP2),
    (StallAfter(3), Match("mod"), PLAIN),
    (Drip(5_000), ZIP, PLAIN),
    (H2StreamSilence(), ZIP, HTTP2),
    (H2BodyStall(1000), ZIP, HTTP2),
    (BlackHole(), Match(), PLAIN),
    (TlsStall(), Match(), TLS),
]

FAILS = [
    (Status(403), Match(), PLAIN, "403 Forbidden"),
    (Status(500, "the disk is full\n"), ZIP, PLAIN, "server response: the disk is full"),
    (Status(503), Match("sumdb"), PLAIN, "/supported: 503 Service Unavailable"),
    (Status(429), Match("mod"), HTTP2, ".mod: 429 Too Many Requests"),
    (Status(404), Match(), PLAIN, "404 Not Found"),
    (Wrong(), Match("mod"), PLAIN, "verifying go.mod: checksum mismatch"),
    (Wrong(), ZIP, PLAIN, "zip: not a valid zip file"),
    (TruncatedZip(), ZIP, PLAIN, "zip: not a valid zip file"),
    (Truncate(1000), ZIP, PLAIN, "unexpected EOF"),
    (Truncate(1000), ZIP, HTTP2, "unexpected EOF"),
    (Reset(), Match(), PLAIN, "read: connection reset by peer"),
    (Reset(1000), ZIP, PLAIN, "read: connection reset by peer"),
    (Reset(), ZIP, TLS, "read: connection reset by peer"),
    (Reset(), ZIP, HTTP2, "read: connection reset by peer"),
    (CloseWithoutAnswer(), Match(), PLAIN, ": EOF"),
    (CloseWithoutAnswer(), ZIP, TLS, ": EOF"),
    (RedirectLoop(), Match(), PLAIN, "stopped after 10 redirects"),
    (Redirect("ftp://127.0.0.1"), Match(), PLAIN, 'unsupported protocol scheme "ftp"'),
    (Refuse(), Match(), PLAIN, "connect: connection refused"),
    (BadCertificate(), Match(), TLS, "x509: certificate signed by unknown authority"),
    (BadCertificate("self-signed"), Match(), TLS, "x509: certificate signed by unknown authority"),
    (BadCertificate("expired"), Match(), TLS, "x509: certificate has expired or is not yet valid"),
    (BadCertificate("other-host"), Match(), TLS, "because it doesn't contain any IP SANs"),
    (H2StreamError(), ZIP, HTTP2, "INTERNAL_ERROR; received from peer"),
    (H2StreamError(after=1000), ZIP, HTTP2, "INTERNAL_ERROR; received from peer"),
    (H2StreamError(0xB), ZIP, HTTP2, "ENHANCE_YOUR_CALM; received from peer"),
    (OtherContent(), ZIP, PLAIN, "SECURITY ERROR"),
]


def sick(lab: Lab, fault: Fault, on: Match, kind: Kind) -> Proxy:
    """The lab, with this fault in its only proxy."""
    lab.require(lab.module("example.com/lib", size=300_000))
    proxy = lab.proxy(tls=kind.tls, http2=kind.http2)
    proxy.fault(fault, on)
    lab.use_goproxy(proxy)
    return proxy


@pytest.mark.parametrize(("fault", "on", "kind"), HANGS, ids=str)
def test_go_hangs_and_goes_on_once_it_is_lifted(lab: Lab, fault: Fault, on: Match, kind: Kind) -> None:
    """Met, and met by nobody before; the same run then ends well."""
    sick(lab, fault, on, kind)
    assert not lab.is_waiting()
    running = lab.start()
    assert lab.until(lambda: running.done or lab.is_waiting())
    assert not running.done, running.stderr
    lab.lift()
    result = running.wait_done()
    assert result
    assert result.code == 0, result.stderr


@pytest.mark.parametrize(("fault", "on", "kind", "said"), FAILS, ids=str)
def test_go_fails_with_the_words_known(lab: Lab, fault: Fault, on: Match, kind: Kind, said: str) -> None:
    """At once, in one attempt; and once it is lifted, the next run ends well."""
    sick(lab, fault, on, kind)
    result = lab.run()
    assert result.code == 1
    assert said in result.stderr
    lab.lift()
    result = lab.run()
    assert result.code == 0, result.stderr


def test_the_second_entry_serves_what_the_first_refuses(lab: Lab) -> None:
    """With `|`; after a comma only 404 and 410 do that."""
    lab.require(lab.module("example.com/lib"))
    broken, well = lab.proxy("sick"), lab.proxy("well")
    broken.fault(Status(500))
    lab.use_goproxy(broken, well)
    assert lab.run().code == 1
    lab.use_goproxy(broken, well, sep="|")
    assert lab.run().code == 0


def test_a_delay_is_only_slow(lab: Lab) -> None:
    """Go waits and ends well."""
    sick(lab, Delay(0.5), Match("mod"), PLAIN)
    result = lab.run()
    assert result.code == 0
    assert result.seconds >= 0.5


def test_http1_is_well_where_streams_are_sick(lab: Lab) -> None:
    """GODEBUG=http2client=0 is the way around."""
    sick(lab, H2StreamSilence(), Match(), HTTP2)
    lab.env["GODEBUG"] = "http2client=0"
    assert lab.run().code == 0


def test_faults_compose(lab: Lab) -> None:
    """In the order they were given: late, and then wrong."""
    proxy = sick(lab, Delay(0.3), ZIP, PLAIN)
    proxy.fault(Status(502), ZIP)
    result = lab.run()
    assert "502 Bad Gateway" in result.stderr
    assert result.seconds >= 0.3


def test_a_fault_may_be_for_one_request_alone(lab: Lab) -> None:
    """The first two, or the second only."""
    proxy = sick(lab, Status(503), Match(times=2), PLAIN)
    assert [lab.run().code for _ in range(3)] == [1, 1, 0]
    proxy.fault(Status(500), Match("zip", nth=2))
    codes = []
    for _ in range(3):
        assert lab.run(("clean", "-modcache")).code == 0
        codes.append(lab.run().code)
    assert codes == [0, 1, 0]


def test_a_module_may_be_left_out(lab: Lab) -> None:
    """By a regular expression for its path, or for path@version."""
    lab.require(lab.module("example.com/lib"), lab.module("example.org/other"))
    proxy = lab.proxy()
    proxy.fault(Status(410, "gone\n"), Match("mod", module=r"example\..*", exclude=r"example\.com/lib@v1\.0\.0"))
    lab.use_goproxy(proxy)
    result = lab.run()
    assert "example.org/other/@v/v1.0.0.mod: 410 Gone" in result.stderr
    assert {asked.status for asked in proxy.requests if "/example.com/" in asked.path} == {200}


def test_a_black_hole_can_be_waited_out(lab: Lab) -> None:
    """Go gives up a dial after 30 s; the hole holds longer than that."""
    sick(lab, BlackHole(), Match(), PLAIN)
    result = lab.run()
    assert result.code == 1
    assert "i/o timeout" in result.stderr
    assert result.seconds > 29


def test_the_database_may_not_know_a_module(lab: Lab) -> None:
    """As with a private one."""
    ref = lab.module("example.com/private")
    lab.require(ref)
    lab.use_goproxy(lab.proxy())
    lab.sumdb.forget(ref)
    assert "lookup/example.com/private@v1.0.0: 404 Not Found" in lab.run().stderr
    lab.lift()
    assert lab.run().code == 0


def test_the_database_may_have_signed_another_hash(lab: Lab) -> None:
    """A security error, which names the database."""
    ref = lab.module("example.com/lib")
    lab.require(ref)
    lab.use_goproxy(lab.proxy())
    lab.sumdb.tell_other_hash(ref)
    result = lab.run()
    assert "SECURITY ERROR" in result.stderr
    assert "sum.lab.example: h1:AAAA" in result.stderr
    lab.lift()
    assert lab.run(("clean", "-modcache")).code == 0
    assert lab.run().code == 0


def test_a_closed_lab_lets_go_of_who_is_held(lab: Lab) -> None:
    """Nobody lifts the fault: close must not wait for that."""
    sick(lab, Silence(), Match(), HTTP2)
    running = lab.start()
    assert lab.until(lab.is_waiting)
    lab.close()
    assert running.done
