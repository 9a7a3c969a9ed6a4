"""The GOPROXY list, as proxyList in cmd/go/internal/modfetch/proxy.go reads it (the same in Go 1.21 to 1.27)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Literal

from unjam.golang.url import Url

Separator = Literal["", ",", "|"]

_NO_ENTRIES = "GOPROXY list is not the empty string, but contains no entries"


@dataclass(frozen=True, slots=True)
class Entry:
    """A server, `direct` or `off`. `url` is what go asks, with the scheme that go completes; it may hold a password.

    After a comma go asks the next entry only if this one answers 404 or 410, after a pipe on any error. An entry that
    never answers is no error. `written` is the entry as the user has it.
    """

    url: str = field(repr=False)
    separator_after: Separator = ""
    written: str = field(default="", repr=False, compare=False)

    @property
    def is_server(self) -> bool:
        return self.url not in {"direct", "off"}

    def __str__(self) -> str:
        """The entry without user info, fit to be shown."""
        return str(Url(self.url)) if self.is_server else self.url


@dataclass(frozen=True, slots=True)
class GoproxyList:
    """`entries` are those that go would come to: what stands behind `direct` or `off` is never reached and not kept.

    With `problems`, in Go's words, go refuses the whole list; the malformed entry is not among `entries`.
    """

    entries: tuple[Entry, ...]
    problems: tuple[str, ...] = ()

    @property
    def value(self) -> str:
        """The list as an environment variable has it, user info and all: for go, not for showing."""
        return "".join((entry.written or entry.url) + entry.separator_after for entry in self.entries)

    def __str__(self) -> str:
        return "".join(f"{entry}{entry.separator_after}" for entry in self.entries)


def parse_goproxy(value: str) -> GoproxyList:
    """The list that go makes of `value`. Blanks around entries are cut off, empty entries are skipped."""
    entries: list[Entry] = []
    for match in re.finditer(r"([^,|]*)([,|]?)", value):
        written = match[1].strip()
        separator: Separator = "|" if match[2] == "|" else "," if match[2] else ""
        if not written:
            continue
        if written in {"direct", "off"}:
            entries.append(Entry(written, written=written))
            break
        url = _completed(written)
        problem = _problem(url)
        if problem:
            return GoproxyList(_ended(entries), (problem,))
        entries.append(Entry(url, separator, written))
    return GoproxyList(_ended(entries), () if entries or not value else (_NO_ENTRIES,))


def entry_for(goproxy: GoproxyList, url: str | Url) -> Entry | None:
    """The server entry that a URL which go asks for belongs to: the one with the longest path, if several fit."""
    asked = Url(url) if isinstance(url, str) else url
    fitting = [entry for entry in goproxy.entries if entry.is_server and _is_under(asked, Url(entry.url))]
    return max(fitting, key=lambda entry: len(Url(entry.url).path.rstrip("/")), default=None)


def without(goproxy: GoproxyList, url: str | Url) -> tuple[GoproxyList, Entry] | None:
    """The list without what `url` belongs to, and the entry that go then asks in its place.

    A URL without a path is a whole server: all that GOPROXY names of it is left out. None if nothing else can be asked: no
    such entry, none behind it, `off` is behind it, or go refuses the list anyway. Moving the entry to the end would not
    do: whatever the others answer with 404, it would be asked again.
    """
    asked = Url(url) if isinstance(url, str) else url
    sick = entry_for(goproxy, asked)
    left_out = {sick.url} if sick else {entry.url for entry in goproxy.entries if _is_of_server(entry, asked)}
    if not left_out or goproxy.problems:
        return None
    at = next(number for number, entry in enumerate(goproxy.entries) if entry.url in left_out)
    behind = [entry for entry in goproxy.entries[at:] if entry.url not in left_out]
    if not behind or behind[0].url == "off":
        return None
    return GoproxyList(_ended([*goproxy.entries[:at], *behind])), behind[0]


def _completed(written: str) -> str:
    """With https:// in front, where go puts it: single words are kept for words like `direct`."""
    is_host = any(char in written for char in ".:/") and ":/" not in written and not written.startswith("/")
    return f"https://{written}" if is_host else written


def _problem(url: str) -> str:
    """What newProxyRepo says of the URL, or ""."""
    parts = Url(url)
    unparsable = _unparsable(url, parts)
    if unparsable:
        return f'parse "{parts}": {unparsable}'
    match parts.scheme:
        case "http" | "https":
            return ""
        case "file" if parts.host or parts.has_user or "?" in url or "#" in url:
            return f"invalid file:// proxy URL with non-path elements: {parts}"
        case "file":
            return ""
        case "":
            return f"invalid proxy URL missing scheme: {parts}"
    return f"invalid proxy URL scheme (must be https, http, file): {parts}"


def _unparsable(url: str, parts: Url) -> str:
    """What net/url says of a URL that it cannot read, or "": the cases that people meet."""
    if any(char < " " or char == "\x7f" for char in url):
        return "net/url: invalid control character in URL"
    if url.startswith(":"):
        return "missing protocol scheme"
    named = re.search(r":([^\]:]*)\Z", parts.host)
    if named and not re.fullmatch(r"[0-9]*", named[1]):
        return f'invalid port ":{named[1]}" after host'
    if re.search(r"%(?![0-9A-Fa-f]{2})", parts.user):
        return "invalid URL escape in user info"
    if " " in parts.user:
        return "net/url: invalid userinfo"
    if " " in parts.host:
        return 'invalid character " " in host name'
    bad = re.search(r"%(?![0-9A-Fa-f]{2}).{0,2}", parts.host + parts.path)
    return f'invalid URL escape "{bad[0]}"' if bad else ""


def _ended(entries: list[Entry]) -> tuple[Entry, ...]:
    """A separator behind the last entry separates nothing."""
    return (*entries[:-1], replace(entries[-1], separator_after="")) if entries else ()


def _is_under(asked: Url, base: Url) -> bool:
    path = base.path.rstrip("/")
    return _server(asked) == _server(base) and (asked.path.rstrip("/") == path or asked.path.startswith(path + "/"))


def _is_of_server(entry: Entry, asked: Url) -> bool:
    return entry.is_server and not asked.path.strip("/") and _server(asked) == _server(Url(entry.url))


def _server(url: Url) -> tuple[str, str, int | None]:
    return url.scheme, url.hostname, url.port
