"""What was changed, on disk before it is changed: a fix outlives the process that made it, and so does its undo.

One folder per entry: `entry.json` and, for each kept file, its old bytes. The entry is written and synced *before* the
change it describes, so that a crash between the two leaves an undo that finds nothing to do.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from unjam.errors import BadInput, CannotTreat, CannotUndo
from unjam.fixes import project_files
from unjam.fixes.move_aside import move_back
from unjam.fixes.project_files import KeptFile
from unjam.golang.secrets import scrub
from unjam.host.folders import state_folder, write_whole

OPEN, APPLIED, UNDONE, PUT_BACK = "open", "applied", "undone", "put back"


@dataclass(frozen=True, slots=True)
class File:
    """A kept file: `content` names the blob in the entry's folder ("": there was no file), `after` the digest the run left.

    `found` names the blob of what stood there when it was put back, where no `after` told whose work that was.
    """

    path: str
    content: str
    mode: int
    after: str | None = None
    found: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One fix. `changes` are the lines the user was shown; `moves` are (path, place aside); `ended` has no undo."""

    id: str
    when: float
    mode: str
    title: str
    folder: str
    argv: tuple[str, ...]
    changes: tuple[str, ...]
    state: str = OPEN
    files: tuple[File, ...] = ()
    moves: tuple[tuple[str, str], ...] = ()
    ended: tuple[str, ...] = ()
    path: Path = field(default=Path(), compare=False)


def check_writable() -> Path:
    """The folder of all entries, made if need be. Raises CannotTreat where nothing can be written: no undo, no fix."""
    root = state_folder() / "journal"
    with contextlib.suppress(OSError):
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not os.access(root, os.W_OK | os.X_OK):
        raise CannotTreat(f"undo needs a journal, and {root} cannot be written; UNJAM_STATE can name another folder")
    return root


def begin(mode: str, title: str, folder: Path, argv: tuple[str, ...], changes: tuple[str, ...]) -> Entry:
    """A new entry with the project's files kept in it."""
    entry_id, place = _fresh(check_writable())
    files = tuple(_keep(place, number, kept) for number, kept in enumerate(project_files.keep(folder)))
    shown = tuple(scrub(word) for word in argv)
    return save(Entry(entry_id, time.time(), mode, title, str(folder), shown, changes, files=files, path=place))


def _fresh(root: Path) -> tuple[str, Path]:
    """A name that sorts by time and that no other process has taken: making the folder decides."""
    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
    for number in range(1000):
        name = f"{stamp}-{number:03d}"
        try:
            (root / name).mkdir(mode=0o700)
        except FileExistsError:
            continue
        return name, root / name
    raise CannotTreat(f"{root} takes no further entries for {stamp}")


def _keep(place: Path, number: int, kept: KeptFile) -> File:
    blob = "" if kept.content is None else f"{number}.before"
    if kept.content is not None:
        write_whole(place / blob, kept.content)
    return File(kept.path, blob, kept.mode)


def save(entry: Entry) -> Entry:
    """Write the entry, durably."""
    known = {name: value for name, value in asdict(entry).items() if name != "path"}
    write_whole(entry.path / "entry.json", json.dumps(known, indent=1).encode())
    return entry


def close(entry: Entry) -> Entry:
    """The healed run has ended well: remember what it left, so that undo can tell somebody's later change.

    A file that it left as it was is none of undo's business: the user may go on editing it.
    """
    left = (replace(file, after=project_files.digest(file.path)) for file in entry.files)
    return save(replace(entry, files=tuple(file for file in left if file.after != _before(entry, file)), state=APPLIED))


def _before(entry: Entry, file: File) -> str:
    return project_files.digest(str(entry.path / file.content)) if file.content else ""


def entries() -> Iterator[Entry]:
    """All entries, the newest first. One that cannot be read is an error that names its file, not a silent gap."""
    root = state_folder() / "journal"
    try:
        places = sorted(root.iterdir() if root.is_dir() else (), reverse=True)
    except OSError as error:
        raise BadInput(f"the journal {root} cannot be read: {error.strerror}") from None
    for place in places:
        if (place / "entry.json").is_file():
            yield _load(place)


def _load(place: Path) -> Entry:
    file = place / "entry.json"
    try:
        known = json.loads(file.read_bytes())
        known["files"] = tuple(File(**each) for each in known["files"])
        known["moves"] = tuple((old, new) for old, new in known["moves"])
        for name in ("argv", "changes", "ended"):
            known[name] = tuple(known[name])
        return Entry(**known, path=place)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInput(f"{file} is no journal entry ({error}); move it aside to go on") from None


def find(entry_id: str | None) -> Entry:
    """The entry of that id; without one, the newest that can be taken back."""
    for entry in entries():
        if entry.id == entry_id or (entry_id is None and entry.state in {OPEN, APPLIED}):
            return entry
    raise BadInput(f"there is no fix {entry_id} in the journal" if entry_id else "there is no fix to take back")


def take_back(entry: Entry, state: str = UNDONE) -> Entry:
    """Restore what the entry kept. All is checked before anything is touched."""
    if entry.state in {UNDONE, PUT_BACK}:
        raise BadInput(f"fix {entry.id} has been taken back already")
    for file in entry.files:
        if file.after is not None:
            before = f"it was as {entry.path / file.content}" if file.content else "there was none"
            project_files.check_unchanged(file.path, file.after, before)
    try:
        for source, destination in entry.moves:
            move_back(source, destination)
        files = tuple(_put_back(entry, number, file) for number, file in enumerate(entry.files))
    except OSError as error:
        raise CannotUndo(f"{error.filename} cannot be put back: {error.strerror}; what was there is in {entry.path}") from error
    return save(replace(entry, files=files, state=state))


def _put_back(entry: Entry, number: int, file: File) -> File:
    """A run that never ended well may not have been the last to write there: what stands there is kept too."""
    content = (entry.path / file.content).read_bytes() if file.content else None
    standing = project_files.kept(Path(file.path)).content
    if file.after is None and standing is not None and standing != content:
        file = replace(file, found=f"{number}.found")
        write_whole(entry.path / file.found, standing)
    project_files.put_back(KeptFile(file.path, content, file.mode))
    return file
