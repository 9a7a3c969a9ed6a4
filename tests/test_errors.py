"""The tree of exceptions: drawn in the docstring, and each explained in the docs."""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

import unjam
from unjam import errors
from unjam.errors import UnjamError

PAGE = (Path(__file__).parents[1] / "docs" / "errors.md").read_text(encoding="utf-8")


def below(kind: type[UnjamError]) -> Iterator[type[UnjamError]]:
    """The class and all its subclasses that unjam has."""
    yield kind
    for each in kind.__subclasses__():
        yield from below(each)


@pytest.fixture(scope="module")
def kinds() -> list[type[UnjamError]]:
    """All exceptions: every module is loaded, since some are of the room they are raised in."""
    for found in pkgutil.walk_packages(unjam.__path__, "unjam."):
        if not found.name.endswith("__main__"):
            import_module(found.name)
    return [kind for kind in below(UnjamError) if kind.__module__.startswith("unjam.")]


def test_each_is_explained(kinds: list[type[UnjamError]]) -> None:
    assert {kind.slug for kind in kinds} == set(re.findall(r"^## (\S+)$", PAGE, re.MULTILINE))


def test_the_drawn_tree_is_the_tree(kinds: list[type[UnjamError]]) -> None:
    drawn = re.findall(r"^[│├└─ ]*(\w+)  ", errors.__doc__ or "", re.MULTILINE)
    assert drawn == [kind.__name__ for kind in kinds if kind.__module__ == errors.__name__]
