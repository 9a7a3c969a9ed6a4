"""Which URL a goroutine waits for.

Not guessed where it can be followed: the arguments of `(*Transport).roundTrip`, `(*persistConn).roundTrip` and
`(*Transport).getConn` lie in their spill slots, and lead to the *Request and its *url.URL. While a body is read those
calls have returned. For HTTP/1 the connection's `readLoop` then still holds the request; for HTTP/2 the stream does.
Only where a slot leads nowhere is the stack searched for anything that is a url.URL; for cmd/go those must have a
form that go asks for, since stacks hold stale ones. Several candidates are all reported: then it is undecided.

User info is dropped here, where URLs enter.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from unjam.inspect.goheap import Connection, Heap

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator

    from unjam.inspect.image import Image
    from unjam.inspect.memory import Memory
    from unjam.inspect.unwind import Chain

_TRANSPORT: Final = "net/http.(*Transport).roundTrip"
_PERSIST: Final = "net/http.(*persistConn).roundTrip"
_GET_CONN: Final = "net/http.(*Transport).getConn"
_READ_LOOP: Final = "net/http.(*persistConn).readLoop"
_CONN_READ: Final = "net/http.(*persistConn).Read"
_BODY: Final = "net/http.(*bodyEOFSignal).Read"
_H2 = ("net/http.http2", "net/http.(*http2", "net/http/internal/http2.", "net/http/internal/http2.(*")
_H2_BODY: Final = frozenset({_H2[0] + "transportResponseBody.Read", _H2[2] + "transportResponseBody.Read"})
_H2_PIPE: Final = frozenset({_H2[1] + "pipe).Read", _H2[3] + "pipe).Read"})
_H2_STREAM: Final = frozenset({_H2[1] + "clientStream).doRequest", _H2[3] + "clientStream).doRequest"})
_H2_CONN: Final = frozenset(
    {_H2[1] + "ClientConn).roundTrip", _H2[1] + "ClientConn).RoundTrip", _H2[3] + "ClientConn).roundTrip"}
)
_X_NET: Final = frozenset({"golang.org/x/net/http2.(*Transport).RoundTripOpt"})
_WAITS: Final = frozenset({_TRANSPORT}) | _X_NET
_READS: Final = frozenset({_BODY}) | _H2_BODY
CLIENT_CALLS: Final = _WAITS | _READS | _H2_STREAM | frozenset({_READ_LOOP})
"""Functions whose goroutines this room wants to see."""

_GO_ASKS = re.compile(
    r"/@v/(list|[^/]+\.(info|mod|zip|ziphash))$|/@latest$|/sumdb/[^/]+/|/lookup/[^/]|/tile/\d|/latest$|[?&]go-get=1"
)
_LARGEST_FRAME = 64 << 10


@dataclass(frozen=True, slots=True)
class Asking:
    """A goroutine with HTTP client calls on its stack, which begins at `sp`; `place` and `address` tell whether it moved."""

    goroutine: int
    address: int
    sp: int
    place: tuple[int, int]
    chain: Chain


@dataclass(frozen=True, slots=True)
class RequestInFlight:
    """One request a goroutine waits for. Exactly one URL: known; several: undecided; none: not found.

    `body`: the headers of the answer have arrived, and its body is being read. `fd` is -1 and the addresses
    ("127.0.0.1:4242") are "" when there is no connection yet, or it was not found.
    """

    goroutine: int
    urls: tuple[str, ...]
    method: str
    body: bool
    fd: int = -1
    local: str = ""
    remote: str = ""


def requests_in_flight(memory: Memory, image: Image, asking: Iterable[Asking]) -> tuple[RequestInFlight, ...]:
    """Of all goroutines that wait for an answer or read a body, by goroutine."""
    found = []
    search = _Search(memory, image, tuple(asking))
    for one in search.asking:
        request = None
        if not _WAITS.isdisjoint(one.chain.names):
            request = search.waiting(one)
        elif not _READS.isdisjoint(one.chain.names):
            request = search.reading(one)
        if request is not None:
            found.append(request)
    return tuple(sorted(found, key=lambda r: r.goroutine))


class _Search:
    """One search over all goroutines of a look, since a body's request is found on another goroutine's stack."""

    def __init__(self, memory: Memory, image: Image, asking: tuple[Asking, ...]) -> None:
        self.asking, self.heap = asking, Heap(memory, image.layout)
        self.go_command = image.build.path == "cmd/go"
        self.spill = 8 if image.link_register else 0  # MinFrameSize

    def waiting(self, one: Asking) -> RequestInFlight:
        """The request of a goroutine inside a round trip: no answer has come."""
        found = set(self._arguments(one))
        urls = {url for url, _ in found} or set(self._anywhere(one))
        conn = self.heap.connection(self.heap.data(self._slot(one, {_PERSIST}, 0), "persistConn.conn"))
        if not conn.remote:
            conn = self.heap.connection(self.heap.data(self._slot(one, _H2_CONN, 0), "clientConn.tconn"))
        return _in_flight(one, urls, found, conn, body=False)

    def reading(self, one: Asking) -> RequestInFlight:
        """The request whose answer's body a goroutine reads."""
        if not _H2_BODY.isdisjoint(one.chain.names):
            pipe = self._slot(one, _H2_PIPE, 0)  # a field of the stream; the stream itself stays in a register
            stream = pipe - self.heap.offset("clientStream.bufPipe") if pipe else 0
            found = set(self._of_stream(stream))
            socket = self.heap.data(self.heap.field(stream, "clientStream.cc"), "clientConn.tconn")
        else:
            persist = self._slot(one, {_CONN_READ}, 0)
            found = set(self._of_body(self._slot(one, {_BODY}, 0), persist))
            socket = self.heap.data(persist, "persistConn.conn")
        return _in_flight(one, {url for url, _ in found}, found, self.heap.connection(socket), body=True)

    def _slot(self, one: Asking, functions: Container[str], index: int) -> int:
        """The spilled register argument of the innermost call of one of the functions; 0 when there is no such call."""
        for call in one.chain.calls:
            if call.name in functions:
                return self.heap.word(one.sp + call.end + self.spill + 8 * index)
        return 0

    def _arguments(self, one: Asking) -> Iterator[tuple[str, str]]:
        heap = self.heap
        for functions in ({_TRANSPORT}, _X_NET):
            if asked := heap.request(self._slot(one, functions, 1)):
                yield asked
        for function in (_PERSIST, _GET_CONN):
            wrapped = self._slot(one, {function}, 1)
            if asked := heap.request(heap.field(wrapped, "transportRequest.Request")):
                yield asked

    def _anywhere(self, one: Asking) -> Iterator[str]:
        """Every url.URL that the stack points to up to the round trip; for cmd/go only what it can have asked for."""
        ends = [call.end for call in one.chain.calls if call.name in _WAITS]
        raw = self.heap.raw(one.sp, min(max(ends) + 64, _LARGEST_FRAME))
        for word in set(struct.unpack(f"<{len(raw) // 8}Q", raw[: len(raw) // 8 * 8])):
            url = self.heap.url(word)
            if url and (not self.go_command or _GO_ASKS.search(url)):
                yield url

    def _of_stream(self, stream: int) -> Iterator[tuple[str, str]]:
        """HTTP/2: the stream is part of its request (since 1.27), or its answer names the request."""
        heap = self.heap
        if heap.has("clientRequest.stream"):
            asked = heap.client_request(stream - heap.offset("clientRequest.stream"))
        else:
            asked = heap.request(heap.field(heap.field(stream, "clientStream.res"), "response.Request"))
        if asked:
            yield asked
            return
        for other in self.asking:
            if stream and self._slot(other, _H2_STREAM, 0) == stream:
                asked = heap.client_request(self._slot(other, _H2_STREAM, 1))
                if asked:
                    yield asked

    def _of_body(self, body: int, persist: int) -> Iterator[tuple[str, str]]:
        """HTTP/1: the loop that reads the connection holds the answer with this very body, or at least its request."""
        for loop in self.asking:
            call = next((c for c in loop.chain.calls if c.name == _READ_LOOP), None)
            if call is None or (persist and self._slot(loop, {_READ_LOOP}, 0) != persist):
                continue
            raw = self.heap.raw(loop.sp + call.start, min(call.end - call.start, _LARGEST_FRAME) // 8 * 8)
            words = sorted(set(struct.unpack(f"<{len(raw) // 8}Q", raw)))
            certain = {asked for word in words if (asked := self._answers(word, body))}
            yield from certain or {asked for word in words if persist and (asked := self._asks(word))}

    def _answers(self, address: int, body: int) -> tuple[str, str] | None:
        """The request of an http.Response whose body is `body`, plain or behind gzip."""
        held = self.heap.data(address, "response.Body")
        if body and (held == body or self.heap.field(held, "gzipReader.body") == body):
            return self.heap.request(self.heap.field(address, "response.Request"))
        return None

    def _asks(self, address: int) -> tuple[str, str] | None:
        return self.heap.request(address) or self.heap.request(self.heap.field(address, "transportRequest.Request"))


def _in_flight(one: Asking, urls: set[str], found: set[tuple[str, str]], conn: Connection, *, body: bool) -> RequestInFlight:
    methods = {method for _, method in found}
    method = methods.pop() if len(methods) == 1 else ""
    return RequestInFlight(one.goroutine, tuple(sorted(urls)), method, body, conn.fd, conn.local, conn.remote)
