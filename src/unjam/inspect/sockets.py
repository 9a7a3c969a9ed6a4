"""The sockets of a process: to whom, in which state, and for how long nothing came or went."""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from unjam.inspect import netlink, proc_net, procfs
from unjam.inspect.refused import Gone, Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

Kind = Literal["tcp", "udp", "unix"]
STATES = {
    1: "ESTAB", 2: "SYN-SENT", 3: "SYN-RECV", 4: "FIN-WAIT-1", 5: "FIN-WAIT-2", 6: "TIME-WAIT", 7: "CLOSED",
    8: "CLOSE-WAIT", 9: "LAST-ACK", 10: "LISTEN", 11: "CLOSING", 12: "NEW-SYN-RECV",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Socket:
    """One socket. Ages in seconds; None for what the kernel did not tell (always so in another network namespace).

    `last_sent_s` and `last_received_s` count from the last data, or from the connection being made while there were
    none: `bytes_received == 0` tells the two apart. `bytes_sent` is what was sent or, from an older kernel, acknowledged.
    `syn_sent_s` is the age of a connection attempt that got no answer, a few per cent low. Of a Unix socket, `local` and
    `peer` are (path, 0). The IPv4 address of an IPv6 socket (::ffff:127.0.0.1) is written as IPv4.
    """

    fd: int
    family: Literal["ipv4", "ipv6", "unix"]
    kind: Kind
    local: tuple[str, int]
    peer: tuple[str, int]
    state: str
    send_queue: int
    recv_queue: int
    last_sent_s: float | None
    last_received_s: float | None
    last_ack_s: float | None
    bytes_sent: int | None
    bytes_received: int | None
    retransmits: int
    timer_s: float | None  # until the kernel sends again what was not acknowledged
    syn_sent_s: float | None
    peer_inode: int  # of a Unix socket's other end, 0 if unknown
    inode: int

    @property
    def syn_retries(self) -> int:
        """How often the first packet of a connection was sent again; 0 for what is connected."""
        return self.retransmits if self.state == "SYN-SENT" else 0

    @property
    def silent_s(self) -> float | None:
        """Seconds in which the other side sent no data: since its last, or since the connection or its attempt began."""
        return self.syn_sent_s if self.state == "SYN-SENT" else self.last_received_s


def sockets_of(pid: int) -> tuple[Socket, ...] | Gone | Refused:
    """The sockets that a process has open, by descriptor."""
    if not procfs.has_proc():
        return _by_psutil(pid)
    numbers = socket_descriptors(pid)
    if isinstance(numbers, Gone | Refused) or not numbers:
        return numbers if isinstance(numbers, Gone | Refused) else ()
    inodes = frozenset(numbers.values())
    found = _asked(inodes) if _shares_our_network(pid) else {}
    if missing := inodes - found.keys():
        found |= {entry.inode: entry for entry in _listed(pid, missing)}
    return tuple(_with_descriptor(found[inode], fd) for fd, inode in numbers.items() if inode in found)


def socket_descriptors(pid: int) -> dict[int, int] | Gone | Refused:
    """Descriptor → inode of the sockets that a process has open."""
    numbers = procfs.descriptors(pid)
    if not isinstance(numbers, tuple):
        return numbers
    found: dict[int, int] = {}
    for fd in numbers:
        target = procfs.link(pid, f"fd/{fd}")
        if isinstance(target, str) and (match := _socket_link().fullmatch(target)):
            found[fd] = int(match.group(1))
    return found


def syn_age(tcp: netlink.TcpInfo, expires_s: float) -> float:
    """Seconds since the first SYN of an attempt that got no answer.

    Each SYN waits for the current time-out, of which `expires_s` is left. Before it the time-out doubled `backoff` times,
    after some tries at the first value (four of them since Linux 6.5, none before).
    """
    first = tcp.rto_s / (1 << min(tcp.backoff, 30))
    steady = max(0, tcp.retransmits - tcp.backoff)
    return max(0.0, first * (steady + (1 << min(tcp.backoff, 30)) - 1) + tcp.rto_s - expires_s)


@dataclass(frozen=True, slots=True)
class _Untied:
    """A socket without its descriptor: many descriptors may share one."""

    family: Literal["ipv4", "ipv6", "unix"]
    kind: Kind
    local: tuple[str, int]
    peer: tuple[str, int]
    state: str
    send_queue: int
    recv_queue: int
    inode: int
    retransmits: int = 0
    timer_s: float | None = None
    tcp: netlink.TcpInfo | None = None
    peer_inode: int = 0


def _with_descriptor(found: _Untied, fd: int) -> Socket:
    # While nothing is connected, the kernel's ages count from boot or are 0.
    tcp = found.tcp if found.state not in {"SYN-SENT", "LISTEN", "CLOSED"} else None
    trying = found.tcp if found.state == "SYN-SENT" and found.timer_s is not None else None
    sent = None if tcp is None else tcp.bytes_acked if tcp.bytes_sent is None else tcp.bytes_sent
    return Socket(
        fd=fd,
        family=found.family,
        kind=found.kind,
        local=found.local,
        peer=found.peer,
        state=found.state,
        send_queue=found.send_queue,
        recv_queue=found.recv_queue,
        last_sent_s=tcp.last_sent_s if tcp else None,
        last_received_s=tcp.last_received_s if tcp else None,
        last_ack_s=tcp.last_ack_received_s if tcp else None,
        bytes_sent=sent,
        bytes_received=tcp.bytes_received if tcp else None,
        retransmits=found.retransmits,
        timer_s=found.timer_s,
        syn_sent_s=syn_age(trying, found.timer_s or 0.0) if trying else None,
        peer_inode=found.peer_inode,
        inode=found.inode,
    )


def _shares_our_network(pid: int) -> bool:
    theirs = procfs.link(pid, "ns/net")
    try:
        return isinstance(theirs, str) and theirs == str(Path(procfs.PROC, "self", "ns", "net").readlink())
    except OSError:
        return False


def _asked(inodes: frozenset[int]) -> dict[int, _Untied]:
    """What netlink tells, table by table until all are found; nothing where the kernel refuses."""
    found: dict[int, _Untied] = {}
    for protocol, kind in ((socket.IPPROTO_TCP, "tcp"), (socket.IPPROTO_UDP, "udp")):
        for family in (socket.AF_INET, socket.AF_INET6):
            if found.keys() >= inodes:
                return found
            entries = netlink.inet_sockets(protocol, family, inodes - found.keys())
            if isinstance(entries, tuple):
                found |= {entry.inode: _of_inet(entry, "tcp" if kind == "tcp" else "udp") for entry in entries}
    if not found.keys() >= inodes:
        found |= _asked_unix(inodes)
    return found


def _asked_unix(inodes: frozenset[int]) -> dict[int, _Untied]:
    entries = netlink.unix_sockets()
    if not isinstance(entries, tuple):
        return {}
    paths = {entry.inode: entry.path for entry in entries}
    return {
        entry.inode: _Untied(
            "unix", "unix", (entry.path, 0), (paths.get(entry.peer_inode, ""), 0), STATES.get(entry.state, "?"),
            entry.send_queue, entry.recv_queue, entry.inode, peer_inode=entry.peer_inode,
        )
        for entry in entries
        if entry.inode in inodes
    }  # fmt: skip


def _of_inet(entry: netlink.InetEntry, kind: Kind) -> _Untied:
    return _Untied(
        family="ipv4" if entry.family == socket.AF_INET else "ipv6",
        kind=kind,
        local=_plain(entry.local),
        peer=_plain(entry.peer),
        state=STATES.get(entry.state, "?"),
        send_queue=entry.send_queue,
        recv_queue=entry.recv_queue,
        inode=entry.inode,
        # The counter beside the timer is of the timer's own kind; that of tcp_info is of retransmissions.
        retransmits=entry.tcp.retransmits if entry.tcp else 0,
        timer_s=entry.expires_s if entry.timer in _TRIES_AGAIN else None,
        tcp=entry.tcp,
    )


def _listed(pid: int, inodes: frozenset[int]) -> Iterator[_Untied]:
    """The same from the tables of the process' own network namespace, which tell no ages."""
    for name, kind, family in _TABLES:
        raw = procfs.read(pid, f"net/{name}")
        for row in proc_net.parse_inet_table(raw) if isinstance(raw, bytes) else ():
            if row.inode in inodes:
                state = STATES.get(row.state, "?")
                yield _Untied(
                    family, kind, _plain(row.local), _plain(row.peer), state, row.send_queue, row.recv_queue, row.inode,
                    row.retransmits, row.timer_ticks / procfs.ticks_per_second() if row.timer in _TRIES_AGAIN else None,
                )  # fmt: skip
    raw = procfs.read(pid, "net/unix")
    for unix in proc_net.parse_unix_table(raw) if isinstance(raw, bytes) else ():
        if unix.inode in inodes:
            yield _Untied("unix", "unix", (unix.path, 0), ("", 0), unix.state, 0, 0, unix.inode)


def _plain(address: tuple[str, int]) -> tuple[str, int]:
    host, port = address
    return (host.removeprefix("::ffff:") if "." in host else host, port)


def _by_psutil(pid: int) -> tuple[Socket, ...] | Gone | Refused:
    """Where there is no /proc: who is connected to whom, and no ages."""
    import psutil

    try:
        connections = psutil.Process(pid).net_connections(kind="inet")
    except psutil.NoSuchProcess:
        return Gone(pid)
    except (psutil.AccessDenied, OSError):
        return Refused(f"the system does not let us see the sockets of process {pid}", procfs.OTHER_USER)
    return tuple(
        _with_descriptor(
            _Untied(
                family="ipv4" if connection.family == socket.AF_INET else "ipv6",
                kind="tcp" if connection.type == socket.SOCK_STREAM else "udp",
                local=_plain((connection.laddr[0], connection.laddr[1]) if connection.laddr else ("", 0)),
                peer=_plain((connection.raddr[0], connection.raddr[1]) if connection.raddr else ("", 0)),
                state=_PSUTIL_STATES.get(connection.status, connection.status),
                send_queue=0,
                recv_queue=0,
                inode=0,
            ),
            connection.fd,
        )
        for connection in connections
    )


_TABLES: tuple[tuple[str, Kind, Literal["ipv4", "ipv6"]], ...] = (
    ("tcp", "tcp", "ipv4"),
    ("tcp6", "tcp", "ipv6"),
    ("udp", "udp", "ipv4"),
    ("udp6", "udp", "ipv6"),
)
_TRIES_AGAIN = frozenset({1, 4})  # retransmission, zero-window probe; 2 is the keep-alive timer
_PSUTIL_STATES = {
    "ESTABLISHED": "ESTAB", "SYN_SENT": "SYN-SENT", "SYN_RECV": "SYN-RECV", "FIN_WAIT1": "FIN-WAIT-1",
    "FIN_WAIT2": "FIN-WAIT-2", "TIME_WAIT": "TIME-WAIT", "CLOSE": "CLOSED", "CLOSE_WAIT": "CLOSE-WAIT",
    "LAST_ACK": "LAST-ACK", "LISTEN": "LISTEN", "CLOSING": "CLOSING", "NONE": "CLOSED",
}  # fmt: skip


@cache
def _socket_link() -> re.Pattern[str]:
    return re.compile(r"socket:\[(\d+)\]")
