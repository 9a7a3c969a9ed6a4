"""Cleaning a pasted log: bytes in, numbered plain lines out.

What stands around a line of Go (time stamps of CI systems, docker's step numbers, colours, quotes, JSON escapes)
differs from machine to machine and from line to line, so each line is freed of its own prefix. Line numbers are those
of the text as it was given; several clean lines may carry one number (JSON escapes, carriage returns), and a joined
line carries the number of its first part.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

_SAMPLE = 1 << 16
_LONGEST_PREFIX = 160
_CLIPPED = ("[output clipped", "log limit", "Job's log exceeded limit", "truncated]", "logs truncated")


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line, freed of what CI systems put around it; `number` counts from 1 in the text as it was given."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class CleanLog:
    """The lines of a text; `notes` say how it was read. A text that looks binary has no lines."""

    lines: tuple[LogLine, ...]
    notes: tuple[str, ...] = ()
    looks_binary: bool = False


def clean(raw: bytes) -> CleanLog:
    """The lines of any bytes. Linear in their length; never raises."""
    text, notes = _decode(raw)
    if text is None:
        return CleanLog((), tuple(notes), looks_binary=True)
    lines: list[LogLine] = []
    for number, line in enumerate(text.split("\n"), start=1):
        _add(lines, number, line)
    if any(mark in text for mark in _CLIPPED):
        notes.append("the log says that it was clipped")
    return CleanLog(tuple(_joined(lines)), tuple(notes))


def clean_text(text: str) -> CleanLog:
    """Like `clean`, for text that is decoded already."""
    return clean(text.encode("utf-8", "replace"))


def _decode(raw: bytes) -> tuple[str | None, list[str]]:
    for mark, name in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if raw.startswith(mark):
            return raw.decode(name, "replace").replace("\0", ""), [f"decoded as {name}"]
    sample = raw[:_SAMPLE]
    if wide := _wide_without_mark(sample):
        return raw.decode(wide, "replace").replace("\0", ""), [f"decoded as {wide}"]
    if _looks_binary(sample):
        return None, ["looks binary"]
    text = raw.decode("utf-8", "replace")
    strange = text.count("\ufffd")
    if strange > 8 + len(text) // 2000:
        return raw.decode("latin-1").replace("\0", ""), ["not UTF-8; decoded as Latin-1"]
    notes = ["some bytes are not UTF-8"] if strange else []
    return text.replace("\0", ""), notes


def _wide_without_mark(sample: bytes) -> str | None:
    """UTF-16 of mostly ASCII text, as PowerShell writes it, cut so that its byte order mark is gone."""
    half = len(sample) // 2
    if half < 4:
        return None
    if sample[1::2].count(0) > half * 0.6 and sample[0::2].count(0) < half * 0.1:
        return "utf-16-le"
    if sample[0::2].count(0) > half * 0.6 and sample[1::2].count(0) < half * 0.1:
        return "utf-16-be"
    return None


def _looks_binary(sample: bytes) -> bool:
    controls = sample.translate(None, bytes(range(0x20, 0x100)) + b"\t\n\r\f\b\x1b")
    return len(controls) * 20 > len(sample)


def _add(lines: list[LogLine], number: int, line: str) -> None:
    """Append what one raw line says: no line for an empty piece of progress, several where it holds several."""
    if "\x1b" in line or "\x9b" in line or "[0" in line:
        line = _ansi().sub("", line)
    if "\b" in line:
        line = line.replace("\b", "")
    pieces = _without_progress(line) if "\r" in line else (line,)
    for piece in pieces:
        text = _without_prefix(piece)
        if "\\" in text and _is_escaped(text):
            for part in _unescaped(text).split("\n"):
                lines.append(LogLine(number, _without_prefix(part)))
        else:
            lines.append(LogLine(number, text))


@cache
def _ansi() -> re.Pattern[str]:
    # The last two alternatives: colour codes whose escape character got lost on the way through a clipboard,
    # and GitLab's section markers.
    return re.compile(
        r"(?:\x1b\[|\x9b)[0-?]{0,32}[ -/]{0,4}[@-~]"
        r"|\x1b\][^\x07\x1b]{0,512}(?:\x07|\x1b\\)"
        r"|\x1b[@-Z\\-_()*+#%]?[0-9A-Za-z=>]?"
        r"|\[0(?:;\d{1,3}){0,4}[mK]"
    )


def _without_progress(line: str) -> tuple[str, ...]:
    """The pieces between carriage returns; a percentage that was overwritten says nothing any more."""
    pieces = [piece for piece in line.rstrip("\r").split("\r") if piece.strip()]
    if not pieces:
        return ("",)
    return (*(piece for piece in pieces[:-1] if "%" not in piece and "section_" not in piece), pieces[-1])


@cache
def _prefix() -> re.Pattern[str]:
    clock = r"\d\d:\d\d:\d\d(?:[.,]\d{1,9})?"
    parts = (
        rf"\d{{4}}-\d\d-\d\d[T ]{clock} ?(?:Z|[+-]\d\d:?\d\d)?(?: ?\d\d[OE][ +])?[ \t]?",  # GitHub, Azure, GitLab
        rf"\[\d{{4}}-\d\d-\d\d[T ]{clock}[^\]\n]{{0,12}}\][ \t]?",  # Jenkins
        rf"\[{clock}\](?:[WEFi]?:)?[ \t]?",  # TeamCity and others
        rf"{clock}[ \t]",
        rf"[A-Z][a-z]{{2}} [ \d]\d {clock} [\w.-]{{1,64}} [\w./-]{{1,64}}(?:\[\d{{1,8}}\])?: ",  # journald
        r"#\d{1,4} (?:\d{1,6}\.\d{1,4}(?: |$))?",  # docker buildx, plain progress
        r" {0,3}=> (?:=> )?# ",  # docker buildx on a terminal
        r"\d{1,6}\.\d{1,4} ",  # docker buildx, the excerpt under an error
        r"\[pod/[\w./-]{1,200}\] ",  # kubectl logs --prefix
        r"section_(?:start|end):\d{1,12}:[\w.-]{1,100}(?:\[[^\]\n]{0,80}\])?\r?",
        r"##\[(?:error|warning|debug|group)\]|::(?:error|warning|debug|group)[^:\n]{0,200}::",
        r"[\w][\w.-]{0,63} {1,40}\| ?",  # docker compose
        r"[|│┃] ?",
        r"> (?=\S)|>(?=go: )",
        r"npm (?:ERR!|error) |ERRO\[\d{1,6}\] |\[(?:ERROR|error|ERR|WARN|INFO)\] |stderr: |stdout: |(?:ERROR|Error): ",
    )
    return re.compile("|".join(f"(?:{part})" for part in parts))


_MAY_START_PREFIX = frozenset("0123456789#[|│┃>:ERn")


def _without_prefix(line: str) -> str:
    line = line.rstrip()
    match = _prefix().match
    for _ in range(6):
        if not line:
            return line
        head = line[:_LONGEST_PREFIX]
        if line[0] not in _MAY_START_PREFIX and "|" not in head[:110] and not _names_prefix(head):
            return line
        found = match(head)
        if found is None or not found.end():
            return line
        line = line[found.end() :]
    return line


def _names_prefix(head: str) -> bool:
    return head.startswith(("stderr: ", "stdout: ", "section_", " =>", "  =>", "   =>")) or (
        # journald: "Nov 01 10:00:00 host runner[12]: "
        head[3:4] == " " and head[9:10] == ":"
    )


def _is_escaped(text: str) -> bool:
    """Whether backslashes in `text` are those of a JSON or logfmt string (and not of a Windows path)."""
    if "\\n" not in text and '\\"' not in text:
        return False
    return any(mark in text for mark in ('":"', '": "', 'msg="', 'error="', 'err="', '"message"', '\\"'))


def _unescaped(text: str) -> str:
    for _ in range(3):
        plain = _escape().sub(_plain, text)
        if plain == text or ("\\n" not in plain and '\\"' not in plain):
            return plain
        text = plain
    return text


@cache
def _escape() -> re.Pattern[str]:
    return re.compile(r'\\(?:u([0-9a-fA-F]{4})|(["\\/bfnrt]))')


_PLAIN = {"n": "\n", "t": "\t", "r": "", "b": "", "f": "", '"': '"', "\\": "\\", "/": "/"}


def _plain(found: re.Match[str]) -> str:
    code: str | None = found[1]
    if code is None:
        return _PLAIN[found[2]]
    letter = chr(int(code, 16))
    return letter if letter.isprintable() else " "


# Texts that end Go's errors. A line that stops inside one, followed by a line that starts with the rest, was wrapped.
_PHRASES = (
    "i/o timeout", "connection refused", "connection reset by peer", "TLS handshake timeout", "no such host",
    "x509: certificate signed by unknown authority", "unexpected EOF", "context deadline exceeded",
    "module lookup disabled by GOPROXY=off", "terminal prompts disabled", "checksum mismatch", "exit status 128",
    "executable file not found in $PATH", "no space left on device", "permission denied", "Host key verification failed",
)  # fmt: skip
_CAUSES = ("dial ", "read ", "write ", "net/http", "x509", "tls", "EOF", "unexpected EOF", "proxyconnect", "stream ", "lookup ")


def _joined(lines: list[LogLine]) -> list[LogLine]:
    """Join a line to the next where a terminal or a mailer wrapped it: inside a quoted URL or a known phrase."""
    out: list[LogLine] = []
    parts = 1
    for line in lines:
        last = out[-1] if out else None
        if last is not None and parts < 5 and _may_be_wrapped(last.text) and (glue := _wrapped(last.text, line.text)):
            out[-1] = LogLine(last.number, last.text + (" " if glue == "space" else "") + line.text)
            parts += 1
        else:
            out.append(line)
            parts = 1
    return out


def _may_be_wrapped(text: str) -> bool:
    return 40 <= len(text) < 2000 and ("://" in text or text.startswith(("go: ", "verifying ")) or "dial tcp" in text)


def _wrapped(text: str, after: str) -> str:
    """How `after` continues `text`: "" not at all, "glue" directly, "space" with a space between."""
    if not after or after[0] in " \t" or after.startswith(("go: ", "# ")):
        return ""
    start = text.rfind("http")
    if start > 0 and not {" ", '"'} & set(text[start:]):
        quoted = text[start - 1] == '"'
        rest, mark, cause = after.partition('":' if quoted else ": ")
        if mark and not {" ", '"'} & set(rest) and (quoted or cause.startswith(_CAUSES)):
            return "glue"
    for phrase in _PHRASES:
        for cut in range(min(len(phrase) - 1, len(text)), 0, -1):
            if text.endswith(phrase[:cut]) and _starts_with_rest(after, phrase[cut:]):
                return "glue" if after[0] == phrase[cut] else "space"
    return ""


def _starts_with_rest(after: str, rest: str) -> bool:
    rest = rest.lstrip(" ")
    follows = after[len(rest) : len(rest) + 1]
    return bool(rest) and after.startswith(rest) and not follows.isalnum()
