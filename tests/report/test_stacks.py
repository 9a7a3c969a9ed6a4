"""Goroutines in groups, as JSON and as a picture, from a dump one can see through."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import jsonschema
import pytest

from unjam.inspect.goroutines import Frame, Goroutine, GoroutineDump
from unjam.report import flame, page, stacks
from unjam.report.stack_json import encode

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "schema-v1.json").read_text(encoding="utf-8"))
MAIN = Frame("main.main", "/src/main.go", 9)
WORK = (
    Frame("runtime.gopark", "/go/proc.go", 1),
    Frame("main.work[...]", "/src/<main>.go", 12),
    Frame("runtime.goexit", "/go/asm.s", 3),
)
SVG = "{http://www.w3.org/2000/svg}"


def goroutine(number: int, frames: tuple[Frame, ...] = WORK, note: str = "", state: str = "waiting") -> Goroutine:
    wait = "chan receive" if state == "waiting" else ""
    return Goroutine(number, state, wait, frames, MAIN if number > 1 else None, bool(frames), note, (0, 0), 12.0 * number)


@pytest.fixture
def dump() -> GoroutineDump:
    """Five at one place, one whose equal stack is another object, one that runs."""
    many = [goroutine(number) for number in range(2, 7)]
    twin = goroutine(7, tuple(WORK))
    running = goroutine(8, (), note="running: stack not read", state="running")
    first = goroutine(1, (MAIN,))
    everyone = (first, *many, twin, running)
    return GoroutineDump(4711, "go1.27.3", "example.com/a&b", "example.com/a&b", "amd64", everyone, (), 0.01)


def test_groups_are_by_place_the_largest_first(dump: GoroutineDump) -> None:
    groups = stacks.grouped(dump.goroutines)
    assert [len(group.members) for group in groups] == [6, 1, 1]
    assert groups[0].waited == 84.0


def test_a_person_sees_what_go_would_print(dump: GoroutineDump) -> None:
    told = page.plain(stacks.lines(dump))
    assert told.startswith("example.com/a&b (pid 4711, go1.27.3): 8 goroutines at 3 places, read in 0.01 s\n")
    assert "6       waiting: chan receive, up to 84 s   [2, 3, 4, 5, 6, 7]\n" in told
    assert "        main.work[...]   /src/<main>.go:12\n" in told
    assert "        created by main.main   /src/main.go:9\n" in told
    assert "(running: stack not read)" in told
    assert "runtime.goexit" not in told


def test_one_by_one_they_are_all_there(dump: GoroutineDump) -> None:
    told = page.plain(stacks.lines(dump, together=False))
    assert told.count("main.work[...]") == 6
    assert "8 goroutines, read in" in told


def test_json_is_the_contract(dump: GoroutineDump) -> None:
    decoded = json.loads(encode(dump))
    jsonschema.validate(decoded, {**SCHEMA, "$ref": "#/$defs/GoroutinesJson"})
    assert decoded["goroutines"][1] == {
        "id": 2,
        "state": "waiting",
        "wait": "chan receive",
        "frames": [{"function": f.function, "file": f.file, "line": f.line} for f in WORK],
        "created_by": "main.main",
    }
    assert decoded["goroutines"][-1]["frames"] == []
    assert decoded["goroutines"][-1]["wait"] == "running: stack not read"


def test_a_flame_graph_counts_every_goroutine_once(dump: GoroutineDump) -> None:
    root = flame.tree(dump)
    assert root.count == 8
    assert sum(box.count for box in root.above.values()) == 8


def test_a_flame_graph_is_xml_whatever_functions_are_called(dump: GoroutineDump) -> None:
    root = ET.fromstring(flame.svg(dump))
    titles = [each.text for each in root.iter(f"{SVG}title")]
    assert "main.work[...]: 6 (75.0%)" in titles
    assert titles[0] == "example.com/a&b, pid 4711, go1.27.3: 8 goroutines"
    widths = [float(each.attrib["width"]) for each in root.iter(f"{SVG}rect")]
    assert max(widths) == flame.WIDTH
    assert not list(root.iter(f"{SVG}script"))


def test_a_stack_as_deep_as_go_allows_is_drawn() -> None:
    deep = tuple(Frame(f"main.f{number}", "", 0) for number in range(3000))
    dump = GoroutineDump(1, "go1.27.3", "p", "", "amd64", (goroutine(1, deep),), (), 0.0)
    assert len(list(ET.fromstring(flame.svg(dump)).iter(f"{SVG}rect"))) == 3002
