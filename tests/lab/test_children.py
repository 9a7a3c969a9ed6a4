"""The C compiler: one that waits, one that is not there. Built without C, the program is the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import pytest

from unjam.lab.children import compiler_hang, compiler_missing
from unjam.lab.lab import Lab
from unjam.lab.running import Running

pytestmark = [pytest.mark.lab, pytest.mark.timeout(300)]  # lifted, go compiles runtime/cgo


@pytest.mark.parametrize("at", ["probe", "compile"])
def test_waiting_compiler(lab: Lab, commands: Callable[[Running], list[str]], at: Literal["probe", "compile"]) -> None:
    """Go waits for it: at the probe before anything is compiled."""
    lab.add(compiler_hang(lab, at))
    running = lab.start()
    assert lab.until(lambda: running.done or lab.is_waiting(), 120)
    (compiler,) = (line for line in commands(running) if "/licensed/gcc " in line)
    assert ("-### -x c -c -" in compiler) == (at == "probe")
    lab.lift()
    result = running.wait_done(200)
    assert result
    assert result.code == 0, result.stderr


def test_waiting_compiler_is_not_asked_without_cgo(lab: Lab) -> None:
    """The cure for one run: no C."""
    compiler_hang(lab)
    lab.env["CGO_ENABLED"] = "0"
    assert lab.run(timeout=120).code == 0


def test_missing_compiler(lab: Lab) -> None:
    """Go names it; lifted, the same command succeeds."""
    lab.add(compiler_missing(lab))
    failed = lab.run(timeout=120)
    assert failed.code == 1
    assert 'cgo: C compiler "x86_64-lab-linux-gnu-gcc" not found: exec: ' in failed.stderr
    lab.lift()
    assert lab.run(timeout=200).code == 0
