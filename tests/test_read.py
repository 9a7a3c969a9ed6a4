"""`unjam read`, from the bytes to the report: what people paste, and what a careful reader says of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import unjam

TEXTS = Path(__file__).parent / "texts"


@dataclass(frozen=True)
class Written:
    name: str
    text: str
    expect: tuple[str, ...]


def written(pattern: str) -> Iterator[Written]:
    for path in sorted(TEXTS.glob(pattern)):
        _, *cases = path.read_text(encoding="utf-8").split("\n@@ ")
        texts = [case for case in cases if not case.startswith("expect\n")]
        expects = [case.removeprefix("expect\n") for case in cases if case.startswith("expect\n")]
        for text, expect in zip(texts, expects, strict=True):
            name, _, body = text.partition("\n")
            yield Written(name.partition(" |")[0], body, tuple(line for line in expect.split("\n") if line.strip()))


def told(text: str | bytes) -> tuple[str, ...]:
    """What the report says, in the words of the tables."""
    view = unjam.read(text)
    assert not view.crashed
    lines = [f"found {each.mode} {each.subject}" for each in view.findings]
    lines += [f"candidate {each.mode}" for each in view.candidates]
    lines += ["unexplained"] if view.unexplained else []
    assert view.sick == bool(lines)
    return tuple(lines) or ("nothing",)


THREADS = list(written("threads_*.txt"))


@pytest.mark.parametrize("case", THREADS, ids=lambda case: case.name)
def test_thread(case: Written) -> None:
    assert told(case.text) == case.expect


def test_the_threads_are_many() -> None:
    assert len(THREADS) >= 60
