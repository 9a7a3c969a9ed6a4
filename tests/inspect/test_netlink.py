"""The layouts of the kernel's answers, also cut short and made of noise."""

from __future__ import annotations

import socket
import struct

from hypothesis import given
from hypothesis import strategies as st

from unjam.inspect.netlink import attributes, messages, parse_inet, parse_tcp_info, parse_unix


def tcp_info(size: int) -> bytes:
    raw = bytearray(248)
    raw[0], raw[2], raw[4] = 1, 3, 2
    struct.pack_into("=I", raw, 8, 1_500_000)
    struct.pack_into("=I", raw, 24, 7)
    struct.pack_into("=IIII", raw, 44, 1000, 0, 2500, 4000)
    struct.pack_into("=QQ", raw, 120, 11, 22)
    struct.pack_into("=Q", raw, 200, 33)
    return bytes(raw[:size])


def test_tcp_info_of_today() -> None:
    info = parse_tcp_info(tcp_info(248))
    assert info is not None
    assert (info.retransmits, info.backoff, info.rto_s, info.unacked) == (3, 2, 1.5, 7)
    assert (info.last_sent_s, info.last_received_s, info.last_ack_received_s) == (1.0, 2.5, 4.0)
    assert (info.bytes_acked, info.bytes_received, info.bytes_sent) == (11, 22, 33)


def test_tcp_info_of_older_kernels_is_shorter() -> None:
    middle, oldest = parse_tcp_info(tcp_info(192)), parse_tcp_info(tcp_info(104))
    assert middle is not None
    assert oldest is not None
    assert (middle.bytes_acked, middle.bytes_received, middle.bytes_sent) == (11, 22, None)
    assert (oldest.last_received_s, oldest.bytes_acked, oldest.bytes_received) == (2.5, None, None)
    assert parse_tcp_info(tcp_info(59)) is None


def test_one_inet_message() -> None:
    addresses = socket.inet_aton("127.0.0.1").ljust(16, b"\0") + socket.inet_aton("10.0.0.9").ljust(16, b"\0")
    head = struct.pack("=BBBB", socket.AF_INET, 2, 1, 5) + struct.pack(">HH", 4711, 443) + addresses + bytes(12)
    raw = head + struct.pack("=IIIII", 800, 1, 2, 0, 99) + struct.pack("=HH", 4 + 248, 2) + tcp_info(248)
    entry = parse_inet(raw)
    assert entry is not None
    assert (entry.local, entry.peer, entry.state, entry.inode) == (("127.0.0.1", 4711), ("10.0.0.9", 443), 2, 99)
    assert (entry.expires_s, entry.recv_queue, entry.send_queue) == (0.8, 1, 2)
    assert entry.tcp == parse_tcp_info(tcp_info(248))


def test_one_unix_message() -> None:
    raw = struct.pack("=BBBBIQ", socket.AF_UNIX, 1, 1, 0, 77, 0)
    raw += struct.pack("=HH", 4 + 5, 0) + b"\0name" + bytes(3) + struct.pack("=HHI", 8, 2, 78)
    entry = parse_unix(raw)
    assert entry is not None
    assert (entry.inode, entry.path, entry.peer_inode) == (77, "@name", 78)


@given(st.binary(max_size=400))
def test_any_bytes(raw: bytes) -> None:
    list(messages(raw))
    attributes(raw, 0)
    parse_inet(raw)
    parse_inet(bytes([socket.AF_INET6]) + raw)
    parse_unix(bytes([socket.AF_UNIX]) + raw)
    parse_tcp_info(raw)


@given(st.lists(st.tuples(st.integers(0, 0x3FFF), st.binary(max_size=40))))
def test_attributes_are_found_again(pairs: list[tuple[int, bytes]]) -> None:
    raw = b"".join(
        struct.pack("=HH", 4 + len(value), kind) + value + bytes(-len(value) % 4) for kind, value in pairs
    )  # fmt: skip
    assert attributes(raw, 0) == dict(pairs)
