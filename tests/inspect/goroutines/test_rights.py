"""Why memory is refused: each rule of the kernel is named, and what lifts it."""

from __future__ import annotations

import pytest

from unjam.inspect.memory import ProcessMemory, Rights, Unreadable, explain_rights, open_memory
from unjam.inspect.refused import Refused


@pytest.mark.parametrize(
    ("rights", "reason", "remedy"),
    [
        (Rights(1000, 1000, 1, capable=False), "kernel.yama.ptrace_scope is 1", "unjam go"),
        (Rights(1000, 1000, 2, capable=False), "kernel.yama.ptrace_scope is 2", "CAP_SYS_PTRACE"),
        (Rights(0, 1000, 3, capable=True), "kernel.yama.ptrace_scope is 3", "reboot"),
        (Rights(1000, 0, 1, capable=False), "another user (user id 0, ours is 1000)", "as root"),
        (Rights(0, 1000, None, capable=False), "this root has no CAP_SYS_PTRACE", "--cap-add SYS_PTRACE"),
        (Rights(1000, 1000, 0, capable=False), "not dumpable", "as root"),
        (Rights(1000, 1000, None, capable=False), "not dumpable", "as root"),
    ],
)
def test_the_rule_is_named(rights: Rights, reason: str, remedy: str) -> None:
    refused = explain_rights(7, rights)
    assert reason in refused.reason
    assert "process 7" in refused.reason
    assert remedy in refused.remedy


def test_a_process_that_is_gone() -> None:
    assert open_memory(1 << 30) == Refused(f"process {1 << 30} is gone")


@pytest.mark.parametrize("address", [0, 1, 1 << 47, 1 << 63, 1 << 64, -8])
def test_where_nothing_is_mapped(address: int) -> None:
    import os

    memory = open_memory(os.getpid())
    assert isinstance(memory, ProcessMemory)
    with memory, pytest.raises(Unreadable):
        memory.read(address, 8)
