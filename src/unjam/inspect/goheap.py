"""Values of net/http and net in the memory of another Go process. What does not look like one is None, 0 or ""."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from unjam.inspect.memory import MemoryGone, Unreadable

if TYPE_CHECKING:
    from unjam.inspect.layouts import Layout
    from unjam.inspect.memory import Memory

_HOST = re.compile(r"(\[[0-9A-Fa-f:.%\w-]+\]|[^\s/?#@\[\]:]+)(:\d{1,5})?")
_METHOD = re.compile(r"[A-Z]{3,10}")
_UNPRINTABLE = re.compile(r"[\x00-\x20\x7f]")
_LOWEST, _HIGHEST = 0x10000, 1 << 47  # what a pointer of a Go program on linux can be
_AF_INET, _AF_INET6, _SOCK_STREAM = 2, 10, 1


@dataclass(frozen=True, slots=True)
class Connection:
    """A socket of the process. `fd` is -1 and the addresses are "" when it was not found."""

    fd: int = -1
    local: str = ""
    remote: str = ""


class Heap:
    """Follows pointers by the layout of one Go version. A pointer that leads nowhere gives nothing, and never an error."""

    def __init__(self, memory: Memory, layout: Layout) -> None:
        """Reads nothing yet."""
        self._memory, self._layout = memory, layout

    def raw(self, address: int, size: int) -> bytes:
        """Exactly `size` bytes, or none."""
        if not _LOWEST <= address < _HIGHEST or size <= 0:
            return b""
        try:
            return self._memory.read(address, size)
        except MemoryGone:
            raise
        except Unreadable:
            return b""

    def word(self, address: int) -> int:
        """A 64-bit word; 0 where nothing is."""
        return int.from_bytes(self.raw(address, 8), "little")

    def field(self, base: int, name: str) -> int:
        """The word that a struct at `base` has in that field."""
        return self.word(base + self._layout[name]) if base else 0

    def data(self, base: int, name: str) -> int:
        """The data word of an interface in that field."""
        return self.word(base + self._layout[name] + 8) if base else 0

    def text(self, header: bytes, at: int, longest: int) -> str | None:
        """The string whose header lies in `header` at `at`."""
        pointer, length = struct.unpack_from("<QQ", header, at)
        if length == 0:
            return ""
        if length > longest:
            return None
        try:
            return self.raw(pointer, length).decode() or None
        except UnicodeDecodeError:
            return None

    def url(self, address: int) -> str | None:
        """A url.URL as it goes over the wire, without user info."""
        from urllib.parse import quote, unquote

        layout = self._layout
        raw = self.raw(address, layout["url"]) if address % 8 == 0 else b""
        if not raw or raw[layout["url.Scheme"] + 8 : layout["url.Scheme"] + 16] not in (b"\4" + bytes(7), b"\5" + bytes(7)):
            return None
        scheme = self.text(raw, layout["url.Scheme"], 5)
        if scheme not in ("http", "https"):
            return None
        host = self.text(raw, layout["url.Host"], 255)
        path = self.text(raw, layout["url.Path"], 8192)
        query = self.text(raw, layout["url.RawQuery"], 8192)
        if not host or path is None or query is None or not _HOST.fullmatch(host) or (path and path[0] != "/"):
            return None
        written = self.text(raw, layout["url.RawPath"], 8192)
        if not written or unquote(written) != path or _UNPRINTABLE.search(written):
            written = quote(path, safe="/$&+,:;=@~")  # net/url's escape, mode encodePath
        query = _UNPRINTABLE.sub(lambda m: quote(m[0]), query)
        return f"{scheme}://{host}{written}{'?' + query if query else ''}"

    def request(self, address: int) -> tuple[str, str] | None:
        """(URL, method) of an http.Request."""
        return self._asked(address, "request")

    def client_request(self, address: int) -> tuple[str, str] | None:
        """(URL, method) of an http2.ClientRequest, which HTTP/2 has since Go 1.27, or of the http.Request it had before."""
        return self._asked(address, "clientRequest" if self.has("clientRequest.URL") else "request")

    def has(self, name: str) -> bool:
        """Whether this Go version has that field."""
        return name in self._layout.offsets

    def offset(self, name: str) -> int:
        """Where a field lies in its struct."""
        return self._layout[name]

    def connection(self, address: int) -> Connection:
        """The socket behind a *net.TCPConn, or behind a *tls.Conn on one."""
        for conn in (address, self.data(address, "tlsConn.conn")):
            if found := self._tcp(self.word(conn)):
                return found
        return Connection()

    def _asked(self, address: int, kind: str) -> tuple[str, str] | None:
        if not address or address % 8:
            return None
        header = self.raw(address + self._layout[f"{kind}.Method"], 16)
        if not header:
            return None
        method = self.text(header, 0, 10)
        if method is None or (method and not _METHOD.fullmatch(method)):
            return None
        url = self.url(self.field(address, f"{kind}.URL"))
        return (url, method or "GET") if url else None

    def _tcp(self, fd: int) -> Connection | None:
        """From a net.netFD."""
        layout = self._layout
        numbers = [
            int.from_bytes(self.raw(fd + layout[f"netFD.{name}"], 8), "little") for name in ("pfd.Sysfd", "family", "sotype")
        ]
        if numbers[1] not in (_AF_INET, _AF_INET6) or numbers[2] != _SOCK_STREAM or not 0 <= numbers[0] < 1 << 31:
            return None
        local, remote = (self._address(self.data(fd, f"netFD.{name}")) for name in ("laddr", "raddr"))
        return Connection(numbers[0], local, remote) if local or remote else None

    def _address(self, address: int) -> str:
        """From a net.TCPAddr."""
        import ipaddress

        layout = self._layout
        slice_at, port = address + layout["tcpAddr.IP"], self.field(address, "tcpAddr.Port")
        raw = self.raw(self.word(slice_at), length) if (length := self.word(slice_at + 8)) in (4, 16) else b""
        if not raw or not 0 < port < 65536:
            return ""
        ip = ipaddress.ip_address(raw)
        if isinstance(ip, ipaddress.IPv6Address):
            ip = ip.ipv4_mapped or ip
        return f"[{ip}]:{port}" if ip.version == 6 else f"{ip}:{port}"
