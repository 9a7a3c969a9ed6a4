"""A host on loopback that serves git repositories over smart HTTP, and answers `?go-get=1` for the lab's own domain.

The domain exists nowhere: go reaches it because the host is also its HTTP_PROXY. A CONNECT (https) is refused, so that
go, allowed by GOINSECURE, asks over plain http and is told a repository URL on 127.0.0.1. git then talks to that
directly. Protocol: gitprotocol-http(5), and gitprotocol-v2(5) for the `command=` line that tells a fetch from a listing.
"""

from __future__ import annotations

import base64
import contextlib
import gzip
import socket
import threading
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from unjam.lab.git_repository import upload_pack

if TYPE_CHECKING:
    from pathlib import Path

DOMAIN = "git.lab.example"

Step = Literal["refs", "fetch"]
"""`refs`: `GET info/refs`, the first request of every git command. `fetch`: the request that is answered by the pack."""


@dataclass(frozen=True, slots=True)
class Stall:
    """The answer to this step stops before byte `after` of its body; with 0, even before its status line."""

    at: Step
    after: int = 0


@dataclass(frozen=True, slots=True)
class Login:
    """Every git request wants this name and password (401, Basic)."""

    user: str = "lab"
    password: str = "open-sesame"

    def allows(self, header: str | None) -> bool:
        """Whether the value of an Authorization header carries them."""
        token = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        return header == f"Basic {token}"


class GitHost:
    """The host, the repositories below `root`, and the faults it has until they are lifted."""

    def __init__(self, root: Path, *faults: Stall | Login) -> None:
        self.root = root
        self.repository_urls: dict[str, str] = {}
        self._faults = faults
        self._lifted = threading.Event()
        self._closing = False
        self._waiting = 0
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), partial(_Handler, self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        """`127.0.0.1:PORT`."""
        return f"127.0.0.1:{self._server.server_address[1]}"

    def url(self, name: str) -> str:
        """Where git finds the repository `name`; go is told so by the meta tag, unless `repository_urls` says other."""
        return self.repository_urls.get(name, f"http://{self.address}/{name}.git")

    def set(self, *faults: Stall | Login) -> None:
        """Have these faults from now on."""
        self._lifted.clear()
        self._faults = faults

    def lift(self) -> None:
        """Take every fault away; requests that stall are answered to their end."""
        self._faults = ()
        self._lifted.set()

    def close(self) -> None:
        """Stop listening and drop every connection."""
        self._closing = True
        self._lifted.set()
        self._server.shutdown()
        self._server.drop_connections()
        self._server.server_close()
        self._thread.join()

    def stall_of(self, step: Step) -> Stall | None:
        """The stall that concerns this step."""
        return next((fault for fault in self._faults if isinstance(fault, Stall) and fault.at == step), None)

    def refuses(self, authorization: str | None) -> bool:
        """Whether a login is wanted that this header does not carry."""
        return any(isinstance(fault, Login) and not fault.allows(authorization) for fault in self._faults)

    @property
    def waited_on(self) -> bool:
        """Whether a request is being held back."""
        return self._waiting > 0

    def wait(self) -> bool:
        """Return when the faults are lifted; false when the host closes instead."""
        with self._lock:
            self._waiting += 1
        self._lifted.wait()
        with self._lock:
            self._waiting -= 1
        return not self._closing


class _Server(ThreadingHTTPServer):
    """A server that can drop the connections it has open."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], handler: partial[_Handler]) -> None:
        super().__init__(address, handler)
        self._connections: set[socket.socket] = set()

    def get_request(self) -> tuple[socket.socket, tuple[str, int]]:
        """Accept, and remember the connection."""
        connection, address = super().get_request()
        self._connections.add(connection)
        return connection, address

    def shutdown_request(self, request: socket.socket | tuple[bytes, socket.socket]) -> None:
        """The connection has been served."""
        if isinstance(request, socket.socket):
            self._connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: socket.socket | tuple[bytes, socket.socket], client_address: object) -> None:
        """A client that went away is no error: the lab ends its go commands whenever it likes."""

    def drop_connections(self) -> None:
        """Wake every handler by ending its connection; the handler's own thread then closes it."""
        for connection in tuple(self._connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    """Answers one connection."""

    protocol_version = "HTTP/1.1"

    def __init__(self, host: GitHost, request: socket.socket, client: tuple[str, int], server: _Server) -> None:
        self._host = host
        super().__init__(request, client, server)

    def log_message(self, *_: object) -> None:
        """Say nothing: the tests read standard error."""

    def do_CONNECT(self) -> None:
        """Only plain http is proxied here."""
        self._answer(HTTPStatus.FORBIDDEN, "text/plain", b"plain http only\n")

    def do_GET(self) -> None:
        """Answer `?go-get=1` for the lab's domain, and git's request for the refs."""
        url = urlsplit(self.path)
        if url.query == "go-get=1":
            self._answer(HTTPStatus.OK, "text/html", self._meta(url.path).encode())
        elif url.query == "service=git-upload-pack" and (repository := self._repository(url.path, "/info/refs")):
            self._serve("refs", repository, b"", "--http-backend-info-refs")
        else:
            self._answer(HTTPStatus.NOT_FOUND, "text/plain", b"not found\n")

    def do_POST(self) -> None:
        """Answer the two commands of git-upload-pack: the listing of refs, and the fetch."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        if repository := self._repository(urlsplit(self.path).path, "/git-upload-pack"):
            self._serve(None if b"command=ls-refs" in body else "fetch", repository, body)
        else:
            self._answer(HTTPStatus.NOT_FOUND, "text/plain", b"not found\n")

    def _meta(self, path: str) -> str:
        name = "/".join(path.strip("/").split("/")[:2])
        return f'<meta name="go-import" content="{DOMAIN}/{name} git {self._host.url(name)}">\n'

    def _repository(self, path: str, end: str) -> Path | None:
        folder = self._host.root / path.removesuffix(end).strip("/")
        return folder if path.endswith(end) and folder.is_dir() else None

    def _serve(self, step: Step | None, repository: Path, body: bytes, *flags: str) -> None:
        stall = self._host.stall_of(step) if step else None
        if stall and stall.after == 0 and not self._host.wait():
            self.close_connection = True
            return
        if self._host.refuses(self.headers.get("Authorization")):
            self._answer(HTTPStatus.UNAUTHORIZED, "text/plain", b"", ("WWW-Authenticate", 'Basic realm="lab"'))
            return
        protocol = self.headers.get("Git-Protocol", "")
        answer = upload_pack(repository, body, protocol, *flags)
        if flags and "version=2" not in protocol:
            answer = b"001e# service=git-upload-pack\n0000" + answer
        kind = "advertisement" if flags else "result"
        self._answer(HTTPStatus.OK, f"application/x-git-upload-pack-{kind}", answer, stall=stall)

    def _answer(
        self, status: HTTPStatus, kind: str, body: bytes, *headers: tuple[str, str], stall: Stall | None = None
    ) -> None:
        self.send_response(status)
        for name, value in (("Content-Type", kind), ("Content-Length", str(len(body))), *headers):
            self.send_header(name, value)
        self.end_headers()
        if stall and stall.after:
            self.wfile.write(body[: stall.after])
            if not self._host.wait():
                self.close_connection = True
                return
            body = body[stall.after :]
        self.wfile.write(body)
