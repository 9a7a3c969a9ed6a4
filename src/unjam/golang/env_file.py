"""The files that hold Go settings: the user's go/env (written by `go env -w`) and $GOROOT/go.env.

The rules are those of readEnvFile in cmd/go/internal/cfg/cfg.go, the same from Go 1.21 to 1.27: NAME=VALUE, no
quotes, no comments after a value, no trimming; a line that does not begin with A to Z, or has no `=`, is passed over.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True, slots=True)
class EnvLine:
    """One setting of such a file. `line` counts from 1. A name that comes twice has its last value."""

    name: str
    value: str
    line: int


def parse_env_file(data: bytes) -> dict[str, EnvLine]:
    """The settings of the file by name. Bytes that are not UTF-8 survive as surrogates."""
    return {setting.name: setting for setting in _settings(data)}


def _settings(data: bytes) -> Iterator[EnvLine]:
    for number, raw in enumerate(data.split(b"\n"), start=1):
        name, equals, value = raw.partition(b"=")
        if not equals or not b"A" <= raw[:1] <= b"Z":
            continue
        yield EnvLine(_text(name), _text(value), number)


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def user_config_dir(environment: Mapping[str, str], goos: str = "linux") -> str:
    """os.UserConfigDir for a process with this environment; "" where Go reports an error."""
    match goos:
        case "windows":
            return environment.get("AppData") or environment.get("APPDATA", "")
        case "darwin":
            home = environment.get("HOME", "")
            return f"{home}/Library/Application Support" if home else ""
        case _:
            return _xdg(environment, "XDG_CONFIG_HOME", "/.config")


def user_cache_dir(environment: Mapping[str, str], goos: str = "linux") -> str:
    """os.UserCacheDir for a process with this environment; "" where Go reports an error."""
    match goos:
        case "windows":
            return environment.get("LocalAppData") or environment.get("LOCALAPPDATA", "")
        case "darwin":
            home = environment.get("HOME", "")
            return f"{home}/Library/Caches" if home else ""
        case _:
            return _xdg(environment, "XDG_CACHE_HOME", "/.cache")


def _xdg(environment: Mapping[str, str], name: str, below_home: str) -> str:
    if directory := environment.get(name, ""):
        return directory if directory.startswith("/") else ""  # Go refuses a relative one
    home = environment.get("HOME", "")
    return f"{home}{below_home}" if home else ""


def env_file_path(environment: Mapping[str, str], goos: str = "linux") -> str:
    """Where go looks for the user's settings: GOENV, or go/env below the configuration directory; "" for none."""
    if named := environment.get("GOENV", ""):
        return "" if named == "off" else named
    directory = user_config_dir(environment, goos)
    return f"{directory}/go/env" if directory else ""
