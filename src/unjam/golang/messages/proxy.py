"""Answers that say no, and GOPROXY values that go cannot use: cmd/go/internal/web and modfetch/proxy.go."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from re import Pattern
from re import compile as pattern

from unjam.golang.messages.message import Message, Purpose
from unjam.golang.messages.net import host_of, module_of, purpose_of
from unjam.golang.messages.statement import Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusError(Message):
    """A server answered with a status other than 200. `body` is what go shows of a text/plain body."""

    url: str
    status: int
    text: str
    body: tuple[str, ...] = ()
    module: str = ""
    version: str = ""
    purpose: Purpose = Purpose.UNKNOWN

    @property
    def host(self) -> str:
        """Host and port of the URL, without user info."""
        return host_of(self.url)

    @property
    def group(self) -> tuple[str, str]:
        """Equal for errors of one sickness."""
        return str(self.status), self.host


@dataclass(frozen=True, slots=True, kw_only=True)
class GoproxyOff(Message):
    """`module lookup disabled by GOPROXY=off`. gopls sets that itself for some of its go commands: then not `go_said`."""

    module: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InvalidGoproxy(Message):
    """GOPROXY holds something that go cannot use; `value` is the part it names, if it names one."""

    detail: str
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongContent(Message):
    """Status 200 with content that is not what was asked for. `what`: json, mod, zip or sumdb.

    `looks_html`: go quoted a `<` of it. For a zip go never says what it got instead.
    """

    what: str
    detail: str
    looks_html: bool = False
    proxy: str = ""
    module: str = ""
    version: str = ""


def read(s: Statement) -> tuple[Message, int] | None:
    """The message of a line, and how many lines below belong to it."""
    return status_error(s) or _goproxy(s) or _wrong_content(s)


def status_error(s: Statement) -> tuple[StatusError, int] | None:
    """`reading URL: 403 Forbidden` and, before Go 1.13, `unexpected status (URL): 410 Gone`."""
    text = s.text
    found = _status().search(text)
    if found is None:
        return None
    url = found["url"] or found["old"]
    body, used = server_response(s)
    module, version = module_of(text, found.start(), url)
    return StatusError(
        line=s.number,
        raw=text,
        go_said=s.go_said,
        speaker=s.speaker,
        url=url,
        status=int(found["status"]),
        text=found["text"].strip(),
        body=body,
        module=module,
        version=version,
        purpose=purpose_of(url),
    ), used


@cache
def _status() -> Pattern[str]:
    return pattern(
        r"\b(?:reading (?P<url>https?://[^\s\"]{1,4000}?)|unexpected status \((?P<old>https?://[^\s)]{1,4000})\)): "
        r"(?P<status>[1-5]\d\d)(?P<text>(?: [\w'-]{1,40}){0,6})"
    )


def server_response(s: Statement) -> tuple[tuple[str, ...], int]:
    """The `server response:` under a status (at most 8 lines and a truncation note), and how many lines it takes."""
    body: list[str] = []
    flat = False
    for used, text in enumerate(s.below(12), start=1):
        inner = text.strip()
        if used == 1:
            if not inner.startswith("server response:"):
                return (), 0
            flat = text[:1] not in {" ", "\t"}  # a paste lost the tabs
            first = inner.removeprefix("server response:").strip()
            if first:
                return (first,), 1
        elif (text[:1] not in {" ", "\t"} and not (flat and inner.startswith(_OF_SERVER))) or not inner or len(body) > 8:
            return tuple(body), used - 1
        else:
            body.append(inner)
    return tuple(body), len(body) + 1 if body else 0


_OF_SERVER = (
    "not found:", "bad request:", "gone:", "internal server error", "invalid version", "fatal:", "remote:", "error:",
    "Host key", "Confirm the import path", "If this is a private repository", "unrecognized import path",
)  # fmt: skip


def _goproxy(s: Statement) -> tuple[Message, int] | None:
    text = s.text
    at = text.find("module lookup disabled by GOPROXY=off")
    if at >= 0:
        module, _ = module_of(text, at, "")
        if not module and (found := _imported().search(text[:at])) is not None:
            module = found[1]
        speaker = s.speaker
        return GoproxyOff(line=s.number, raw=text, go_said=speaker != "gopls", speaker=speaker, module=module), 0
    for sign in _INVALID:
        if (at := text.find(sign)) >= 0:
            detail = text[at:]
            value = detail.rpartition(": ")[2] if sign.startswith("invalid") and ": " in detail else ""
            return InvalidGoproxy(line=s.number, raw=text, go_said=s.go_said, detail=detail, value=value), 0
    found = _unparsed().search(text)
    if found is not None and s.go_said:
        return InvalidGoproxy(line=s.number, raw=text, go_said=True, detail=found[0], value=found["url"]), 0
    return None


_INVALID = (
    "invalid proxy URL scheme (must be https, http, file)",
    "invalid proxy URL missing scheme",
    "invalid file:// proxy URL with non-path elements",
    "GOPROXY list is not the empty string, but contains no entries",
)


@cache
def _imported() -> Pattern[str]:
    return pattern(r"([\w.~/!+-]{1,256}): (?:cannot find module providing package [^\s:]{1,256}: )?$")


@cache
def _unparsed() -> Pattern[str]:
    return pattern(
        r'(?:parse "(?P<url>[^"\n]{1,2000})": .{1,200}|Get "[^"\n]{1,2000}": unsupported protocol scheme "[^"\n]{0,60}")'
    )


def _wrong_content(s: Statement) -> tuple[Message, int] | None:
    text = s.text
    for sign, what in _CONTENT:
        at = text.find(sign)
        if at < 0 or (what == "zip" and "unzip " in text[:at]) or not s.go_said:
            continue
        character = text.rfind("invalid character ", 0, at)
        detail = text[character if character >= 0 else at :]
        module, version = module_of(text, at, "")
        found = _proxy_url().search(text)
        return WrongContent(
            line=s.number,
            raw=text,
            go_said=True,
            speaker=s.speaker,
            what="sumdb" if "verifying " in text[:at] and what != "zip" else what,
            detail=detail[:300],
            looks_html="'<'" in detail or ": <" in detail,
            proxy=found[1] if found is not None else "",
            module=module,
            version=version,
        ), 0
    return None


_CONTENT = (
    ("zip: not a valid zip file", "zip"),
    ("missing module line", "mod"),
    ("unknown directive: <", "mod"),
    ("looking for beginning of value", "json"),
    ("unexpected end of JSON input", "json"),
    ("invalid response from proxy", "json"),
    ("malformed record data", "sumdb"),
    ("malformed note", "sumdb"),
)


@cache
def _proxy_url() -> Pattern[str]:
    return pattern(r'invalid response from proxy "([^"\n]{1,2000})"')
