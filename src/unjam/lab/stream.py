"""The two kinds of byte stream the lab's servers speak over: plain, and TLS that one thread may read while others write.

The standard library's SSLSocket must not be read and written by two threads at once, which HTTP/2 needs.
"""

from __future__ import annotations

import socket
import ssl
import threading
from typing import Protocol

from unjam.lab.wire import Dropped

CHUNK = 65536


class Stream(Protocol):
    """Bytes in, bytes out."""

    def receive(self) -> bytes:
        """Some bytes; none at the end."""

    def send(self, data: bytes) -> None:
        """Send them all."""


class PlainStream:
    """A socket."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    def receive(self) -> bytes:
        """Some bytes; none at the end."""
        try:
            return self._sock.recv(CHUNK)
        except OSError as error:
            raise Dropped from error

    def send(self, data: bytes) -> None:
        """Send them all."""
        try:
            self._sock.sendall(data)
        except OSError as error:
            raise Dropped from error


class TlsStream:
    """TLS over a stream, as the server. Reading waits without holding what writers need."""

    def __init__(self, below: Stream, context: ssl.SSLContext) -> None:
        self._below = below
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._in, self._out, server_side=True)
        self._state = threading.Lock()
        self._writing = threading.Lock()

    def shake_hands(self) -> None:
        """Do the handshake; `Dropped` when the client does not like what it is shown."""
        while True:
            try:
                self._tls.do_handshake()
            except ssl.SSLWantReadError:
                self._flush()
                self._fill()
            except ssl.SSLError as error:
                self._flush()
                raise Dropped from error
            else:
                self._flush()
                return

    @property
    def protocol(self) -> str | None:
        """What ALPN settled on."""
        return self._tls.selected_alpn_protocol()

    def receive(self) -> bytes:
        """Some bytes; none at the end."""
        while True:
            try:
                with self._state:
                    return self._tls.read(CHUNK)
            except ssl.SSLWantReadError:
                self._flush()
                self._fill()
            except ssl.SSLZeroReturnError:
                return b""
            except ssl.SSLError as error:
                raise Dropped from error

    def send(self, data: bytes) -> None:
        """Send them all."""
        with self._writing:
            try:
                with self._state:
                    self._tls.write(data)
                    sealed = self._out.read()
            except ssl.SSLError as error:
                raise Dropped from error
            self._below.send(sealed)

    def _fill(self) -> None:
        data = self._below.receive()
        if not data:
            raise Dropped
        with self._state:
            self._in.write(data)

    def _flush(self) -> None:
        with self._writing:
            with self._state:
                sealed = self._out.read()
            if sealed:
                self._below.send(sealed)
