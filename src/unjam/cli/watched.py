"""One watched run for a person: what is told on standard error, what is asked, what is healed, and the report."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from unjam import supervise
from unjam.facts.case import Case, Look
from unjam.host.run import children_are_readable
from unjam.host.settings import Heal, Settings
from unjam.host.terminal import Screen, can_draw, same_terminal, width
from unjam.supervise import Options, Outcome, State
from unjam.supervise.progress import Progress
from unjam.supervise.rerun import prints_nothing

if TYPE_CHECKING:
    from unjam.diagnose import Diagnosis
    from unjam.model import Finding, Fix, Remedy
    from unjam.report.view import Applied, View

#: Seconds before the live line is drawn: what is over sooner needs none.
_FIRST_DRAWN = 1.0


def watched(words: tuple[str, ...], settings: Settings, environment: Mapping[str, str]) -> int:
    """Run go with these words and return the exit code; when go died of a signal, so do we."""
    screen = Screen()
    argv = ("go", *words)
    live = settings.live and can_draw(environment) and (prints_nothing(argv) or not same_terminal())
    teller = Teller(screen, settings.heal, colour=not environment.get("NO_COLOR"))
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
    if settings.report:
        _write_report(Path(settings.report), told, applied)
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


def _read(raw: bytes, name: str) -> Case:
    from unjam.sources.text import case_of_text

    return case_of_text(raw, name)


class Teller:
    """Says on the screen what the watcher tells, and asks."""

    def __init__(self, screen: Screen, heal: Heal, *, colour: bool) -> None:
        self._screen, self._heal, self._colour = screen, heal, colour
        self._told: set[str] = set()
        self._accepted: tuple[Finding, Fix] | None = None
        self.healing = False

    # Listener

    def stuck(self, diagnosis: Diagnosis, so_far: Outcome) -> None:
        """The whole report: cause, proof, remedy."""
        self._report(replace(so_far, diagnosis=diagnosis))

    def slow(self, so_far: Outcome) -> None:
        """One calm line."""
        for finding in so_far.diagnosis.findings if so_far.diagnosis else ():
            self._say(f"unjam: {finding.says}")

    def moves(self, so_far: Outcome) -> None:
        """One line."""
        self._say("unjam: it moves again.")

    def offer(self, finding: Finding, remedy: Remedy, so_far: Outcome, still: Callable[[], bool]) -> bool:
        """Whether the fix is to be applied: by --heal, or by a yes."""
        from unjam.model import Fix, Safety

        if self.healing or not isinstance(remedy, Fix):
            return False
        if not so_far.may_rerun:
            self._say(f"unjam: the command is not run again by itself: {so_far.why_not_rerun}.")
            return False
        if self._heal is Heal.ASK or (self._heal is Heal.SAFE and remedy.safety is Safety.SAFE):
            return True
        return not so_far.prompting and self._asks(remedy, still)

    def progress(self, progress: Progress) -> None:
        """The live line."""
        if progress.elapsed_s >= _FIRST_DRAWN:
            from unjam.report.live import line

            self._screen.draw(line(progress, width(), colour=self._colour))

    def defect(self, error: str) -> None:
        """One line: go goes on, unjam may see less."""
        self._say(f"unjam: watching failed, go runs on: {error}. This is a defect of unjam; please report it.")

    def pause(self) -> None:
        """The live line goes."""
        self._screen.erase()

    # After the end

    def accepts_after_failure(self, outcome: Outcome) -> bool:
        """Tell why go failed; whether there is a fix and it is to be applied."""
        from unjam.supervise.watch import remedy_of

        if outcome.interrupted or outcome.diagnosis is None or not outcome.diagnosis.findings:
            return False
        self._report(outcome)
        finding = outcome.diagnosis.findings[0]
        remedy = remedy_of(finding, outcome.case)
        if remedy is None or not self.offer(finding, remedy, outcome, lambda: True):
            return False
        self._accepted = (finding, remedy)  # type: ignore[assignment]  # offer() says yes to a Fix alone
        return True

    def chosen(self, outcome: Outcome) -> tuple[Finding, Fix]:
        """The fix that somebody said yes to."""
        chosen = outcome.chosen or self._accepted
        assert chosen is not None
        return chosen

    def ended(self, outcome: Outcome) -> None:
        """What is left to say when the command is over and nothing is to be healed."""
        if outcome.timed_out:
            self._say("unjam: the deadline has passed: go and all it started were ended." + _left(outcome))
            self._report(outcome)
        elif outcome.interrupted:
            self._say(_waited_for(outcome))
        elif outcome.state is State.FAILED and outcome.diagnosis and outcome.diagnosis.candidates:
            self._report(outcome)

    def healed(self, outcome: Outcome, remedy: Fix, entry: str, well: bool) -> None:
        """What became of the fix."""
        if well:
            self._say(f"unjam: {remedy.title}: the command succeeded. `unjam undo {entry}` takes it back.")
        else:
            self._say(f"unjam: {remedy.title}: that did not help, so everything was put back." + _left(outcome))

    def _asks(self, fix: Fix, still: Callable[[], bool]) -> bool:
        from unjam.cli.consent import ask

        return bool(os.isatty(2) and ask("unjam: apply the fix, and run the command again?", self._screen, still))

    def _report(self, outcome: Outcome) -> None:
        from unjam.report import page, text

        view = view_of(outcome, {})
        key = repr([(each.mode, each.subject) for each in view.findings]) + repr(view.candidates)
        if not view.sick or key in self._told:
            return
        self._told.add(key)
        written = _Page()
        text.write(view, page.console(written), asked=self._goes_on(outcome))
        self._screen.say(written.getvalue())

    def _goes_on(self, outcome: Outcome) -> bool:
        """Whether a question or the fix itself follows the report."""
        return outcome.may_rerun and not self.healing and (self._heal is Heal.ASK or os.isatty(2))

    def _say(self, text: str) -> None:
        if text:
            from unjam.golang.secrets import scrub

            self._screen.say(scrub(text))


class _Page(io.StringIO):
    """A page that is a terminal when standard error is one."""

    def isatty(self) -> bool:
        """Whether colours will be seen."""
        return os.isatty(2)


def _heal(outcome: Outcome, options: Options, teller: Teller) -> tuple[Outcome, dict[str, Applied]]:
    """Apply, run again, verify; put back unless all is well. The finding stays in the report, with what became of it."""
    from unjam.report.view import Applied
    from unjam.treat import treat

    finding, fix = teller.chosen(outcome)
    teller.healing = True

    def again(overlay: Mapping[str, str]) -> Outcome:
        limited = replace(options, end_when_stuck_by=finding.mode)
        return supervise.again(outcome.argv, overlay, limited, look=_look, told=teller, read=_read)

    treated = treat(fix, finding, outcome.argv, Path.cwd(), again)
    teller.healed(treated.run, fix, treated.entry.id, treated.healed)
    told = replace(treated.run, go=outcome.go, case=outcome.case, diagnosis=outcome.diagnosis, stalled_s=outcome.stalled_s)
    return told, {finding.mode: Applied(treated.entry.id, treated.healed)}


def view_of(outcome: Outcome, applied: Mapping[str, Applied]) -> View:
    """The report of an outcome."""
    from unjam.diagnose import diagnose
    from unjam.model import Crashed
    from unjam.report import command, view

    told = command.Command(
        argv=outcome.argv,
        pid=outcome.pid,
        go=outcome.go or None,
        state=command.State(outcome.state.value),
        stalled_s=outcome.stalled_s,
        exit=outcome.exit_code if outcome.signal is None else -outcome.signal,
        throughput=outcome.throughput,
    )
    diagnosis = outcome.diagnosis or diagnose(outcome.case)
    if outcome.defect:
        diagnosis = replace(diagnosis, crashed=(*diagnosis.crashed, Crashed("unjam go", outcome.defect)))
    return view.build(outcome.case, diagnosis, told, applied)


def _write_report(path: Path, outcome: Outcome, applied: Mapping[str, Applied]) -> None:
    from unjam.errors import BadInput
    from unjam.report.json import encode

    try:
        path.write_bytes(encode(view_of(outcome, applied)) + b"\n")
    except OSError as error:
        raise BadInput(f"the report cannot be written to {path}: {error.strerror}") from error


def _waited_for(outcome: Outcome) -> str:
    """One line for who pressed Ctrl-C after a wait; empty when there was none."""
    diagnosis = outcome.diagnosis
    if diagnosis is None:
        return ""
    if diagnosis.findings:
        return f"unjam: go was waiting: {diagnosis.findings[0].says}"
    waits = [fact for fact in outcome.case.now if fact.trouble]
    return f"unjam: go was waiting: {waits[0].cite().fact}" if waits else ""


def _left(outcome: Outcome) -> str:
    if not outcome.left:
        return ""
    return f" Still there, since the kernel does not let go of them: {', '.join(map(str, outcome.left))}."
