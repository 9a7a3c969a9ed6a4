"""The nouns: what was seen (`Cite`), what it means (`Finding`), what each rule answered (`Verdict`), what to do.

Everything is frozen. A finding without a citation is refused: no finding without proof.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Confidence(StrEnum):
    """How sure a finding is. HIGH: the evidence allows nothing else."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Safety(StrEnum):
    """Whether a fix may be applied by itself (SAFE) or only after a yes (ASK): trust, processes, what cannot be undone."""

    SAFE = "safe"
    ASK = "ask"


@dataclass(frozen=True, slots=True)
class Cite:
    """One piece of proof: what was seen, in words or as quoted text free of secrets, and where."""

    fact: str
    source: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A named cause with its proof. `subject` is the URL, lock file, child or variable at fault.

    `diagnose` fills in `mode`, `masks` (ids of found symptoms that this cause explains) and `pid`: the process that
    suffers, where that is not the command itself but one that it waits for, else 0.
    """

    subject: str
    says: str
    because: tuple[Cite, ...]
    confidence: Confidence = Confidence.HIGH
    mode: str = ""
    masks: tuple[str, ...] = ()
    pid: int = 0

    def __post_init__(self) -> None:
        if not self.because:
            raise ValueError(f"a finding without proof is refused: {self.says}")


@dataclass(frozen=True, slots=True)
class Candidate:
    """What the evidence allows, but does not prove: `missing` says what would decide."""

    subject: str
    because: tuple[Cite, ...]
    missing: tuple[str, ...]
    mode: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """The rule recognised its sickness."""

    mode: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Possible:
    """The rule's sickness is one of several that the evidence allows."""

    mode: str
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Healthy:
    """What the rule reads was looked at, and it is well."""

    mode: str


@dataclass(frozen=True, slots=True)
class Undecided:
    """What the rule reads could not be looked at; `missing` says why and what would help."""

    mode: str
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Crashed:
    """The rule itself failed: our defect, told and not hidden; the other rules are unaffected."""

    mode: str
    error: str


Verdict = Found | Possible | Healthy | Undecided | Crashed


class Change(Protocol):
    """One kind of change from `fixes/`. It describes itself in one line; applying and undoing are its own affair."""

    def describe(self) -> str:
        """One line for the user: what exactly changes, from what to what."""
        ...


@dataclass(frozen=True, slots=True)
class Fix:
    """A remedy unjam can apply and take back. `why_ask` says what the user decides when `safety` is ASK."""

    title: str
    safety: Safety
    changes: tuple[Change, ...]
    why_ask: str = ""


@dataclass(frozen=True, slots=True)
class Advice:
    """What a person has to do, when a program should not: `steps` are commands to type or things to ask for."""

    title: str
    steps: tuple[str, ...] = ()


Remedy = Fix | Advice
