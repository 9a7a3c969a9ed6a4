"""Verdicts: causes before symptoms, one finding per subject, a crash is a result, nothing is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from unjam.diagnose import MOST_CITES, diagnose, verdict
from unjam.facts.case import Case, Look
from unjam.facts.locks import LockKind, WaitingLock
from unjam.facts.requests import Phase, Purpose, WaitingRequest
from unjam.facts.seen import Fact, Seen
from unjam.model import Candidate, Cite, Crashed, Finding, Found, Healthy, Possible, Undecided
from unjam.modes.mode import ATTACH, Mode

CITE = Cite("seen", "here")
Rule = Callable[[Case], Iterator[Finding | Candidate]]


def mode(name: str, rule: Rule, *masks: str) -> Mode:
    """A mode `net-NAME` with that rule."""
    rule.__module__ = f"unjam.modes.net.{name}"
    nothing: Any = None
    return Mode((WaitingRequest,), rule, nothing, nothing, frozenset({ATTACH}), masks=masks)


def says(*answers: Finding | Candidate) -> Rule:
    """A rule that always answers so."""

    def rule(case: Case) -> Iterator[Finding | Candidate]:
        return iter(answers)

    return rule


def request(silent_for: float | None = None, url: str = "http://a/") -> WaitingRequest:
    """A request that waits for its answer."""
    seen = Seen(f"waits for {url}", "goroutine 1")
    return WaitingRequest(seen, url, "a", Phase.HEADERS, Purpose.MODULE, silent_for=silent_for)


def look(at: float | None, *facts: Fact, refused: tuple[tuple[type[Fact], str], ...] = ()) -> Look:
    """A look at that time."""
    return Look(at, facts, frozenset({WaitingRequest}), refused)


def test_the_cause_comes_first_and_the_symptom_under_it() -> None:
    """Whatever the order of the rules."""
    cause = mode("cause", says(Finding("s", "cause", (CITE,))), "net-symptom")
    symptom = mode("symptom", says(Finding("s", "symptom", (CITE,))))
    for order in ((cause, symptom), (symptom, cause)):
        (finding,) = diagnose(Case(), order).findings
        assert (finding.mode, finding.masks) == ("net-cause", ("net-symptom",))


def test_one_finding_per_subject_with_the_proofs_of_all() -> None:
    """Thirty modules of one dead host are one finding; two hosts are two."""
    many = [Finding("host", "dead", (Cite(f"module {n}", f"line {n}"),)) for n in range(30)]
    found = diagnose(Case(), [mode("dead", says(*many, Finding("other", "dead", (CITE,))))]).findings
    assert [(finding.subject, len(finding.because)) for finding in found] == [("host", MOST_CITES), ("other", 1)]


def test_verdicts() -> None:
    """Found, Possible, Healthy, Undecided where the facts were refused, Crashed where the rule failed."""

    def broken(case: Case) -> Iterator[Finding | Candidate]:
        raise ZeroDivisionError("oh")

    refused = Case().add(look(0.0, refused=((WaitingRequest, "memory refused"),)))
    assert isinstance(verdict(mode("a", says(Finding("s", "x", (CITE,)))), Case()), Found)
    assert isinstance(verdict(mode("a", says(Candidate("s", (CITE,), ("m",)))), Case()), Possible)
    assert verdict(mode("a", says()), Case().add(look(0.0))) == Healthy("net-a")
    assert verdict(mode("a", says()), refused) == Undecided("net-a", ("memory refused",))
    assert verdict(mode("a", broken), Case()) == Crashed("net-a", "ZeroDivisionError: oh")


def test_a_candidate_that_a_finding_explains_is_no_candidate() -> None:
    """The same evidence, once proved, is not open any more."""
    proved = mode("proved", says(Finding("s", "x", (CITE,))))
    possible = mode("possible", says(Candidate("s", (CITE,), ("more",))))
    assert not diagnose(Case(), (proved, possible)).candidates
    assert [c.mode for c in diagnose(Case(), (possible,)).candidates] == ["net-possible"]


def test_what_nobody_cites_is_unexplained() -> None:
    """A stuck wait without a rule is told as it was seen; a young one is not."""
    lock = WaitingLock(Seen("a lock", "kernel"), LockKind.OTHER, "/x", waited=9.0)
    young = WaitingLock(Seen("a young lock", "kernel"), LockKind.OTHER, "/y", waited=0.5)
    result = diagnose(Case().add(look(1.0, lock, young)), ())
    assert result.unexplained == (Cite("a lock", "kernel"),)
    assert result.sick


def test_a_finding_without_proof_is_refused() -> None:
    """No finding without proof."""
    with pytest.raises(ValueError, match="without proof"):
        Finding("s", "says", ())


def test_age_is_the_longer_of_what_the_kernel_and_the_looks_say() -> None:
    """And what moves between two looks begins anew."""
    case = Case(patience=5.0).add(look(100.0, request()))
    assert not case.stuck(request())
    case.add(look(106.0, request()))
    assert case.age(request()) == 6.0
    assert case.stuck(request())
    case.add(look(107.0, request(url="http://b/")))
    assert case.age(request(url="http://b/")) == 0.0
    assert Case(patience=5.0).add(look(0.0, request(silent_for=30.0))).stuck(request(silent_for=30.0))


def test_a_text_has_no_clock() -> None:
    """What stands at its end counts, whatever its age."""
    case = Case().add(look(None, request()))
    assert case.age(request()) is None
    assert case.stuck(request())
    assert case.stuck(request(silent_for=1.0))
