"""What goroutines show beside requests, locks and children: other waits of go, and what a user's own program does."""

from __future__ import annotations

from collections import Counter

from unjam.facts.goroutines import GoroutineGroup, OtherWait
from unjam.facts.seen import Program
from unjam.facts.settings import WaitingUser
from unjam.golang.frame_table import Wait
from unjam.golang.frames import Waiting, meaning_of
from unjam.inspect.goroutines import Goroutine
from unjam.inspect.refused import Refused
from unjam.inspect.sched import idle_since
from unjam.sources.eye import Eye

#: Groups of a user's program that are told; a report needs no more.
MOST_GROUPS = 5

_USERS = {
    Wait.WRITING_OUTPUT: "nobody reads what it writes",
    Wait.READING_STDIN: "it reads its input",
}
_OTHERS = frozenset({Wait.OPEN_FIFO, Wait.READING_FILE, Wait.WRITING_FILE, Wait.NETWORK})
#: Of these a program may have thousands, and each is where it should be.
_OWN_CODE = ("runtime.", "internal/", "sync.", "syscall.", "time.Sleep")


def collect(eye: Eye) -> None:
    """Waits for users and files, if it is go; groups of goroutines, if it is a program of the user."""
    if isinstance(eye.goroutines, Refused):
        eye.refuse(eye.goroutines, OtherWait, GoroutineGroup)
    elif eye.program is Program.GO:
        _waits(eye, {goroutine.id: goroutine for goroutine in eye.goroutines.goroutines})
    elif eye.program is Program.USER:
        _groups(eye, eye.goroutines.goroutines)


def _waits(eye: Eye, by_id: dict[int, Goroutine]) -> None:
    if isinstance(eye.goroutines, Refused):
        return
    for waiting in eye.waits:
        goroutine = by_id[waiting.id]
        if waiting.wait in _USERS:
            _user(eye, waiting, goroutine)
        elif waiting.wait in _OTHERS and goroutine.state in {"syscall", "waiting"}:
            said = f"goroutine {waiting.id} [{goroutine.wait or goroutine.state}] {waiting.frame} waits for {waiting.wait}"
            seen = eye.seen(said, f"goroutines of process {eye.pid} ({eye.goroutines.go})")
            eye.facts.append(OtherWait(seen, waiting.frame, idle_since(eye.pid), eye.process.cpu_s))


def _user(eye: Eye, waiting: Waiting, goroutine: Goroutine) -> None:
    seen = eye.seen(
        f"goroutine {waiting.id} [{goroutine.wait or goroutine.state}] {waiting.frame}", f"goroutines of process {eye.pid}"
    )
    eye.facts.append(WaitingUser(seen, _USERS[waiting.wait]))


def _groups(eye: Eye, goroutines: tuple[Goroutine, ...]) -> None:
    """The largest groups; those that the runtime and the standard library keep for themselves are left out."""
    counts = Counter(found for one in goroutines if (found := _place(one)))
    for (state, function, place), count in counts.most_common(MOST_GROUPS):
        many = f"{count} goroutines" if count > 1 else "1 goroutine"
        seen = eye.seen(f"{many} [{state}] in {function} ({place})", f"goroutines of process {eye.pid}")
        eye.facts.append(GoroutineGroup(seen, count, state, function, place))
    eye.looked_at.append("goroutines")


def _place(one: Goroutine) -> tuple[str, str, str] | None:
    state = one.wait or one.state
    if not one.frames:
        return (state, one.note, "") if one.note else None
    if meaning_of(tuple(frame.function for frame in one.frames)) is None:
        return None
    frame = next((each for each in one.frames if not each.function.startswith(_OWN_CODE)), one.frames[0])
    return state, frame.function, f"{frame.file}:{frame.line}"
