"""A name server that does not answer, for go alone."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from unjam.errors import LabCannot
from unjam.lab.dns import HOST, NameServer, answer_to, silent_dns
from unjam.lab.lab import Lab

# The question for the IPv4 address of goproxy.lab.example, as a resolver asks it (recursion desired).
QUERY = b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x07goproxy\x03lab\x07example\x00\x00\x01\x00\x01"


@pytest.fixture
def server(lab: Lab) -> Iterator[NameServer]:
    """The silent server of a lab whose go asks it."""
    lab.require(lab.module("example.com/lib"))
    try:
        yield silent_dns(lab)
    except LabCannot as reason:
        pytest.skip(str(reason))


@pytest.mark.lab
def test_go_waits_and_succeeds_when_it_is_lifted(lab: Lab, server: NameServer) -> None:
    """Lifted in mid-flight, the same run goes on."""
    running = lab.start()
    assert lab.until(lambda: running.done or lab.is_waiting())
    assert not running.done
    lab.lift()
    result = running.wait_done()
    assert result
    assert (result.code, result.stderr) == (0, "")


@pytest.mark.lab
def test_go_gives_up_after_two_tries(lab: Lab, server: NameServer) -> None:
    """Its words name the host and the server."""
    result = lab.run()
    assert result.code == 1
    assert f"dial tcp: lookup {HOST} on {server.address}:53: read udp " in result.stderr
    assert result.stderr.rstrip().endswith(": i/o timeout")
    assert result.seconds > 9


@pytest.mark.lab
def test_only_go_is_affected(lab: Lab, server: NameServer) -> None:
    """The machine's own resolv.conf is what it was, and the wrapper has become go itself."""
    running = lab.start()
    assert lab.until(lab.is_waiting)
    assert server.address not in Path("/etc/resolv.conf").read_text()
    assert Path(f"/proc/{running.pid}/exe").resolve() == lab.go.resolve()
    assert server.address in Path(f"/proc/{running.pid}/root/etc/resolv.conf").read_text()


def test_answer_names_loopback() -> None:
    """One question, one answer; none for an IPv6 address, which is no error either."""
    answer = answer_to(QUERY)
    assert (answer[:2], answer[3] & 0x0F, answer[6:8]) == (b"\x12\x34", 0, b"\x00\x01")
    assert answer.endswith(socket.inet_aton("127.0.0.1"))
    six = answer_to(QUERY[:-3] + b"\x1c\x00\x01")
    assert (six[3] & 0x0F, six[6:8], len(six)) == (0, b"\x00\x00", len(QUERY))
