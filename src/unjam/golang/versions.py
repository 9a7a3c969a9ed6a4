"""Versions: of Go itself (`1.21`, `go1.22rc1`, a toolchain's name) and of modules (semantic, pseudo, +incompatible).

Go's own are ordered as internal/gover has it, modules' as golang.org/x/mod/semver has it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import total_ordering

_NUMBER = r"(?:0|[1-9][0-9]{0,17})"
_GO = re.compile(rf"({_NUMBER})(?:\.({_NUMBER})(?:\.({_NUMBER})|([a-z]+)({_NUMBER})?)?)?")
_IN_TEXT = re.compile(r"(?<![\w/.-])go(\d{1,9}\.\d{1,9}(?:\.\d{1,9}|(?:alpha|beta|rc)\d{1,9})?)(?![\w/])")
_SEMVER = re.compile(
    rf"v({_NUMBER})(?:\.({_NUMBER})(?:\.({_NUMBER})(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?)?)?"
)
_PSEUDO = re.compile(
    r"v[0-9]+\.(?:0\.0-|\d+\.\d+-(?:[^+]*\.)?0\.)(\d{14})-([A-Za-z0-9]+)(\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?", re.ASCII
)
_LANGUAGE = -1  # the patch of `1.21`, which comes before 1.21rc1 and 1.21.0; before 1.21 it means the same as .0


@total_ordering
@dataclass(frozen=True, slots=True)
class GoVersion:
    """A version of Go. `kind` is "alpha", "beta", "rc" or ""; `patch` is -1 for those, and for a language version (`1.21`)."""

    major: int
    minor: int
    patch: int
    kind: str = ""
    pre: int = 0

    def __lt__(self, other: GoVersion) -> bool:
        return self._order() < other._order()

    def __str__(self) -> str:
        if self.kind:
            return f"{self.major}.{self.minor}{self.kind}{self.pre or ''}"
        return f"{self.major}.{self.minor}" + (f".{self.patch}" if self.patch >= 0 else "")

    def _order(self) -> tuple[int, int, int, str, int]:
        return (self.major, self.minor, self.patch, self.kind, self.pre)


def parse_go(text: str) -> GoVersion | None:
    """A version as a go line has it (`1.21.3`), or the name of a toolchain (`go1.21.3-bigcorp`); None for anything else."""
    name = text.strip()
    if name.startswith("go"):
        name = re.split(r"[ \t-]", name.removeprefix("go"), maxsplit=1)[0] if not set(name) & set("/\\") else ""
    match = _GO.fullmatch(name)
    if match is None:
        return None
    major, minor, patch, kind, pre = match.groups()
    if minor is None:
        return GoVersion(int(major), 0, 0)
    implied = 0 if int(minor) < 21 and not kind else _LANGUAGE
    return GoVersion(int(major), int(minor), int(patch) if patch else implied, kind or "", int(pre or 0))


def find_go(text: str) -> GoVersion | None:
    """The version that `go version` or runtime.buildVersion names: `go1.27.3 linux/amd64`, `devel go1.24-c8fb6ae617`."""
    match = _IN_TEXT.search(text)
    return parse_go(match[1]) if match else None


def needs_newer(go_line: str, toolchain_line: str, running: str) -> GoVersion | None:
    """The version that a go.mod asks for, if the running go is older; `toolchain default` and an empty line ask for nothing.

    A `toolchain` line older than the go line is ignored, as go does.
    """
    have = parse_go(running) or find_go(running)
    wanted = [version for version in (parse_go(go_line), parse_go(toolchain_line)) if version is not None]
    if have is None or not wanted or max(wanted) <= have:
        return None
    return max(wanted)


def is_semver(version: str) -> bool:
    """Whether `version` is one of a module: `v1`, `v1.2`, `v1.2.3`, with prerelease and build."""
    return _semver(version) is not None


def is_pseudo(version: str) -> bool:
    """Whether go made the version up from a commit: `v0.0.0-20191109021931-daa7c04131f5`."""
    return version.count("-") >= 2 and is_semver(version) and _PSEUDO.fullmatch(version) is not None


def commit_of(version: str) -> str:
    """The commit that a pseudo-version stands for (12 digits of it, mostly); "" for any other version."""
    match = _PSEUDO.fullmatch(version) if is_pseudo(version) else None
    return match[2] if match else ""


def is_incompatible(version: str) -> bool:
    """Whether it is v2 or later of a module without go.mod."""
    return is_semver(version) and version.endswith("+incompatible")


def canonical(version: str) -> str:
    """`v1.2` as `v1.2.0`, without build but `+incompatible`; "" if it is no version."""
    match = _semver(version)
    if match is None:
        return ""
    pre = f"-{match[4]}" if match[4] else ""
    build = "+incompatible" if match[5] == "+incompatible" else ""
    return f"v{match[1]}.{match[2] or 0}.{match[3] or 0}{pre}{build}"


def semver_key(version: str) -> tuple[object, ...]:
    """A key to sort module versions by; what is no version comes first, and builds do not count."""
    match = _semver(version)
    if match is None:
        return (0,)
    numbers = tuple(int(part or 0) for part in match.groups()[:3])
    if not match[4]:
        return (1, numbers, 1)
    parts = tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in match[4].split("."))
    return (1, numbers, 0, parts)


def _semver(version: str) -> re.Match[str] | None:
    match = _SEMVER.fullmatch(version)
    if match is None or any(re.fullmatch(r"0\d+", part) for part in (match[4] or "").split(".")):
        return None
    return match
