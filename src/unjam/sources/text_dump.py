"""What a pasted goroutine dump shows go to wait for."""

from __future__ import annotations

from collections.abc import Iterator

from unjam.facts.children import Task, WaitingChild, Wants
from unjam.facts.locks import WaitingLock
from unjam.facts.requests import WaitingRequest
from unjam.facts.seen import Fact, Program, Seen
from unjam.golang.dump import DumpedGoroutine, parse_dump
from unjam.golang.frame_table import Wait
from unjam.golang.frames import Waiting, join, program_of
from unjam.golang.log_text import CleanLog
from unjam.sources.meanings import PHASES, lock_of, program, purpose_of, task_of


def facts(log: CleanLog, name: str) -> Iterator[Fact]:
    """The waits of cmd/go and gopls. A dump of the user's own program is not go's trouble."""
    goroutines, numbers = _goroutines(log), [line.number for line in log.lines]
    said_by = program(program_of(goroutines))
    if said_by not in {Program.GO, Program.GOPLS}:
        return
    by_id = {goroutine.id: goroutine for goroutine in goroutines}
    for waiting in join(goroutines):
        goroutine = by_id[waiting.id]
        text = f"goroutine {goroutine.id} [{goroutine.state}] {waiting.frame}: waits for {waiting.wait}"
        seen = Seen(text, f"{name}:{numbers[goroutine.line - 1]}", said_by)
        fact = _fact(waiting, seen, goroutine)
        if fact is not None:
            yield fact


def _goroutines(log: CleanLog) -> tuple[DumpedGoroutine, ...]:
    """The dump in the cleaned lines; its line numbers count those."""
    text = "\n".join(line.text for line in log.lines)
    if "goroutine " not in text:
        return ()
    return tuple(parse_dump(text))


def _fact(waiting: Waiting, seen: Seen, goroutine: DumpedGoroutine) -> Fact | None:
    if waiting.wait in PHASES:
        phase, http2 = PHASES[waiting.wait]
        age = goroutine.wait_minutes * 60.0 if goroutine.wait_minutes else None
        return WaitingRequest(seen, "", "the server", phase, purpose_of(waiting, ""), http2, silent_for=age)
    if waiting.wait is Wait.FLOCK:
        return WaitingLock(seen, lock_of(waiting), "")
    if waiting.wait in {Wait.CHILD, Wait.CHILD_PIPE} and task_of(waiting) is not Task.USER:
        return WaitingChild(seen, task_of(waiting), (), (), Wants.NOTHING)
    return None
