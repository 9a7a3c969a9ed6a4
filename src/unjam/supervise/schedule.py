"""When to look into a command: soon after it fell silent, when it could be stuck, and now and then while others move."""

from __future__ import annotations

from dataclasses import dataclass, field

from unjam.host.clock import now

#: Share of one processor over which a tree is certainly working, so that looking would only cost.
_BUSY = 0.5
#: Seconds between two looks at a command that has long been silent.
_LONGEST = 30.0


@dataclass(slots=True)
class Schedule:
    """The looks so far: when the last one ended, what it cost, how many there were in this silence. Times are seconds."""

    stall: float
    last: float = field(default_factory=now)
    _cost: float = 0.0
    _quiet_looks: int = 0

    def looked(self, began: float) -> None:
        """A look that began then is over."""
        self.last = now()
        self._cost = self.last - began
        self._quiet_looks += 1

    def due(self, quiet_since: float | None, share: float) -> bool:
        """Whether to look now. `quiet_since` is when the tree fell silent, None while it works; `share` how busy it is."""
        since = now() - self.last
        if quiet_since is None:
            self._quiet_looks = 0
            if share > _BUSY:
                return since >= max(4 * self.stall, 100 * self._cost)
            return since >= min(self.stall, max(self.stall / 2, 50 * self._cost))
        first = min(1.0, self.stall / 5)
        offsets = (first, self.stall, first + self.stall + 0.1)
        if self._quiet_looks < len(offsets):
            return now() - quiet_since >= offsets[self._quiet_looks]
        return since >= min(_LONGEST, self.stall * 1.5 ** (self._quiet_looks - len(offsets)))
