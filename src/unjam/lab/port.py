"""A loopback port that is kept for good, and can listen, refuse, or drop every SYN."""

from __future__ import annotations

import contextlib
import select
import socket
import threading
from collections.abc import Callable
from pathlib import Path

from unjam.errors import LabCannot

HOST = "127.0.0.1"
_SYN_SENT = "02"  # the state's number in /proc/net/tcp


class Port:
    """One port. A socket that never listens keeps the number, so that nobody else gets it while the port is shut."""

    def __init__(self, number: int = 0) -> None:
        self._keeper = _bound(number)
        self.number: int = self._keeper.getsockname()[1]
        self._listener: socket.socket | None = None
        self._accepting: threading.Thread | None = None
        self._fillers: list[socket.socket] = []

    @property
    def address(self) -> str:
        """`127.0.0.1:NUMBER`."""
        return f"{HOST}:{self.number}"

    def open(self, accepted: Callable[[socket.socket], None]) -> None:
        """Listen, and hand every connection to `accepted`."""
        if self._accepting:
            return
        if self._listener is None:
            self._listener = _bound(self.number)
        self._listener.listen(128)  # on a listener whose queue is full, this makes room: waiting SYNs get in
        for filler in self._fillers:
            filler.close()
        self._fillers.clear()
        self._accepting = threading.Thread(target=_accept, args=(self._listener, accepted), daemon=True)
        self._accepting.start()

    def shut(self) -> None:
        """Refuse connections: the kernel answers every SYN with a reset."""
        if self._listener:
            with contextlib.suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)  # wakes the thread in accept
            if self._accepting:
                self._accepting.join()
            self._listener.close()
        self._listener = self._accepting = None
        for filler in self._fillers:
            filler.close()
        self._fillers.clear()

    def drop_syns(self) -> None:
        """Listen with a queue that is full: the kernel then drops every further SYN, as a black hole does."""
        self.shut()
        self._listener = _bound(self.number)
        self._listener.listen(0)
        for _ in range(8):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex((HOST, self.number))
            if not select.select([], [filler], [], 0.2)[1]:
                filler.close()
                return
            self._fillers.append(filler)
        self.shut()
        raise LabCannot("this kernel accepts connections beyond a full backlog, so there is no black hole to be had")

    def has_syn_waiting(self) -> bool:
        """Whether somebody on this machine has sent this port a SYN and waits for the answer."""
        wanted = f"{self.number:04X}"
        for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]:
            _, _, remote, state, *_ = line.split()
            if state == _SYN_SENT and remote.endswith(":" + wanted):
                return True
        return False

    def close(self) -> None:
        """Give the port back."""
        self.shut()
        self._keeper.close()


def _bound(number: int) -> socket.socket:
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((HOST, number))
    except OSError as error:
        sock.close()
        raise LabCannot(f"port {number} is taken: {error.strerror}") from error
    return sock


def _accept(listener: socket.socket, accepted: Callable[[socket.socket], None]) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        accepted(connection)
