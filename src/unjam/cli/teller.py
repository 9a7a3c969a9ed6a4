"""What a person is told of a watched run on standard error, and what they are asked."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from unjam.host.settings import Heal
from unjam.host.terminal import Screen, width
from unjam.supervise import Outcome, State
from unjam.supervise.progress import Progress

if TYPE_CHECKING:
    from unjam.diagnose import Diagnosis
    from unjam.errors import UnjamError
    from unjam.model import Finding, Fix, Remedy
    from unjam.report.view import View

#: Seconds before the live line is drawn: what is over sooner needs none.
_FIRST_DRAWN = 1.0
#: One cause may hide another, as HTTP/2 hides a server that is silent on HTTP/1.1 too; but nobody wants to be asked for ever.
_MOST_FIXES = 3


class Teller:
    """Says on the screen what the watcher tells, and asks. `folder` is where go works."""

    def __init__(self, screen: Screen, heal: Heal, folder: Path, *, colour: bool) -> None:
        self._screen, self._heal, self._colour = screen, heal, colour
        self.folder = folder
        self._told: set[str] = set()
        self._declined: set[tuple[str, str]] = set()
        self._accepted: tuple[Finding, Fix] | None = None
        self._tried: list[tuple[str, Fix]] = []

    # Listener

    def stuck(self, diagnosis: Diagnosis, so_far: Outcome) -> None:
        """The whole report: cause, proof, remedy."""
        if so_far.prompting:
            self._screen.somebody_wrote()
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

        asked = (finding.mode, finding.subject)
        if not isinstance(remedy, Fix) or asked in self._declined or not self._may_follow(finding, remedy):
            return False
        if why := so_far.why_not_rerun or self._why_not_applied():
            self._say_once(f"unjam: the command is not run again by itself: {why}.")
            return False
        if self._heal is Heal.ASK or (self._heal is Heal.SAFE and remedy.safety is Safety.SAFE):
            return True
        answer = None if so_far.prompting else self._asks(still)
        if answer is False:
            self._declined.add(asked)  # a no is not asked for again when the command has failed of the same
        return answer is True

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

        stopped = outcome.interrupted or outcome.signal is not None
        if stopped or outcome.diagnosis is None or not outcome.diagnosis.findings:
            return False
        self._report(outcome)
        finding = outcome.diagnosis.findings[0]
        remedy = remedy_of(finding, outcome.case)
        try:
            if remedy is None or not self.offer(finding, remedy, outcome, lambda: True):
                return False
        except KeyboardInterrupt:  # the question is all that could be interrupted: go has ended
            self._say("\nunjam: nothing was changed.")
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

    def tries(self, finding: Finding, remedy: Fix) -> None:
        """A fix is about to be tried: the same one is not offered again when the command is stuck in its healing run."""
        self._tried.append((finding.mode, remedy))

    def _may_follow(self, finding: Finding, remedy: Fix) -> bool:
        """Whether this fix may come after those that were tried: another cause, or another variable for a further server."""
        from unjam.fixes.one_run_environment import OneRunEnvironment

        if len(self._tried) >= _MOST_FIXES or any(remedy.changes == fix.changes for _, fix in self._tried):
            return False
        again = any(finding.mode == mode for mode, _ in self._tried)
        return not again or all(isinstance(change, OneRunEnvironment) for change in remedy.changes)

    def healed(self, outcome: Outcome, remedy: Fix, entry: str, well: bool) -> None:
        """What became of the fix."""
        if well:
            self._say(f"unjam: {remedy.title}: the command succeeded. `unjam undo {entry}` takes it back.")
        else:
            self._say(f"unjam: {remedy.title}: that did not help, so everything was put back." + _left(outcome))

    def not_applied(self, remedy: Fix, error: UnjamError) -> None:
        """The fix could not even be tried."""
        self._say(f"unjam: {remedy.title}: that could not be done, and everything is as it was: {error}")

    def report_not_written(self, why: str) -> None:
        """The exit code stays go's."""
        self._say(why and f"unjam: {why}")

    def _why_not_applied(self) -> str:
        """Nothing is changed that could not be taken back. In a healing run that is known, and the project is ours."""
        if self._tried:
            return ""
        from unjam import treat
        from unjam.errors import UnjamError

        try:
            treat.check_ready(self.folder)
        except UnjamError as error:
            return str(error)
        return ""

    def _asks(self, still: Callable[[], bool]) -> bool | None:
        from unjam.cli.consent import ask, can_ask

        return ask("unjam: apply the fix, and run the command again?", self._screen, still) if can_ask() else None

    def _report(self, outcome: Outcome) -> None:
        from unjam.report import page, text
        from unjam.report.outcome import view_of

        view = view_of(outcome)
        key = repr([(each.mode, each.subject) for each in view.findings]) + repr(view.candidates)
        if not view.sick or key in self._told:
            return
        self._told.add(key)
        written = _Page()
        text.write(view, page.console(written), asked=self._goes_on(view, outcome))
        self._screen.say(written.getvalue())

    def _goes_on(self, view: View, outcome: Outcome) -> bool:
        """Whether a question or the fix itself follows the report, so that nothing needs to be typed."""
        from unjam.cli.consent import can_ask
        from unjam.model import Safety

        remedy = view.findings[0].remedy if view.findings else None
        if remedy is None or not outcome.may_rerun or self._is_tried(outcome) or self._why_not_applied():
            return False
        if self._heal is Heal.ASK or (self._heal is Heal.SAFE and remedy.safety is Safety.SAFE):
            return True
        return can_ask() and not outcome.prompting

    def _is_tried(self, outcome: Outcome) -> bool:
        from unjam.model import Fix
        from unjam.supervise.watch import remedy_of

        finding = outcome.diagnosis.findings[0] if outcome.diagnosis and outcome.diagnosis.findings else None
        remedy = remedy_of(finding, outcome.case) if finding else None
        return bool(self._tried) and not (finding and isinstance(remedy, Fix) and self._may_follow(finding, remedy))

    def _say_once(self, text: str) -> None:
        if text not in self._told:
            self._told.add(text)
            self._say(text)

    def _say(self, text: str) -> None:
        if text:
            from unjam.golang.secrets import scrub

            self._screen.say(scrub(text))


class _Page(io.StringIO):
    """A page that is a terminal when standard error is one."""

    def isatty(self) -> bool:
        """Whether colours will be seen."""
        return os.isatty(2)




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
