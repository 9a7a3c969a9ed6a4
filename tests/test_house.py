"""The house as it is built: who may import whom, who may touch the machine, and how large a room may grow."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from statistics import median

import pytest

import unjam

ROOT = Path(unjam.__file__).parent
FILES = sorted(path for path in ROOT.rglob("*.py"))

#: The floor of each room, or of each file that is a room by itself. Imports point downstairs only.
FLOORS = {
    "__init__": 8, "__main__": 8, "cli": 8,
    "report": 7,
    "treat": 6, "supervise": 6, "modgraph": 6,
    "diagnose": 5,
    "modes": 4,
    "lab": 3,
    "sources": 2, "fixes": 2, "gateway": 2,
    "host": 1, "inspect": 1, "facts": 1,
    "model": 0, "golang": 0, "errors": 0, "version": 0,
}  # fmt: skip
#: Rooms of one floor that may know each other: the command line and the library; what is at the very bottom.
NEIGHBOURS = {("cli", "__init__"), ("__main__", "cli"), ("golang", "errors"), ("facts", "model")}
MACHINE = {"host", "inspect", "gateway", "lab"}

#: Module → the rooms that may import it.
ONLY_IN = {
    "subprocess": MACHINE,
    "socket": MACHINE,
    "asyncio": {"gateway", "lab"},
    "time": MACHINE,
    "psutil": {"host", "inspect"},
    "platformdirs": {"host"},
    "rich": {"report", "cli"},
    "msgspec": {"report"},
    "click": {"cli"},
    "cryptography": {"lab"},
    "h2": {"lab"},
    "elftools": set(),
}
#: Where that is broken, and why it is better so.
ALLOWED = {
    ("sources/live.py", "time"): "a look is dated, and the next one waited for",
    ("golang/sumdb_note.py", "cryptography"): "notes are signed for the lab alone, and only there the extra is installed",
    ("fixes/journal.py", "time"): "an entry is named after the moment it was made",
}
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "shared", "base"}
LONGEST_FUNCTION, LONGEST_FILE = 60, 400


def name_of(path: Path) -> str:
    """unjam/cli/main.py → cli/main.py."""
    return path.relative_to(ROOT).as_posix()


def room_of(module: str) -> str:
    """unjam.cli.main → cli; unjam → __init__."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


def module_of(path: Path) -> str:
    """unjam/cli/main.py → unjam.cli.main; unjam/cli/__init__.py → unjam.cli."""
    parts = ("unjam", *path.relative_to(ROOT).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(path: Path, *, typing_too: bool = True) -> Iterator[str]:
    """Every module that a file imports, in functions too: `from unjam import treat` is unjam.treat."""
    skipped: set[ast.AST] = set()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test) and not typing_too:
            skipped.update(inner for each in node.body for inner in ast.walk(each))
    for node in ast.walk(parsed(path)):
        if node in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in MODULES else node.module


MODULES = {module_of(path) for path in FILES}


def ours(path: Path, *, typing_too: bool = True) -> set[str]:
    return {module for module in imports(path, typing_too=typing_too) if module.split(".")[0] == "unjam"}


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_imports_point_downstairs(path: Path) -> None:
    here = room_of(module_of(path))
    if path == ROOT / "__main__.py":
        here = "__main__"
    assert here in FLOORS, f"{here} is no room of the house: give it a floor"
    for module in ours(path):
        there = room_of(module)
        assert FLOORS[there] <= FLOORS[here], f"{name_of(path)} (floor {FLOORS[here]}) climbs to {module}"
        if FLOORS[there] == FLOORS[here] and there != here:
            assert (here, there) in NEIGHBOURS, f"{name_of(path)} imports its neighbour {module}"


def test_no_imports_in_circles() -> None:
    graph = {module_of(path): ours(path, typing_too=False) & MODULES for path in FILES}
    done: set[str] = set()

    def walk(module: str, way: tuple[str, ...]) -> None:
        assert module not in way, " → ".join((*way[way.index(module) :], module))
        if module not in done:
            for other in sorted(graph[module] - {module}):
                walk(other, (*way, module))
            done.add(module)

    for module in graph:
        walk(module, ())


