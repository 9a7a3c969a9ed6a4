"""How long a thread has not run: measured against what we know it did."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unjam.inspect import sched
from unjam.inspect.procfs import threads
from unjam.inspect.refused import Gone
from unjam.inspect.sched import blocked_threads, idle_since, parse_exec_start, parse_syscall, thread_idle

if TYPE_CHECKING:
    from tests.inspect.conftest import Stage

KERNEL_TELLS = sched._offset_of(min(os.sched_getaffinity(0))) is not None if hasattr(os, "sched_getaffinity") else False
needs_sched = pytest.mark.skipif(not KERNEL_TELLS, reason="this kernel has no /proc/PID/sched")


@needs_sched
def test_the_age_of_a_sleep(stage: Stage) -> None:
    earliest = time.monotonic()
    sleeper = stage.ready_python("import time; print('ready', flush=True); time.sleep(1000)")
    stage.until(lambda: (idle_since(sleeper.pid) or 0) > 0.5, "half a second of sleep")
    idle = idle_since(sleeper.pid)
    assert idle is not None
    # It ran after we began to look, and it fell asleep at once: we know its age to a few hundredths.
    assert 0.5 < idle <= time.monotonic() - earliest
    first, at = idle_since(sleeper.pid), time.monotonic()
    time.sleep(0.3)
    second = idle_since(sleeper.pid)
    assert first is not None
    assert second is not None
    assert second - first == pytest.approx(time.monotonic() - at, abs=0.15)


@needs_sched
def test_one_busy_thread_makes_the_process_busy(stage: Stage) -> None:
    worker = stage.ready_python(
        "import threading, time; threading.Thread(target=time.sleep, args=(1000,), daemon=True).start();"
        "print('ready', flush=True)\nwhile True: time.sleep(0.01)"
    )
    stage.until(
        lambda: any((thread_idle(worker.pid, tid) or 0) > 1 for tid in threads(worker.pid)), "a thread idle for a second"
    )
    idle = idle_since(worker.pid)
    assert idle is not None
    assert idle < 0.9


@needs_sched
def test_every_processors_clock_gives_the_same_age(stage: Stage) -> None:
    mine = sorted(os.sched_getaffinity(0))
    ages: list[float] = []
    for cpu in mine[:4]:
        sleeper = stage.ready_python(
            f"import os, time; os.sched_setaffinity(0, {{{cpu}}}); time.sleep(0.01);"
            "print('ready', flush=True); time.sleep(1000)"
        )
        at = time.monotonic()
        stage.until(lambda pid=sleeper.pid: (idle_since(pid) or 0) > 0.2, "asleep")  # type: ignore[misc]
        ages.append((idle_since(sleeper.pid) or 0) - (time.monotonic() - at))
    # The clocks themselves may lie seconds apart: see the module's docstring.
    assert all(abs(age) < 0.15 for age in ages)


def test_what_a_thread_is_blocked_in(stage: Stage) -> None:
    reader = stage.ready_python("import sys; print('ready', flush=True); sys.stdin.buffer.raw.read(1)", stdin=-1)
    stage.until(lambda: isinstance(seen := blocked_threads(reader.pid), tuple) and len(seen) == 1, "it waits")
    seen = blocked_threads(reader.pid)
    assert isinstance(seen, tuple)
    assert (seen[0].tid, seen[0].state) == (reader.pid, "S")
    if seen[0].syscall:
        stage.until(
            lambda: [(t.syscall, t.argument) for t in blocked_threads(reader.pid)] == [("read", 0)],  # type: ignore[union-attr]
            "it reads standard input",
        )


def test_a_process_that_is_gone() -> None:
    assert idle_since(2**30) is None
    assert thread_idle(2**30, 2**30) is None
    assert blocked_threads(2**30) == Gone(2**30)


def test_the_callers_own_affinity_is_left_alone() -> None:
    before = os.sched_getaffinity(0)
    idle_since(os.getppid())
    assert os.sched_getaffinity(0) == before


def test_calls_have_the_names_of_their_processor() -> None:
    raw, given = b"%d 0x5 0x6 0x0 0x0 0x0 0x0 0x7ffc 0x7f00\n", (5, 6, 0, 0, 0, 0)
    assert parse_syscall(raw % 73, "x86_64") == ("flock", given)
    assert parse_syscall(raw % 32, "aarch64") == ("flock", given)
    assert parse_syscall(raw % 999, "x86_64") == ("999", given)
    assert parse_syscall(raw % 1, "riscv64") == ("1", given)
    assert parse_syscall(b"running\n", "x86_64") == ("running", ())
    assert parse_syscall(b"-1 0x7ffc 0x7f00\n", "x86_64") == ("", ())


@given(st.binary())
def test_any_bytes(raw: bytes) -> None:
    parse_syscall(raw, "x86_64")
    parse_exec_start(raw)
    parse_exec_start(b"se.exec_start : " + raw)
