"""What a URL that go asks for is about: the GOPROXY protocol, the checksum database, `?go-get=1`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import unquote

from unjam.golang.module_path import is_module_path, unescape
from unjam.golang.url import Url

TOOLCHAIN_MODULE = "golang.org/toolchain"

_FILE = re.compile(r"(?P<module>.*)/@v/(?:(?P<list>list)|(?P<version>[^/]+)\.(?P<kind>info|mod|zip))\Z", re.DOTALL)
_SUMDB = re.compile(
    r"(?P<base>.*?)(?:/sumdb/(?P<name>[^/]+(?:/[^/@]+)*?))?/(?P<verb>supported|lookup/.+|latest|tile/.+)\Z", re.DOTALL
)


class AskedKind(StrEnum):
    """The kinds of things that go asks for."""

    LIST = "list"
    INFO = "info"
    MOD = "mod"
    ZIP = "zip"
    LATEST = "latest"
    SUMDB_SUPPORTED = "sumdb-supported"
    SUMDB_LOOKUP = "sumdb-lookup"
    SUMDB_TILE = "sumdb-tile"
    SUMDB_LATEST = "sumdb-latest"
    GO_GET = "go-get"
    OTHER = "other"


_SUMDB_KINDS = frozenset({AskedKind.SUMDB_SUPPORTED, AskedKind.SUMDB_LOOKUP, AskedKind.SUMDB_TILE, AskedKind.SUMDB_LATEST})


@dataclass(frozen=True, slots=True)
class Asked:
    """`module` and `version` are unescaped, "" where the URL names none; for GO_GET `module` is the import path.

    `base` is the server asked, free of user info: the GOPROXY entry with its path, or scheme and host. `toolchain` is
    set for the module that Go's own toolchains come as.
    """

    kind: AskedKind
    module: str = ""
    version: str = ""
    base: str = ""

    @property
    def toolchain(self) -> bool:
        return self.module == TOOLCHAIN_MODULE

    @property
    def sumdb(self) -> bool:
        """Whether the checksum database is asked, by way of a proxy or itself."""
        return self.kind in _SUMDB_KINDS


def meaning(url: str | Url, entries: Iterable[str] = ()) -> Asked:
    """What `url` asks for. `entries` are the URLs of GOPROXY: with them the path of a server is told from a module's.

    Without, the module begins at the first element that looks like a host, which is right for every public module.
    """
    asked = Url(url) if isinstance(url, str) else url
    server = f"{asked.scheme}://{asked.host}" if asked.scheme else asked.host
    if "go-get=1" in asked.query.split("&"):
        return Asked(AskedKind.GO_GET, (asked.hostname + unquote(asked.path)).rstrip("/"), base=server)
    bases = [base for entry in entries if (base := _base(entry, asked)) is not None]
    base = max(bases, key=len, default=None)
    path = unquote(asked.path[len(base) :] if base is not None else asked.path)
    found = _from_proxy(path, server + (base or ""), known=base is not None) or _from_sumdb(path, server + (base or ""))
    return found or Asked(AskedKind.OTHER, base=server + (base or ""))


def _base(entry: str, asked: Url) -> str | None:
    """The path of a GOPROXY entry, if `asked` is under it."""
    server = Url(entry)
    path = server.path.rstrip("/")
    same = (server.scheme, server.hostname, server.port) == (asked.scheme, asked.hostname, asked.port)
    return path if same and asked.path.startswith(path + "/") else None


def _from_proxy(path: str, base: str, *, known: bool) -> Asked | None:
    match = _FILE.match(path)
    escaped = match["module"] if match else path.removesuffix("/@latest") if path.endswith("/@latest") else None
    if escaped is None:
        return None
    before, module = _module(escaped.strip("/"), known=known)
    if match is None:
        return Asked(AskedKind.LATEST, module, base=base + before)
    kind = AskedKind.LIST if match["list"] else AskedKind(match["kind"])
    written = match["version"] or ""
    return Asked(kind, module, unescape(written) or written, base + before)


def _module(escaped: str, *, known: bool) -> tuple[str, str]:
    """What belongs to the server, with its leading slash, and the module path, unescaped."""
    elements = escaped.split("/")
    start = 0
    if not known:
        start = next((at for at in range(len(elements)) if is_module_path(_plain("/".join(elements[at:])))), 0)
    return "".join(f"/{element}" for element in elements[:start]), _plain("/".join(elements[start:]))


def _plain(escaped: str) -> str:
    return unescape(escaped) or escaped


def _from_sumdb(path: str, base: str) -> Asked | None:
    match = _SUMDB.match(path)
    if match is None:
        return None
    base += match["base"]
    verb, _, rest = match["verb"].partition("/")
    if verb == "lookup":
        module, _, version = rest.rpartition("@")
        return Asked(AskedKind.SUMDB_LOOKUP, _plain(module), _plain(version), base)
    if verb == "supported":
        return Asked(AskedKind.SUMDB_SUPPORTED, base=base) if match["name"] else None
    return Asked(AskedKind.SUMDB_TILE if verb == "tile" else AskedKind.SUMDB_LATEST, base=base)
