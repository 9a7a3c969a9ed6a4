"""What the kernel says of one socket, in the words of a proof."""

from __future__ import annotations

from unjam.inspect.sockets import Socket
from unjam.model import Cite


def silence(socket: Socket | None) -> float | None:
    """Seconds since a byte last went either way; for a connection that is not made, since the first SYN."""
    if socket is None:
        return None
    if socket.state == "SYN-SENT":
        return socket.syn_sent_s
    known = [each for each in (socket.last_sent_s, socket.last_received_s) if each is not None]
    return min(known) if known else None


def address(pair: tuple[str, int]) -> str:
    """An address as host:port, IPv6 in brackets."""
    host, port = pair
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def socket_cite(pid: int, socket: Socket) -> Cite:
    """State, silence and bytes of a socket, as a citation."""
    what = f"{address(socket.local)} → {address(socket.peer)} {socket.state}"
    quiet = silence(socket)
    if quiet is not None:
        what += f", no byte for {quiet:.1f} s"
    if socket.bytes_received is not None and socket.state == "ESTAB":
        what += f", {socket.bytes_received} bytes received so far"
    return Cite(what, f"socket {socket.fd} of process {pid}")
