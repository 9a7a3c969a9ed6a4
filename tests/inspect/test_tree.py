"""Who is below whom, and what a tree has done."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from unjam.inspect import procfs
from unjam.inspect.tree import Node, children, counters, snapshot, tree_of

if TYPE_CHECKING:
    import pytest
    from tests.inspect.conftest import Stage

NEST = "import subprocess; p = subprocess.Popen(['sleep', '1000']); print('ready', flush=True); p.wait()"


def test_a_child_and_its_child(stage: Stage) -> None:
    middle = stage.ready_python(NEST)
    below = children(middle.pid)
    assert [process.argv for process in below] == [("sleep", "1000")]
    seen = snapshot()
    assert [node.pid for node in seen.descendants(os.getpid()) if node.pid in {middle.pid, below[0].pid}] == [
        middle.pid, below[0].pid,
    ]  # fmt: skip
    assert [node.pid for node in seen.ancestors(below[0].pid)][:2] == [middle.pid, os.getpid()]
    assert below[0].pid not in {process.pid for process in children(os.getpid(), recursive=False)}
    os.kill(below[0].pid, 9)


def test_psutil_sees_the_same(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    middle = stage.ready_python(NEST)
    expected = [process.pid for process in children(middle.pid)]
    monkeypatch.setattr(procfs, "has_proc", lambda: False)
    assert [process.pid for process in children(middle.pid)] == expected
    os.kill(expected[0], 9)


def test_counters_move_with_bytes_and_not_without(stage: Stage) -> None:
    worker = stage.ready_python(
        "import sys; print('ready', flush=True)\nfor line in sys.stdin: print(line, end='', flush=True)", stdin=-1
    )
    stage.until(lambda: not counters(worker.pid).moved_since(counters(worker.pid)), "it is quiet")
    before = counters(worker.pid)
    assert worker.stdin is not None
    assert worker.stdout is not None
    worker.stdin.write(b"hello\n")
    worker.stdin.flush()
    worker.stdout.readline()
    after = counters(worker.pid)
    assert after.moved_since(before)
    assert after.cpu_since(before) >= 0
    assert before.cpu_since(after) == 0
    assert (after.io_bytes or 0) - (before.io_bytes or 0) >= 12


def test_a_process_that_is_gone_has_done_nothing() -> None:
    gone = counters(2**30)
    assert (gone.cpu_s, gone.io_bytes, gone.pids) == (0, None, frozenset())


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12), st.integers(0, 3))))
def test_even_circles_end(links: list[tuple[int, int, int]]) -> None:
    made = tree_of(Node(pid, parent, "x", "S", 1, 1, started, 0.0, 0.0) for pid, parent, started in links)
    for pid in made.nodes:
        below = [node.pid for node in made.descendants(pid)]
        assert len(below) == len(set(below))
        assert pid not in below
        made.ancestors(pid)
