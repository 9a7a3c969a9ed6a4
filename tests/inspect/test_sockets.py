"""Sockets of real processes, in the states that a stuck go command leaves them in."""

from __future__ import annotations

import os
import socket
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from unjam.inspect import netlink, procfs, sockets
from unjam.inspect.refused import Gone, Refused
from unjam.inspect.sockets import Socket, sockets_of, syn_age

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.inspect.conftest import Stage

pytestmark = pytest.mark.skipif(not procfs.has_proc(), reason="no /proc on this system")
KERNEL_ANSWERS = not isinstance(netlink.inet_sockets(socket.IPPROTO_TCP, socket.AF_INET, ()), Refused)
needs_ages = pytest.mark.skipif(not KERNEL_ANSWERS, reason="this kernel refuses NETLINK_SOCK_DIAG")
CONNECT = "import socket, sys; s = socket.create_connection(('127.0.0.1', int(sys.argv[1]))); s.sendall(b'hello');"


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
        made.listen(1)
        yield made


def port_of(made: socket.socket) -> str:
    return str(made.getsockname()[1])


def tcp(pid: int) -> Socket:
    found = sockets_of(pid)
    assert isinstance(found, tuple)
    (only,) = (one for one in found if one.kind == "tcp")
    return only


@needs_ages
def test_a_server_that_accepts_and_says_nothing(stage: Stage, listener: socket.socket) -> None:
    before = time.monotonic()
    client = stage.ready_python(CONNECT + "print('ready', flush=True); s.recv(1)", port_of(listener))
    ready = time.monotonic()
    stage.until(lambda: (tcp(client.pid).silent_s or 0) > 0.5, "half a second of silence")
    seen = tcp(client.pid)
    assert (seen.state, seen.family, seen.peer) == ("ESTAB", "ipv4", ("127.0.0.1", int(port_of(listener))))
    assert (seen.send_queue, seen.recv_queue, seen.bytes_sent, seen.bytes_received) == (0, 0, 5, 0)
    assert seen.silent_s is not None
    assert seen.last_sent_s is not None
    # The kernel counts in ticks of up to 10 ms.
    assert time.monotonic() - ready - 0.1 < seen.last_sent_s <= seen.silent_s + 0.02 < time.monotonic() - before + 0.1


@needs_ages
def test_bytes_that_come_end_the_silence(stage: Stage, listener: socket.socket) -> None:
    client = stage.ready_python(
        CONNECT + "print('ready', flush=True); s.recv(3); sys.stdin.read()", port_of(listener), stdin=-1
    )
    accepted, _ = listener.accept()
    with accepted:
        stage.until(lambda: (tcp(client.pid).silent_s or 0) > 0.5, "half a second of silence")
        accepted.sendall(b"abcdef")
        stage.until(lambda: tcp(client.pid).bytes_received == 6, "six bytes arrived")
        seen = tcp(client.pid)
        assert seen.silent_s is not None
        assert seen.silent_s < 0.5
        stage.until(lambda: tcp(client.pid).recv_queue == 3, "three of them are not read yet")


def test_a_peer_that_hung_up_unnoticed(stage: Stage, listener: socket.socket) -> None:
    client = stage.ready_python(CONNECT + "print('ready', flush=True); sys.stdin.read()", port_of(listener), stdin=-1)
    accepted, _ = listener.accept()
    accepted.recv(5)
    accepted.close()
    stage.until(lambda: tcp(client.pid).state == "CLOSE-WAIT", "the end of the stream arrived")


def test_a_connection_attempt_that_nobody_answers(stage: Stage) -> None:
    """A listener whose backlog is full drops what comes in, as a firewall does."""
    with ExitStack() as opened:
        hole = opened.enter_context(socket.socket())
        hole.bind(("127.0.0.1", 0))
        hole.listen(0)
        opened.enter_context(socket.create_connection(hole.getsockname()))
        start = time.monotonic()
        client = stage.python(CONNECT, port_of(hole))
        stage.until(lambda: has_syn(client.pid), "a SYN is on its way")
        seen = tcp(client.pid)
        assert (seen.last_sent_s, seen.last_received_s, seen.bytes_sent) == (None, None, None)
        if KERNEL_ANSWERS:
            stage.until(lambda: tcp(client.pid).syn_retries > 0, "it was sent again")
            seen, age = tcp(client.pid), time.monotonic() - start
            assert seen.silent_s == seen.syn_sent_s
            assert seen.syn_sent_s is not None
            assert age * 0.5 - 0.5 < seen.syn_sent_s < age + 0.1
            assert seen.timer_s is not None


