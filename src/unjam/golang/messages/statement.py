"""One line in its surroundings: what it belongs to, what follows it, and who seems to have said it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from re import Pattern
from re import compile as pattern

from unjam.golang.log_text import LogLine

LONGEST = 8192
"""Lines are read up to this many characters: no message of go is longer, and every search stays cheap."""

_SIGNS = (
    "/@v/", "/@latest", "?go-get=1", "/sumdb/", "sum.golang.org/", "sum.golang.google.cn/", "/cache/vcs/", "/cache/download/",
    "pkg/mod/", "proxy.golang.org", "unrecognized import path", "cgo: ", "go-build", "toolchain@v0.0.1-go", "verifying module",
    "GOPROXY=", "error obtaining VCS status", "\\pkg\\mod\\", "go mod ", "$WORK", "go get ", "go install ",
)  # fmt: skip
_TEST_SIGNS = ("--- FAIL", '"Action":"output"', "=== RUN", "panic: ", "Error Trace:", "--- PASS", "=== NAME")
_SPEAKERS = (
    ("docker", ("Error response from daemon", "registry-1.docker.io", "/v2/", "docker: ", "failed to solve", "failed to pull")),
    ("kubectl", ("Unable to connect to the server", "The connection to the server", "kubectl", "couldn't get current server")),
    ("helm", ("helm.sh/", "Error: INSTALLATION FAILED")),
    ("terraform", ("registry.terraform.io", "terraform", "Failed to query available provider")),
    ("npm", ("npm ", "registry.npmjs.org", "node_modules")),
    ("pip", ("pypi.org", "pip._vendor", "HTTPSConnectionPool")),
    ("curl", ("curl: (",)),
    ("cargo", ("crates.io", "cargo ")),
)


@dataclass(frozen=True, slots=True)
class Statement:
    """Line `index` of `lines`; `head` is the text at the left margin that an indented line stands under."""

    lines: Sequence[LogLine]
    index: int
    head: str
    in_test: bool = False
    in_gopls: bool = False

    @property
    def number(self) -> int:
        """The line number in the text as it was given."""
        return self.lines[self.index].number

    @property
    def text(self) -> str:
        """The line, at most `LONGEST` characters of it."""
        return self.lines[self.index].text[:LONGEST]

    def below(self, most: int) -> Iterator[str]:
        """The next lines, at most `most`."""
        for line in self.lines[self.index + 1 : self.index + 1 + most]:
            yield line.text[:LONGEST]

    def above(self, most: int) -> Iterator[str]:
        """The lines before, nearest first, at most `most`."""
        for at in range(self.index - 1, max(-1, self.index - 1 - most), -1):
            yield self.lines[at].text[:LONGEST]

    @property
    def speaker(self) -> str:
        """A program other than the go command that shows in this line, or nothing."""
        text = self.text
        if self.in_test or _of_test(text):
            return "go test"
        if self.in_gopls or "packages.Load" in text or "gopls" in text.replace("tools/gopls", ""):
            return "gopls"
        if any("packages.Load error" in below for below in self.below(1)):
            return "gopls"
        return next((name for name, signs in _SPEAKERS if any(sign in text for sign in signs)), "")

    @property
    def go_said(self) -> bool:
        """Whether something beside the error shows that the go command printed this line."""
        text = self.text
        if _of_test(text):
            return False
        if go_prefix(text) >= 0:
            return not self.in_test or text.startswith("go: ")
        if self.in_test:
            return False
        if any(sign in text for sign in _SIGNS) or module_before(text, len(text)) is not None:
            return True
        if ".go:" in text and _position().match(text) is not None:
            return True
        if text.startswith("package ") and "." in text[8:].partition(": ")[0]:
            return True
        return text[:1] in {" ", "\t"} and go_prefix(self.head) >= 0


def _of_test(text: str) -> bool:
    # The testing package prints file and line; go prints line and column of an import.
    in_file = "_test.go:" in text and _position().match(text) is None
    return in_file or any(sign in text for sign in _TEST_SIGNS)


@cache
def _position() -> Pattern[str]:
    return pattern(r"[^\s:][^\n:]{0,500}\.go:\d{1,7}:\d{1,5}: |[A-Z]:\\[^\n:]{0,500}\.go:\d{1,7}:\d{1,5}: ")


def go_prefix(text: str) -> int:
    """Where `go: ` stands as a prefix (at the start, after `stderr: `, a quote …), or -1. `cargo: ` is none."""
    at = text.find("go: ")
    while at > 0 and (text[at - 1].isalnum() or text[at - 1] in "_-./"):
        at = text.find("go: ", at + 1)
    return at


def module_before(text: str, end: int) -> tuple[str, str] | None:
    """The last `path@version:` of a module in `text` before `end`; the version without `/go.mod`."""
    at = text.rfind("@v", 0, end)
    for _ in range(12):
        if at < 0:
            return None
        if (found := _module_at(text, at)) is not None:
            return found
        at = text.rfind("@v", 0, at)
    return None


def _module_at(text: str, at: int) -> tuple[str, str] | None:
    start = at
    while start > 0 and at - start < 256 and (text[start - 1].isalnum() or text[start - 1] in "._-~/!+"):
        start -= 1
    version = _version().match(text, at + 1)
    path = text[start:at]
    if version is None or "." not in path.split("/", 1)[0] or path.startswith("/"):
        return None
    return path, version[0].removesuffix("/go.mod")


@cache
def _version() -> Pattern[str]:
    # Followed by what go puts behind a module@version; "@v/" of a URL and "pkg@v1.2.3/file.go" of a path do not match.
    return pattern(r"v\d[\w.+-]{0,120}(?:/go\.mod)?(?=:|,| |$|\)|\")")
