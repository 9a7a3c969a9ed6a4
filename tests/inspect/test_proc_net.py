"""The tables below /proc/net."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unjam.inspect.proc_net import InetRow, UnixRow, parse_address, parse_inet_table, parse_unix_table

TCP = b"""  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000001 00:00000000 00000000     0        0 4711 1 0000000000000000 100 0 0 10 0
   1: 0100007F:EA62 0200000A:01BB 02 00000001:00000000 01:00000064 00000003  1000        0 4712 2 0000000000000000 400 0 0 1 7
"""
UNIX = b"""Num       RefCount Protocol Flags    Type St Inode Path
0000000000000000: 00000002 00000000 00010000 0001 01 20 /run/my socket
0000000000000000: 00000003 00000000 00000000 0001 03 21
0000000000000000: 00000003 00000000 00000000 0001 01 22 @abstract
"""


@pytest.mark.skipif(sys.byteorder != "little", reason="the sample is of a little-endian machine")
def test_tcp() -> None:
    assert list(parse_inet_table(TCP)) == [
        InetRow(("127.0.0.1", 8080), ("0.0.0.0", 0), 10, 0, 1, 0, 0, 0, 4711),
        InetRow(("127.0.0.1", 60002), ("10.0.0.2", 443), 2, 1, 0, 1, 100, 3, 4712),
    ]
    assert parse_address(b"00000000000000000000000001000000:0050") == ("::1", 80)


def test_unix() -> None:
    assert list(parse_unix_table(UNIX)) == [
        UnixRow("LISTEN", 20, "/run/my socket"), UnixRow("ESTAB", 21, ""), UnixRow("CLOSED", 22, "@abstract"),
    ]  # fmt: skip


@given(st.binary())
def test_any_bytes(raw: bytes) -> None:
    list(parse_inet_table(raw))
    list(parse_unix_table(raw))


@given(st.lists(st.sampled_from(TCP.split() + UNIX.split() + [b"-1:x", b"\xff", b"FFFFFFFFF:1"])))
def test_any_mixture_of_its_own_words(words: list[bytes]) -> None:
    list(parse_inet_table(b" ".join(words)))
    list(parse_unix_table(b" ".join(words)))
