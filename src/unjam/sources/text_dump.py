"""What a pasted goroutine dump shows go to wait for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from unjam.facts.children import Task, WaitingChild, Wants
from unjam.facts.locks import WaitingLock
from unjam.facts.requests import Purpose, WaitingRequest
from unjam.facts.seen import Fact, Program, Seen
from unjam.golang import frame_table as table
from unjam.golang.dump import DumpedGoroutine, split_by_process
from unjam.golang.frame_table import Wait
from unjam.golang.frames import Waiting, join, program_of
from unjam.sources.meanings import PHASES, lock_of, program, purpose_of, task_of

#: A dump names no server; which kind it is, the stack tells.
_KINDS = {
    Purpose.MODULE: "the module proxy",
    Purpose.TOOLCHAIN: "the module proxy",
    Purpose.SUMDB: "sum.golang.org",
    Purpose.GO_GET: "the host of the import path",
    Purpose.OTHER: "the server",
}


def facts(goroutines: tuple[DumpedGoroutine, ...], numbers: Sequence[int], name: str, asked_for: str = "") -> Iterator[Fact]:
    """The waits of cmd/go and gopls. A dump of the user's own program is not go's trouble.

    `numbers` are those of the lines that `line` of a goroutine counts in. `asked_for` is the one module (or toolchain)
    that go had said it downloads, "" where that is not certain.
    """
    for process in split_by_process(goroutines):
        said_by = program(program_of(process))
        if said_by not in {Program.GO, Program.GOPLS}:
            continue
        by_id = {goroutine.id: goroutine for goroutine in process}
        for waiting in join(process):
            goroutine = by_id[waiting.id]
            text = f"goroutine {goroutine.id} [{goroutine.state}] {waiting.frame}: waits for {waiting.wait}"
            seen = Seen(text, f"{name}:{numbers[goroutine.line - 1]}", said_by)
            fact = _fact(waiting, seen, goroutine, asked_for)
            if fact is not None:
                yield fact


def _fact(waiting: Waiting, seen: Seen, goroutine: DumpedGoroutine, asked_for: str) -> Fact | None:
    if waiting.wait in PHASES:
        phase, http2 = PHASES[waiting.wait]
        age = goroutine.wait_minutes * 60.0 if goroutine.wait_minutes else None
        purpose = purpose_of(waiting, "")
        return WaitingRequest(seen, "", _server(waiting, purpose, asked_for), phase, purpose, http2, silent_for=age)
    if waiting.wait is Wait.FLOCK:
        return WaitingLock(seen, lock_of(waiting), "")
    if waiting.wait in {Wait.CHILD, Wait.CHILD_PIPE} and task_of(waiting) is not Task.USER:
        return WaitingChild(seen, task_of(waiting), (), (), Wants.NOTHING)
    return None


def _server(waiting: Waiting, purpose: Purpose, asked_for: str) -> str:
    """A plain word for the server, with what it was asked for where that is certain."""
    word = "the module proxy" if table.Purpose.SUMDB_OF_PROXY in waiting.purposes else _KINDS[purpose]
    if asked_for and purpose in {Purpose.MODULE, Purpose.TOOLCHAIN} and table.Purpose.ZIP_DOWNLOAD in waiting.purposes:
        return f"{word} (asked for {asked_for})"
    return word
