"""What the meanings of goroutine stacks are as facts: shared by a live process and a dump, which show the same stacks."""

from __future__ import annotations

from unjam.facts.children import Task
from unjam.facts.locks import LockKind
from unjam.facts.requests import Phase, Purpose
from unjam.facts.seen import Program
from unjam.golang import frame_table as table
from unjam.golang.frame_table import Wait
from unjam.golang.frames import Waiting
from unjam.golang.proxy_url import meaning

PHASES: dict[Wait, tuple[Phase, bool]] = {
    Wait.AWAITING_HEADERS: (Phase.HEADERS, False),
    Wait.H2_AWAITING_HEADERS: (Phase.HEADERS, True),
    Wait.READING_BODY: (Phase.BODY, False),
    Wait.H2_READING_BODY: (Phase.BODY, True),
    Wait.RESOLVING: (Phase.RESOLVING, False),
    Wait.DIALING: (Phase.DIALING, False),
    Wait.PROXY_CONNECT: (Phase.CONNECT, False),
    Wait.TLS_HANDSHAKE: (Phase.TLS, False),
}

_TASKS = (
    (table.Purpose.VCS_STATUS, Task.STATUS),
    (table.Purpose.VCS_LS_REMOTE, Task.LS_REMOTE),
    (table.Purpose.VCS_FETCH, Task.FETCH),
    (table.Purpose.CC_PROBE, Task.CC_PROBE),
    (table.Purpose.CC_BUILD, Task.CC),
    (table.Purpose.PKG_CONFIG, Task.PKG_CONFIG),
    (table.Purpose.CACHE_PROG, Task.CACHE_PROG),
    (table.Purpose.GOAUTH, Task.GOAUTH),
    (table.Purpose.VCS, Task.VCS),
    (table.Purpose.GO_LIST, Task.GO_COMMAND),
    (table.Purpose.GENERATE, Task.USER),
    (table.Purpose.TEST_RUN, Task.USER),
    (table.Purpose.RUN_PROGRAM, Task.USER),
)

_LOCKS = {
    table.Purpose.LOCK_VERSION: LockKind.VERSION,
    table.Purpose.LOCK_VCS: LockKind.VCS,
    table.Purpose.LOCK_SIDE: LockKind.SIDE,
    table.Purpose.LOCK_GOMOD: LockKind.GO_MOD,
}

_PROGRAMS = {"cmd/go": Program.GO, "gopls": Program.GOPLS, "": Program.UNKNOWN}


def program(name: str) -> Program:
    """The program of `frames.program_of`."""
    return _PROGRAMS.get(name, Program.USER)


def purpose_of(waiting: Waiting | None, url: str) -> Purpose:
    """What a request is for: its URL says it best, the stack below it else."""
    asked = meaning(url) if url else None
    own = waiting.purposes if waiting else frozenset()
    if table.Purpose.TOOLCHAIN in own or (asked is not None and asked.toolchain):
        return Purpose.TOOLCHAIN
    if asked is not None and asked.kind.startswith("sumdb"):
        return Purpose.SUMDB
    if asked is not None and asked.kind == "go-get":
        return Purpose.GO_GET
    if table.Purpose.SUMDB in own:
        return Purpose.SUMDB
    if table.Purpose.GO_GET_META in own:
        return Purpose.GO_GET
    if table.Purpose.MODULE_PROXY in own or (asked is not None and asked.kind != "other"):
        return Purpose.MODULE
    return Purpose.OTHER


def task_of(waiting: Waiting) -> Task:
    """What a child is for that a goroutine waits for."""
    return next((task for purpose, task in _TASKS if purpose in waiting.purposes), Task.OTHER)


def lock_of(waiting: Waiting) -> LockKind:
    """Which lock a goroutine waits for."""
    return next((kind for purpose, kind in _LOCKS.items() if purpose in waiting.purposes), LockKind.OTHER)
