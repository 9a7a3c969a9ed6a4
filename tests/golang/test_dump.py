"""Goroutine dumps: every shape of header, whole, pasted, wrapped and cut."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from unjam.golang.dump import DumpedFrame, group_by_stack, parse_dump, split_by_process

STACK = """goroutine 7 [chan receive (scan), 12 minutes, locked to thread]:
runtime.gopark(0xc000012345?, 0x0?)
	runtime/proc.go:474 +0xca fp=0x210bba592e18 sp=0x210bba592df8 pc=0x48ce8a
main.(*box[...]).get(0xc00001)
	/home/u/src/main.go:22 +0x1d8
main.inlined(...)
	/home/u/src/main.go:30
main.main.func1({0xc00, 0x1}, 0x5)
	C:/Users/u/main.go:40 +0x12
created by main.main in goroutine 1
	/home/u/src/main.go:41 +0x85
"""
FRAMES = (
    DumpedFrame("runtime.gopark", "runtime/proc.go", 474),
    DumpedFrame("main.(*box[...]).get", "/home/u/src/main.go", 22),
    DumpedFrame("main.inlined", "/home/u/src/main.go", 30),
    DumpedFrame("main.main.func1", "C:/Users/u/main.go", 40),
)


def test_a_goroutine() -> None:
    [one] = parse_dump("SIGQUIT: quit\nPC=0x495a21 m=0 sigcode=0\n\n" + STACK + "\nrax    0x0\nexit status 2\n")
    assert (one.id, one.state, one.wait_minutes, one.locked, one.line) == (7, "chan receive", 12, True, 4)
    assert one.frames == FRAMES
    assert one.functions == tuple(frame.function for frame in FRAMES)
    assert one.created_by == DumpedFrame("main.main", "/home/u/src/main.go", 41)
    assert one.created_by_id == 1


@pytest.mark.parametrize(
    ("header", "state", "minutes"),
    [
        ("goroutine 7 [running]:", "running", None),
        ("goroutine 7 [select (no cases), 3 minutes]:", "select (no cases)", 3),
        ("goroutine 7 [IO wait, 1 minutes, locked to thread]:", "IO wait", 1),
        ("goroutine 7 gp=0xc000006c40 m=0 mp=0x5a1b20 [syscall, 1327 minutes]:", "syscall", 1327),
        ("goroutine 7 gp=0xc000006c40 m=nil [GC worker (idle)]:", "GC worker (idle)", None),
        ("goroutine 7 [chan receive (durable), synctest bubble 4]:", "chan receive", None),
        ("goroutine 7 [sync.WaitGroup.Wait (durable), 2 minutes, synctest bubble 4]:", "sync.WaitGroup.Wait", 2),
        ("goroutine 7 [chan send (leaked) (scan)]:", "chan send", None),
        ('goroutine 7 gp=0x1 m=3 mp=0x2 [select] {request: "a b", user: x}:', "select", None),
        ("goroutine 7 [force gc (idle)]", "force gc (idle)", None),
        ("goroutine 7 [IO wait, 5\nminutes]:", "IO wait", 5),
    ],
)
def test_headers(header: str, state: str, minutes: int | None) -> None:
    [one] = parse_dump(header + "\n" + STACK.split("\n", 1)[1])
    assert (one.id, one.state, one.wait_minutes) == (7, state, minutes)
    assert one.frames == FRAMES
    assert one.leaked == ("leaked" in header)
    assert one.labels == ('request: "a b", user: x' if "{" in header else "")


@pytest.mark.parametrize(
    "text",
    [
        STACK.replace("\n", "\r\n"),
        "".join(f"    {line}\n" for line in STACK.splitlines()),
        STACK.replace("\t", "        "),
        STACK.replace("\n", "\n\n"),
        STACK.rstrip("\n"),
        STACK.replace("main.main.func1({0xc00, 0x1}, 0x5)", "main.main.func1({0xc00, 0x\n1}, 0x5)"),
        STACK.replace("main.main.func1(", "main.ma\nin.func1("),
        STACK.replace("runtime/proc.go:474 +0xca fp=", "runtime/proc.go:47\n4 +0xca fp="),
        STACK.replace("fp=0x210bba592e18 sp", "fp=0x210bba592e18\n sp"),
        STACK.replace("/home/u/src/main.go:22", "/home/u/s\nrc/main.go:22"),
        STACK.replace("+0x12\n", "+0x12\n...additional frames elided...\n"),
    ],
    ids=["crlf", "indented", "blanks", "double", "cut", "args", "name", "line", "fp", "path", "elided"],
)
def test_as_pasted(text: str) -> None:
    [one] = parse_dump(text)
    assert one.frames == FRAMES
    assert one.created_by == DumpedFrame("main.main", "/home/u/src/main.go", 41)
    assert one.elided == ("elided" in text)


def test_cut_anywhere_gives_a_beginning() -> None:
    for end in range(len(STACK)):
        for one in parse_dump(STACK[:end]):
            assert [frame.function for frame in one.frames] == [f.function for f in FRAMES[: len(one.frames)]], end


def test_running_elsewhere_ancestors_and_c_frames() -> None:
    text = (
        "goroutine 9 [running]:\n\tgoroutine running on other thread; stack unavailable\n"
        "created by main.f\n\t/x/main.go:3 +0x1\n\n"
        "goroutine 10 [syscall]:\nnon-Go function at pc=55\nc_sleep\n\t/x/c.c:4 pc=0x7\nmain.g(0x1)\n\t/x/main.go:9 +0x2\n"
        "...23 frames elided...\nmain.main()\n\t/x/main.go:11 +0x2\n"
        "created by main.h in goroutine 2\n\t/x/main.go:5 +0x1\n"
        "[originating from goroutine 2]:\nmain.k(...)\n\t/x/main.go:8 +0x1\ncreated by main.z\n\t/x/main.go:1 +0x1\n"
    )
    nine, ten = parse_dump(text)
    assert (nine.frames, nine.created_by, nine.created_by_id) == ((), DumpedFrame("main.f", "/x/main.go", 3), None)
    assert ten.functions == ("c_sleep", "main.g", "main.main")
    assert (ten.elided, ten.created_by_id) == (True, 2)
    assert ten.created_by == DumpedFrame("main.h", "/x/main.go", 5)


def test_equal_stacks_are_one_object_and_one_group() -> None:
    text = "\n".join(STACK.replace("goroutine 7", f"goroutine {n}").replace("0xc00001", f"0xc0000{n}") for n in range(10, 20))
    found = list(parse_dump(text + "\ngoroutine 3 [select]:\nmain.x()\n\t/x.go:1 +0x1\n"))
    assert len({id(one.frames) for one in found[:10]}) == 1
    groups = group_by_stack(found)
    assert [(group.state, len(group.goroutines)) for group in groups] == [("chan receive", 10), ("select", 1)]


def test_two_on_one_line_stay_two() -> None:
    text = "goroutine 1 [select]:\nmain.a(0x1)\n\t/x.go:1 +0x1\n\ngoroutine 2 [select]:\nmain.b(0x1)\n\t/x.go:1 +0x1\n"
    assert [one.functions for one in parse_dump(text)] == [("main.a",), ("main.b",)]


def test_two_processes_in_one_text(dumps: dict[tuple[str, str], str]) -> None:
    first, second = dumps["1.21.13", "silent"], dumps["1.27.3", "lsremote"]
    processes = split_by_process(parse_dump(first + "\n" + second))
    assert [len(process) for process in processes] == [len(list(parse_dump(text))) for text in (first, second)]


def test_every_recorded_goroutine_is_whole(dumps: dict[tuple[str, str], str]) -> None:
    for key, text in dumps.items():
        found = list(parse_dump(text))
        assert len(found) == sum(line.startswith("goroutine ") for line in text.splitlines()), key
        files = sum(line.startswith("\t") for line in text.splitlines())
        assert sum(len(one.frames) + (one.created_by is not None) for one in found) == files, key
        assert all(frame.file and frame.line for one in found for frame in one.frames), key


def test_ten_thousand_goroutines_are_read_fast(dumps: dict[tuple[str, str], str]) -> None:
    """20 MB/s are asked of a quiet machine (benchmarks/ prove it); this only catches a parser that went quadratic."""
    block = max(dumps["1.27.3", "h2"].split("\n\n"), key=len).partition(" ")[2].partition(" ")[2]
    text = "\n\n".join(f"goroutine {n} {block.replace('pc=0x4', f'pc=0x4{n}')}" for n in range(100, 5100))
    start = time.process_time()
    assert sum(1 for _ in parse_dump(text)) == 5000
    assert len(text) / (time.process_time() - start) > 5e6


DUMPISH = st.lists(
    st.sampled_from(
        [
            *STACK.splitlines(),
            "",
            "goroutine ",
            "goroutine 1 [",
            "[",
            ")",
            "created by ",
            "\t:1",
            "x(",
            "\r",
            "é(1)",
            "...additional frames elided...",
        ]
    )
).map("\n".join)


@given(st.one_of(st.text(), DUMPISH))
@example("goroutine 1 [a]:\n(")
@settings(max_examples=400, deadline=None)
def test_no_text_raises(text: str) -> None:
    for one in parse_dump(text):
        assert len(one.functions) == len(one.frames)
        assert all(frame.function for frame in one.frames)
