"""`go env` as people paste it: `NAME='value'` (1.21 and later), `NAME="value"` (before), `set NAME=value` (Windows), JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from re import Pattern
from re import compile as pattern

from unjam.golang.log_text import LogLine, texts_of

# Names that `go env` of any version from 1.11 to 1.27 prints and that do not start with GO or CGO_.
_OTHER_NAMES = frozenset({"AR", "CC", "CXX", "FC", "GCCGO", "PKG_CONFIG"})
_TELLING = frozenset({"GOOS", "GOARCH", "GOROOT", "GOPATH", "GOMOD", "GOVERSION", "GOHOSTOS", "GOTOOLDIR", "GOENV"})


@dataclass(frozen=True, slots=True)
class EnvEntry:
    """One setting and the line it stands on."""

    value: str
    line: int


@dataclass(frozen=True, slots=True)
class GoEnvText:
    """The settings that a text shows, by name; where a name stands twice, the later one."""

    entries: Mapping[str, EnvEntry] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether this is output of `go env`, and not one variable on a command line."""
        return len(self.entries) >= 3 and not _TELLING.isdisjoint(self.entries)

    def get(self, name: str, default: str = "") -> str:
        """The value of one setting."""
        entry = self.entries.get(name)
        return entry.value if entry is not None else default


def parse_go_env(lines: Sequence[LogLine]) -> GoEnvText:
    """The settings among `lines`. Never raises."""
    entries: dict[str, EnvEntry] = {}
    for index, text in enumerate(texts_of(lines)):
        if "=" not in text and '": "' not in text:
            continue
        found = _entry(text[:16384])
        if found is not None:
            entries[found[0]] = EnvEntry(found[1], lines[index].number)
    return GoEnvText(entries)


def _entry(text: str) -> tuple[str, str] | None:
    found = _setting().match(text)
    if found is None:
        return None
    name = found["windows"] or found["json"] or found["unix"]
    if not name.startswith(("GO", "CGO_")) and name not in _OTHER_NAMES:
        return None
    if found["windows"]:
        return name, found["rest"].rstrip()
    if found["json"]:
        return name, _unescape(found["text"])
    return name, _unquote(found["quoted"])


@cache
def _setting() -> Pattern[str]:
    return pattern(
        r"\s{0,40}(?:"
        r"(?i:set) (?P<windows>[A-Z][A-Z0-9_]{1,60})=(?P<rest>.*)"
        r'|"(?P<json>[A-Z][A-Z0-9_]{1,60})": ?"(?P<text>.*)",?\s{0,20}$'
        r"|(?:\$ )?(?P<unix>[A-Z][A-Z0-9_]{1,60})=(?P<quoted>'.*'|\".*\"|)\s{0,20}$"
        r")"
    )


def _unquote(quoted: str) -> str:
    # Since 1.21 values are quoted for a POSIX shell: a single quote inside is '\''.
    inner = quoted[1:-1] if len(quoted) >= 2 else ""
    return inner.replace("'\\''", "'") if quoted.startswith("'") else inner


def _unescape(text: str) -> str:
    if '"' in text.replace('\\"', ""):
        return text  # a bare quote: the line was freed of its escapes already
    return text.replace("\\\\", "\0").replace('\\"', '"').replace("\\u0026", "&").replace("\0", "\\")
