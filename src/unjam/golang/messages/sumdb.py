"""Checksums: modfetch/fetch.go (checkModSum, checkSumDB) and x/mod/sumdb."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from re import Pattern
from re import compile as pattern

from unjam.golang.messages.message import Message
from unjam.golang.messages.net import RequestError, module_of, request_error
from unjam.golang.messages.proxy import StatusError, status_error
from unjam.golang.messages.statement import Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecksumMismatch(Message):
    """What was downloaded is not what go.sum or the checksum database knows. `expected_from` names which of them.

    `security`: go printed SECURITY ERROR with it (all versions do).
    """

    module: str
    version: str
    downloaded: str = ""
    expected: str = ""
    expected_from: str = ""
    security: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SumdbUnknown(Message):
    """The checksum database answered 404 or 410 to the look-up: it does not know this module version."""

    module: str
    version: str
    error: StatusError


@dataclass(frozen=True, slots=True, kw_only=True)
class SumdbUnreachable(Message):
    """No usable answer of the checksum database; `error` says how, where go does."""

    module: str
    version: str
    error: RequestError | StatusError | None = None


def read(s: Statement) -> tuple[Message, int] | None:
    """The message of a line with `verifying` in it, and how many lines below belong to it."""
    text = s.text
    at = text.find("verifying ")
    if at < 0 or "checksum missing" in text:
        return None
    if (end := text.find("checksum mismatch", at)) >= 0:
        return _mismatch(s, end)
    return _unanswered(s)


def _mismatch(s: Statement, end: int) -> tuple[Message, int]:
    module, version = module_of(s.text, end, "")
    downloaded = expected = source = ""
    security, used = False, 0
    for below, text in enumerate(s.below(14), start=1):
        hash_line = _hash().match(text)
        if hash_line is not None and hash_line[1] == "downloaded":
            downloaded, used = hash_line[2], below
        elif hash_line is not None and downloaded and not expected:
            source, expected, used = hash_line[1], hash_line[2], below
        elif "SECURITY ERROR" in text:
            security, used = True, below
        elif security and ("module-auth" in text or text.startswith(("This download", "The bits", "have intercepted"))):
            used = below
        elif text.strip():
            break
    return ChecksumMismatch(
        line=s.number,
        raw=s.text,
        go_said=s.go_said or "checksum mismatch" in s.text,
        speaker=s.speaker,
        module=module,
        version=version,
        downloaded=downloaded,
        expected=expected,
        expected_from=source,
        security=security,
    ), used


@cache
def _hash() -> Pattern[str]:
    return pattern(r"\s*(\S{1,400}?):\s{1,40}(h\d:\S{1,100})")


def _unanswered(s: Statement) -> tuple[Message, int] | None:
    answer = status_error(s)
    error: RequestError | StatusError | None
    error, used = answer if answer is not None else (request_error(s), 0)
    if error is None or not error.go_said:
        return None
    module, version = error.module, error.version
    if isinstance(error, StatusError) and error.status in {404, 410} and "/lookup/" in error.url:
        return SumdbUnknown(
            line=s.number, raw=s.text, go_said=True, speaker=s.speaker, module=module, version=version, error=error
        ), used
    return SumdbUnreachable(
        line=s.number, raw=s.text, go_said=True, speaker=s.speaker, module=module, version=version, error=error
    ), used
