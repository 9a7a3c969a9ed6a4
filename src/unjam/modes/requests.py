"""The questions that many network modes ask of a case: which request waits in which phase, and which one failed of what."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from unjam.facts.case import Case
from unjam.facts.printed import Printed
from unjam.facts.requests import Phase, Purpose, WaitingRequest
from unjam.golang.messages.net import Cause, RequestError
from unjam.golang.messages.proxy import StatusError
from unjam.model import Candidate

#: What the net modes speak for. The checksum database and toolchains have modes of their own.
MODULES = frozenset({Purpose.MODULE, Purpose.GO_GET})

#: Of a request that is only a socket, all that can be said is what the socket shows: the module proxy is the likeliest.
_ASKED = MODULES | {Purpose.UNKNOWN}


def waiting(case: Case, phase: Phase, *, http2: bool | None = None) -> Iterator[WaitingRequest]:
    """Requests for modules that have stood in that phase beyond patience."""
    for request in case.waiting(WaitingRequest):
        if request.purpose in _ASKED and request.phase is phase and http2 in {None, request.http2}:
            yield request


def unknown_phase(case: Case, missing: str, fits: Callable[[WaitingRequest], bool] = lambda _: True) -> Iterator[Candidate]:
    """A lone `# get` in a text, or a silent socket of a process whose memory was refused: several modes look like it.

    Each mode that `fits` is a candidate and says what would decide; of a live process the refusal says it.
    """
    for request in case.waiting(WaitingRequest):
        if request.purpose in _ASKED and request.phase is Phase.UNKNOWN and fits(request):
            decides = case.refusals((WaitingRequest,)) if request.purpose is Purpose.UNKNOWN else ()
            yield Candidate(request.url or request.host, request.cites(), decides or (missing,))


def unconnected(request: WaitingRequest) -> bool:
    """Whether it may still be on the way to its connection."""
    return not request.peer


def unnamed(case: Case) -> Iterator[Candidate]:
    """Connections of which nobody could see what they are for: they may be for something else than modules."""
    return unknown_phase(case, "", lambda request: request.purpose is Purpose.UNKNOWN)


def failed(case: Case, *causes: Cause) -> Iterator[tuple[RequestError, Printed[RequestError]]]:
    """Requests that go gave up, of one of these causes. Those to the checksum database are messages of their own."""
    return ((message, fact) for message, fact in case.printed(RequestError) if message.cause in causes)


def server_of(message: RequestError | StatusError) -> str:
    """Who is at fault in a failed request: scheme and host of its URL, else the address, else a plain word."""
    return origin(message.url) or getattr(message, "address", "") or "the module proxy"


def origin(url: str) -> str:
    """Scheme and host of a URL, without user info; "" when it has none."""
    # Go 1.21 joins the URL of a body like a file path, and prints `http:/host` (modfetch/proxy.go).
    parts = urlsplit(re.sub(r"^(https?):/(?!/)", r"\1://", url))
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}" if parts.netloc else ""
