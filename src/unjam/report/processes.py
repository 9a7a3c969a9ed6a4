"""The Go processes of this machine, as `unjam ps` lists them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec
from msgspec import Struct

from unjam.golang.secrets import scrub
from unjam.modes.wording import duration
from unjam.report import page
from unjam.report.page import BLANK, Line
from unjam.sources.machine import GoProcess

#: Characters of a command line that are shown to a person.
MOST = 100


class ProcessJson(Struct, frozen=True, forbid_unknown_fields=True):
    """One Go process. `cpu` is its share of one processor over its life; `waited_s` null where nothing tells."""

    pid: int
    name: str
    go: str
    command: str
    ours: bool
    age_s: float
    cpu: float
    waits_for: str
    waited_s: float | None


def encode(processes: Iterable[GoProcess]) -> bytes:
    """The list, as `ps --json` prints it."""
    return msgspec.json.encode([_json(each) for each in processes])


def _json(each: GoProcess) -> ProcessJson:
    waited = None if each.waited is None else round(each.waited, 1)
    return ProcessJson(
        each.pid, each.name, each.go, scrub(each.command), each.ours, round(each.age, 1), round(each.cpu_share, 4),
        scrub(each.waits_for), waited,
    )  # fmt: skip


def lines(processes: Iterable[GoProcess]) -> Iterator[Line]:
    """One line for what it is, one for what it does or waits for. Those of other users come last, plainly."""
    known = sorted(processes, key=lambda each: not each.ours)
    if not known:
        yield Line("No Go process runs here, as far as this user can see.", margin=0)
        return
    yield Line(f"{'PID':>7}  {'AGE':>10}  {'CPU':>4}  {'GO':<10}  COMMAND", page.QUIET, margin=0, whole=True)
    for each in known:
        age, cpu = duration(each.age), f"{each.cpu_share:.0%}"
        whose = "" if each.ours else "   (another user's)"
        row = f"{each.pid:>7}  {age:>10}  {cpu:>4}  {each.go.partition(' ')[0]:<10}  {_short(scrub(each.command))}{whose}"
        yield Line(row, page.STRONG if each.ours else page.QUIET, margin=0, whole=True)
        since = "" if each.waited is None else f" (for {duration(each.waited)})"
        yield Line(f"{each.name}: {scrub(each.waits_for)}{since}", margin=39)
    yield BLANK
    yield Line("unjam attach PID tells why, with proof.", page.QUIET, margin=0)


def _short(command: str) -> str:
    """A compiler is started with hundreds of files: `--json` has them all."""
    return command if len(command) <= MOST else f"{command[: MOST - 2]} …"