def has_syn(pid: int) -> bool:
    found = sockets_of(pid)
    return isinstance(found, tuple) and any(one.state == "SYN-SENT" for one in found)


def test_all_kinds_at_once() -> None:
    with ExitStack() as opened:
        six = opened.enter_context(socket.socket(socket.AF_INET6))
        try:
            six.bind(("::1", 0))
        except OSError:
            pytest.skip("no IPv6 here")
        six.listen()
        mapped = opened.enter_context(socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True))
        to_mapped = opened.enter_context(socket.create_connection(("127.0.0.1", mapped.getsockname()[1])))
        accepted = opened.enter_context(mapped.accept()[0])
        udp = opened.enter_context(socket.socket(type=socket.SOCK_DGRAM))
        udp.connect(("127.0.0.1", 53))
        one, other = (opened.enter_context(end) for end in socket.socketpair())
        found = sockets_of(os.getpid())
        assert isinstance(found, tuple)
        by_fd = {seen.fd: seen for seen in found}
        assert (by_fd[six.fileno()].family, by_fd[six.fileno()].state) == ("ipv6", "LISTEN")
        assert by_fd[six.fileno()].local == ("::1", six.getsockname()[1])
        assert by_fd[accepted.fileno()].peer == to_mapped.getsockname()
        assert (by_fd[udp.fileno()].kind, by_fd[udp.fileno()].peer) == ("udp", ("127.0.0.1", 53))
        assert by_fd[one.fileno()].kind == "unix"
        if KERNEL_ANSWERS:
            assert by_fd[one.fileno()].peer_inode == by_fd[other.fileno()].inode


def test_without_netlink_the_tables_tell_all_but_the_ages(
    stage: Stage, listener: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = stage.ready_python(CONNECT + "print('ready', flush=True); s.recv(1)", port_of(listener))
    with_ages = tcp(client.pid)
    monkeypatch.setattr(netlink, "_dump", lambda _request: Refused("refused", ""))
    seen = tcp(client.pid)
    assert (seen.local, seen.peer, seen.state, seen.inode) == (with_ages.local, with_ages.peer, "ESTAB", with_ages.inode)
    assert (seen.silent_s, seen.last_sent_s, seen.bytes_received) == (None, None, None)


def test_psutil_sees_the_same(stage: Stage, listener: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    client = stage.ready_python(CONNECT + "print('ready', flush=True); s.recv(1)", port_of(listener))
    ours = tcp(client.pid)
    monkeypatch.setattr(procfs, "has_proc", lambda: False)
    theirs = tcp(client.pid)
    assert (theirs.fd, theirs.peer, theirs.local, theirs.state) == (ours.fd, ours.peer, ours.local, ours.state)
    assert theirs.silent_s is None
    assert sockets._by_psutil(2**30) == Gone(2**30)


def test_a_thousand_descriptors(stage: Stage, listener: socket.socket) -> None:
    code = (
        "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (1200, resource.getrlimit(resource.RLIMIT_NOFILE)[1]));"
        "keep = [socket.socket(type=socket.SOCK_DGRAM) for _ in range(1000)]; print('ready', flush=True); s.recv(1)"
    )
    client = stage.ready_python(CONNECT + code, port_of(listener))
    found = sockets_of(client.pid)
    assert isinstance(found, tuple)
    assert len([seen for seen in found if seen.kind == "tcp"]) == 1


def test_who_is_gone_has_no_sockets() -> None:
    assert sockets_of(2**30) == Gone(2**30)


@pytest.mark.parametrize(
    ("retransmits", "backoff", "rto", "left", "age"),
    [
        (0, 0, 1.0, 0.4, 0.6),
        (2, 2, 4.0, 3.0, 4.0),  # before Linux 6.5: at 0, 1, 3 s, the next at 7
        (4, 0, 1.0, 0.5, 4.5),  # since: at 0, 1, 2, 3, 4 s
        (6, 2, 4.0, 4.0, 7.0),  # and 5, 7 s, the next at 11
    ],
)
def test_the_age_of_an_attempt(retransmits: int, backoff: int, rto: float, left: float, age: float) -> None:
    info = netlink.TcpInfo(retransmits, backoff, rto, 0, 0, 0, 1, None, None, None)
    assert syn_age(info, left) == pytest.approx(age)
