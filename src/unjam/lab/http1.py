"""HTTP/1.1, as much as go and a GOPROXY need: requests without bodies, connections that stay open."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING, Literal, NoReturn

from unjam.lab.wire import Answer, Dropped, Exchange, Request

if TYPE_CHECKING:
    from unjam.lab.connection import Connection
    from unjam.lab.stream import Stream


_PHRASES = {status.value: status.phrase for status in HTTPStatus}


class Http1Exchange(Exchange):
    """A request that came by HTTP/1.1."""

    protocol: Literal["HTTP/1.1", "HTTP/2"] = "HTTP/1.1"

    def __init__(self, request: Request, answer: Answer, connection: Connection) -> None:
        super().__init__(request, answer)
        self._connection = connection

    def send_head(self, length: int) -> None:
        """Send the status line and the headers."""
        status = self.answer.status
        phrase = _PHRASES.get(status, "")
        headers = (
            ("Content-Type", self.answer.content_type),
            ("Content-Length", str(length)),
            *self.answer.headers,
        )
        lines = [f"HTTP/1.1 {status} {phrase}", *(f"{name}: {value}" for name, value in headers), "", ""]
        self._connection.stream.send("\r\n".join(lines).encode("latin-1"))

    def body(self, data: bytes) -> None:
        """Send a part of the body; to a HEAD request there is none."""
        if self.request.method != "HEAD":
            self._connection.stream.send(data)

    def end(self) -> None:
        """Nothing marks the end: the length said it."""

    def reset(self) -> NoReturn:
        """Reset the connection."""
        self._connection.reset()
        raise Dropped

    def close(self) -> NoReturn:
        """Close the connection: `Dropped` ends its thread, which does it."""
        raise Dropped


def serve(
    connection: Connection, answer: Callable[[Request], Answer], run: Callable[[Exchange], None]
) -> tuple[str, bytes] | None:
    """Serve the requests of a connection one after the other, until it ends.

    A CONNECT that was granted ends it too: then the target (`host:port`) is returned, and what the client has sent since.
    """
    buffer = b""
    while True:
        request, buffer = read_request(connection.stream, buffer)
        exchange = Http1Exchange(request, answer(request), connection)
        run(exchange)
        if request.method == "CONNECT" and exchange.answer.status == 200:
            return request.path, buffer
        if request.headers.get("connection", "").lower() == "close":
            return None


def read_request(stream: Stream, buffer: bytes = b"") -> tuple[Request, bytes]:
    """The next request, and the bytes after it."""
    head, rest = read_head(stream, buffer)
    line, *fields = head.decode("latin-1").split("\r\n")
    method, target, _ = (*line.split(" ", 2), "", "")[:3]
    headers = {name.lower(): value.strip() for name, _, value in (text.partition(":") for text in fields)}
    if method == "CONNECT":
        return Request(method, target, headers), rest
    return Request.of(method, target, headers), rest


def read_head(stream: Stream, buffer: bytes = b"") -> tuple[bytes, bytes]:
    """All up to the blank line, and what came after it."""
    while b"\r\n\r\n" not in buffer:
        data = stream.receive()
        if not data:
            raise Dropped
        buffer += data
    head, _, rest = buffer.partition(b"\r\n\r\n")
    return head, rest
