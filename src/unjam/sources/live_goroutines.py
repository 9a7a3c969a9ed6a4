"""What goroutines show beside requests, locks and children: other waits of go, and what a user's own program does."""

from __future__ import annotations

from collections import Counter

from unjam.facts.goroutines import GoroutineGroup, OtherWait
from unjam.facts.seen import Fact, Program, Seen
from unjam.facts.settings import WaitingUser
from unjam.golang.frame_table import Wait
from unjam.golang.frames import Waiting, meaning_of
from unjam.inspect.files import kind_of, pipe_peers
from unjam.inspect.goroutines import Goroutine
from unjam.inspect.process import Process, read_process
from unjam.inspect.procfs import Holders
from unjam.inspect.refused import Refused
from unjam.inspect.sched import idle_since
from unjam.inspect.waited_file import Use, WaitedFile, waited_files
from unjam.sources.eye import Eye

#: Groups of a user's program that are told; a report needs no more.
MOST_GROUPS = 5

#: What a goroutine of go waits to do with a file.
_USES: dict[Wait, Use] = {
    Wait.OPEN_FIFO: "open",
    Wait.READING_STDIN: "read",
    Wait.READING_FILE: "read",
    Wait.WRITING_OUTPUT: "write",
    Wait.WRITING_FILE: "write",
}
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
    for waiting in eye.waits:
        goroutine = by_id[waiting.id]
        if goroutine.state not in {"syscall", "waiting"}:
            continue
        if waiting.wait in _USES:
            eye.facts.append(_of_file(eye, waiting, goroutine))
        elif waiting.wait is Wait.NETWORK:
            eye.facts.append(_other(eye, waiting, _seen(eye, waiting, goroutine, f"waits for {waiting.wait}")))


def _of_file(eye: Eye, waiting: Waiting, goroutine: Goroutine) -> Fact:
    """A wait for a file. Its own input and output are the affair of whoever is at the other end."""
    use = _USES[waiting.wait]
    files = tuple(file for file in waited_files(eye.pid) if file.use == use) if goroutine.state == "syscall" else ()
    file = files[0] if len(files) == 1 else None
    named = f": {file.path}" if file else ""
    if use == "write" and (file.fd in {1, 2} if file else waiting.wait is Wait.WRITING_OUTPUT):
        return WaitingUser(_seen(eye, waiting, goroutine, f"writes{_to(eye, file)}"), "nobody reads what it writes")
    if use == "read" and file and (file.fd == 0 or kind_of(file.path, None) == "tty"):
        return WaitingUser(_seen(eye, waiting, goroutine, f"reads{named}"), "it reads its input")
    return _other(eye, waiting, _seen(eye, waiting, goroutine, f"waits for {waiting.wait}{named}"))


def _seen(eye: Eye, waiting: Waiting, goroutine: Goroutine, does: str) -> Seen:
    said = f"goroutine {waiting.id} [{goroutine.wait or goroutine.state}] {waiting.frame} {does}"
    return eye.seen(said, f"goroutines of process {eye.pid}")


def _to(eye: Eye, file: WaitedFile | None) -> str:
    """Where what it writes goes, with the process that would have to read it."""
    if file is None or file.fd is None:
        return ""
    peers = pipe_peers(eye.pid, file.fd)
    readers = [pid for pid in peers.pids if pid != eye.pid] if isinstance(peers, Holders) else []
    reader = read_process(readers[0]) if readers else None
    return f" to process {reader.pid} ({reader.command})" if isinstance(reader, Process) else f" to {file.path}"


def _other(eye: Eye, waiting: Waiting, seen: Seen) -> OtherWait:
    return OtherWait(seen, waiting.frame, idle_since(eye.pid), eye.process.cpu_s)


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
