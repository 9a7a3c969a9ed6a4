"""Facts in, verdicts out: every rule is asked, causes come before the symptoms they explain."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from unjam.facts.case import Case
from unjam.facts.locks import WaitingLock
from unjam.facts.printed import Printed
from unjam.facts.requests import WaitingRequest
from unjam.facts.seen import Fact
from unjam.model import Candidate, Cite, Crashed, Finding, Found, Healthy, Possible, Remedy, Undecided, Verdict
from unjam.modes import catalogue, load
from unjam.modes.elsewhere import chain_to, elsewhere
from unjam.modes.mode import Mode

#: Citations kept of one finding: thirty modules that fail alike need not be quoted thirty times.
MOST_CITES = 8


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What all rules said of one case. `findings` begins with the root cause; `unexplained` is what no rule knows."""

    findings: tuple[Finding, ...]
    candidates: tuple[Candidate, ...]
    undecided: tuple[Undecided, ...]
    crashed: tuple[Crashed, ...]
    healthy: tuple[str, ...]
    unexplained: tuple[Cite, ...]
    looked_at: tuple[str, ...]

    @property
    def sick(self) -> bool:
        """Whether there is anything to tell: a finding, candidates, or a failure that no rule explains."""
        return bool(self.findings or self.candidates or self.unexplained)


def diagnose(case: Case, modes: Iterable[Mode] | None = None) -> Diagnosis:
    """Ask every rule about the case. A rule that raises is a `Crashed` verdict, never an abort."""
    asked = tuple(catalogue() if modes is None else modes)
    verdicts = [verdict(mode, case) for mode in asked]
    findings = tuple(_masked(_behind(_found(verdicts), case), asked, case))
    candidates = tuple(_open_candidates(verdicts, findings))
    return Diagnosis(
        findings=tuple(replace(f, because=f.because[:MOST_CITES]) for f in findings),
        candidates=candidates,
        undecided=tuple(v for v in verdicts if isinstance(v, Undecided)),
        crashed=tuple(v for v in verdicts if isinstance(v, Crashed)),
        healthy=tuple(v.mode for v in verdicts if isinstance(v, Healthy)),
        unexplained=tuple(_unexplained(case, verdicts)),
        looked_at=case.looked_at(),
    )


def verdict(mode: Mode, case: Case) -> Verdict:
    """What one rule says of the case."""
    try:
        answers = list(mode.examine(case))
    except Exception as error:
        return Crashed(mode.id, f"{type(error).__name__}: {error}")
    findings = tuple(_merged(replace(a, mode=mode.id) for a in answers if isinstance(a, Finding)))
    if findings:
        return Found(mode.id, findings)
    candidates = tuple(replace(a, mode=mode.id) for a in answers if isinstance(a, Candidate))
    if candidates:
        return Possible(mode.id, candidates)
    refused = case.refusals(mode.reads)
    return Undecided(mode.id, refused) if refused else Healthy(mode.id)


def _merged(findings: Iterable[Finding]) -> Iterator[Finding]:
    """One finding per patient, with the proofs of all: ten downloads that one server keeps waiting are one sickness."""
    by_patient: dict[str, list[Finding]] = {}
    for finding in findings:
        by_patient.setdefault(_server(finding.subject) or finding.subject, []).append(finding)
    for alike in by_patient.values():
        first, *_ = alike
        because = tuple(dict.fromkeys(cite for each in alike for cite in each.because))
        others = len({each.subject for each in alike}) - 1
        also = f" The same holds for {others} more of its URLs." if others > 1 else " The same holds for another of its URLs."
        yield replace(first, because=because, says=first.says + also * bool(others))


def _server(subject: str) -> str:
    """Scheme and host of a URL, "" for any other subject."""
    scheme, colon, rest = subject.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}" if colon and scheme.isalpha() else ""


def _found(verdicts: Iterable[Verdict]) -> list[Finding]:
    return [finding for v in verdicts if isinstance(v, Found) for finding in v.findings]


