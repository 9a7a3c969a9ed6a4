"""A name server that takes every question and answers none, and a go command that asks nobody else.

Official go binaries resolve names themselves (netdns=go): they read /etc/resolv.conf, whose servers are on port 53. So
the server is on port 53 of a loopback address of its own, and go runs in a mount namespace whose resolv.conf names it.
Both take root; nobody else on the machine notices.
"""

from __future__ import annotations

import os
import socket
import struct
import subprocess
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from unjam.errors import LabCannot

if TYPE_CHECKING:
    from unjam.lab.lab import Lab

HOST = "goproxy.lab.example"
RESOLV_CONF, NSSWITCH = Path("/etc/resolv.conf"), Path("/etc/nsswitch.conf")
_A = 1  # the type of an IPv4 address (RFC 1035, 3.2.2)

# Puts $1 in the place of $2, and $3 in that of $4, for this process alone, and becomes the rest of its arguments.
_IN_OWN_ETC = 'mount --bind "$1" "$2" && mount --bind "$3" "$4" && shift 4 && exec "$@"'


class NameServer:
    """Says nothing until it is lifted. Then it answers, also what was asked before: every name is 127.0.0.1."""

    def __init__(self) -> None:
        self._socket = _port_53()
        self._silent = True
        self._pending: list[tuple[bytes, tuple[str, int]]] = []
        self._lock = threading.Lock()
        self._closing = False
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        """Its IPv4 address; the port is 53."""
        return str(self._socket.getsockname()[0])

    @property
    def waited_on(self) -> bool:
        """Whether a question has come and not been answered."""
        with self._lock:
            return bool(self._pending)

    def lift(self) -> None:
        """Answer from now on."""
        with self._lock:
            self._silent = False
            pending, self._pending = self._pending, []
        for question, client in pending:
            self._socket.sendto(answer_to(question), client)

    def close(self) -> None:
        """Stop listening."""
        self._closing = True
        self._socket.sendto(b"", self._socket.getsockname())
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        while True:
            question, client = self._socket.recvfrom(4096)
            if self._closing:
                return
            with self._lock:
                silent = self._silent
                if silent:
                    self._pending.append((question, client))
            if not silent:
                self._socket.sendto(answer_to(question), client)


def answer_to(query: bytes) -> bytes:
    """The answer to a query of one question (RFC 1035, 4.1): 127.0.0.1 for an A, nothing for any other type."""
    end = 12
    while query[end]:
        end += query[end] + 1
    question = query[12 : end + 5]
    found = struct.unpack("!H", query[end + 1 : end + 3])[0] == _A
    header = query[:2] + struct.pack("!5H", 0x8580, 1, found, 0, 0)  # a response, authoritative, recursion available
    record = b"\xc0\x0c" + struct.pack("!2HIH", _A, 1, 60, 4) + socket.inet_aton("127.0.0.1")
    return header + question + (record if found else b"")


def silent_dns(lab: Lab) -> NameServer:
    """The one GOPROXY entry is a name, and the one name server never answers (go gives up after 10 seconds)."""
    _check_namespaces(lab)
    server = NameServer()
    lab.on_close(server.close)
    proxy = lab.proxy("behind the name")
    lab.use_goproxy(f"http://{HOST}:{proxy.port}")
    lab.wrap = in_own_etc(lab, server.address)
    return lab.add(server)


def in_own_etc(lab: Lab, name_server: str) -> tuple[str, ...]:
    """What stands before a command that is to ask this name server and no other; its pid stays the command's."""
    files = {RESOLV_CONF: f"nameserver {name_server}\n", NSSWITCH: "hosts: files dns\n"}
    pairs: list[str] = []
    for place, text in files.items():
        ours = lab.folder / place.name
        ours.write_text(text, encoding="ascii")
        pairs += (str(ours), str(place.resolve()))
    return ("unshare", "--mount", "sh", "-c", _IN_OWN_ETC, "sh", *pairs)


def _check_namespaces(lab: Lab) -> None:
    if os.geteuid() != 0 or lab.uid is not None:
        raise LabCannot("a name server of its own for go takes root: port 53, and a mount namespace")
    missing = [str(place) for place in (RESOLV_CONF, NSSWITCH) if not place.exists()]
    if missing:
        raise LabCannot(f"there is no {' and no '.join(missing)} to put another in place of")
    probe = subprocess.run(("unshare", "--mount", "true"), capture_output=True, text=True, check=False)
    if probe.returncode:
        raise LabCannot(f"no mount namespace to be had: {probe.stderr.strip()}")


def _port_53() -> socket.socket:
    """Port 53 of a free loopback address; 127.0.0.1 and its neighbours are left to the machine's own servers."""
    for host in range(1, 255):
        one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            one.bind((f"127.53.{os.getpid() % 251}.{host}", 53))
        except PermissionError:
            one.close()
            raise LabCannot("port 53 takes root") from None
        except OSError:
            one.close()
        else:
            return one
    raise LabCannot("port 53 is taken on every loopback address")
