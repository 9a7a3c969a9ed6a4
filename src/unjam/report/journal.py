"""The journal of fixes, for `unjam undo`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

import msgspec
from msgspec import Struct

from unjam.fixes.journal import Entry
from unjam.golang.secrets import scrub
from unjam.report import page
from unjam.report.page import BLANK, Line
from unjam.report.shell_lines import command_line


class EntryJson(Struct, frozen=True, forbid_unknown_fields=True):
    """One fix that was applied. `when` is UTC; `ended` are processes that were ended, which has no undo."""

    id: str
    when: str
    mode: str
    title: str
    folder: str
    argv: list[str]
    changes: list[str]
    state: str
    ended: list[str]


def entry_json(entry: Entry) -> EntryJson:
    """As `undo --json` prints it."""
    when = datetime.fromtimestamp(entry.when, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    changes, ended = map(scrub, entry.changes), map(scrub, entry.ended)
    return EntryJson(
        entry.id, when, entry.mode, entry.title, entry.folder, list(entry.argv), list(changes), entry.state, list(ended)
    )


def encode(entry: Entry) -> bytes:
    """One fix."""
    return msgspec.json.encode(entry_json(entry))


def encode_all(entries: Iterable[Entry]) -> bytes:
    """The list of fixes."""
    return msgspec.json.encode([entry_json(entry) for entry in entries])


def listed(entries: Iterable[Entry]) -> Iterator[Line]:
    """The fixes, the newest first."""
    known = tuple(entries)
    if not known:
        yield Line("No fix has been applied on this machine.", margin=0)
    for entry in known:
        when = datetime.fromtimestamp(entry.when).astimezone().strftime("%Y-%m-%d %H:%M")
        yield Line(f"{entry.id}  {entry.state:8}  {when}  {entry.title}", page.STRONG, margin=0, whole=True)
        yield Line(f"{command_line(entry.argv)}   (in {entry.folder})", margin=4, whole=True)
        yield from (Line(scrub(change), page.QUIET, margin=4, whole=True) for change in entry.changes)


def undone(entry: Entry) -> Iterator[Line]:
    """What was taken back."""
    yield Line(f"Taken back: {entry.title} ({entry.id}).", page.GOOD, margin=0)
    for file in entry.files:
        found = f" What stood there is kept in {entry.path / file.found}." if file.found else ""
        yield Line(f"{file.path} is as it was.{found}", margin=4, whole=True)
    yield from (Line(f"{path} is in its place again.", margin=4, whole=True) for path, _ in entry.moves)
    if entry.ended:
        yield BLANK
    yield from (Line(f"Not taken back, because it cannot be: {scrub(ended)}", margin=0) for ended in entry.ended)
