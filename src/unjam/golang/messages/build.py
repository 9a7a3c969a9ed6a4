"""Compilers that are not there, and what go reports while it works."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from re import Pattern
from re import compile as pattern

from unjam.golang.messages.message import Message
from unjam.golang.messages.statement import Statement, go_prefix
from unjam.golang.signs import MESSAGES

_COMPILER_WORDS = ("gcc", "g++", "clang", "cc", "c++", "gfortran", "zig", "ccache", "icx", "tcc", "pkg-config")


@dataclass(frozen=True, slots=True, kw_only=True)
class CompilerMissing(Message):
    """The C compiler (or pkg-config) that cgo wants is not in PATH; `package` is the package being built, where shown."""

    name: str
    package: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Downloading(Message):
    """`go: downloading M V` (before 1.13: `go: finding`, `go: extracting`), printed before the request."""

    module: str
    version: str
    verb: str = "downloading"


@dataclass(frozen=True, slots=True, kw_only=True)
class GoError(Message):
    """Something that the go command printed and that no other message explains."""

    text: str


def read(s: Statement) -> tuple[Message, int] | None:
    """The message of a line, and how many lines below belong to it."""
    return _compiler(s)


def progress(s: Statement) -> Downloading | None:
    """`go: downloading example.com/m v1.2.3` and its older kin."""
    found = _progress().search(s.text)
    if found is None:
        return None
    return Downloading(
        line=s.number, raw=s.text, go_said=True, speaker=s.speaker, module=found[2], version=found[3], verb=found[1]
    )


@cache
def _progress() -> Pattern[str]:
    return pattern(r"\bgo: (downloading|finding|extracting) ([\w.~/!+-]{1,256}) (v\d[\w.+-]{0,120}|latest)$")


def _compiler(s: Statement) -> tuple[Message, int] | None:
    text = s.text
    found = _not_found().search(text)
    if found is None:
        return None
    name = found[1] or found[2] or found[3]
    package = next((above[2:] for above in s.above(3) if _is_package(above)), "")
    of_cgo = "cgo: " in text or bool(found[1] or found[3])
    if not of_cgo and not (package and _is_compiler(name)) and not (s.go_said and _is_compiler(name)):
        return None
    return CompilerMissing(line=s.number, raw=text, go_said=True, speaker=s.speaker, name=name, package=package), 0


def _is_package(text: str) -> bool:
    return text.startswith("# ") and " " not in text[2:] and not text.startswith("# [")


def _is_compiler(name: str) -> bool:
    last = name.replace("\\", "/").rpartition("/")[2].removesuffix(".exe")
    return last in _COMPILER_WORDS or last.endswith(("-gcc", "-g++", "-clang", "-cc", "-clang++", "-gfortran"))


@cache
def _not_found() -> Pattern[str]:
    return pattern(
        r'C compiler \\?"([^"\n\\]{1,300})\\?" not found'
        r'|\bexec: \\?"([^"\n]{1,300}?)\\?": (?:executable file not found in|file does not exist)'
        r"|\bcgo: exec (\S{1,300}): fork/exec \S{1,300}: no such file or directory"
    )


_INFORMS = (
    "downloading ", "finding ", "extracting ", "added ", "upgraded ", "downgraded ", "removed ", "changed ",
    "creating new go.", "to add module requirements", "no module dependencies", "found ", "warning: ", "upgrading ",
    "copying requirements", "using ", "writing go.mod cache", "writing stat cache", "switching from ",
    "upgrading from", "updating go.mod", "converting ", "modules ",
)  # fmt: skip


@cache
def _of_import() -> Pattern[str]:
    # load prints these behind the position of the import, without a "go: ".
    return pattern(
        r"[^\s:][^\n:]{0,500}\.go:\d{1,7}:\d{1,5}: (missing go\.sum entry|no required module provides package"
        r"|cannot find (?:module|package)|package [\w./-]{1,200} is not in |ambiguous import: |import cycle not allowed)"
    )


#: Lines of an import chain that go prints; longer ones it cuts.
_MOST_IMPORTS = 50
_INTRODUCES = (" imports", " requires", " tested by", " updating to", "requires:")


def unexplained(s: Statement) -> GoError | None:
    """An error of the go command that nothing else has read; a line that only informs or introduces is none."""
    text = s.text
    at = go_prefix(text)
    if at >= 0 and s.go_said:
        said = text[at + 4 :].strip()
    elif (found := _of_import().match(text)) is not None and not s.in_test:
        said = text[found.start(1) :].strip()
    elif _is_introduced(text, next(s.above(1), "")) and go_prefix(s.head) >= 0:
        said = text.strip()
    else:
        return None
    if said.endswith(_INTRODUCES):
        return _introduced(s)
    if not said or said.startswith(_INFORMS):
        return None
    if s.index == len(s.lines) - 1 and any(informs.startswith(said) for informs in _INFORMS):
        return None  # the text was cut within a word
    if "switching to go" in said or "; switching to" in said:
        return None
    return GoError(line=s.number, raw=text, go_said=True, speaker=s.speaker, text=said)


def _is_introduced(text: str, above: str) -> bool:
    """Whether it is the error at the end of `go: A imports`, `B imports`, `C: error`."""
    return text[:1] in {"\t", " "} and above.endswith(_INTRODUCES) and not text.endswith(_INTRODUCES)


def _introduced(s: Statement) -> GoError | None:
    """The error below a line that introduces it, where nothing in it would be read otherwise."""
    above = s.text
    for offset, text in enumerate(s.below(_MOST_IMPORTS), 1):
        if _is_introduced(text, above):
            known = not text.strip() or any(sign in text for sign in MESSAGES)
            number = s.lines[s.index + offset].number
            return None if known else GoError(line=number, raw=text, go_said=True, speaker=s.speaker, text=text.strip())
        if not text.endswith(_INTRODUCES) or text[:1] not in {"\t", " "}:
            return None
        above = text
    return None
