"""HTTP/2: one thread reads the connection, one more answers each stream, so that one may stall and the others not."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, NoReturn

from unjam.lab.wire import Answer, Dropped, Exchange, Request

if TYPE_CHECKING:
    from unjam.lab.connection import Connection

INTERNAL_ERROR = 0x2  # RFC 9113, section 7


class Http2Connection:
    """The state of one connection, shared by its threads."""

    def __init__(self, connection: Connection, answer: Callable[[Request], Answer], run: Callable[[Exchange], None]) -> None:
        from h2.config import H2Configuration
        from h2.connection import H2Connection

        self.connection = connection
        self._answer, self._run = answer, run
        self._state: Any = H2Connection(H2Configuration(client_side=False, header_encoding="utf-8"))
        self._changed = threading.Condition()
        self._over = False
        self._gone: set[int] = set()
        self._threads: list[threading.Thread] = []

    def serve(self) -> None:
        """Serve the connection to its end, and wait for its streams."""
        try:
            with self._changed:
                self._state.initiate_connection()
                self._flush()
            while data := self.connection.stream.receive():
                self._receive(data)
        finally:
            with self._changed:
                self._over = True
                self._changed.notify_all()
            for thread in self._threads:
                thread.join()

    def _receive(self, data: bytes) -> None:
        from h2.events import RequestReceived, StreamReset
        from h2.exceptions import ProtocolError

        with self._changed:
            try:
                events = self._state.receive_data(data)
            except ProtocolError as error:
                raise Dropped from error
            for event in events:
                if isinstance(event, RequestReceived):
                    self._begin(event.stream_id, {str(name): str(value) for name, value in event.headers})
                elif isinstance(event, StreamReset):
                    self._gone.add(event.stream_id)
            self._flush()
            self._changed.notify_all()

    def _begin(self, stream: int, headers: dict[str, str]) -> None:
        request = Request.of(headers[":method"], headers[":path"], headers)
        exchange = Http2Exchange(request, self._answer(request), self, stream)
        thread = threading.Thread(target=self._run_exchange, args=(exchange,), daemon=True)
        self._threads.append(thread)
        thread.start()

    def _run_exchange(self, exchange: Http2Exchange) -> None:
        try:
            self._run(exchange)
        except Dropped:
            pass

    def send_head(self, stream: int, headers: list[tuple[str, str]]) -> None:
        """Send a HEADERS frame."""
        with self._changed:
            self._check(stream)
            self._state.send_headers(stream, headers)
            self._flush()

    def send_data(self, stream: int, data: bytes) -> None:
        """Send DATA frames, as fast as the client's windows allow."""
        while data:
            with self._changed:
                self._changed.wait_for(lambda: self._is_over(stream) or self._window(stream) > 0)
                self._check(stream)
                size = min(len(data), self._window(stream))
                self._state.send_data(stream, data[:size])
                self._flush()
            data = data[size:]

    def end_stream(self, stream: int) -> None:
        """Say that the body is complete."""
        with self._changed:
            self._check(stream)
            self._state.end_stream(stream)
            self._flush()

    def reset_stream(self, stream: int, code: int) -> None:
        """Send RST_STREAM with this error code."""
        with self._changed:
            self._check(stream)
            self._state.reset_stream(stream, error_code=code)
            self._flush()

    def _window(self, stream: int) -> int:
        return min(int(self._state.local_flow_control_window(stream)), int(self._state.max_outbound_frame_size))

    def _is_over(self, stream: int) -> bool:
        return self._over or stream in self._gone

    def _check(self, stream: int) -> None:
        if self._is_over(stream):
            raise Dropped

    def _flush(self) -> None:
        if data := self._state.data_to_send():
            self.connection.stream.send(data)


class Http2Exchange(Exchange):
    """A request that came by HTTP/2."""

    protocol: Literal["HTTP/1.1", "HTTP/2"] = "HTTP/2"

    def __init__(self, request: Request, answer: Answer, connection: Http2Connection, stream: int) -> None:
        super().__init__(request, answer)
        self._connection = connection
        self._stream = stream

    def send_head(self, length: int) -> None:
        """Send the HEADERS frame."""
        own = [(name.lower(), value) for name, value in self.answer.headers]
        known = [(":status", str(self.answer.status)), ("content-type", self.answer.content_type)]
        self._connection.send_head(self._stream, [*known, ("content-length", str(length)), *own])

    def body(self, data: bytes) -> None:
        """Send DATA frames."""
        self._connection.send_data(self._stream, data)

    def end(self) -> None:
        """Send END_STREAM."""
        self._connection.end_stream(self._stream)

    def reset_stream(self, code: int = INTERNAL_ERROR) -> NoReturn:
        """Send RST_STREAM: this request fails, the connection lives on."""
        self._connection.reset_stream(self._stream, code)
        raise Dropped

    def reset(self) -> NoReturn:
        """Reset the whole TCP connection."""
        self._connection.connection.reset()
        raise Dropped

    def close(self) -> NoReturn:
        """Close the whole TCP connection."""
        self._connection.connection.hang_up()
        raise Dropped
