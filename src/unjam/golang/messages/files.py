"""Files that could not be read, written or locked, and damaged zips in the module cache."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from re import Pattern
from re import compile as pattern

from unjam.golang.cache_path import escape
from unjam.golang.messages.message import Message
from unjam.golang.messages.statement import Statement, module_before


class FileTrouble(StrEnum):
    """The kinds of errno that decide what to do."""

    PERMISSION = "permission denied"
    READ_ONLY = "read-only file system"
    NO_SPACE = "no space left on device"
    QUOTA = "disk quota exceeded"
    NO_LOCKS = "locks not supported"
    TOO_LARGE = "file too large"
    TOO_MANY_OPEN = "too many open files"
    IN_USE = "file in use"
    IO = "input/output error"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileError(Message):
    """An operation on a file that failed. `warning`: go goes on without it (it could only not fill its cache)."""

    path: str
    op: str
    trouble: FileTrouble
    detail: str = ""
    warning: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ZipCorrupt(Message):
    """A zip in the module cache cannot be opened; it stays there and fails every time.

    `path` is the file; within the module cache where go names only the module (`verifying M@V: zip: not a valid zip file`).
    """

    path: str
    detail: str
    module: str = ""
    version: str = ""


# Texts of the errno in Go's tables for unix (zerrors_*) and, on Windows, of FormatMessage in English.
_TROUBLE: tuple[tuple[str, FileTrouble], ...] = (
    ("permission denied", FileTrouble.PERMISSION),
    ("operation not permitted", FileTrouble.PERMISSION),
    ("Access is denied", FileTrouble.PERMISSION),
    ("read-only file system", FileTrouble.READ_ONLY),
    ("no space left on device", FileTrouble.NO_SPACE),
    ("There is not enough space on the disk", FileTrouble.NO_SPACE),
    ("disk quota exceeded", FileTrouble.QUOTA),
    ("no locks available", FileTrouble.NO_LOCKS),
    ("operation not supported", FileTrouble.NO_LOCKS),
    ("function not implemented", FileTrouble.NO_LOCKS),
    ("Incorrect function", FileTrouble.NO_LOCKS),
    ("file too large", FileTrouble.TOO_LARGE),
    ("too many open files", FileTrouble.TOO_MANY_OPEN),
    ("being used by another process", FileTrouble.IN_USE),
    ("input/output error", FileTrouble.IO),
)
_ONLY_LOCKS = frozenset({"Lock", "RLock", "flock"})


def read(s: Statement) -> tuple[Message, int] | None:
    """The message of a line, and how many lines below belong to it."""
    text = s.text
    if "No space left on device" in text and (full := _tool_without_room(s)) is not None:
        return full, 0
    if (zip_file := _zip_corrupt(s)) is not None:
        return zip_file, 0
    for sign, trouble in _TROUBLE:
        at = text.find(sign)
        if at >= 0 and (error := _file_error(s, sign, trouble, at)) is not None:
            return error, 0
    return None


def _tool_without_room(s: Statement) -> FileError | None:
    """What the C compiler and the linker say, which write into the work folder of the build that go has begun."""
    if not any("pkg/tool/" in above or above.startswith("# ") for above in s.above(6)):
        return None
    return FileError(
        line=s.number,
        raw=s.text,
        go_said=True,
        speaker=s.speaker,
        path="$WORK",
        op="write",
        trouble=FileTrouble.NO_SPACE,
        detail="No space left on device",
    )


def _zip_corrupt(s: Statement) -> ZipCorrupt | None:
    text = s.text
    found = _unzip().search(text) if "unzip " in text else _unhashed().search(text) if "verifying " in text else None
    if found is None:
        return None
    module, version = module_before(text, found.end("what")) or ("", "")
    return ZipCorrupt(
        line=s.number,
        raw=text,
        go_said=s.go_said,
        speaker=s.speaker,
        path=found["path"] or _cached(module, version),
        detail=found["detail"],
        module=module,
        version=version,
    )


def _cached(module: str, version: str) -> str:
    path, name = escape(module), escape(version)
    return f"cache/download/{path}/@v/{name}.zip" if path and name else ""


def _file_error(s: Statement, sign: str, trouble: FileTrouble, at: int) -> FileError | None:
    text = s.text
    # The innermost error stands between the last ": " before the errno and the errno.
    start = max(text.rfind(": ", 0, max(0, at - 2)) + 1, at - 1100)
    found = _operation().search(text, start, at)
    if found is None:
        return None
    op, path = found["op"], found["path"]
    if op in {"rename", "link", "symlink"}:
        path = _second_path().split(path, maxsplit=1)[0]
    if trouble is FileTrouble.NO_LOCKS and sign != "no locks available" and op not in _ONLY_LOCKS:
        return None
    return FileError(
        line=s.number,
        raw=text,
        go_said=s.go_said or _is_of_go(path) or text.startswith(("compile: ", "link: ")),
        speaker=s.speaker,
        path=path,
        op=op,
        trouble=trouble,
        detail=sign,
        warning="go: writing go.mod cache" in text or "go: writing stat cache" in text,
    )


def _is_of_go(path: str) -> bool:
    return path.endswith(("go.mod", "go.sum", "go.work", "go.work.sum")) or any(
        part in path for part in ("go-build", "/cache/download/", "/pkg/mod/", "\\pkg\\mod\\", "$WORK")
    )


@cache
def _operation() -> Pattern[str]:
    ops = (
        "open|openat|mkdir|mkdirat|write|rename|unlinkat|unlink|remove|rmdir|stat|lstat|chmod|fchmod|fchmodat|readdirent|create"
        "|RLock|Lock|flock|fork/exec|copying|truncate|symlink|readdir|fdopendir|CreateFile|RemoveAll|close|sync|fsync|link"
    )
    # A path may hold spaces. The text ends where the errno starts.
    return pattern(rf"\b(?P<op>{ops}) (?P<path>(?:[A-Za-z]:)?[^\s:\"](?:[^\n:\"]|:(?=\\)){{0,1100}}): $")


@cache
def _second_path() -> Pattern[str]:
    return pattern(r" (?=[A-Za-z]:\\|/)")


@cache
def _unzip() -> Pattern[str]:
    return pattern(
        r"\bunzip (?P<what>(?P<path>(?:[A-Za-z]:)?[^\s:][^\n:]{0,1000}\.zip)): "
        r"(?P<detail>zip: [^\n]{1,200}|[^\n]{0,400}: (?:unexpected EOF|zip: checksum error)|unexpected EOF|flate: [^\n]{1,200})"
    )


@cache
def _unhashed() -> Pattern[str]:
    # checkMod reads the zip again when its .ziphash is missing or damaged.
    return pattern(r"\bverifying (?P<what>\S{1,400}): (?P<detail>zip: [^\n]{1,200})(?P<path>\0)?")
