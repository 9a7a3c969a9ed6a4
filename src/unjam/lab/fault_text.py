"""Faults as one writes them on a command line: `stall:65536@zip`, `status:503@mod:example.com/.*!example.com/lib#2`.

    NAME[:VALUE][@ENDPOINT[:MODULE][!EXCLUDE]][#N | #-N]

ENDPOINT is one of info, mod, zip, list, latest, sumdb, or `*`; MODULE a regular expression for the whole of `path` or
`path@version`, and EXCLUDE one for what is spared; `#N` means the Nth request alone that fits, `#-N` the first N.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module

from unjam.errors import BadInput
from unjam.lab.faults.fault import Fault
from unjam.lab.match import Match

_CERTIFICATES = ("self-signed", "unknown-authority", "other-host", "expired")
ENDPOINTS = ("*", "info", "mod", "zip", "list", "latest", "sumdb")
_OF_SUMDB = ("sumdb-lookup", "sumdb-tile", "sumdb-supported", "sumdb-latest")


def _count(text: str) -> int:
    """A whole number above zero."""
    if not text.isascii() or not text.isdigit() or int(text) == 0:
        raise ValueError(text)
    return int(text)


def _status(text: str) -> int:
    """An HTTP status of three digits."""
    if not 200 <= _count(text) <= 599:
        raise ValueError(text)
    return int(text)


def _seconds(text: str) -> float:
    """A length of time."""
    if not 0 < float(text) < 86_400:
        raise ValueError(text)
    return float(text)


def _one_of(*words: str) -> Callable[[str], str]:
    """One of these words."""

    def read(text: str) -> str:
        if text not in words:
            raise ValueError(text)
        return text

    return read


_nothing = _one_of()

#: Name → (file and class, how its value is read; left out, the class's own default holds).
NAMES: dict[str, tuple[str, Callable[[str], object]]] = {
    "silence": ("silence.Silence", _one_of("request", "accept")),
    "stall": ("stall_after.StallAfter", _count),
    "drip": ("drip.Drip", _count),
    "delay": ("delay.Delay", _seconds),
    "refuse": ("refuse.Refuse", _nothing),
    "black-hole": ("black_hole.BlackHole", _nothing),
    "reset": ("reset.Reset", _count),
    "close": ("close_without_answer.CloseWithoutAnswer", _nothing),
    "status": ("status.Status", _status),
    "portal": ("wrong.Wrong", _nothing),
    "truncate": ("truncate.Truncate", _count),
    "truncated-zip": ("truncated_zip.TruncatedZip", _count),
    "other-content": ("other_content.OtherContent", _nothing),
    "redirect-loop": ("redirect_loop.RedirectLoop", _nothing),
    "tls-stall": ("tls_stall.TlsStall", _nothing),
    "bad-certificate": ("bad_certificate.BadCertificate", _one_of(*_CERTIFICATES)),
    "h2-silence": ("http2_stream.H2StreamSilence", _nothing),
    "h2-stall": ("http2_stream.H2BodyStall", _count),
    "h2-error": ("http2_stream.H2StreamError", _count),
}
_TLS = frozenset({"tls-stall", "bad-certificate", "h2-silence", "h2-stall", "h2-error"})


def parse_fault(text: str) -> tuple[Fault, Match]:
    """The fault that `text` means, and the requests it meets; `BadInput` says what is wrong with it."""
    spec, mark, number = text.partition("#")
    what, _, where = spec.partition("@")
    name, _, value = what.partition(":")
    if name not in NAMES:
        from difflib import get_close_matches

        near = get_close_matches(name, NAMES, n=1)
        raise BadInput(f"no fault is called {name!r}" + (f"; did you mean {near[0]}?" if near else f": {', '.join(NAMES)}"))
    nth, times = _number(number, text) if mark else (None, None)
    fault, on = _make(name, value, text), replace(_match(where, text), nth=nth, times=times)
    _check_level(name, fault, on, text)
    return fault, on


def needs_tls(text: str) -> bool:
    """Whether the fault `text` can show on a TLS connection only."""
    return _name(text) in _TLS


def needs_http2(text: str) -> bool:
    """Whether the fault `text` is one of streams."""
    return _name(text).startswith("h2-")


def _name(text: str) -> str:
    return re.split("[:@#]", text, maxsplit=1)[0]


def _make(name: str, value: str, text: str) -> Fault:
    place, read = NAMES[name]
    module, _, kind = place.partition(".")
    make: Callable[..., Fault] = getattr(import_module(f"unjam.lab.faults.{module}"), kind)
    try:
        return make(read(value)) if value else make()
    except ValueError as error:
        raise BadInput(f"{text}: {value!r} is no value for {name}") from error


def _match(where: str, text: str) -> Match:
    meant, _, exclude = where.partition("!")
    endpoint, _, module = meant.partition(":")
    if endpoint and endpoint not in ENDPOINTS and endpoint not in _OF_SUMDB:
        raise BadInput(f"{text}: {endpoint!r} is no endpoint of a GOPROXY ({', '.join((*ENDPOINTS, *_OF_SUMDB))})")
    for expression in (module, exclude):
        try:
            re.compile(expression)
        except re.error as error:
            raise BadInput(f"{text}: {expression!r} is no regular expression: {error}") from error
    return Match(endpoint or "*", module, exclude)


def _number(number: str, text: str) -> tuple[int | None, int | None]:
    """(the Nth, the first N) of a number as it stands behind `#`."""
    try:
        count = _count(number.removeprefix("-"))
    except ValueError:
        raise BadInput(f"{text}: #{number} is no number of requests: #3 is the third alone, #-3 the first three") from None
    return (None, count) if number.startswith("-") else (count, None)


def _check_level(name: str, fault: Fault, on: Match, text: str) -> None:
    """What meets a connection cannot know yet what will be asked on it; what shuts the port meets everybody."""
    everything = replace(on, nth=None, times=None) == Match()
    if fault.level != "exchange" and not everything:
        raise BadInput(f"{text}: {name} meets connections, before anything is asked: no endpoint or module can be named")
    if fault.level == "port" and on != Match():
        raise BadInput(f"{text}: {name} meets every connection: they cannot be counted")
