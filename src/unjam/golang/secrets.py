"""Text that may be shown: secrets masked, terminal controls removed.

`scrub` is for raw text (log lines, error text, command lines, URLs), `EnvValue` for one environment variable.
What is masked: user info of URLs, values of names like `token=` or `password:`, HTTP credentials, and tokens known by
their shape. `git@` and `hg@` stay: they are the login names that every repository has. Masking too much is accepted
where the text leaves a doubt; a secret that stays is not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MASK = "***"

# Words that make the value of a name a secret. `pwd` is the working directory, and GIT_ASKPASS names a program.
_SECRET_WORD = (
    r"token|passw(?:or)?d|passphrase|secret|api[_-]?key|access[_-]?key|private[_-]?key|signature|credentials?"
    r"|authorization|(?<![a-z])auth(?![a-z])|(?<![a-z])pass(?![a-z])|(?<![a-z])pat(?![a-z])|(?<![a-z])jwt(?![a-z])"
)
_NAME = rf"(?<![\w.-])(?:[\w.-]{{0,64}}?(?:{_SECRET_WORD})[\w.-]{{0,32}})"
_QUOTED = r"\"[^\"\n]*\"?|\\\"(?:[^\\\n]|\\(?!\"))*(?:\\\")?|'[^'\n]*'?"
_KNOWN_TOKENS = (
    r"gh[a-z]_[A-Za-z0-9_]{8,}|github_pat_\w{8,}|gl[a-z]{1,5}-[\w.-]{12,}|xox[a-z]-[\w-]{8,}|(?:AKIA|ASIA)[A-Z0-9]{12,}"
    r"|AIza[\w-]{30,}|ya29\.[\w-]+|npm_[A-Za-z0-9]{20,}|pypi-[\w-]{20,}|sk-[\w-]{16,}|hvs\.[\w-]{12,}|dop_v1_\w{16,}"
    r"|AKC[A-Za-z0-9]{40,}|cmVmdGtu[A-Za-z0-9+/=]{16,}|ATATT3[\w=-]{16,}|ATBB[A-Za-z0-9]{16,}"
    r"|eyJ[\w-]{6,}\.[\w-]{4,}(?:\.[\w-]*)?"
)


def scrub(text: str) -> str:
    """`text` without secrets and without control characters (newline and tab stay); scrubbing twice changes nothing more."""
    if not text:
        return text
    text = _without_controls(text)
    for guard, pattern, replacement in _rules():
        if any(word in text for word in guard):
            text = pattern.sub(replacement, text)
    return text


def scrub_argv(argv: Sequence[str]) -> tuple[str, ...]:
    """Each word of a command line scrubbed; also the word after `--token`, `-u` of curl and the like."""
    shown: list[str] = []
    for before, word in zip(("", *argv), argv, strict=False):
        shown.append(MASK if _names_a_secret_flag(before) and not word.startswith("-") else scrub(word))
    return tuple(shown)


def is_secret_name(name: str) -> bool:
    """Whether a variable of this name (GITHUB_TOKEN, NPM_AUTH, PGPASSWORD) has a secret for its value."""
    return name not in {"GOAUTH", "GIT_ASKPASS", "SSH_ASKPASS", "SSH_AUTH_SOCK"} and bool(_secret_name().fullmatch(name))


@dataclass(frozen=True, slots=True, repr=False)
class EnvValue:
    """The value of one environment variable. `str` and `repr` show it masked; `reveal()` is the value itself."""

    name: str
    _raw: str

    def reveal(self) -> str:
        """The value as the process has it. Never print it."""
        return self._raw

    def __str__(self) -> str:
        if not self._raw:
            return ""
        return MASK if is_secret_name(self.name) else scrub(self._raw)

    def __repr__(self) -> str:
        return f"EnvValue({self.name!r}, {str(self)!r})"

    def __bool__(self) -> bool:
        return bool(self._raw)


def _without_controls(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    text = _controls().sub("", text.replace("\r\n", "\n"))
    # A lone carriage return, as progress lines have it, would let one line overwrite another.
    text = text.replace("\r", "\n")
    return _leftover_controls().sub("", _surrogates().sub("\ufffd", text))


def _names_a_secret_flag(word: str) -> bool:
    if word in {"-u", "--user", "--proxy-user", "-U"}:
        return True
    return word.startswith("-") and "=" not in word and bool(_secret_name().fullmatch(word.lstrip("-")))


@cache
def _controls() -> re.Pattern[str]:
    """Whole escape sequences: CSI, OSC and its kin up to their end, two-character escapes."""
    return re.compile(
        r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"
        r"|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c\n]{0,4096}(?:\x07|\x1b\\|\x9c)"
        r"|\x1b[ -/]*[0-~]"
    )


@cache
def _leftover_controls() -> re.Pattern[str]:
    """Single controls, and what is not seen: zero-width and direction-changing characters split or disguise words."""
    return re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")


@cache
def _surrogates() -> re.Pattern[str]:
    return re.compile("[\ud800-\udfff]")


@cache
def _secret_name() -> re.Pattern[str]:
    return re.compile(rf"(?i)(?:[\w.-]*?(?:{_SECRET_WORD.replace('[a-z]', '[A-Za-z]')})[\w.-]*)")


def _user_info(match: re.Match[str]) -> str:
    scheme, user = match.group(1), match.group(2)
    return match.group(0) if user in {"git", "hg", MASK} else f"{scheme}{MASK}@"


def _after_name(match: re.Match[str]) -> str:
    name, value = match.group(1), match.group(2)
    quote = '\\"' if value.startswith('\\"') else value[0] if value[0] in "\"'" else ""
    return f"{name}{quote}{MASK}{quote}"


@cache
def _rules() -> tuple[tuple[tuple[str, ...], re.Pattern[str], str | Callable[[re.Match[str]], str]], ...]:
    """(one of these words must be there, pattern, replacement), in order; each pattern is linear in the text."""
    return (
        (("-----BEGIN",), re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*-----|\Z)"), MASK),
        # scheme://user:password@host; also as JSON writes it (:\/\/), and percent-encoded within a query.
        (("@",), re.compile(r"(:(?:\\?/){2})((?:[^\s/?#\"<>\\]|\\[^/n])+)@"), _user_info),
        (("%2F", "%2f"), re.compile(r"(?i)(%3A%2F%2F)((?:(?!%2F|%40|%22)[^\s/?#\"@<>])+)(?:%40|@)"), _user_info),
        # A password with / ? or # in it, not encoded: no port is written like that, so all up to the last @ is user info.
        (("@",), re.compile(r"(://)((?!\[)[^\s/?#\"<>@:]+:(?!\d*[/?#])[^\s\"<>:@]+"
                          r"[/?#](?:(?!://)[^\s\"<>])*)@(?!v/|latest\b)"), _user_info),
        # user:password@host without a scheme, which go completes to https.
        (("@",), re.compile(r"((?<![\w./%+-]))([\w.%+~-]+:[^\s/\\\"'<>@,|]{1,256})@(?!sha\d)(?=[\w\[])"), _user_info),
        # The text ends within user info: a log that was cut, a line that a window broke.
        (("://",), re.compile(r"(?m)(://(?!\[)[^\s/?#\"<>@:]{1,256}:)(?!\d{1,5}\W?$)[^\s/?#\"<>@:]+$"), rf"\g<1>{MASK}"),
        # A window broke the line behind the colon of user info, and it was put together with a blank.
        (("://",), re.compile(r"(://)((?!\[)[^\s/?#\"<>@:]{1,256}: [^\s/?#\"<>@:]{1,256})@(?!v\d|latest\b)"), _user_info),
        (("-u", "-U", "-user"), re.compile(r"((?<!\S)(?:-u|-U|--user|--proxy-user)[ =][\"']?[^\s:\"']{1,64}:)[^\s\"']+"),
         rf"\g<1>{MASK}"),
        (("?", "&", ";"), re.compile(r"(?i)([?&;](?:key|code|sig|state|[\w.-]{0,32}?"
                                     rf"(?:{_SECRET_WORD})[\w.-]{{0,32}})=)[^&\s\"'<>#]+"), rf"\g<1>{MASK}"),
        ((":",), re.compile(r"(?i)((?<![\w-])(?:proxy-)?(?:authorization|set-cookie|cookie)[\"']?\s*:\s*)"
                            r"([\"'][^\"'\n]*|[^\s\"'\\][^\n\"'\\]*)"), _after_name),
        (("=",), re.compile(rf"(?i)({_NAME}[\"']?\s?=\s?)({_QUOTED}|[^\s&\"'](?:[^\s&]*[^\s&\"'\])}},;])?)"), _after_name),
        ((":",), re.compile(rf"(?i)({_NAME}(?:\\?[\"']\s*:\s*|:\s?))({_QUOTED}|(?<=:\s)[^\s\"',}}]+|(?<=:)[^\s\"',}}/]+)"),
         _after_name),
        (("login", "machine"), re.compile(r"((?:login\s+\S+|machine\s+\S+)\s+password\s+)\S+"), rf"\g<1>{MASK}"),
        (("earer", "EARER", "asic", "ASIC", "oken"),
         re.compile(r"(\b(?i:bearer|basic|token)\s+)(?=[A-Za-z._~+/-]*[A-Z0-9=])[\w.~+/=-]{8,}"), rf"\g<1>{MASK}"),
        (("_", "-", ".", "AK", "AS", "AIza", "ATBB", "cmVm"), re.compile(rf"(?<![A-Za-z0-9])(?:{_KNOWN_TOKENS})"), MASK),
    )  # fmt: skip
