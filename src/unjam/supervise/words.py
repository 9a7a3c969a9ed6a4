"""The words of a go command, as far as a supervisor has to understand them, and the `-x` it may add."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

#: `-x` does no harm there and nowhere else: no program of the user runs, and nothing but go's own lines comes on stderr.
_MAY_TALK = frozenset({"mod download", "mod tidy", "mod graph"})
_GROUPS = frozenset({"mod", "work", "tool"})


@dataclass(frozen=True, slots=True)
class Words:
    """`argv` with go itself first. `command` is `build`, `mod tidy`, …; "" when there is none."""

    argv: tuple[str, ...]

    @property
    def command(self) -> str:
        """The command's name, of one word or two."""
        at = self._at()
        if at >= len(self.argv):
            return ""
        name = self.argv[at]
        if name in _GROUPS and at + 1 < len(self.argv) and not self.argv[at + 1].startswith("-"):
            return f"{name} {self.argv[at + 1]}"
        return name

    def folder(self, here: Path) -> Path:
        """Where go works: `here`, or the folder that a `-C` leads to."""
        for at, word in enumerate(self.argv[: self._at() + 3]):
            flag, equals, value = word.partition("=")
            if flag in {"-C", "--C"}:
                return here / (value if equals else "".join(self.argv[at + 1 : at + 2]))
        return here

    def has(self, flag: str) -> bool:
        """Whether a flag is given (`-json`, `--json`, `-json=true`), before a `--` or `-args`."""
        for word in self.argv[1:]:
            if word in {"--", "-args", "--args"}:
                return False
            if word.partition("=")[0] in {flag, "-" + flag}:
                return not word.endswith("=false")
        return False

    def runs_programs(self) -> bool:
        """Whether a program of the user's gets standard output and standard error together."""
        return self.command in {"run", "generate"} or self.argv[self._at() :][:1] == ("tool",)

    def with_x(self) -> tuple[str, ...] | None:
        """The same command with `-x`, None where it may not be added or stands there already."""
        if self.command not in _MAY_TALK or self.has("-x"):
            return None
        at = self._at() + 2
        if at < len(self.argv) and self.argv[at] in {"-C", "--C"}:  # -C has to come first
            at += 2
        elif at < len(self.argv) and self.argv[at].startswith(("-C=", "--C=")):
            at += 1
        return (*self.argv[:at], "-x", *self.argv[at:])

    def _at(self) -> int:
        """Where the command's name stands: behind `go`, and behind a `-C DIR` or `--`."""
        at = 1
        while at < len(self.argv) and self.argv[at].startswith("-"):
            at += 2 if self.argv[at] in {"-C", "--C"} else 1
        return at


class Sieve:
    """Keeps the lines that `-x` adds out of what is handed on, and hands on every other byte at once.

    A line is held back only while it can still become one of them.
    """

    def __init__(self) -> None:
        self._begun = b""
        self._passing = False

    def through(self, data: bytes) -> bytes:
        """What of it is for the user."""
        out = bytearray()
        for piece in data.splitlines(keepends=True):
            out += self._piece(piece)
        return bytes(out)

    def rest(self) -> bytes:
        """What was held back, when nothing more comes."""
        begun, self._begun = self._begun, b""
        return b"" if _x_line().match(begun) else begun

    def _piece(self, piece: bytes) -> bytes:
        if self._passing:
            self._passing = not piece.endswith(b"\n")
            return piece
        line, self._begun = self._begun + piece, b""
        if line.endswith(b"\n"):
            return b"" if _x_line().match(line) else line
        if _x_begin().match(line):
            self._begun = line
            return b""
        self._passing = True
        return line


@cache
def _x_line() -> re.Pattern[bytes]:
    """What cmd/go prints for -x in internal/web, modfetch/codehost and vcs while it loads modules (go1.21 to go1.27)."""
    return re.compile(
        rb"# get \S|mkdir -p .+ # \S+ \S|# lock \S|# .+ for (?:git|hg|svn|bzr|fossil)\S* \S|cd [/A-Za-z]|\d+\.\d{3}s # "
        rb"|# ignoring directory |(?:git|hg|svn|bzr|fossil) [-a-z]|go: GOAUTH encountered errors for |go:   \S"
    )


@cache
def _x_begin() -> re.Pattern[bytes]:
    return re.compile(rb"#|\d|mk?$|mkd|cd?$|cd |[ghsbf][a-z]{0,5}(?:$| )|go:(?:$| G|   )| ?$")
