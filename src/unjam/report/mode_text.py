"""The catalogue for a person: the list, and one mode with its docstring as it stands in its file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from unjam.modes.mode import Channel, Mode
from unjam.report import page
from unjam.report.page import BLANK, Line

#: Minor versions of Go that bound a mode only where it says so (`Mode.since`, `Mode.until`).
_OLDEST, _NEWEST = 21, 99
_HEADINGS = ("You see", "Why", "The fix")
_WHERE = {
    Channel.ATTACH: "a running command (unjam go, unjam attach)",
    Channel.X: "the text of -x",
    Channel.DUMP: "a goroutine dump",
    Channel.ERROR: "the error that go prints",
}


def letters(mode: Mode) -> str:
    """`ad--`-like: where the mode can be proved, one column per channel."""
    return "".join(channel.value[0] if channel in mode.seen_by else "-" for channel in Channel)


def listed(modes: Iterable[Mode]) -> Iterator[Line]:
    """Every mode on a line: where it can be seen, what is offered, its id and title."""
    known = tuple(modes)
    widest = max((len(mode.id) for mode in known), default=0)
    for mode in known:
        yield Line(f"{letters(mode)}  {mode.offers:6}  {mode.id:{widest}}  {mode.title}", margin=0, whole=True)
    yield BLANK
    yield Line("Proved by: a = attach, x = the text of -x, d = a goroutine dump, e = go's error.", page.QUIET, margin=0)


def explained(mode: Mode) -> Iterator[Line]:
    """Title, You see, Why, The fix; and where it can be seen and rehearsed."""
    title, _, rest = mode.explanation.partition("\n")
    yield Line(title, page.STRONG, margin=0)
    yield Line(mode.id, page.QUIET, margin=0)
    for paragraph in rest.strip().split("\n\n"):
        words = " ".join(paragraph.split())
        heading, colon, says = words.partition(": ")
        yield BLANK
        if colon and heading in _HEADINGS:
            yield Line(says, label=heading.lower().removeprefix("the "))
        else:
            yield Line(words)
    yield BLANK
    where = ", ".join(text for channel, text in _WHERE.items() if channel in mode.seen_by)
    yield Line(f"{where}.", label="proved")
    yield Line(f"unjam lab run {mode.id}", page.TYPED, "try it", whole=True)


def rehearsals(modes: Iterable[Mode]) -> Iterator[Line]:
    """What `unjam lab run` can play: how go ends up, and on which versions where not on all."""
    known = tuple(modes)
    widest = max((len(mode.id) for mode in known), default=0)
    for mode in known:
        sickness = "hangs" if mode.hangs else "fails"
        versions = f"  (go 1.{mode.since} and later)" if mode.since > _OLDEST else ""
        versions = f"  (up to go 1.{mode.until})" if mode.until < _NEWEST else versions
        yield Line(f"{sickness}  {mode.id:{widest}}  {mode.title}{versions}", margin=0, whole=True)