def test_relative_imports_are_not_used() -> None:
    relative = [name_of(p) for p in FILES for node in ast.walk(parsed(p)) if isinstance(node, ast.ImportFrom) and node.level]
    assert not relative


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_only_some_rooms_touch_the_machine(path: Path) -> None:
    room = room_of(module_of(path))
    for module in imports(path):
        top = module.split(".")[0]
        if top in ONLY_IN and room not in ONLY_IN[top]:
            assert (name_of(path), top) in ALLOWED, f"{name_of(path)} imports {top}: only {sorted(ONLY_IN[top])} may"


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_only_the_machine_rooms_read_the_environment(path: Path) -> None:
    if room_of(module_of(path)) in MACHINE:
        return
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "os":
            assert node.attr not in {"environ", "getenv", "putenv"}, f"{name_of(path)}:{node.lineno} reads os.{node.attr}"


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_only_the_door_exits(path: Path) -> None:
    if name_of(path) == "cli/main.py":
        return
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
        elif isinstance(node, ast.Raise) and node.exc:
            name = ast.unparse(node.exc)
        else:
            continue
        assert name.partition("(")[0] not in {"sys.exit", "os._exit", "SystemExit", "exit", "quit"}, f"{name_of(path)}: {name}"


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_every_file_says_what_it_is(path: Path) -> None:
    assert ast.get_docstring(parsed(path)), f"{name_of(path)} has no docstring"
    assert not set(Path(name_of(path)).with_suffix("").parts) & FORBIDDEN_NAMES, "name the material"


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_nothing_grows_too_large(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= LONGEST_FILE, f"{name_of(path)} has {lines} lines"
    for function in functions(path):
        assert length(function) <= LONGEST_FUNCTION, f"{name_of(path)}: {function.name} has {length(function)} lines"


def test_most_of_it_is_small() -> None:
    lengths = [length(function) for path in FILES for function in functions(path)]
    files = [len(path.read_text(encoding="utf-8").splitlines()) for path in FILES if path.name != "__init__.py"]
    assert median(lengths) <= 12
    assert median(files) <= 150


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [node for node in ast.walk(parsed(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def loaded(code: str) -> set[str]:
    """The modules that are there after some code has run in an interpreter of its own."""
    show = "import sys; print(*sys.modules, sep=chr(10))"
    ran = subprocess.run((sys.executable, "-c", f"{code}\n{show}"), capture_output=True, text=True, check=True)
    return set(ran.stdout.split())


def test_importing_the_library_loads_nothing() -> None:
    heavy = {name for name in loaded("import unjam") if name.startswith("unjam.")}
    assert heavy == {"unjam.version"}


def test_importing_the_catalogue_loads_no_lab() -> None:
    found = loaded("import unjam.modes; unjam.modes.catalogue()")
    assert not found & {"asyncio", "subprocess", "rich", "msgspec", "click", "cryptography"}
    assert not {name for name in found if name.startswith(("unjam.lab", "unjam.gateway", "unjam.report", "unjam.cli"))}


def test_help_loads_click_and_little_else() -> None:
    code = "from unjam.cli.main import run; import sys; sys.stdout, out = open('/dev/null', 'w'), sys.stdout; run(['--help'])"
    found = loaded(f"{code}; sys.stdout = out")
    assert not found & {"rich", "rich.console", "msgspec", "psutil", "asyncio", "subprocess"}
    assert {name for name in found if name.startswith("unjam.")} <= {
        "unjam.version", "unjam.errors", "unjam.cli", "unjam.cli.main", "unjam.cli.commands",
    }  # fmt: skip


def test_the_version_is_the_packages() -> None:
    project = tomllib.loads((ROOT.parent.parent / "pyproject.toml").read_text(encoding="utf-8"))
    assert unjam.__version__ == project["project"]["version"]


def test_the_exported_names_exist_in_order() -> None:
    assert all(hasattr(unjam, name) for name in unjam.__all__)
    assert all(one < other for one, other in pairwise(unjam.__all__))
