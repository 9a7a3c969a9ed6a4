"""The lab's own checksum database: signed, append-only, and served as sum.golang.org is."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterable

from unjam.golang.sumdb_note import sign_note, verifier_of
from unjam.golang.tlog import Tree, format_record, format_tree, parse_tile, record_hash, tile_data, tree_hash
from unjam.lab.published import ModuleRef, Published
from unjam.lab.wire import BINARY, Answer, Request, not_found

NAME = "sum.lab.example"
_SEED = hashlib.sha256(b"the lab's checksum database").digest()  # no secret: it signs nothing but the lab's modules
_WRONG = "h1:" + "A" * 43 + "="


class SumDB:
    """Takes a record of each published module when it is first asked for it, as the public database does."""

    def __init__(self, published: Published, serve: Callable[[Callable[[Request], Answer | None]], str]) -> None:
        self._published = published
        self._serve = serve
        self._lock = threading.Lock()
        self._records: list[bytes] = []
        self._leaves: list[bytes] = []
        self._numbers: dict[ModuleRef, int] = {}
        self._forgotten: set[ModuleRef] = set()
        self._wrong: set[ModuleRef] = set()
        self._url = ""

    @property
    def name(self) -> str:
        """The database's name, a host that does not exist."""
        return NAME

    @property
    def key(self) -> str:
        """The value of GOSUMDB: `NAME+HASH+KEY`."""
        return str(verifier_of(NAME, _SEED))

    @property
    def url(self) -> str:
        """Where it is served directly, from the first time this is read; GOSUMDB=`KEY URL` then asks no proxy."""
        self._url = self._url or self._serve(self.answer)
        return self._url

    def forget(self, *refs: ModuleRef) -> None:
        """Not know these modules: 404, as for a private module."""
        self._forgotten.update(refs)

    def tell_other_hash(self, *refs: ModuleRef) -> None:
        """Sign another hash for these modules. What a client has cached of it stays, also when the fault is lifted."""
        self._wrong.update(refs)

    def lift(self) -> None:
        """Know every module, with its right hash."""
        with self._lock:
            for ref in self._wrong:
                self._numbers.pop(ref, None)
            self._forgotten.clear()
            self._wrong.clear()

    def sums(self, refs: Iterable[ModuleRef]) -> str:
        """The go.sum lines of these modules, sorted as go writes them."""
        lines = "".join(self._published[ref].sums for ref in refs).splitlines(keepends=True)
        return "".join(sorted(lines))

    def answer_through_proxy(self, request: Request) -> Answer | None:
        """What a GOPROXY answers below /sumdb/NAME/; None for other paths."""
        prefix = f"/sumdb/{NAME}"
        if not request.path.startswith(prefix + "/"):
            return None
        if request.path == prefix + "/supported":
            return Answer(200)
        return self.answer(Request(request.method, request.path.removeprefix(prefix)))

    def answer(self, request: Request) -> Answer | None:
        """What the database answers; None for paths that are none of its own."""
        path = request.path
        with self._lock:
            if path == "/latest":
                return Answer(200, self._signed_head())
            if path.startswith("/lookup/"):
                return self._lookup(ModuleRef(*request.module))
            return self._tile(path[1:]) if path.startswith("/tile/") else None

    def _lookup(self, ref: ModuleRef) -> Answer:
        module = self._published.get(ref)
        if module is None or ref in self._forgotten:
            return not_found(f"{ref}: invalid version: unknown revision {ref.version}")
        if ref not in self._numbers:
            text = module.sums.replace(module.hash, _WRONG) if ref in self._wrong else module.sums
            self._numbers[ref] = len(self._records)
            self._records.append(text.encode())
            self._leaves.append(record_hash(text.encode()))
        number = self._numbers[ref]
        return Answer(200, format_record(number, self._records[number]) + self._signed_head())

    def _tile(self, path: str) -> Answer:
        tile = parse_tile(path)
        if tile is None:
            return Answer(400, b"invalid tile syntax\n")
        if tile.level == -1:
            start = tile.number << tile.height
            records = self._records[start : start + tile.width]
            data = b"".join(record + b"\n" for record in records) if len(records) == tile.width else None
        else:
            data = tile_data(tile, self._leaves)
        return not_found(path) if data is None else Answer(200, data, BINARY)

    def _signed_head(self) -> bytes:
        return sign_note(format_tree(Tree(len(self._leaves), tree_hash(self._leaves))), NAME, _SEED)
