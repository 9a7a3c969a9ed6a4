"""HTTP requests that the go command waits for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from unjam.facts.seen import Fact


class Phase(StrEnum):
    """How far a request has come. UNKNOWN: a text shows the request, but not its phase (a lone `# get`)."""

    UNKNOWN = "unknown"
    RESOLVING = "resolving the name"
    DIALING = "dialing"
    CONNECT = "waiting for the HTTP proxy to answer CONNECT"
    TLS = "in the TLS handshake"
    HEADERS = "waiting for the answer"
    BODY = "reading the body"


class Purpose(StrEnum):
    """What go asks for: a module from a proxy, the checksum database, `?go-get=1`, or a toolchain.

    UNKNOWN: only the socket was seen, since the memory of the process was refused.
    """

    MODULE = "module"
    SUMDB = "checksum database"
    GO_GET = "go-import meta tag"
    TOOLCHAIN = "toolchain"
    OTHER = "other"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class WaitingRequest(Fact):
    """A request without its answer, or an answer whose body does not end.

    `url` is free of user info ("" when memory was refused: then only `peer` is known); `host` is "host:port" of the URL or
    of the peer. `via` is the HTTP proxy in between ("" for none). `silent_for` is seconds since the last byte
    came, as the kernel counts it (None: not known); `received` is the bytes that came on this connection.
    """

    url: str
    host: str
    phase: Phase
    purpose: Purpose
    http2: bool = False
    via: str = ""
    peer: str = ""
    silent_for: float | None = None
    received: int | None = None

    trouble: ClassVar[bool] = True

    @property
    def key(self) -> tuple[object, ...]:
        """The same request in the same phase; for a body, no further byte."""
        moved = self.received if self.phase is Phase.BODY else None
        return ("request", self.seen.pid, self.url or self.peer, self.phase, moved)

    @property
    def since(self) -> float | None:
        """Seconds of silence."""
        return self.silent_for


@dataclass(frozen=True, slots=True)
class Download(Fact):
    """A module zip on its way: `path` is the `.tmp` beside its final place, `size` its bytes so far.

    `still_for` is seconds since it last grew (mtime). How fast it grows, two looks tell: `Case.rate`.
    """

    module: str
    version: str
    path: str
    size: int
    still_for: float

    @property
    def key(self) -> tuple[object, ...]:
        """The same file with the same size."""
        return ("download", self.seen.pid, self.path, self.size)

    @property
    def since(self) -> float | None:
        """Seconds without growth."""
        return self.still_for
