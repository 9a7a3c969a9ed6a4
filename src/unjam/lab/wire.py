"""What passes between the lab's servers and go: requests, answers, and the exchange in which one becomes the other."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import unquote, urlsplit

from unjam.golang.cache_path import unescape

TEXT = "text/plain; charset=UTF-8"  # the only type whose body go shows to the user
JSON = "application/json"
BINARY = "application/octet-stream"


class Dropped(Exception):
    """The connection is over: go went away, the lab closes, or a fault wanted it so."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request, as a GOPROXY sees it. `path` is unquoted, and begins with a slash."""

    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, method: str, target: str, headers: dict[str, str]) -> Request:
        """From the target on the wire, which is a path, or a whole URL when it comes through a forward proxy."""
        return cls(method, unquote(urlsplit(target).path) or "/", headers)

    @property
    def endpoint(self) -> str:
        """`info`, `mod`, `zip`, `list`, `latest`, or `sumdb-lookup` (…`supported`, …`tile`, …`latest`); else ""."""
        if found := re.search(r"/@(?:v/(list)|(latest)|v/.+\.(info|mod|zip))$", self.path):
            return found[1] or found[2] or found[3]
        if found := re.match(r"(?:/sumdb/.+?)?/(lookup|supported|tile|latest)(?:/|$)", self.path):
            return f"sumdb-{found[1]}"
        return ""

    @property
    def module(self) -> tuple[str, str]:
        """Module path and version that it is about, each "" where it names none."""
        for shape in (r"/lookup/([^@]+)@(.+)$", r"^/(.+)/@v/(.+)\.(?:info|mod|zip)$", r"^/(.+)/@(?:v/list|latest)()$"):
            if found := re.search(shape, self.path):
                return unescape(found[1]) or "", unescape(found[2]) or ""
        return "", ""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: status, body, and headers beside its type and length."""

    status: int
    body: bytes = b""
    content_type: str = TEXT
    headers: tuple[tuple[str, str], ...] = ()


def not_found(what: str) -> Answer:
    """What a GOPROXY says of what it does not have; go then asks the next entry."""
    return Answer(404, f"not found: {what}\n".encode())


class Exchange(ABC):
    """A request on its way to be answered. `answer` is what would be said now; faults change it, or how it is said."""

    protocol: Literal["HTTP/1.1", "HTTP/2"]

    def __init__(self, request: Request, answer: Answer) -> None:
        self.request = request
        self.answer = answer
        self.steps: list[Callable[[Exchange], None]] = []
        self.told: Callable[[int], None] = lambda status: None

    def proceed(self) -> None:
        """Hand over to the next fault, or answer."""
        if self.steps:
            self.steps.pop(0)(self)
        else:
            self.head(len(self.answer.body))
            self.body(self.answer.body)
            self.end()

    def head(self, length: int) -> None:
        """Send status and headers, which announce a body of `length` bytes; who wants to know is told before."""
        self.told(self.answer.status)
        self.send_head(length)

    @abstractmethod
    def send_head(self, length: int) -> None:
        """Send status and headers."""

    @abstractmethod
    def body(self, data: bytes) -> None:
        """Send a part of the body."""

    @abstractmethod
    def end(self) -> None:
        """The body is complete (or so the server says)."""

    @abstractmethod
    def reset(self) -> None:
        """Reset the connection (RST), and raise `Dropped`."""

    @abstractmethod
    def close(self) -> None:
        """Close the connection in good order, and raise `Dropped`."""
