"""One accepted connection of a server of the lab."""

from __future__ import annotations

import contextlib
import socket
import struct

from unjam.lab.stream import PlainStream, Stream


class Connection:
    """One accepted connection: its socket, and the stream over it. Faults may change `certificate` before TLS begins."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.stream: Stream = PlainStream(sock)
        self.certificate = "good"

    def reset(self) -> None:
        """End it with RST, which the close by its own thread sends once this has woken it."""
        with contextlib.suppress(OSError):
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.sock.shutdown(socket.SHUT_RD)

    def hang_up(self) -> None:
        """End it with FIN, and wake whoever reads from it."""
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)
