"""Which server a request went to, where its own line does not say: another part of the same text may.

A body that breaks off is printed without its URL, and a dump knows no URL at all; the lines of `-x`, a pasted `go env` and
other errors about the same address do. Nothing is taken that is not certain.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from unjam.facts.printed import Printed
from unjam.facts.requests import Purpose, WaitingRequest
from unjam.facts.seen import Fact
from unjam.facts.settings import GoSetting
from unjam.golang import messages
from unjam.golang.goproxy import parse_goproxy
from unjam.golang.messages import Message, RequestError
from unjam.golang.proxy_url import AskedKind, meaning
from unjam.golang.url import Url
from unjam.golang.x_lines import XLog
from unjam.model import Cite


@dataclass(frozen=True, slots=True)
class _Known:
    """A URL, and what shows it."""

    url: str
    cite: Cite


@dataclass(frozen=True, slots=True)
class Servers:
    """What the rest of a text tells: `zips` by module and version, and the only server that GOPROXY names."""

    zips: Mapping[tuple[str, str], _Known] = field(default_factory=dict)
    only: _Known | None = None

    @classmethod
    def of(cls, x: XLog, settings: Sequence[GoSetting], name: str) -> Servers:
        """`name` is how citations call the text."""
        zips: dict[tuple[str, str], _Known] = {}
        for get in x.gets:
            asked = meaning(get.url)
            if asked.kind is AskedKind.ZIP:
                url = str(Url(get.url))
                zips[asked.module, asked.version] = _Known(url, Cite(f"# get {url}", f"{name}:{get.line}"))
        goproxy = next((setting for setting in settings if setting.name == "GOPROXY"), None)
        servers = [entry for entry in parse_goproxy(goproxy.raw).entries if entry.is_server] if goproxy else []
        only = _Known(str(servers[0]), goproxy.cite()) if goproxy and len(servers) == 1 else None
        return cls(zips, only)

    def of_errors(self, printed: Sequence[Printed[Message]]) -> tuple[Printed[Any], ...]:
        """The errors, each failed request with its URL where that is certain."""
        by_address: dict[str, _Known] = {}
        for fact in printed:
            match fact.message:
                case RequestError(url=url, address=address) if url and address and url.startswith("http"):
                    by_address.setdefault(address, _Known(url, fact.cite()))
        return tuple(self._with_url(fact, by_address) for fact in printed)

    def _with_url(self, fact: Printed[Message], by_address: Mapping[str, _Known]) -> Printed[Any]:
        message = fact.message
        if not isinstance(message, RequestError) or "://" in message.url or not message.go_said:
            return fact
        known = self.zips.get((message.module, message.version)) or by_address.get(message.address)
        known = known or (self.only if message.module else None)
        if known is None:
            return fact
        seen = replace(fact.seen, also=(*fact.seen.also, known.cite))
        return Printed(seen, replace(message, url=known.url))

    def of_waits(self, dumped: Sequence[Fact], under_way: Sequence[Fact]) -> Iterator[Fact]:
        """The facts of a dump, each request with its URL, or at least its host, where that is certain."""
        waits = [fact for fact in dumped if isinstance(fact, WaitingRequest)]
        asked = [fact for fact in under_way if isinstance(fact, WaitingRequest)]
        for fact in dumped:
            if isinstance(fact, WaitingRequest):
                yield self._placed(fact, waits, asked)
            else:
                yield fact

    def _placed(
        self, request: WaitingRequest, waits: Sequence[WaitingRequest], asked: Sequence[WaitingRequest]
    ) -> WaitingRequest:
        alike = [each for each in asked if each.purpose is request.purpose]
        rivals = [each for each in waits if each.purpose is request.purpose]
        if len(waits) == len(asked) == 1:
            return _told(request, asked[0], asked[0].url)
        if len(alike) == len(rivals) == 1:
            return _told(request, alike[0], alike[0].url)
        if alike and len({each.host for each in alike}) == 1:
            return _told(request, alike[0], "")
        if self.only and not asked and request.purpose in {Purpose.MODULE, Purpose.TOOLCHAIN}:
            also = (*request.seen.also, self.only.cite)
            host = urlsplit(self.only.url).netloc.rpartition("@")[2]
            return replace(request, seen=replace(request.seen, also=also), url=self.only.url, host=host)
        return request


def _told(request: WaitingRequest, by: WaitingRequest, url: str) -> WaitingRequest:
    seen = replace(request.seen, also=(*request.seen.also, by.cite()))
    return replace(request, seen=seen, url=url, host=by.host, purpose=by.purpose)


def asked_for(said: Iterable[Message]) -> str:
    """What go downloads, "" where several things were begun: which of those still waits, nothing tells."""
    begun: set[str] = set()
    for message in said:
        match message:
            case messages.Downloading(verb="downloading", module=module, version=version):
                begun.add(f"{module}@{version}")
            case messages.ToolchainDownloading(version=version):
                begun.add(f"go{version}")
    return begun.pop() if len(begun) == 1 else ""
