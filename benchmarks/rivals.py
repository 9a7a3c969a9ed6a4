"""The tools unjam is measured against, installed from their module path with the newest toolchain into benchmarks/.cache."""

from __future__ import annotations

import os
import subprocess
from functools import cache
from pathlib import Path

from pairs import HERE

CACHE = HERE / ".cache"
TOOLCHAINS = HERE.parent / ".toolchains"
DLV = "github.com/go-delve/delve/cmd/dlv@latest"
PANICPARSE = "github.com/maruel/panicparse/v2/cmd/pp@latest"


@cache
def go() -> str:
    """The newest go of .toolchains."""
    found = [path for path in TOOLCHAINS.glob("go1.*/bin/go") if path.exists()]
    return str(max(found, key=lambda path: [int(part) for part in path.parts[-3][2:].split(".")]))


def environment(gocache: Path | None = None) -> dict[str, str]:
    """A go of its own: nothing of the user's settings or caches is read or written."""
    home = CACHE / "home"
    home.mkdir(parents=True, exist_ok=True)
    return {
        "PATH": os.pathsep.join((str(Path(go()).parent), os.environ["PATH"])),
        "HOME": str(home),
        "GOPATH": str(CACHE / "gopath"),
        "GOBIN": str(CACHE / "bin"),
        "GOCACHE": str(gocache or CACHE / "gocache"),
        "GOENV": "off",
        "GOFLAGS": "-modcacherw",
        "GOTOOLCHAIN": "local",
        "CGO_ENABLED": "0",
    }


def rival(module: str) -> str | None:
    """The path of its program; None, with the reason printed, when it cannot be installed here."""
    program = CACHE / "bin" / module.partition("@")[0].rpartition("/")[2]
    if not program.exists():
        done = subprocess.run([go(), "install", module], env=environment(), capture_output=True, text=True, check=False)
        if done.returncode:
            reason = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
            print(f"  {module} cannot be installed here, and is left out: {reason}")
            return None
    return str(program)


def version(program: str) -> str:
    """The module version in a program that go built."""
    done = subprocess.run([go(), "version", "-m", program], env=environment(), capture_output=True, text=True, check=True)
    words = next(line.split() for line in done.stdout.splitlines() if line.strip().startswith("mod\t"))
    return f"{words[1]} {words[2]}"
