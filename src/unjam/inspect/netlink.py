"""Asking the kernel for its sockets over NETLINK_SOCK_DIAG, as `ss -i` does.

Sources of the layouts: linux/netlink.h, linux/sock_diag.h, linux/inet_diag.h, linux/unix_diag.h, linux/tcp.h. All
numbers are in the byte order of the machine, but ports and addresses in that of the network. Answers are decoded by pure
functions that take any bytes: what is too short or makes no sense is left out.
"""

from __future__ import annotations

import socket
import struct
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from unjam.inspect.refused import Refused

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_NETLINK_SOCK_DIAG, _SOCK_DIAG_BY_FAMILY = 4, 20
_REQUEST_DUMP = 0x301  # NLM_F_REQUEST | NLM_F_DUMP
_ERROR, _DONE = 2, 3
_HEADER = struct.Struct("=IHHII")  # length, type, flags, sequence, port id
_ALL_BUT_TIME_WAIT = 0xFFF & ~(1 << 6)  # sockets in TIME_WAIT belong to no process
_INFO = 2  # INET_DIAG_INFO: struct tcp_info
_PEER, _NAME = 2, 0  # UNIX_DIAG_PEER, UNIX_DIAG_NAME
_SHOW_NAME_PEER_QUEUES = 0x1 | 0x4 | 0x10
_QUEUES = 4  # UNIX_DIAG_RQLEN
_DEADLINE_S = 2.0


@dataclass(frozen=True, slots=True)
class TcpInfo:
    """The part of struct tcp_info that tells how long a connection has been silent. Times in seconds.

    The kernel counts `last_received_s` and `last_sent_s` from the connection being made until there are data. A kernel
    older than a field leaves it out: None.
    """

    retransmits: int  # of the segment waiting for its acknowledgement now
    backoff: int  # how often the time-out was doubled
    rto_s: float
    last_sent_s: float
    last_received_s: float
    last_ack_received_s: float
    unacked: int  # segments
    bytes_acked: int | None
    bytes_received: int | None
    bytes_sent: int | None


@dataclass(frozen=True, slots=True)
class InetEntry:
    """One TCP or UDP socket of the kernel's tables. `state` is the number of include/net/tcp_states.h."""

    family: int
    state: int
    timer: int  # 0 none, 1 retransmit, 2 keep-alive and others, 3 time wait, 4 zero-window probe
    retransmits: int
    expires_s: float
    local: tuple[str, int]
    peer: tuple[str, int]
    recv_queue: int
    send_queue: int
    inode: int
    tcp: TcpInfo | None


@dataclass(frozen=True, slots=True)
class UnixEntry:
    """One Unix socket. `path` is "" for one without a name, and begins with `@` in the abstract namespace."""

    kind: int
    state: int
    inode: int
    path: str
    peer_inode: int
    recv_queue: int
    send_queue: int


def inet_sockets(protocol: int, family: int, inodes: Collection[int]) -> tuple[InetEntry, ...] | Refused:
    """The sockets of our own network namespace with these inodes."""
    request = struct.pack("=BBBBI48x", family, protocol, 1 << (_INFO - 1), 0, _ALL_BUT_TIME_WAIT)
    payloads = _dump(request)
    if isinstance(payloads, Refused):
        return payloads
    wanted = set(inodes)
    found = (parse_inet(payload) for payload in payloads if _inet_inode(payload) in wanted)
    return tuple(entry for entry in found if entry is not None)


def unix_sockets() -> tuple[UnixEntry, ...] | Refused:
    """All Unix sockets of our own network namespace: the peer of one is found by its inode."""
    payloads = _dump(struct.pack("=BBHIIIII", socket.AF_UNIX, 0, 0, 0xFFFFFFFF, 0, _SHOW_NAME_PEER_QUEUES, 0, 0))
    if isinstance(payloads, Refused):
        return payloads
    return tuple(entry for payload in payloads if (entry := parse_unix(payload)) is not None)


def parse_inet(payload: bytes) -> InetEntry | None:
    """A struct inet_diag_msg and its attributes; None for what is not one."""
    if len(payload) < 72 or payload[0] not in {socket.AF_INET, socket.AF_INET6}:
        return None
    family, state, timer, retransmits, source, target = struct.unpack_from("=BBBB2s2s", payload)
    expires, recv_queue, send_queue, _uid, inode = struct.unpack_from("=IIIII", payload, 52)
    size = 4 if family == socket.AF_INET else 16
    return InetEntry(
        family=family,
        state=state,
        timer=timer,
        retransmits=retransmits,
        expires_s=expires / 1000,
        local=(socket.inet_ntop(family, payload[8 : 8 + size]), int.from_bytes(source, "big")),
        peer=(socket.inet_ntop(family, payload[24 : 24 + size]), int.from_bytes(target, "big")),
        recv_queue=recv_queue,
        send_queue=send_queue,
        inode=inode,
        tcp=parse_tcp_info(attributes(payload, 72).get(_INFO, b"")),
    )


