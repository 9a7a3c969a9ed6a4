"""A URL that may be shown: whoever prints it prints neither user info nor the values of its query."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

_SHAPE = re.compile(r"(?:([A-Za-z][A-Za-z0-9+.-]*):)?(//[^/?#]*)?([^?#]*)(?:\?([^#]*))?(?:#.*)?", re.DOTALL)
_MASK = "xxxxx"  # as Go's (*url.URL).Redacted has it


class _Parts(NamedTuple):
    scheme: str
    slashes: str
    user: str
    host: str
    path: str
    query: str


@dataclass(frozen=True, slots=True, repr=False)
class Url:
    """Any text, taken as a URL. `str` and `repr` mask secrets; `text` is the whole, for asking and for settings only.

    `host` is "name" or "name:port" in lower case, "" where there is none ("direct", "file:///x"). Nothing raises.
    """

    text: str

    @property
    def scheme(self) -> str:
        return _parts(self.text).scheme

    @property
    def host(self) -> str:
        return _parts(self.text).host

    @property
    def hostname(self) -> str:
        """The host without port and brackets."""
        return re.sub(r":\d*\Z", "", self.host).strip("[]")

    @property
    def port(self) -> int | None:
        """The port that is dialed: the one named, else that of the scheme."""
        named = re.search(r":(\d{1,5})\Z", self.host)
        return int(named[1]) if named else {"https": 443, "http": 80}.get(self.scheme)

    @property
    def path(self) -> str:
        return _parts(self.text).path

    @property
    def query(self) -> str:
        return _parts(self.text).query

    @property
    def user(self) -> str:
        """The user info, with its password: never to be shown."""
        return _parts(self.text).user.removesuffix("@")

    @property
    def has_user(self) -> bool:
        """Whether it names a user, and so may hold a password or token."""
        return bool(_parts(self.text).user)

    @property
    def bare(self) -> str:
        """Scheme, host and path alone: no user info, no query."""
        parts = _parts(self.text)
        return f"{parts.scheme}{':' if parts.scheme else ''}{parts.slashes}{parts.host}{parts.path}"

    def __str__(self) -> str:
        parts = _parts(self.text)
        start = self.bare if not parts.user else self.bare.replace(parts.slashes, f"{parts.slashes}{_MASK}@", 1)
        if not parts.query:
            return start
        return f"{start}?{parts.query if parts.query == 'go-get=1' else _MASK}"

    def __repr__(self) -> str:
        return f"Url({str(self)!r})"


@lru_cache(maxsize=1 << 12)
def _parts(text: str) -> _Parts:
    match = _SHAPE.fullmatch(text.strip())
    scheme, authority, path, query = match.groups("") if match else ("", "", "", "")
    if not authority:
        user, at, rest = path.partition("@")
        if at and "/" not in user:  # `user:token@host/path`, as people mistype it
            return _Parts("", "", "", "", f"{_MASK}@{rest}", query)
        return _Parts(scheme.lower(), "", "", "", path, query)
    user, at, host = authority[2:].rpartition("@")
    return _Parts(scheme.lower(), "//", user + at, host.lower(), path, query)
