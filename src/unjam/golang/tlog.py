"""The transparent log of a checksum database: a Merkle tree of records (RFC 6962), served in tiles (x/mod/sumdb/tlog).

Hashes are 32 bytes. A tile of level L, number N and width W holds the W hashes of the tree's level 8·L that start at
256·N, one behind the other. The text forms are those of sum.golang.org.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

HEIGHT = 8  # of the tiles that go asks for
HASH_SIZE = 32
_TREE = "go.sum database tree"


@dataclass(frozen=True, slots=True)
class Tree:
    """The head of a log: how many records it has, and the hash over them."""

    size: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Tile:
    """The coordinates of a tile. Level -1 is the records themselves, not their hashes."""

    level: int
    number: int
    width: int = 1 << HEIGHT
    height: int = HEIGHT

    @property
    def path(self) -> str:
        """As in the URL: `tile/8/0/x001/234`, with `.p/W` behind it if it is not full."""
        rest, digits = divmod(self.number, 1000)
        text = f"{digits:03d}"
        while rest:
            rest, digits = divmod(rest, 1000)
            text = f"x{digits:03d}/{text}"
        level = "data" if self.level == -1 else str(self.level)
        partial = "" if self.width == 1 << self.height else f".p/{self.width}"
        return f"tile/{self.height}/{level}/{text}{partial}"


def parse_tile(path: str) -> Tile | None:
    """The tile that `path` (without a leading slash) names; None if it is no tile, or not written as go writes it."""
    found = re.fullmatch(r"tile/(\d+)/(data|\d+)/((?:x\d{3}/)*\d{3})(?:\.p/(\d+))?", path)
    if not found or not 1 <= int(found[1]) <= 30:
        return None
    height = int(found[1])
    level = -1 if found[2] == "data" else int(found[2])
    number = int("".join(part.lstrip("x") for part in found[3].split("/")))
    tile = Tile(level, number, int(found[4]) if found[4] else 1 << height, height)
    return tile if tile.path == path and 1 <= tile.width <= 1 << height else None


def record_hash(record: bytes) -> bytes:
    """The hash of a leaf."""
    return hashlib.sha256(b"\x00" + record).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a node over its two children."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def tree_hash(leaves: Sequence[bytes]) -> bytes:
    """The hash of the tree over these leaf hashes; the empty tree has the SHA-256 of nothing."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    stack: list[tuple[int, bytes]] = []
    for leaf in leaves:
        level, node = 0, leaf
        while stack and stack[-1][0] == level:
            node = node_hash(stack.pop()[1], node)
            level += 1
        stack.append((level, node))
    node = stack.pop()[1]
    while stack:
        node = node_hash(stack.pop()[1], node)
    return node


def tile_data(tile: Tile, leaves: Sequence[bytes]) -> bytes | None:
    """The bytes of a tile of hashes of the log with these leaf hashes; None if the log is too short for it."""
    span = 1 << (tile.height * tile.level)
    first = tile.number << tile.height
    if tile.level < 0 or (first + tile.width) * span > len(leaves):
        return None
    return b"".join(tree_hash(leaves[n * span : (n + 1) * span]) for n in range(first, first + tile.width))


def format_tree(tree: Tree) -> str:
    """The text that the database signs."""
    return f"{_TREE}\n{tree.size}\n{base64.b64encode(tree.hash).decode()}\n"


def parse_tree(text: str) -> Tree | None:
    """The head that a note's text says; None if it says none."""
    lines = text.split("\n")
    if len(lines) < 4 or lines[0] != _TREE or not re.fullmatch(r"0|[1-9][0-9]*", lines[1]):
        return None
    try:
        digest = base64.b64decode(lines[2], validate=True)
    except (binascii.Error, ValueError):
        return None
    return Tree(int(lines[1]), digest) if len(digest) == HASH_SIZE else None


def format_record(number: int, text: bytes) -> bytes:
    """How `/lookup/` shows a record: its number, its text, and a blank line. In a data tile the number is left out."""
    return b"%d\n%s\n" % (number, text)


def parse_record(message: bytes) -> tuple[int, bytes, bytes] | None:
    """Number, text and what follows (the signed head), from an answer of `/lookup/`; None if it is malformed."""
    digits, newline, rest = message.partition(b"\n")
    text, blank, head = rest.partition(b"\n\n")
    if not newline or not blank or not digits.isdigit():
        return None
    return int(digits), text + b"\n", head
