"""What a report says of the command itself: which one, and whether it is stuck, slow, running, stopped or over."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from unjam.diagnose import Diagnosis
from unjam.facts.case import Case
from unjam.facts.printed import Printed
from unjam.facts.requests import Download
from unjam.facts.seen import Fact


class State(StrEnum):
    """How the command is."""

    STUCK = "stuck"
    SLOW = "slow"
    RUNNING = "running"
    STOPPED = "stopped"
    FAILED = "failed"
    SUCCEEDED = "succeeded"


@dataclass(frozen=True, slots=True)
class Command:
    """One command. None is "not known": a text has no pid, a running command no exit code.

    `stalled_s` is seconds since anything moved; `throughput` is bytes per second, for a slow download.
    """

    argv: tuple[str, ...] = ()
    pid: int | None = None
    go: str | None = None
    state: State | None = None
    stalled_s: float | None = None
    exit: int | None = None
    throughput: float | None = None


def command_of(case: Case, diagnosis: Diagnosis) -> Command:
    """What a case tells of its command."""
    command = case.command()
    live = bool(case.looks) and case.looks[-1].at is not None
    stuck = [fact for fact in case.now if fact.trouble and case.stuck(fact)]
    rates = [rate for download in case.all(Download) if (rate := case.rate(download))]
    pid = command.seen.pid if command else next((fact.seen.pid for fact in stuck), 0)
    return Command(
        argv=command.argv if command else (),
        pid=pid or None,
        go=(command.version or None) if command else None,
        state=_live_state(case, diagnosis, stuck) if live else _state_of_text(case, stuck),
        stalled_s=_stalled(case, stuck),
        exit=command.exit_code if command else None,
        throughput=sum(rates) if rates else None,
    )


def _live_state(case: Case, diagnosis: Diagnosis, stuck: list[Fact]) -> State:
    command = case.command()
    if command and command.exit_code is not None:
        return State.FAILED if command.exit_code else State.SUCCEEDED
    if command and command.stopped:
        return State.STOPPED
    if stuck:
        return State.STUCK
    return State.SLOW if diagnosis.findings else State.RUNNING


def _state_of_text(case: Case, stuck: list[Fact]) -> State | None:
    """A text that shows an error is of a command that failed; one that only shows waits, of a stuck one."""
    command = case.command()
    if command and command.exit_code is not None:
        return State.FAILED if command.exit_code else State.SUCCEEDED
    if any(isinstance(fact, Printed) for fact in case.now):
        return State.FAILED
    return State.STUCK if stuck else None


def _stalled(case: Case, stuck: list[Fact]) -> float | None:
    ages = [age for fact in stuck if (age := case.age(fact)) is not None]
    return round(max(ages), 1) if ages else None