def parse_tcp_info(raw: bytes) -> TcpInfo | None:
    """A struct tcp_info, of which older kernels know a shorter one; None if it ends before the ages."""
    if len(raw) < 60:
        return None
    rto, _ato = struct.unpack_from("=II", raw, 8)
    last_sent, _last_ack_sent, last_received, last_ack_received = struct.unpack_from("=IIII", raw, 44)
    return TcpInfo(
        retransmits=raw[2],
        backoff=raw[4],
        rto_s=rto / 1_000_000,
        last_sent_s=last_sent / 1000,
        last_received_s=last_received / 1000,
        last_ack_received_s=last_ack_received / 1000,
        unacked=struct.unpack_from("=I", raw, 24)[0],
        bytes_acked=_u64(raw, 120),
        bytes_received=_u64(raw, 128),
        bytes_sent=_u64(raw, 200),
    )


def parse_unix(payload: bytes) -> UnixEntry | None:
    """A struct unix_diag_msg and its attributes; None for what is not one."""
    if len(payload) < 16 or payload[0] != socket.AF_UNIX:
        return None
    kind, state, _pad, inode = struct.unpack_from("=xBBBI", payload)
    found = attributes(payload, 16)
    peer, queues = found.get(_PEER, b""), found.get(_QUEUES, b"")
    recv_queue, send_queue = struct.unpack_from("=II", queues) if len(queues) >= 8 else (0, 0)
    name = found.get(_NAME, b"")
    return UnixEntry(
        kind=kind,
        state=state,
        inode=inode,
        path=("@" + name[1:].decode("utf-8", "replace")) if name[:1] == b"\0" else name.decode("utf-8", "replace").rstrip("\0"),
        peer_inode=int.from_bytes(peer[:4], sys.byteorder) if len(peer) >= 4 else 0,
        recv_queue=recv_queue,
        send_queue=send_queue,
    )


def attributes(payload: bytes, start: int) -> dict[int, bytes]:
    """The struct nlattr that follow a message; a length that leads outside ends the reading."""
    found: dict[int, bytes] = {}
    while start + 4 <= len(payload):
        length, kind = struct.unpack_from("=HH", payload, start)
        if length < 4 or start + length > len(payload):
            break
        found[kind & 0x3FFF] = payload[start + 4 : start + length]
        start += (length + 3) & ~3
    return found


def messages(datagram: bytes) -> Iterator[tuple[int, bytes]]:
    """(type, payload) of each netlink message in one datagram."""
    start = 0
    while start + _HEADER.size <= len(datagram):
        length, kind, _flags, _sequence, _port = _HEADER.unpack_from(datagram, start)
        if length < _HEADER.size or start + length > len(datagram):
            return
        yield kind, datagram[start + _HEADER.size : start + length]
        start += (length + 3) & ~3


def _inet_inode(payload: bytes) -> int:
    return int.from_bytes(payload[68:72], sys.byteorder)


def _u64(raw: bytes, at: int) -> int | None:
    return int.from_bytes(raw[at : at + 8], sys.byteorder) if len(raw) >= at + 8 else None


def _dump(request: bytes) -> list[bytes] | Refused:
    """The payloads that answer one dump request."""
    try:
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NETLINK_SOCK_DIAG) as asking:  # type: ignore[attr-defined,unused-ignore]
            asking.settimeout(_DEADLINE_S)
            asking.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
            asking.bind((0, 0))
            asking.send(_HEADER.pack(_HEADER.size + len(request), _SOCK_DIAG_BY_FAMILY, _REQUEST_DUMP, 1, 0) + request)
            return _collect(asking)
    except (OSError, AttributeError) as error:
        return Refused(f"the kernel does not answer questions about sockets: {error}", "")


def _collect(asking: socket.socket) -> list[bytes] | Refused:
    payloads: list[bytes] = []
    while True:
        for kind, payload in messages(asking.recv(1 << 18)):
            if kind == _DONE:
                return payloads
            if kind == _ERROR:
                code = -int.from_bytes(payload[:4], sys.byteorder, signed=True)
                return Refused(f"the kernel refuses questions about sockets (error {code})", "")
            payloads.append(payload)
