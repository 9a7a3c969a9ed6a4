"""What a report says, decided once: titles, remedies and the lines to type, with every word scrubbed of secrets.

`text` and `json` only write a `View`. A library user reads its fields.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from unjam.diagnose import Diagnosis, diagnose
from unjam.diagnose import remedy as diagnosed_remedy
from unjam.facts.case import Case
from unjam.fixes.end_process import EndProcess
from unjam.golang.secrets import scrub, scrub_argv
from unjam.model import Advice, Candidate, Cite, Confidence, Crashed, Finding, Fix, Remedy, Safety, Undecided
from unjam.modes import load
from unjam.report.command import Command, command_of
from unjam.report.now import now
from unjam.report.shell_lines import lines_to_type


@dataclass(frozen=True, slots=True)
class ShownRemedy:
    """What to do: `kind` is "fix" (unjam can make and undo it) or "advice". `changes` are what a fix changes, or the steps.

    `why_ask` is what a yes decides; `to_type` are commands for a shell that do by hand what the fix does. `for_good`: no undo
    takes it back, since it ends a process.
    """

    kind: Literal["fix", "advice"]
    title: str
    safety: Safety
    changes: tuple[str, ...]
    why_ask: str = ""
    to_type: tuple[str, ...] = ()
    for_good: bool = False


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of a fix: the journal's entry, and whether the command was well afterwards (else all was put back)."""

    entry: str
    healed: bool


@dataclass(frozen=True, slots=True)
class ShownFinding:
    """A named cause, as it is told. `explains` are the titles of the symptoms in `masks`."""

    mode: str
    title: str
    subject: str
    says: str
    confidence: Confidence
    because: tuple[Cite, ...]
    masks: tuple[str, ...]
    explains: tuple[str, ...]
    remedy: ShownRemedy | None
    applied: Applied | None = None


@dataclass(frozen=True, slots=True)
class Open:
    """A mode that the evidence allows, or that could not be decided; `missing` says what would decide."""

    mode: str
    title: str
    missing: tuple[str, ...]
    subject: str = ""
    because: tuple[Cite, ...] = ()


@dataclass(frozen=True, slots=True)
class View:
    """One report. The first finding is the root cause; `unexplained` is what was seen and no mode knows.

    `now` is what the command does at this moment, for a person.
    """

    command: Command
    findings: tuple[ShownFinding, ...] = ()
    candidates: tuple[Open, ...] = ()
    unexplained: tuple[Cite, ...] = ()
    undecided: tuple[Open, ...] = ()
    crashed: tuple[Crashed, ...] = ()
    looked_at: tuple[str, ...] = ()
    asked: int = 0
    now: tuple[str, ...] = ()

    @property
    def sick(self) -> bool:
        """Whether there is anything to tell: then the exit code is 1."""
        return bool(self.findings or self.candidates or self.unexplained)

    @property
    def gist(self) -> tuple[object, ...]:
        """What two reports have in common when nothing has changed but the seconds."""
        found = tuple((finding.mode, finding.subject) for finding in self.findings)
        return (self.command.state, found, tuple(each.mode for each in self.candidates), self.unexplained)


def report_on(case: Case) -> View:
    """Ask every mode about a case, and say what came of it."""
    diagnosis = diagnose(case)
    return replace(build(case, diagnosis, command_of(case, diagnosis)), now=now(case))


def build(case: Case, diagnosis: Diagnosis, command: Command, applied: Mapping[str, Applied] | None = None) -> View:
    """The view of one diagnosis. `applied` says, by mode, what became of a fix. A remedy that raises is told as a crash."""
    crashed = list(diagnosis.crashed)
    findings = tuple(_shown(finding, case, command, applied or {}, crashed) for finding in diagnosis.findings)
    return View(
        command=_scrubbed_command(command),
        findings=findings,
        candidates=tuple(_one_per_mode(_candidate(each) for each in diagnosis.candidates)),
        unexplained=tuple(_cites(diagnosis.unexplained)),
        undecided=tuple(_undecided(each) for each in diagnosis.undecided),
        crashed=tuple(Crashed(each.mode, scrub(each.error)) for each in crashed),
        looked_at=tuple(map(scrub, diagnosis.looked_at)),
        asked=len(diagnosis.healthy) + len(diagnosis.undecided) + len(findings),
    )


def _shown(
    finding: Finding, case: Case, command: Command, applied: Mapping[str, Applied], crashed: list[Crashed]
) -> ShownFinding:
    mode = load(finding.mode)
    remedy: ShownRemedy | None = None
    try:
        remedy = _shown_remedy(diagnosed_remedy(finding, case), command)
    except Exception as error:
        crashed.append(Crashed(finding.mode, f"its remedy: {type(error).__name__}: {error}"))
    return ShownFinding(
        mode=finding.mode,
        title=mode.title,
        subject=scrub(finding.subject),
        says=scrub(finding.says),
        confidence=finding.confidence,
        because=tuple(_cites(finding.because)),
        masks=finding.masks,
        explains=tuple(load(symptom).title for symptom in finding.masks),
        remedy=remedy,
        applied=applied.get(finding.mode),
    )


def _shown_remedy(remedy: Remedy, command: Command) -> ShownRemedy:
    title = scrub(remedy.title)
    match remedy:
        case Fix(safety=safety, changes=changes, why_ask=why_ask):
            described = tuple(scrub(change.describe()) for change in changes)
            typed = tuple(scrub(line) for line in lines_to_type(changes, command.argv))
            for_good = any(isinstance(change, EndProcess) for change in changes)
            return ShownRemedy("fix", title, safety, described, scrub(why_ask), typed, for_good)
        case Advice(steps=steps):
            return ShownRemedy("advice", title, Safety.ASK, tuple(map(scrub, steps)))


def _candidate(candidate: Candidate) -> Open:
    missing = tuple(map(scrub, candidate.missing))
    because = tuple(_cites(candidate.because))
    return Open(candidate.mode, load(candidate.mode).title, missing, scrub(candidate.subject), because)


def _undecided(verdict: Undecided) -> Open:
    return Open(verdict.mode, load(verdict.mode).title, tuple(map(scrub, verdict.missing)))


def _one_per_mode(candidates: Iterable[Open]) -> Iterator[Open]:
    """The same mode for two requests is one candidate, with the proofs of both."""
    by_mode: dict[str, Open] = {}
    for each in candidates:
        first = by_mode.setdefault(each.mode, each)
        if first is not each:
            because = tuple(dict.fromkeys(first.because + each.because))
            missing = tuple(dict.fromkeys(first.missing + each.missing))
            by_mode[each.mode] = replace(first, because=because, missing=missing)
    return iter(by_mode.values())


def _cites(cites: Iterable[Cite]) -> Iterator[Cite]:
    return (Cite(scrub(cite.fact), scrub(cite.source)) for cite in cites)


def _scrubbed_command(command: Command) -> Command:
    return replace(command, argv=scrub_argv(command.argv))
