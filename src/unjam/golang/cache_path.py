"""What a path that go holds open says: which module, which version, which part of the work.

Shapes from cmd/go/internal/modfetch (CachePath, lockVersion, SideLock, downloadZip's temporary file), codehost.WorkDir
and the sumdb client. Paths may use either slash; the module cache may be anywhere, so only the tail decides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal

Role = Literal["version-lock", "vcs-lock", "cache-lock", "download-tmp", "go.mod", "go.sum", "sumdb-latest", "telemetry"]


@dataclass(frozen=True, slots=True)
class CacheEntry:
    """The meaning of one path. `module` and `version` are unescaped, and "" where the path names none.

    For a vcs-lock, `module` stays "" and `version` too: the name of that file is the hash of a repository's URL.
    `vcs_dir` is then the directory it guards.
    """

    role: Role
    module: str = ""
    version: str = ""
    vcs_dir: str = ""


def unescape(escaped: str) -> str | None:
    """The module path or version that the module cache writes as `escaped` (`!a` for `A`); None if go would refuse it."""
    if not escaped.isascii() or any("A" <= letter <= "Z" for letter in escaped):
        return None
    if not _escaped_form().fullmatch(escaped):
        return None
    return re.sub(r"!([a-z])", lambda match: match.group(1).upper(), escaped)


def escape(name: str) -> str | None:
    """How the module cache writes a module path or version; None for what no module path has."""
    if not name.isascii() or "!" in name:
        return None
    return "".join(f"!{letter.lower()}" if "A" <= letter <= "Z" else letter for letter in name)


def read_cache_path(path: str) -> CacheEntry | None:
    """What go does with the file at `path`; None for a path that is none of go's own."""
    path = path.replace("\\", "/")
    if found := _version_file().search(path):
        return _of_version(found)
    if found := _vcs_lock().search(path):
        return CacheEntry("vcs-lock", vcs_dir=path.removesuffix(".lock"))
    for tail, role in _TAILS:
        if path.endswith(tail) or path == tail.lstrip("/"):
            return CacheEntry(role)
    if "/go/telemetry/" in path and path.endswith(".count"):
        return CacheEntry("telemetry")
    if "/pkg/sumdb/" in path and path.endswith("/latest"):
        return CacheEntry("sumdb-latest")
    return None


def folder_of(path: str) -> str:
    """The folder of go's that `path` is in: the module cache, the build cache, a build's work folder; else the path itself.

    Two files that no longer fit on a disk, or belong to somebody else, are one trouble.
    """
    found = _of_go().match(path)
    return (found[1] or found[2] or found[3]) if found else path.rstrip("/\\")


@cache
def _of_go() -> re.Pattern[str]:
    return re.compile(
        r"(?:(.{1,1000}?[/\\]pkg[/\\]mod)(?:[/\\]|\Z)|(.{1,1000}?)[/\\]cache[/\\](?:download|vcs)(?:[/\\]|\Z)"
        r"|((?:.{0,1000}?[/\\]go-build\d{0,20})|\$WORK)(?:[/\\]|\Z))"
    )


_TAILS: tuple[tuple[str, Role], ...] = (
    ("/cache/lock", "cache-lock"),
    ("/go.mod", "go.mod"),
    ("/go.sum", "go.sum"),
    ("/go.work.sum", "go.sum"),
)


def _of_version(found: re.Match[str]) -> CacheEntry | None:
    module, version = unescape(found.group("module")), unescape(found.group("version"))
    if module is None or version is None:
        return None
    return CacheEntry("version-lock" if found.group("suffix") == "lock" else "download-tmp", module, version)


@cache
def _escaped_form() -> re.Pattern[str]:
    return re.compile(r"(?:[^!]|![a-z])*", re.DOTALL)


@cache
def _version_file() -> re.Pattern[str]:
    """…/cache/download/MODULE/@v/VERSION.lock, …VERSION.zip123.tmp, and writeDiskCache's …VERSION.info123.tmp."""
    return re.compile(
        r"/cache/download/(?P<module>(?:(?!/cache/download/)[^\x00])+?)/@v/"
        r"(?P<version>[^/\x00]+?)\.(?:(?P<suffix>lock)|(?:zip|info|mod|ziphash)\d*\.tmp)\Z"
    )


@cache
def _vcs_lock() -> re.Pattern[str]:
    return re.compile(r"/cache/vcs/[0-9a-f]{64}\.lock\Z")
