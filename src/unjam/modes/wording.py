"""How modes say things that many of them say."""

from __future__ import annotations

from unjam.facts.case import Case
from unjam.facts.seen import Fact


def lasting(case: Case, fact: Fact) -> str:
    """How long a fact has stood, as the end of a sentence: " for 12 s"; "" where nothing tells."""
    age = case.age(fact)
    return "" if age is None else f" for {duration(age)}"


def duration(seconds: float) -> str:
    """Seconds in the words of a person: "12 s", "3 min", "2 h 5 min"."""
    whole = int(seconds)
    if whole < 120:
        return f"{whole} s"
    if whole < 7200:
        return f"{whole // 60} min"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def size(count: float) -> str:
    """Bytes in the words of a person: "512 B", "1.4 MB"."""
    for unit in ("B", "kB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"
