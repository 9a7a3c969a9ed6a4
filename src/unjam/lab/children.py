"""Go made sick through the C compiler that it runs: one that waits, one that is not there."""

from __future__ import annotations

import shlex
import shutil
from typing import TYPE_CHECKING, Literal

from unjam.errors import LabCannot
from unjam.lab.files import write_script, write_tree
from unjam.lab.gate import Gate, put_gate
from unjam.lab.git import Lift

if TYPE_CHECKING:
    from unjam.lab.lab import Lab

# With C or without: what go builds says the same.
_PROJECT = {
    "go.mod": "module lab.example/project\n\ngo 1.21\n",
    "main.go": "package main\n\nfunc main() { println(number()) }\n",
    "with_c.go": "package main\n\n// static int number(void) { return 7; }\n"
    'import "C"\n\nfunc number() int { return int(C.number()) }\n',
    "without_c.go": "//go:build !cgo\n\npackage main\n\nfunc number() int { return 7 }\n",
}


def compiler_hang(lab: Lab, at: Literal["probe", "compile"] = "probe") -> Gate:
    """CC names a compiler that waits: at go's first question, which compiler it is (`-###`), or only when it compiles."""
    gate = put_gate(lab, "compiler")
    waits = gate.wait if at == "probe" else f'case "$*" in *-###*) ;; *) {gate.wait} ;; esac'
    compiler = write_script(lab.folder / "licensed" / "gcc", waits, f'exec {shlex.quote(_real_compiler(lab))} "$@"')
    _build_with(lab, str(compiler))
    return gate


def compiler_missing(lab: Lab) -> Lift:
    """CGO_ENABLED=1, and no compiler of the name that CC gives is in PATH. Lifted, it is."""
    name, real = "x86_64-lab-linux-gnu-gcc", _real_compiler(lab)
    folder = lab.folder / "cross-compilers"
    folder.mkdir()
    lab.env["PATH"] += f":{folder}"
    _build_with(lab, name)
    return Lift(lambda: write_script(folder / name, f'exec {shlex.quote(real)} "$@"'))


def _build_with(lab: Lab, compiler: str) -> None:
    write_tree(lab.project, _PROJECT)
    lab.env.update(CGO_ENABLED="1", CC=compiler)
    lab.command = ("build", "-o", str(lab.folder / "built"), ".")


def _real_compiler(lab: Lab) -> str:
    for name in ("gcc", "clang", "cc"):
        if path := shutil.which(name, path=lab.env.get("PATH")):
            return path
    raise LabCannot("no C compiler in PATH: install gcc")
