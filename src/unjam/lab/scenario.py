"""One failure mode from beginning to end: reproduce it, start the command, wait until it is sick, lift the fault."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from unjam.errors import UnjamError
from unjam.lab.lab import Lab
from unjam.lab.running import Running


class NotSick(UnjamError):
    """The reproduction did not do its work: go ended well, or neither failed nor met the fault in time."""

    slug = "lab"


class Reproducible(Protocol):
    """As much of a failure mode as the lab has to know."""

    def reproduce(self, lab: Lab, /) -> object:
        """Prepare the lab so that its command will hang or fail."""


@contextmanager
def sick(
    lab: Lab, mode: Reproducible, extra_args: Sequence[str] = (), *, wrap: Sequence[str] = (), timeout: float = 60
) -> Iterator[Running]:
    """The command of a lab that `mode` has made sick: it hangs, or it has failed. It is ended on the way out."""
    mode.reproduce(lab)
    running = lab.start(extra_args, wrap=wrap)
    try:
        wait_until_sick(lab, running, timeout)
        yield running
    finally:
        running.close()


def wait_until_sick(lab: Lab, running: Running, timeout: float = 60) -> None:
    """Return when the lab says so (`lab.sick_when`); `NotSick` if go ended well, or the time is over."""
    reached = lab.until(lambda: running.done or lab.sick_when(running), timeout)
    if running.done:
        result = running.wait_done()
        if result and result.code == 0:
            raise NotSick(f"go ended well, and was to be made sick: {' '.join(running.argv[1:])}")
    elif not reached:
        raise NotSick(f"go neither failed nor met the fault in {timeout:.0f} s: {' '.join(running.argv[1:])}")


def recovers(lab: Lab, timeout: float = 60) -> bool:
    """Whether the command succeeds once every fault is lifted."""
    lab.lift()
    return lab.run(timeout=timeout).code == 0
