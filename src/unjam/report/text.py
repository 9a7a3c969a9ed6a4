"""The report for a person: the cause, its proof, what to type; then what could not be told, and what is well."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from unjam.model import Cite, Confidence, Safety
from unjam.modes.wording import duration, size
from unjam.report import page
from unjam.report.command import Command, State
from unjam.report.page import BLANK, Line
from unjam.report.shell_lines import command_line
from unjam.report.view import Open, ShownFinding, ShownRemedy, View

if TYPE_CHECKING:
    from rich.console import Console

_STATE_STYLE = {State.STUCK: page.LOUD, State.FAILED: page.LOUD, State.SLOW: page.STRONG, State.SUCCEEDED: page.GOOD}


def write(view: View, out: Console, name: str = "", *, asked: bool = False) -> None:
    """Write the report; `name` is what a text is called (a file, "standard input").

    `asked`: the fix is offered or applied right below, so that how to apply it need not be told.
    """
    page.write(lines(view, name, asked=asked), out)


def plain(view: View, name: str = "") -> str:
    """The report without colours."""
    return page.plain(lines(view, name))


def lines(view: View, name: str = "", *, asked: bool = False) -> Iterator[Line]:
    """The whole report."""
    state = view.command.state
    yield Line(_headline(view, name), page.STRONG if state is None else _STATE_STYLE.get(state, page.STRONG), margin=0)
    if state is State.RUNNING:
        yield from (Line(word, label=label, whole=True) for label, word in zip(_labels("now"), view.now, strict=False))
    for finding in view.findings:
        yield BLANK
        yield from _finding(finding, None if asked else view.command)
    yield from _candidates(view)
    yield from _unexplained(view.unexplained)
    yield from _undecided(view)
    for crash in view.crashed:
        yield BLANK
        says = f"The rule {crash.mode} failed ({crash.error}). That is a defect of unjam; please report it."
        yield Line(says, label="defect")
    if view.looked_at:
        yield BLANK
        yield Line(_looked_at(view), page.QUIET, "seen")


def _headline(view: View, name: str) -> str:
    command = view.command
    who = command_line(command.argv) or name or (f"process {command.pid}" if command.pid else "the go command")
    known = [f"pid {command.pid}"] if command.pid and command.argv else []
    known += [command.go] if command.go else []
    about = f" ({', '.join(known)})" if known else ""
    return f"{who}{about} {_condition(view)}"


def _condition(view: View) -> str:
    command = view.command
    since = "" if command.stalled_s is None else f": nothing has moved for {duration(command.stalled_s)}"
    match command.state:
        case State.STUCK:
            return f"is stuck{since}." if command.argv or command.pid else "shows a go command that is stuck."
        case State.SLOW:
            rate = f": {size(command.throughput)} per second" if command.throughput else ""
            return f"is slow, not stuck{rate}."
        case State.RUNNING:
            unseen = "; what could not be looked at stands below" if view.undecided else ""
            return f"runs: nothing that was seen has stood long enough to call it stuck{unseen}."
        case State.STOPPED:
            return "is stopped (Ctrl-Z or a debugger); `fg` or `kill -CONT` lets it go on."
        case State.FAILED:
            code = f" with exit code {command.exit}" if command.exit else ""
            return f"failed{code}." if command.argv else "shows a go command that failed."
        case State.SUCCEEDED:
            return "succeeded."
        case None:
            return "shows no go command in trouble: nothing that unjam knows was found."


def _finding(finding: ShownFinding, command: Command | None) -> Iterator[Line]:
    sure = "" if finding.confidence is Confidence.HIGH else f" ({finding.confidence.value} confidence)"
    yield Line(f"{finding.title}{sure}.", page.STRONG, "cause")
    yield Line(finding.says)
    if finding.subject not in finding.says:
        yield Line(finding.subject, whole=True)
    yield BLANK
    yield from _proof(finding.because)
    for symptom in finding.explains:
        yield Line(f"This also explains: {symptom}.", label="also")
    if finding.applied:
        yield Line(_applied(finding), page.GOOD if finding.applied.healed else page.STRONG, "done")
    elif finding.remedy:
        yield BLANK
        yield from _remedy(finding.remedy, command)
    yield Line(f"unjam explain {finding.mode}", page.QUIET, "more", whole=True)


def _proof(cites: Iterable[Cite]) -> Iterator[Line]:
    """Quoted text, and under it where it was seen; cites from one place stand together."""
    label, before = "proof", ""
    for cite in cites:
        if cite.source != before and before:
            yield Line(before, page.QUIET, indent=2, whole=True)
        yield Line(cite.fact, label=label, whole=True)
        label, before = "", cite.source
    if before:
        yield Line(before, page.QUIET, indent=2, whole=True)


def _remedy(remedy: ShownRemedy, command: Command | None) -> Iterator[Line]:
    """What to do; with `command`, also what to type for it."""
    if remedy.kind == "advice":
        yield Line(_sentence(remedy.title), page.STRONG, "advice")
        yield from (Line(step, page.TYPED, whole=True) for step in remedy.changes)
        return
    consent = "--heal=ask is your yes to it" if remedy.safety is Safety.ASK else "safe"
    yield Line(_sentence(remedy.title), page.STRONG, "fix")
    if remedy.why_ask:
        yield Line(_sentence(remedy.why_ask))
    yield from (Line(change, whole=True) for change in remedy.changes)
    if command:
        yield from _how_to_apply(remedy, command, consent)


def _how_to_apply(remedy: ShownRemedy, command: Command, consent: str) -> Iterator[Line]:
    words = command_line(command.argv[1:]) if len(command.argv) > 1 else "…"
    over = "" if command.pid is None or command.exit is not None else "end the command (Ctrl-C), then "
    undo = "nothing takes it back" if remedy.for_good else "`unjam undo` takes it back"
    yield Line(f"To apply it, {over}type ({consent}; {undo}):")
    heal = "--heal=ask" if remedy.safety is Safety.ASK else "--heal"
    yield Line(f"unjam go {heal} {words}", page.TYPED, indent=2, whole=True)
    if remedy.to_type:
        yield Line("or by hand:")
        yield from (Line(line, page.TYPED, indent=2, whole=True) for line in remedy.to_type)


def _applied(finding: ShownFinding) -> str:
    assert finding.applied is not None
    title = finding.remedy.title if finding.remedy else "the fix"
    if finding.applied.healed:
        return f"{_sentence(title)} The command succeeded. `unjam undo {finding.applied.entry}` takes it back."
    return f"{_sentence(title)} It did not help, so everything was put back."


def _candidates(view: View) -> Iterator[Line]:
    """Those that the same evidence allows stand under one proof: picking one would be a guess."""
    if not view.candidates:
        return
    yield BLANK
    one = len(view.candidates) == 1
    says = "One cause is possible, but not proved:" if one else "The evidence allows several causes equally:"
    yield Line(says, page.STRONG, "perhaps")
    for each in view.candidates:
        yield Line(f"{each.title} ({each.mode})", indent=2)
    yield BLANK
    yield from _proof(dict.fromkeys(cite for each in view.candidates for cite in each.because))
    yield BLANK
    missing = dict.fromkeys(word for each in view.candidates for word in each.missing)
    for label, word in zip(_labels("decides"), missing, strict=False):
        yield Line(word, label=label)


def _unexplained(cites: tuple[Cite, ...]) -> Iterator[Line]:
    if cites:
        yield BLANK
        yield Line("Seen, and no failure mode that unjam knows explains it:", page.STRONG, "unknown")
        yield from (Line(f"{cite.fact}\n{cite.source}", indent=2, whole=True) for cite in cites)


def _undecided(view: View) -> Iterator[Line]:
    """Grouped by what was missing: a refused memory leaves twenty modes open for one reason."""
    by_reason: dict[tuple[str, ...], list[Open]] = {}
    for each in view.undecided:
        by_reason.setdefault(each.missing, []).append(each)
    for missing, modes in by_reason.items():
        yield BLANK
        names = f"{modes[0].title} ({modes[0].mode})" if len(modes) == 1 else f"{len(modes)} of {view.asked} failure modes"
        yield Line(f"Not decided: {names}.", label="open")
        yield from (Line(reason, indent=2) for reason in missing)


def _looked_at(view: View) -> str:
    words = "; ".join(view.looked_at)
    return f"Looked at, nothing else wrong: {words}." if view.sick else f"Looked at, and well: {words}."


def _labels(first: str) -> Iterator[str]:
    yield first
    while True:
        yield ""


def _sentence(text: str) -> str:
    """With a capital and a full stop, unless it begins with a name of Go's (GOPROXY=…) or a path."""
    first = text.partition(" ")[0]
    begun = text if "=" in first or "/" in first else text[:1].upper() + text[1:]
    return begun if begun.endswith((".", "!", "?", ":")) else f"{begun}."
