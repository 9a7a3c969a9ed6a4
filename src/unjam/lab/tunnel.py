"""What a forward proxy does after CONNECT: bytes from here to there, and from there to here."""

from __future__ import annotations

import contextlib
import socket
import threading

from unjam.lab.stream import CHUNK


def carry(client: socket.socket, target: tuple[str, int], sent: bytes) -> None:
    """Connect `client` with `target` until one of them ends; `sent` is what the client has said already."""
    with contextlib.suppress(OSError), socket.create_connection(target, timeout=10) as there:
        there.settimeout(None)
        there.sendall(sent)
        back = threading.Thread(target=_pump, args=(there, client), daemon=True)
        back.start()
        _pump(client, there)
        back.join()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(CHUNK):
            sink.sendall(data)
    for end in (source, sink):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
