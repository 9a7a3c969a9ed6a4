"""One watched run for a person: go is run, what stands still is told, what is healed is verified, and the report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from unjam import supervise
from unjam.cli.report_file import ReportFile
from unjam.cli.teller import Teller
from unjam.errors import UnjamError
from unjam.facts.case import Case, Look
from unjam.facts.seen import Fact
from unjam.host.folders import current_folder
from unjam.host.run import children_are_readable
from unjam.host.settings import Settings
from unjam.host.terminal import Screen, can_draw, keep_closed, same_terminal
from unjam.supervise import Options, Outcome, State
from unjam.supervise.rerun import prints_nothing
from unjam.supervise.words import Words

if TYPE_CHECKING:
    from unjam.report.view import Applied


def watched(words: tuple[str, ...], settings: Settings, environment: Mapping[str, str]) -> int:
    """Run go with these words and return the exit code; when go died of a signal, so do we."""
    keep_closed()
    report = ReportFile(settings.report) if settings.report else None
    screen = Screen()
    argv = ("go", *words)
    folder = Words(argv).folder(current_folder())
    live = settings.live and can_draw(environment) and (prints_nothing(argv) or not same_terminal())
    teller = Teller(screen, settings.heal, folder, colour=not environment.get("NO_COLOR"))
    options = Options(
        stall=settings.stall, deadline=settings.deadline, live=live, adopt=True, talk=not children_are_readable(),
        go=settings.go, write=screen.write, own=screen.own,
    )  # fmt: skip
    outcome = supervise.run(argv, options, look=_look, told=teller, read=_read)
    told = outcome
    applied: dict[str, Applied] = {}
    if outcome.chosen or (outcome.state is State.FAILED and teller.accepts_after_failure(outcome)):
        told, applied = _heal(outcome, options, teller)
    else:
        teller.ended(outcome)
    if report:
        teller.report_not_written(report.write(told, applied))
    return _code(told)


def _code(outcome: Outcome) -> int:
    if outcome.signal is not None and not outcome.timed_out and outcome.state is not State.STUCK:
        from unjam.host.signals import die_of

        die_of(outcome.signal)
    if outcome.state is State.STUCK and not outcome.timed_out:
        return 1  # we ended it for a fix that did not help
    return outcome.code


def _look(pid: int) -> Look:
    from unjam.sources.live import look_at

    return look_at(pid)


def _read(raw: bytes, name: str, also: Iterable[Fact]) -> Case:
    from unjam.sources.text import case_of_text

    return case_of_text(raw, name, also)


def _heal(outcome: Outcome, options: Options, teller: Teller) -> tuple[Outcome, dict[str, Applied]]:
    """Apply, run again, verify; put back unless all is well. What the healing run shows instead may be healed in turn.

    The finding stays in the report, with what became of it.
    """
    from unjam.report.view import Applied
    from unjam.treat import treat

    finding, fix = teller.chosen(outcome)
    teller.tries(finding, fix)

    def again(overlay: Mapping[str, str]) -> Outcome:
        left = options.deadline and max(1.0, options.deadline - outcome.elapsed_s)
        limited = replace(options, end_when_stuck_by=finding.mode, deadline=left)
        return supervise.again(outcome.argv, overlay, limited, look=_look, told=teller, read=_read)

    try:
        treated = treat(fix, finding, outcome.argv, teller.folder, again)
    except UnjamError as error:
        teller.not_applied(fix, error)
        return outcome, {}
    teller.healed(treated.run, fix, treated.entry.id, treated.healed)
    failed_anew = treated.run.state is State.FAILED and teller.accepts_after_failure(treated.run)
    if treated.run.chosen or failed_anew:
        return _heal(replace(treated.run, elapsed_s=outcome.elapsed_s + treated.run.elapsed_s), options, teller)
    told = replace(treated.run, go=outcome.go, case=outcome.case, diagnosis=outcome.diagnosis, stalled_s=outcome.stalled_s)
    return told, {finding.mode: Applied(treated.entry.id, treated.healed)}
