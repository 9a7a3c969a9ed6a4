"""The tables /proc/PID/net/tcp, tcp6, udp, udp6 and unix, as text: what is left when netlink cannot be asked."""

from __future__ import annotations

import socket
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class InetRow:
    """One line of a TCP or UDP table, see proc_net_tcp.rst. `state` as in include/net/tcp_states.h."""

    local: tuple[str, int]
    peer: tuple[str, int]
    state: int
    send_queue: int
    recv_queue: int
    timer: int
    timer_ticks: int
    retransmits: int
    inode: int


@dataclass(frozen=True, slots=True)
class UnixRow:
    """One line of the table of Unix sockets."""

    state: str
    inode: int
    path: str


def parse_inet_table(raw: bytes) -> Iterator[InetRow]:
    """The lines that are whole; the head line, and any other, is passed over."""
    for line in raw.split(b"\n"):
        row = _inet_row(line.split())
        if row is not None:
            yield row


def parse_unix_table(raw: bytes) -> Iterator[UnixRow]:
    """The lines that are whole. The peer of a socket is not in this table."""
    for line in raw.split(b"\n"):
        fields = line.split(maxsplit=7)
        if len(fields) < 7:
            continue
        try:
            flags, state, inode = int(fields[3], 16), int(fields[5], 16), int(fields[6])
        except ValueError:
            continue
        path = fields[7].decode("utf-8", "replace") if len(fields) > 7 else ""
        # 0x10000 is __SO_ACCEPTCON; the states are those of include/uapi/linux/net.h
        name = "LISTEN" if flags & 0x10000 else {2: "SYN-SENT", 3: "ESTAB"}.get(state, "CLOSED")
        yield UnixRow(name, inode, path)


def parse_address(raw: bytes) -> tuple[str, int]:
    """`0100007F:1F90` → ("127.0.0.1", 8080): 32-bit words in the machine's order, written in hexadecimal."""
    words, _, port = raw.partition(b":")
    if len(words) not in {8, 32}:
        raise ValueError("neither IPv4 nor IPv6")
    numbers = [int(words[at : at + 8], 16) for at in range(0, len(words), 8)]
    packed = struct.pack(f"={len(numbers)}I", *numbers)
    return socket.inet_ntop(socket.AF_INET if len(numbers) == 1 else socket.AF_INET6, packed), int(port, 16)


def _inet_row(fields: list[bytes]) -> InetRow | None:
    if len(fields) < 10:
        return None
    try:
        send_queue, recv_queue = (int(part, 16) for part in fields[4].split(b":"))
        timer, ticks = (int(part, 16) for part in fields[5].split(b":"))
        return InetRow(
            local=parse_address(fields[1]),
            peer=parse_address(fields[2]),
            state=int(fields[3], 16),
            send_queue=send_queue,
            recv_queue=recv_queue,
            timer=timer,
            timer_ticks=ticks,
            retransmits=int(fields[6], 16),
            inode=int(fields[9]),
        )
    except (ValueError, struct.error):
        return None
