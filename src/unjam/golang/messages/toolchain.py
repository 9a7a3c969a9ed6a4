"""Toolchains: cmd/go/internal/toolchain, gover, and what Go before 1.21 says of a newer go line."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from re import Match, Pattern
from re import compile as pattern

from unjam.golang.messages.message import Message
from unjam.golang.messages.net import RequestError, request_error
from unjam.golang.messages.proxy import StatusError, status_error
from unjam.golang.messages.statement import Statement


class ToolchainTrouble(StrEnum):
    """What is wrong with the toolchain that a module asks for."""

    NOT_AVAILABLE = "no such toolchain for this platform"
    DOWNLOAD_FAILED = "download failed"
    TOO_OLD = "the running toolchain is too old and may not switch"
    NOT_IN_PATH = "not in PATH"
    INVALID = "invalid GOTOOLCHAIN or toolchain line"
    OLD_GO = "Go before 1.21 cannot read the go line"


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolchainError(Message):
    """A toolchain cannot be had. `version` is what was asked for (1.22.0), `running` what runs, where go says so."""

    trouble: ToolchainTrouble
    version: str = ""
    running: str = ""
    setting: str = ""
    error: RequestError | StatusError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolchainDownloading(Message):
    """`go: downloading go1.23.4 (linux/amd64)`, printed before the request; `-x` shows nothing yet."""

    version: str
    platform: str


def read(s: Statement) -> tuple[Message, int] | None:
    """The message of a line, and how many lines below belong to it."""
    text = s.text
    if "go: downloading go1" in text and (found := _downloading().search(text)) is not None:
        return ToolchainDownloading(
            line=s.number, raw=text, go_said=True, speaker=s.speaker, version=found[1], platform=found[2]
        ), 0
    if (found := _too_old().search(text)) is not None:
        return _error(s, ToolchainTrouble.TOO_OLD, found[1], running=found[2], setting=found[3] or ""), 0
    if (found := _download().search(text)) is not None:
        return _download_failed(s, found)
    for search, trouble in (
        (_not_in_path, ToolchainTrouble.NOT_IN_PATH),
        (_invalid, ToolchainTrouble.INVALID),
        (_old_go, ToolchainTrouble.OLD_GO),
    ):
        if (found := search().search(text)) is not None:
            return _error(s, trouble, found[1]), 0
    return None


def _download_failed(s: Statement, found: Match[str]) -> tuple[Message, int]:
    if "toolchain not available" in s.text:
        return _error(s, ToolchainTrouble.NOT_AVAILABLE, found[1]), 0
    answer = status_error(s)
    error: RequestError | StatusError | None
    error, used = answer if answer is not None else (request_error(s), 0)
    return _error(s, ToolchainTrouble.DOWNLOAD_FAILED, found[1], error=error), used


def _error(
    s: Statement,
    trouble: ToolchainTrouble,
    version: str,
    *,
    running: str = "",
    setting: str = "",
    error: RequestError | StatusError | None = None,
) -> ToolchainError:
    return ToolchainError(
        line=s.number,
        raw=s.text,
        go_said=True,
        speaker=s.speaker,
        trouble=trouble,
        version=version.removeprefix("go") if version.startswith("go1") else version,
        running=running,
        setting=setting,
        error=error,
    )


@cache
def _downloading() -> Pattern[str]:
    return pattern(r"\bgo: downloading go(1\.[\w.-]{1,40}) \((\w{1,20}/\w{1,20})\)")


@cache
def _download() -> Pattern[str]:
    return pattern(r"\bgo: download go(1\.[\w.-]{1,40})(?: for \w{1,20}/\w{1,20})?: ")


@cache
def _too_old() -> Pattern[str]:
    return pattern(r"requires go >= ([\w.]{1,40}) \(running go ([\w.-]{1,40})(?:;? ?(GOTOOLCHAIN=[^;)\s]{1,80}))?")


@cache
def _not_in_path() -> Pattern[str]:
    return pattern(r'\bgo: cannot find "(go1[\w.-]{1,40})" in PATH')


@cache
def _invalid() -> Pattern[str]:
    return pattern(r'\binvalid (?:GOTOOLCHAIN|toolchain:?) "?([^"\s:]{1,80})"?')


@cache
def _old_go() -> Pattern[str]:
    return pattern(r"invalid go version '([^'\s]{1,40})': must match format 1\.\d\d")
