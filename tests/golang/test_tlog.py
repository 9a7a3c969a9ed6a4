"""The log of a checksum database, against RFC 6962 written down as the RFC says it."""

from __future__ import annotations

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unjam.golang.tlog import (
    HASH_SIZE,
    Tile,
    Tree,
    format_record,
    format_tree,
    node_hash,
    parse_record,
    parse_tile,
    parse_tree,
    record_hash,
    tile_data,
    tree_hash,
)


def merkle(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962, section 2.1, over leaf hashes."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node_hash(merkle(leaves[:split]), merkle(leaves[split:]))


def leaves(count: int) -> list[bytes]:
    """The leaf hashes of a log of so many records."""
    return [record_hash(f"record {number}\n".encode()) for number in range(count)]


@pytest.mark.parametrize("count", [*range(18), 255, 256, 257, 600])
def test_the_hash_of_a_tree_is_that_of_the_rfc(count: int) -> None:
    """Also for sizes that are no power of two."""
    assert tree_hash(leaves(count)) == merkle(leaves(count))


def test_tiles_hold_the_hashes_of_their_level() -> None:
    """Level 0 holds leaves, level 1 one hash for each 256 of them; what the log does not reach yet is None."""
    log = leaves(600)
    assert tile_data(Tile(0, 0), log) == b"".join(log[:256])
    assert tile_data(Tile(0, 2, 88), log) == b"".join(log[512:])
    assert tile_data(Tile(0, 2, 89), log) is None
    assert tile_data(Tile(0, 2), log) is None
    level_one = tile_data(Tile(1, 0, 2), log)
    assert level_one == merkle(log[:256]) + merkle(log[256:512])
    assert tile_data(Tile(1, 0, 3), log) is None
    assert len(level_one) == 2 * HASH_SIZE


@given(st.integers(-1, 63), st.integers(0, 10**12), st.integers(1, 256))
def test_a_tile_is_read_from_its_path(level: int, number: int, width: int) -> None:
    """Whatever its coordinates."""
    tile = Tile(level, number, width)
    assert parse_tile(tile.path) == tile


def test_paths_of_tiles_look_as_in_go() -> None:
    """The examples of x/mod/sumdb/tlog."""
    assert Tile(4, 1234067, 1, height=3).path == "tile/3/4/x001/x234/067.p/1"
    assert Tile(4, 1234067, 8, height=3).path == "tile/3/4/x001/x234/067"
    assert Tile(-1, 0, 7).path == "tile/8/data/000.p/7"


@pytest.mark.parametrize(
    "path",
    ["", "tile/8/0", "tile/8/0/0", "tile/8/0/000.p/256", "tile/8/0/000.p/0", "tile/31/0/000", "tile/8/00/000", "/tile/8/0/000"],
)
def test_what_is_no_tile_is_none(path: str) -> None:
    """Nor what go would have written in another way."""
    assert parse_tile(path) is None


def test_the_head_of_a_tree_is_read_and_written_the_same() -> None:
    """Three lines; more may follow."""
    text = "go.sum database tree\n2\nnND/nri/U0xuHUrYSy0HtMeal2vzD9V4k/BO79C+QeI=\n"
    tree = Tree(2, base64.b64decode("nND/nri/U0xuHUrYSy0HtMeal2vzD9V4k/BO79C+QeI="))
    assert parse_tree(text) == tree
    assert format_tree(tree) == text
    assert parse_tree(text + "more\n") == tree


@pytest.mark.parametrize(
    "text", ["", "go.sum database tree\n2\nAAAA\n", "go.sum database tree\n02\n" + "A" * 43 + "=\n", "tree\n2\n\n"]
)
def test_what_is_no_head_is_none(text: str) -> None:
    """A short hash, a number with a nought before it, another first line."""
    assert parse_tree(text) is None


def test_a_record_is_read_and_written_the_same() -> None:
    """Number, text, blank line, and the signed head after it."""
    text = b"example.com/lib v1.0.0 h1:x\nexample.com/lib v1.0.0/go.mod h1:y\n"
    assert parse_record(format_record(7, text) + b"head\n") == (7, text, b"head\n")
    assert parse_record(b"x\n" + text + b"\n") is None
    assert parse_record(b"7\n" + text) is None
