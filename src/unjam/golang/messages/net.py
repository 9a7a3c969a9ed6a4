"""Requests that failed: what net/http, net, crypto/tls and cmd/go/internal/web print.

Written from Go's source, 1.11 to 1.27: `Get "URL": cause` (before 1.14 without quotes), `read "URL": cause` for a body
(modfetch/proxy.go), `reading URL: cause` (web.GetBytes), `module@version: cause` where no URL is printed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from re import Pattern
from re import compile as pattern

from unjam.golang.messages.message import Message, Purpose
from unjam.golang.messages.statement import Statement, module_before


class Cause(StrEnum):
    """Why a request failed, as its text tells. Two causes share a name only where go prints the same text for both."""

    REFUSED = "connection refused"
    RESET = "connection reset"
    EOF = "connection closed without an answer"
    UNEXPECTED_EOF = "body ended early"
    DIAL_TIMEOUT = "no answer to the connection attempt"
    READ_TIMEOUT = "established connection timed out"
    UNREACHABLE = "no route"
    DIAL_OTHER = "connection attempt failed"
    TLS_TIMEOUT = "no TLS handshake within 10 s"
    X509 = "certificate not accepted"
    TLS_OTHER = "TLS failed"
    DNS_TIMEOUT = "name server does not answer"
    DNS_NOT_FOUND = "no such host"
    DNS_OTHER = "name look-up failed"
    PROXY_REFUSED = "HTTP proxy refuses the connection"
    PROXY_OTHER = "HTTP proxy cannot be reached"
    PROXY_REJECTED = "HTTP proxy rejects CONNECT"
    PROXY_CONNECT_DEADLINE = "HTTP proxy does not answer CONNECT within 60 s"
    HTTP2_STREAM = "HTTP/2 stream error"
    GOAWAY = "HTTP/2 GOAWAY"
    REDIRECT_LOOP = "redirect loop"
    REDIRECT_INSECURE = "redirect from https to http"
    HTTP_RESPONSE_TO_HTTPS = "plain HTTP on a TLS port"
    CONTEXT_DEADLINE = "deadline exceeded"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestError(Message):
    """A request that brought no complete answer.

    `url` may be empty (go did not print it) or a bare path (redirect loops). `op` is Get or read; `phase` is
    "verifying" for the checksum database. `address` is the peer as IP:port, or the name server for DNS causes.
    """

    url: str
    cause: Cause
    op: str = "Get"
    address: str = ""
    detail: str = ""
    module: str = ""
    version: str = ""
    phase: str = ""
    purpose: Purpose = Purpose.UNKNOWN

    @property
    def host(self) -> str:
        """Host and port of the URL, without user info; the address where there is no URL."""
        return host_of(self.url) or self.address

    @property
    def group(self) -> tuple[str, str]:
        """Equal for errors of one sickness: thirty modules from one dead host make one group."""
        return self.cause.value, self.host


def request_error(s: Statement) -> RequestError | None:
    """The failed request that a line tells of, if it tells of one."""
    text = s.text
    op, url, cause_text, start = _parts(text)
    if not cause_text:
        return None
    said = s.go_said
    cause, detail = classify(cause_text, of_go=said)
    if cause is Cause.OTHER and (not url or not said):
        return None
    module = module_of(text, start, url)
    if cause is Cause.DIAL_TIMEOUT and "proxyconnect tcp: " in cause_text:
        url = ""  # it is the HTTP proxy that was dialed; `address` names it
    return RequestError(
        line=s.number,
        raw=text,
        go_said=said,
        speaker=s.speaker,
        url=url,
        cause=cause,
        op=op,
        address=_address(cause_text),
        detail=detail,
        module=module[0],
        version=module[1],
        phase=_phase(text, start),
        purpose=purpose_of(url),
    )


def _phase(text: str, start: int) -> str:
    if "verifying " in text[:start]:
        return "verifying"
    return "reading" if "reading " in text[:start] else ""


def _parts(text: str) -> tuple[str, str, str, int]:
    """(op, URL, text of the cause, where it starts); the cause is empty when the line tells of no failed request."""
    found = _with_url().search(text)
    if found is not None:
        url = (found["quoted"] or found["bare"] or "").rstrip("\\")
        return found["op"], _lost_slash().sub(r"\1//", url), text[found.end() :], found.start()
    found = _cut_before_url().match(text)
    if found is not None:
        return "Get", found[1], text[found.end() :], found.start()
    found = _reading().search(text)
    if found is not None and not found[3][:3].isdigit():
        return "read", found[2], found[3], found.start()
    for start in _where_causes_start(text):
        return "", "", text[start:], start
    return "", "", "", 0


@cache
def _with_url() -> Pattern[str]:
    return pattern(
        r"\b(?P<op>Get|Head|Post|read|Put) "
        r'(?:\\?"(?P<quoted>[^"\n]{0,4000})":? |(?P<bare>https?://[^\s"]{1,4000}?):+ )'
    )


@cache
def _cut_before_url() -> Pattern[str]:
    return pattern(r'\\?"(https?://[^"\n\\]{1,4000})\\?": ')


@cache
def _lost_slash() -> Pattern[str]:
    # To Go 1.21, modfetch/proxy.go put the URL of a broken body through path.Join, which makes one slash of two.
    return pattern(r"^(https?:)/(?=[^/])")


@cache
def _reading() -> Pattern[str]:
    return pattern(r"\b(reading) (https?://[^\s\"]{1,4000}?): (\S.*)")


_BARE = (
    "proxyconnect tcp: ", "dial tcp", "read tcp ", "write tcp ", "stream error: stream ID", "http2: ", "net/http: ",
    "x509: ", "tls: ", "remote error: tls", "lookup ", "unexpected EOF", "context deadline exceeded",
)  # fmt: skip


def _where_causes_start(text: str) -> Iterator[int]:
    places = [at for start in _BARE if (at := text.find(start)) >= 0 and (at == 0 or text[at - 1] in " :(\t")]
    if places:
        yield min(places)
    elif text.endswith(": EOF"):
        yield len(text) - 3


# Windows prints the text of its error in English where it has it, else in the language of the machine.
# Fragments of WSAECONNREFUSED (10061), WSAETIMEDOUT (10060) and WSAECONNRESET (10054): en, de, fr, es, pt, ru, zh, ja, ko.
_WINDOWS_REFUSED = (
    "actively refused", "verweigert", "expressément refusé", "denegó expresamente", "recusou ativamente", "recusou-as",
    "recusou", "отверг запрос", "积极拒绝", "積極拒絕", "拒否されたため", "거부했으므로",
)  # fmt: skip
_WINDOWS_TIMEOUT = (
    "connection attempt failed because", "Verbindungsversuch ist fehlgeschlagen", "tentative de connexion a échoué",
    "intento de conexión ya que", "tentativa de conexão falhou", "соединение была безуспешной",
    "连接尝试失败", "連線嘗試失敗", "正しく応答しなかった", "응답이 없어",
)  # fmt: skip
_WINDOWS_RESET = (
    "forcibly closed", "vom Remotehost geschlossen", "fermée par l", "por el host remoto", "pelo host remoto",
    "принудительно разорвал", "强迫关闭", "強制關閉", "強制的に切断", "강제로 끊겼습니다",
)  # fmt: skip


def classify(text: str, *, of_go: bool = True) -> tuple[Cause, str]:
    """The cause in the text behind `Get "URL": `, and a detail (the HTTP/2 code, the reason of a TLS failure …)."""
    for judge in (_proxy, _dns, _tls, _http, _dial):
        if (found := judge(text)) is not None:
            return found
    if "context deadline exceeded" in text or "Client.Timeout" in text or "request canceled" in text:
        # cmd/go sets no deadline of its own; the only one without a client's time-out is that of CONNECT, 60 s.
        bare = text.startswith("context deadline exceeded") and "Client.Timeout" not in text
        return (Cause.PROXY_CONNECT_DEADLINE if bare and of_go else Cause.CONTEXT_DEADLINE), ""
    if text.startswith(("EOF", "http: server closed", "http: can't write HTTP request on broken connection")):
        return Cause.EOF, ""
    if "unexpected EOF" in text or "http: unexpected EOF reading trailer" in text:
        return Cause.UNEXPECTED_EOF, ""
    if text.rstrip(" .") in _REASONS:
        return Cause.PROXY_REJECTED, text.rstrip(" .")
    return Cause.OTHER, text[:200]


_REASONS = frozenset(
    (
        "Forbidden", "Proxy Authentication Required", "Bad Gateway", "Service Unavailable", "Gateway Timeout",
        "Unauthorized", "Method Not Allowed", "Not Found", "Bad Request", "Internal Server Error", "Too Many Requests",
        "Gateway Time-out", "authenticationrequired", "Access Denied", "Request Denied", "Not Implemented", "Found",
        "Policy Denied", "Access denied", "Tunnel or SSL Forbidden", "Web Access Denied", "Connection refused",
    )
)  # fmt: skip


def _proxy(text: str) -> tuple[Cause, str] | None:
    at = text.find("proxyconnect tcp: ")
    if at < 0:
        return None
    inner, detail = classify(text[at + 18 :])
    cause = {Cause.REFUSED: Cause.PROXY_REFUSED, Cause.DIAL_TIMEOUT: inner}.get(inner, Cause.PROXY_OTHER)
    return cause, detail or inner.value


def _dns(text: str) -> tuple[Cause, str] | None:
    if "dial tcp: i/o timeout" in text:
        return Cause.DNS_TIMEOUT, ""  # to Go 1.16: a dial that names no address had not found it yet
    found = _lookup().search(text)
    if found is None:
        return None
    name, reason = found[1], found[2]
    if "no such host" in reason or "No such host is known" in reason or "nodename nor servname" in reason:
        return Cause.DNS_NOT_FOUND, name
    if "i/o timeout" in reason or "timed out" in reason or "Temporary failure" in reason or "context deadline" in reason:
        return Cause.DNS_TIMEOUT, name
    return Cause.DNS_OTHER, f"{name}: {reason[:160]}"


@cache
def _lookup() -> Pattern[str]:
    return pattern(r"\blookup (\S{1,300}?)(?: on \S{1,100})?: (.{1,400})")


def _tls(text: str) -> tuple[Cause, str] | None:
    if "TLS handshake timeout" in text:
        return Cause.TLS_TIMEOUT, ""
    if "server gave HTTP response to HTTPS client" in text or "first record does not look like a TLS handshake" in text:
        return Cause.HTTP_RESPONSE_TO_HTTPS, ""
    if "oversized record received" in text:
        return Cause.HTTP_RESPONSE_TO_HTTPS, "oversized record"
    for sign in ("x509: ", "failed to verify certificate"):
        if (at := text.find(sign)) >= 0:
            return Cause.X509, text[at:][:300]
    for sign in ("remote error: tls: ", "tls: ", "local error: "):
        if (at := text.find(sign)) >= 0:
            return Cause.TLS_OTHER, text[at:][:200]
    return None


def _http(text: str) -> tuple[Cause, str] | None:
    if "GOAWAY" in text:
        return Cause.GOAWAY, text[:200]
    found = _stream().search(text)
    if found is not None:
        return Cause.HTTP2_STREAM, found[1]
    if "stopped after 10 redirects" in text:
        return Cause.REDIRECT_LOOP, ""
    if "redirected from secure URL" in text:
        return Cause.REDIRECT_INSECURE, text[:400]
    if "timeout awaiting response headers" in text:
        return Cause.CONTEXT_DEADLINE, "response headers"
    if "http2: client connection lost" in text or "http2: client conn" in text:
        return Cause.READ_TIMEOUT, text[:80]
    return None


@cache
def _stream() -> Pattern[str]:
    return pattern(r"stream error: stream ID \d{1,20}; (\w{1,40})")


def _dial(text: str) -> tuple[Cause, str] | None:
    if "connection refused" in text or any(part in text for part in _WINDOWS_REFUSED):
        return Cause.REFUSED, ""
    if "connection reset by peer" in text or "broken pipe" in text or any(part in text for part in _WINDOWS_RESET):
        return Cause.RESET, ""
    dialing = "dial tcp" in text or "connect: " in text or "connectex: " in text
    windows = any(part in text for part in _WINDOWS_TIMEOUT)
    if windows or "i/o timeout" in text or "operation timed out" in text or "connection timed out" in text:
        return (Cause.DIAL_TIMEOUT if dialing else Cause.READ_TIMEOUT), ""
    if any(part in text for part in ("no route to host", "is unreachable", "unreachable network", "unreachable host")):
        return Cause.UNREACHABLE, ""
    if "cannot assign requested address" in text or "can't assign requested address" in text:
        return Cause.UNREACHABLE, "cannot assign requested address"
    if "wsarecv: " in text or "wsasend: " in text:
        return Cause.RESET, text[text.find("wsa") :][:160]
    if dialing:
        return Cause.DIAL_OTHER, text[:200]
    return None


def _address(text: str) -> str:
    found = _peer().search(text)
    if found is None:
        return ""
    return found["to"] or found["dial"] or found["dns"] or ""


@cache
def _peer() -> Pattern[str]:
    ip = r"(?:\[[0-9a-fA-F:.%\w]{2,60}\]|\d{1,3}(?:\.\d{1,3}){3}):\d{1,5}"
    return pattern(
        rf"\blookup \S{{1,300}} on (?P<dns>{ip})|(?:read|write) tcp {ip}->(?P<to>{ip})|dial tcp[46]? (?:{ip}->)?(?P<dial>{ip})"
    )


def host_of(url: str) -> str:
    """Host and port of a URL, user info cut off; "" where it has none."""
    _, mark, rest = url.partition("://")
    if not mark:
        return ""
    authority = rest.split("/", 1)[0].split("?", 1)[0]
    return authority.rpartition("@")[2]


def purpose_of(url: str) -> Purpose:
    """What a URL is for. The path of the checksum database may lie under a module proxy."""
    if "/sumdb/" in url or "://sum.golang." in url or "/lookup/" in url or "/tile/8/" in url:
        return Purpose.SUMDB
    if "go-get=1" in url:
        return Purpose.GO_GET
    if "/@v/" in url or url.endswith("/@latest") or "://proxy.golang.org/" in url:
        return Purpose.PROXY
    return Purpose.UNKNOWN


def module_of(text: str, end: int, url: str) -> tuple[str, str]:
    """Module path and version that a line speaks of: before the error, else in the URL; "" where it names none."""
    if (found := module_before(text, end)) is not None:
        return found
    named = _module().search(text, 0, end)
    path, version = _from_url(url)
    return (named[1] if named is not None else path), version


@cache
def _module() -> Pattern[str]:
    return pattern(r"\bmodule (?:lookup )?([\w.~/!+-]{1,256}): ")


def _from_url(url: str) -> tuple[str, str]:
    path, mark, rest = url.partition("/@v/")
    if not mark:
        path, mark, rest = url.partition("/@latest")
    if not mark:
        return "", ""
    escaped = path.partition("://")[2].partition("/")[2].replace("%21", "!")
    version = next((rest.removesuffix(end) for end in (".info", ".mod", ".zip") if rest.endswith(end)), "")
    return _capital().sub(lambda found: found[1].upper(), escaped), version


@cache
def _capital() -> Pattern[str]:
    return pattern(r"!([a-z])")
