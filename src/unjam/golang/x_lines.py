"""The lines of `-x`: requests, version control commands, locks, tools; what was under way when the text ended.

From Go's source: internal/web/http.go (`# get URL`, and a second line when the headers are there or the request has
failed; the body may still stall), modfetch/codehost/codehost.go (`# lock FILE`, `cd DIR; git …`, and again with the
seconds in front when it has ended), internal/vcs (a `cd DIR` and a command, never with an end), work/shell.go.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from re import Pattern
from re import compile as pattern

from unjam.golang.log_text import LogLine, texts_of

_VCS = ("git ", "hg ", "svn ", "bzr ", "fossil ")


@dataclass(frozen=True, slots=True)
class Get:
    """One request. Without status and error it had no answer when the text ended.

    `status` is set when the headers came. `line` is the start, or the end where the start is cut off.
    """

    url: str
    line: int
    status: str | None = None
    seconds: float | None = None
    error: str = ""
    end_line: int | None = None

    @property
    def in_flight(self) -> bool:
        """No answer, no error."""
        return self.status is None and not self.error

    @property
    def code(self) -> int | None:
        """The status as a number."""
        head = (self.status or "")[:3]
        return int(head) if head.isdecimal() and head.isascii() else None


@dataclass(frozen=True, slots=True)
class XCommand:
    """One version control command. `echoed`: go prints a second line when it ends, so a missing one means unfinished."""

    dir: str
    argv_text: str
    line: int
    seconds: float | None = None
    echoed: bool = True
    end_line: int | None = None

    @property
    def in_flight(self) -> bool:
        """Its end was never printed, though go prints one."""
        return self.echoed and self.seconds is None


@dataclass(frozen=True, slots=True)
class XLock:
    """`# lock FILE`, printed before go waits for it. `passed`: something happened in its directory afterwards."""

    path: str
    line: int
    remote: str = ""
    passed: bool = False


@dataclass(frozen=True, slots=True)
class XTool:
    """A compiler, linker or other tool of a build; go prints no end for these."""

    name: str
    package: str
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class XLog:
    """What the `-x` lines of a text tell. `repos` maps a directory of cache/vcs to the remote it mirrors."""

    gets: tuple[Get, ...] = ()
    commands: tuple[XCommand, ...] = ()
    locks: tuple[XLock, ...] = ()
    tools: tuple[XTool, ...] = ()
    work: str = ""
    repos: tuple[tuple[str, str], ...] = ()
    last_line: LogLine | None = None
    last_x: LogLine | None = None

    def __bool__(self) -> bool:
        """Whether there are any `-x` lines."""
        return self.last_x is not None

    @property
    def gets_in_flight(self) -> tuple[Get, ...]:
        """Requests without an answer."""
        return tuple(get for get in self.gets if get.in_flight)

    @property
    def commands_in_flight(self) -> tuple[XCommand, ...]:
        """Commands whose end is missing; one that never has an end counts when it is the last thing `-x` said."""
        last = self.last_x.number if self.last_x is not None else -1
        return tuple(one for one in self.commands if one.in_flight or (not one.echoed and one.line == last))

    @property
    def locks_waited_for(self) -> tuple[XLock, ...]:
        """Locks after which nothing happened."""
        return tuple(lock for lock in self.locks if not lock.passed)

    def remote_of(self, directory: str) -> str:
        """The URL that a directory of cache/vcs mirrors, or ""."""
        return dict(self.repos).get(directory, "")


def parse_x(lines: Sequence[LogLine]) -> XLog:
    """Read the `-x` lines among `lines`. Never raises; other lines do not disturb it."""
    reader = _Reader()
    last = -1
    for index, text in enumerate(texts_of(lines)):
        if not text:
            continue
        last = index
        if text[0] in _FIRST and reader.take(lines[index], text):
            reader.last_x = lines[index]
    return reader.log(lines[last] if last >= 0 else None)


_FIRST = frozenset("#mc0123456789W$/\"'ghsbfTA")


@dataclass(slots=True)
class _Reader:
    gets: list[Get] = field(default_factory=list)
    commands: list[XCommand] = field(default_factory=list)
    locks: list[XLock] = field(default_factory=list)
    tools: list[XTool] = field(default_factory=list)
    repos: dict[str, str] = field(default_factory=dict)
    work: str = ""
    last_x: LogLine | None = None
    _asked: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    _started: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    _waiting: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    _parent_remote: str = ""
    _cd: LogLine | None = None

    def take(self, line: LogLine, text: str) -> bool:
        """Read one line; whether it was one of `-x`."""
        cd, self._cd = self._cd, None
        if text.startswith("# get "):
            return self._get(line, text[6:])
        if text.startswith("cd "):
            return self._change(line, text[3:])
        if text.startswith("# lock "):
            self._waiting[text[7:].removesuffix(".lock")].append(len(self.locks))
            self.locks.append(XLock(text[7:], line.number, self._parent_remote))
            return True
        if text.startswith("mkdir -p ") or (text.startswith("# ") and " for " in text):
            return self._directory(text)
        if text[0].isdecimal():
            return self._ended(line, text)
        if text.startswith("WORK="):
            self.work = text[5:]
            return True
        if cd is not None and text.startswith(_VCS):
            self.commands.append(XCommand(cd.text[3:], text, line.number, echoed=False))
            return True
        return self._tool(line, text)

    def _get(self, line: LogLine, rest: str) -> bool:
        url, mark, answer = rest.partition(": ")
        if not url or " " in url:
            return False
        if not mark:
            self._asked[url].append(len(self.gets))
            self.gets.append(Get(url, line.number))
            return True
        waiting = self._asked.get(url)
        at = waiting.pop(0) if waiting else len(self.gets)
        if at == len(self.gets):
            self.gets.append(Get(url, line.number))
        found = _status().fullmatch(answer)
        if found is not None:
            done = replace(self.gets[at], status=found[1], seconds=float(found[2]), end_line=line.number)
        else:
            done = replace(self.gets[at], error=answer, end_line=line.number)
        self.gets[at] = done
        return True

    def _change(self, line: LogLine, rest: str) -> bool:
        directory, mark, argv = rest.partition("; ")
        if not mark:
            self._cd = line
            return True
        if not argv.startswith(_VCS):
            return False
        self._pass(directory)
        self._started[rest].append(len(self.commands))
        self.commands.append(XCommand(directory, argv, line.number))
        return True

    def _ended(self, line: LogLine, text: str) -> bool:
        found = _end().match(text)
        if found is None:
            return False
        rest = text[found.end() :]
        waiting = self._started.get(rest.removeprefix("cd ")) if rest.startswith("cd ") else None
        seconds = float(found[1])
        if waiting:
            at = waiting.pop(0)
            self.commands[at] = replace(self.commands[at], seconds=seconds, end_line=line.number)
            return True
        directory, mark, argv = rest.removeprefix("cd ").partition("; ")
        if (argv or rest).startswith(_VCS):
            self.commands.append(XCommand(directory if mark else "", argv or rest, line.number, seconds, end_line=line.number))
            return True
        return False

    def _directory(self, text: str) -> bool:
        found = _mirror().match(text)
        if found is None:
            return text.startswith("mkdir -p $WORK")
        directory, remote = found[1] or found[2], found[3]
        if directory.replace("\\", "/").endswith("/cache/vcs"):
            self._parent_remote = remote
        else:
            self.repos[directory] = remote
            self._pass(directory)
        return True

    def _pass(self, directory: str) -> None:
        for at in self._waiting.pop(directory, ()):
            self.locks[at] = replace(self.locks[at], passed=True)

    def _tool(self, line: LogLine, text: str) -> bool:
        found = _tool_line().search(text[:2000])
        if found is None:
            return False
        package = _package().search(text[:4000])
        name = (found[1] or found[2]).removesuffix(".exe")
        self.tools.append(XTool(name, package[1] if package is not None else "", line.number, text))
        return True

    def log(self, last: LogLine | None) -> XLog:
        return XLog(
            tuple(self.gets),
            tuple(self.commands),
            tuple(self.locks),
            tuple(self.tools),
            self.work,
            tuple(self.repos.items()),
            last,
            self.last_x,
        )


@cache
def _status() -> Pattern[str]:
    return pattern(r"(\d{3}\b.{0,200}?) \((\d{1,9}\.\d{1,9})s\)")


@cache
def _end() -> Pattern[str]:
    return pattern(r"(\d{1,9}\.\d{3})s # ")


@cache
def _mirror() -> Pattern[str]:
    # The kinds are the versions of cache/vcs: git3 since 1.11, hg2 since 1.26.
    return pattern(r"(?:mkdir -p (\S.{0,1000}?) # |# (\S.{0,1000}?) for )(?:git|hg|svn|bzr|fossil)\d? (\S{1,2000})$")


@cache
def _tool_line() -> Pattern[str]:
    return pattern(
        r"^(?:[A-Z_]{1,40}=\S{0,500} (?:\\?$)?){0,40}"
        r"(?:\"?[^\s\"]{0,500}[/\\]pkg[/\\]{1,2}tool[/\\]{1,2}\w{1,40}[/\\]{1,2}([\w.]{1,40})\"?(?: |$)"
        r"|((?:[\w.-]{1,60}-)?(?:gcc|g\+\+|clang|clang\+\+|cc|c\+\+|gfortran)(?:-\d{1,3})?(?:\.exe)?) (?=-| |\"))"
    )


@cache
def _package() -> Pattern[str]:
    return pattern(r" -(?:p|importpath) ([\w.~/!+@-]{1,300})(?: |$)")
