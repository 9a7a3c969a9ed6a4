"""What the user set: options, then `UNJAM_*`, then `.unjam.toml` beside go.mod, then the defaults.

A project's file comes with a clone, written by somebody else. So it may say how patient unjam is, and nothing else: not
whether a fix is applied, not what counts as consent, not which go or proxy is used, not which file is written over.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path

from unjam.errors import BadSettings

FILE = ".unjam.toml"
#: UNJAM_STATE is read by `host.folders`, UNJAM_DEBUG by `host.debugging`; the lab has its own.
VARIABLES = (
    "UNJAM_STALL", "UNJAM_DEADLINE", "UNJAM_HEAL", "UNJAM_REPORT", "UNJAM_LIVE", "UNJAM_GO", "UNJAM_STATE", "UNJAM_DEBUG",
)  # fmt: skip
KEYS = ("stall", "deadline", "live")
#: What a project's file may not say → what that would decide, and how a user says it.
_PROXY = ("which servers your modules come from", "GOPROXY, or go env -w GOPROXY=…")
_NEVER = {
    "heal": ("what is changed on your machine", "--heal or UNJAM_HEAL"),
    "consent": ("what counts as your consent", "--heal=ask or UNJAM_HEAL=ask"),
    "go": ("which program runs", "UNJAM_GO"),
    "report": ("which file is written", "--report or UNJAM_REPORT"),
    "proxy": _PROXY,
    "proxies": _PROXY,
    "goproxy": _PROXY,
}
_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}


class Heal(StrEnum):
    """Which fixes need no question: none, the SAFE ones, or also those that would ask."""

    NO = "no"
    SAFE = "safe"
    ASK = "ask"


@dataclass(frozen=True, slots=True)
class Settings:
    """How `unjam go` watches. Times are seconds. `said` are the settings that somebody set, by name."""

    stall: float = 5.0
    deadline: float | None = None
    heal: Heal = Heal.NO
    report: str | None = None
    live: bool = True
    go: str | None = None
    said: frozenset[str] = field(default=frozenset())


def settings(options: Mapping[str, str], environment: Mapping[str, str], folder: Path) -> Settings:
    """All sources put together. Raises BadSettings, which names the place and the nearest thing that exists."""
    found = Settings()
    for name, value, place in (*_of_file(folder), *_of_environment(environment), *_of_options(options)):
        found = replace(_with(found, name, value, place), said=found.said | {name})
    return found


def duration(text: str, place: str) -> float:
    """Seconds of `10s`, `1h30m`, `1.5m`, as Go writes durations."""
    parts = re.findall(r"([0-9]+(?:\.[0-9]+)?)(ns|us|µs|ms|s|m|h)", text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        hint = f"write {text}s for seconds" if re.fullmatch(r"\d+(\.\d+)?", text) else "write it as 10s, 2m or 1h30m"
        raise BadSettings(f"{place}: {text!r} is no duration; {hint}")
    seconds = sum(float(number) * _UNITS[unit] for number, unit in parts)
    if seconds <= 0:
        raise BadSettings(f"{place}: a duration of {text} cannot be waited for")
    return seconds


def _with(found: Settings, name: str, value: str, place: str) -> Settings:
    match name:
        case "stall":
            return replace(found, stall=duration(value, place))
        case "deadline":
            return replace(found, deadline=duration(value, place))
        case "heal":
            return replace(found, heal=_heal(value, place))
        case "report":
            return replace(found, report=value)
        case "live":
            return replace(found, live=_yes(value, place))
        case "go":
            return replace(found, go=value)
        case _:
            return found


def _heal(value: str, place: str) -> Heal:
    if value.lower() in {"", "safe", "1", "true"}:
        return Heal.SAFE
    if value.lower() in {"no", "0", "false"}:
        return Heal.NO
    if value.lower() == "ask":
        return Heal.ASK
    raise BadSettings(f"{place}: {value!r} is neither safe, ask nor no")


def _yes(value: str, place: str) -> bool:
    if value.lower() not in {"1", "true", "yes", "0", "false", "no"}:
        raise BadSettings(f"{place}: {value!r} is neither true nor false")
    return value.lower() in {"1", "true", "yes"}


def _of_options(options: Mapping[str, str]) -> list[tuple[str, str, str]]:
    return [(name, value, f"--{name}") for name, value in options.items()]


def _of_environment(environment: Mapping[str, str]) -> list[tuple[str, str, str]]:
    found = []
    for variable, value in environment.items():
        if not variable.startswith("UNJAM_"):
            continue
        if variable.startswith("UNJAM_LAB_"):
            continue
        if variable not in VARIABLES:
            raise BadSettings(f"{variable} means nothing to unjam{_nearest(variable, VARIABLES)}")
        if value:
            found.append((variable.removeprefix("UNJAM_").lower(), value, variable))
    return found


def _of_file(folder: Path) -> list[tuple[str, str, str]]:
    """The settings of the file beside the nearest go.mod above `folder`; none where there is no go.mod, or no file."""
    root = next((place for place in (folder, *folder.parents) if (place / "go.mod").is_file()), None)
    if root is None or not (root / FILE).is_file():
        return []
    import tomllib

    path = root / FILE
    try:
        text = path.read_text(encoding="utf-8")
        said = tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise BadSettings(f"{path}: byte {error.start} is not UTF-8, as TOML has to be; save it as UTF-8") from error
    except (tomllib.TOMLDecodeError, OSError) as error:
        raise BadSettings(f"{path}: {error}") from error
    return [(key, _value(key, value, place), place) for key, value in said.items() if (place := _allowed(path, text, key))]


def _allowed(path: Path, text: str, key: str) -> str:
    """The place of the key, for messages. Raises where a project's file may not say that."""
    place = f"{path}:{_line(text, key)}"
    if key in _NEVER:
        what, how = _NEVER[key]
        raise BadSettings(f"{place}: a project's file may not set {key}, {what}: take it out; you can say it by {how}")
    if key not in KEYS:
        raise BadSettings(f"{place}: there is no setting {key!r}{_nearest(key, KEYS)}; a project may set {', '.join(KEYS)}")
    return f"{place}: {key}"


def _value(key: str, value: object, place: str) -> str:
    if key == "live" and isinstance(value, bool):
        return str(value).lower()
    if key != "live" and isinstance(value, str):
        return value
    raise BadSettings(f"{place} = {value!r}: " + ("write true or false" if key == "live" else "write it in quotes, as text"))


def _line(text: str, key: str) -> int:
    """The line on which a top-level key or table stands; 1 if it is written in a way that cannot be found."""
    sought = re.compile(rf"\s*\[*\s*[\"']?{re.escape(key)}[\"']?\s*[.=\]]")
    return next((number for number, line in enumerate(text.splitlines(), 1) if sought.match(line)), 1)


def _nearest(name: str, known: tuple[str, ...]) -> str:
    near = get_close_matches(name, known, n=1, cutoff=0.5)
    return f"; did you mean {near[0]}?" if near else ""