def remedy(finding: Finding, case: Case) -> Remedy:
    """What its mode proposes for the command itself; for another process that it waits for, what can be done about that."""
    own = load(finding.mode).remedy(finding, case)
    return elsewhere(finding, case, own) if finding.pid else own


def _behind(findings: list[Finding], case: Case) -> list[Finding]:
    """Who waits for a lock is well when its holder is found sick: the holder's finding cites the way there, and masks it."""
    findings = [replace(finding, pid=_elsewhere(finding, case)) for finding in findings]
    ways = [chain_to(finding.pid, case) if finding.pid else () for finding in findings]
    passed = {fact.cite() for way in ways for fact in way if isinstance(fact, WaitingLock)}
    waiters = [finding for finding in findings if not passed.isdisjoint(finding.because)]
    return [_led_to(finding, way, waiters) for finding, way in zip(findings, ways, strict=True) if finding not in waiters]


def _led_to(finding: Finding, way: tuple[Fact, ...], waiters: list[Finding]) -> Finding:
    cites = tuple(fact.cite() for fact in way)
    masks = tuple(dict.fromkeys(waiter.mode for waiter in waiters if not set(cites).isdisjoint(waiter.because)))
    return replace(finding, because=finding.because[: MOST_CITES - len(cites)] + cites, masks=masks)


def _elsewhere(finding: Finding, case: Case) -> int:
    """The process that the proofs of a finding were seen in, when the command's own is not among them; else 0."""
    command = case.command()
    proofs = set(finding.because)
    pids = {fact.seen.pid for fact in case.now if not proofs.isdisjoint(fact.cites())}
    return 0 if command is None or command.seen.pid in pids or len(pids) != 1 else pids.pop()


def _masked(findings: list[Finding], modes: tuple[Mode, ...], case: Case) -> Iterator[Finding]:
    """Put each symptom under the cause that explains it: one that went wrong in another way is a patient of its own."""
    masks = {mode.id: mode.masks for mode in modes}
    ways = {id(finding): _ways(finding, case) for finding in findings}

    def explains(cause: Finding, symptom: Finding) -> bool:
        one, other = ways[id(cause)], ways[id(symptom)]
        return symptom.mode in masks.get(cause.mode, ()) and not (one and other and one.isdisjoint(other))

    for finding in findings:
        if not any(explains(cause, finding) for cause in findings):
            symptoms = {each.mode for each in findings if explains(finding, each)}
            yield replace(finding, masks=finding.masks + tuple(sorted(symptoms)))


def _ways(finding: Finding, case: Case) -> set[str]:
    """How the requests that prove a finding went wrong: where they stand, or why go gave them up."""
    proofs = set(finding.because)
    return {way for fact in case.now if not proofs.isdisjoint(fact.cites()) for way in [_way(fact)] if way}


def _way(fact: Fact) -> str:
    match fact:
        case WaitingRequest():
            return fact.phase
        case Printed():
            message = getattr(fact.message, "error", None) or fact.message
            return str(getattr(message, "cause", "") or getattr(message, "status", ""))
    return ""


def _open_candidates(verdicts: Iterable[Verdict], findings: tuple[Finding, ...]) -> Iterator[Candidate]:
    """Candidates whose evidence no finding has already explained."""
    proved = {cite for finding in findings for cite in finding.because}
    for answer in verdicts:
        if isinstance(answer, Possible):
            yield from (c for c in answer.candidates if not proved.intersection(c.because))


def _unexplained(case: Case, verdicts: Iterable[Verdict]) -> Iterator[Cite]:
    """Waits and failures that no rule has cited."""
    cited: set[Cite] = set()
    for answer in verdicts:
        if isinstance(answer, Found):
            cited.update(c for finding in answer.findings for c in finding.because)
        elif isinstance(answer, Possible):
            cited.update(c for candidate in answer.candidates for c in candidate.because)
    unexplained = (fact.cite() for fact in case.now if fact.trouble and case.stuck(fact) and not _is_cited(fact, cited))
    return iter(dict.fromkeys(unexplained))


def _is_cited(fact: Fact, cited: set[Cite]) -> bool:
    return any(cite in cited for cite in fact.cites())
