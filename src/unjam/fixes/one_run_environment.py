"""Environment variables for one run of the command: the smallest change there is."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from unjam.golang.secrets import scrub


@dataclass(frozen=True, slots=True)
class OneRunEnvironment:
    """Set variables for the healed run alone. Nothing has to be taken back: the next run does not know of them."""

    values: tuple[tuple[str, str], ...]

    def describe(self) -> str:
        """The variables as they would be typed in front of the command."""
        return "for this run only: " + scrub(" ".join(f"{name}={shlex.quote(value)}" for name, value in self.values))
