"""The server breaks off an HTTP/2 stream with an error.

You see: `stream error: stream ID N; INTERNAL_ERROR; received from peer` (also PROTOCOL_ERROR, NO_ERROR).

Why: the server or a middlebox gave up that one stream. go does not try again.

The fix: for this run, use HTTP/1.1 (`GODEBUG=http2client=0`): the same servers, the same checks, no streams.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from unjam.facts.case import Case
from unjam.facts.printed import Printed
from unjam.golang.messages.net import Cause
from unjam.model import Finding, Remedy
from unjam.modes.http1 import use_http1
from unjam.modes.mode import ERROR, Mode
from unjam.modes.requests import failed, server_of

if TYPE_CHECKING:
    from unjam.lab.lab import Lab


def examine(case: Case) -> Iterator[Finding]:
    """A stream that was broken off."""
    for message, fact in failed(case, Cause.HTTP2_STREAM):
        says = f"{server_of(message)} broke off an HTTP/2 stream: {message.detail}"
        yield Finding(server_of(message), says, fact.cites())


def remedy(finding: Finding, case: Case) -> Remedy:
    """HTTP/1.1 for one run."""
    return use_http1(case)


def reproduce(lab: Lab) -> None:
    """A TLS proxy that breaks off the stream which asks for the zip; over HTTP/1.1 it is well."""
    from unjam.lab.faults.http2_stream import H2StreamError
    from unjam.lab.match import Match

    lab.require(lab.module("example.com/lib"))
    sick = lab.proxy("sick", tls=True, http2=True)
    sick.fault(H2StreamError(), on=Match("zip"))
    lab.use_goproxy(sick)


MODE = Mode(
    reads=(Printed,),
    examine=examine,
    remedy=remedy,
    reproduce=reproduce,
    seen_by=frozenset({ERROR}),
    offers="fix",
    masks=("sumdb-unreachable",),
)
