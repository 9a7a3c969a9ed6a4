"""Run a go command, watched: start it as it was typed, listen, watch, and say what became of it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

from unjam.diagnose import Diagnosis, diagnose
from unjam.facts.case import Case
from unjam.facts.settings import GoSetting
from unjam.host import stderr
from unjam.host.bell import Bell
from unjam.host.run import Ended, adopt_orphans, environment, find_go, start
from unjam.host.signals import Signals
from unjam.supervise.outcome import Listener, LookAt, Options, Outcome, Silent, State
from unjam.supervise.rerun import prints_nothing
from unjam.supervise.running import Read, Running
from unjam.supervise.watch import Watch, place
from unjam.supervise.words import Sieve, Words


def run(
    argv: Sequence[str], options: Options | None = None, *, look: LookAt, told: Listener | None = None, read: Read | None = None
) -> Outcome:
    """Run `argv` (`go` first) and return when it has ended. Raises CannotRun when there is no go to run.

    `look` looks into a running process, `told` hears what happens, `read` makes a case of what a failed go said.
    """
    options, told = options or Options(), told or Silent()
    words = Words(tuple(argv))
    given = environment() | dict(options.overlay)
    go = find_go(options.go, given)
    before = _children() if options.adopt else frozenset()
    sieve = Sieve()
    write = options.write or _to_stderr
    errors = stderr.plan(write, silent=prints_nothing(words.argv), together=words.runs_programs())
    with Bell() as bell, Signals(bell.ring) as signals, _adopting(options.adopt):
        talking = words.with_x() if options.talk and stderr.can_filter(errors) else None
        if talking:
            errors = _filtered(errors, sieve, write)
        pid = _started(go, talking or words.argv, given, errors, signals)
        running = Running(
            pid, words.argv, words, options, given, errors, bell, signals, look, told, read,
            talks=bool(talking) or words.has("-x"),
        )  # fmt: skip
        running.begin()
        watch = Watch(running, before)
        text = _watched(watch, running)
        if talking:
            write(sieve.rest())
        outcome = _outcome(watch, running, _without(text, options.own))
    if not options.adopt:
        signals.hand_back()
    return outcome


def _watched(watch: Watch, running: Running) -> bytes:
    """What go said, when it has ended. Whatever is raised here (Ctrl-C in a thread of the program around us) ends it too."""
    try:
        watch.until_ended()
    except BaseException:
        watch.end()
        raise
    finally:
        running.told.pause()
        text = running.errors.finish()
        if running.ended is not None:
            running.end()
    watch.take_signals()
    return text


def again(
    argv: Sequence[str],
    overlay: Mapping[str, str],
    options: Options | None = None,
    *,
    look: LookAt,
    told: Listener | None = None,
    read: Read | None = None,
) -> Outcome:
    """The same command once more, with some variables of its environment changed for this run only."""
    options = replace(options or Options(), overlay=tuple(overlay.items()))
    return run(argv, options, look=look, told=told, read=read)


def _to_stderr(data: bytes) -> None:
    stderr.write_all(2, data)


def _filtered(errors: stderr.Stderr, sieve: Sieve, write: stderr.Write) -> stderr.Stderr:
    if isinstance(errors, stderr.Piped):
        errors.hand_on(lambda data: write(sieve.through(data)))
    return errors


def _started(go: str, argv: tuple[str, ...], given: Mapping[str, str], errors: stderr.Stderr, signals: Signals) -> int:
    try:
        pid = start(go, argv, given, stderr=errors.child, mask=signals.before)
    except BaseException:
        errors.started()
        errors.finish()
        raise
    errors.started()
    return pid


@contextmanager
def _adopting(adopt: bool) -> Iterator[None]:
    if adopt:
        adopt = adopt_orphans(True)
    try:
        yield
    finally:
        if adopt:
            adopt_orphans(False)


def _children() -> frozenset[int]:
    """Children that we have already (a shell may have started some before it became us): none of the command's."""
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return frozenset()
    from unjam.inspect.tree import snapshot

    return frozenset(node.pid for node in snapshot().children(os.getpid()))


def _outcome(watch: Watch, running: Running, text: bytes) -> Outcome:
    try:
        return _explained(watch, running, text)
    except Exception as error:  # whatever fails here, the exit code stays go's
        return _bare(running, f"{type(error).__name__}: {error}{place(error)}")


def _explained(watch: Watch, running: Running, text: bytes) -> Outcome:
    ended = running.ended or Ended(None, 9)
    said = text.decode("utf-8", "replace")
    why = watch.why_not_rerun(waiting=watch.chosen is not None or watch.timed_out)
    done = replace(
        watch.so_far(),
        exit_code=ended.exit_code,
        signal=ended.signal,
        state=State.SUCCEEDED if ended.exit_code == 0 else State.FAILED,
        stderr_text=said,
        unseen=running.errors.unseen,
        may_rerun=not why,
        why_not_rerun=why,
    )
    if watch.timed_out or watch.chosen or watch.gave_up:
        return replace(done, state=watch.condition())
    if ended.exit_code == 0:
        return replace(done, diagnosis=None, stalled_s=None)
    if watch.interrupted or ended.signal is not None:
        return done
    return _with_cause(done, running, text)


def _bare(running: Running, defect: str) -> Outcome:
    ended = running.ended or Ended(None, 9)
    state = State.SUCCEEDED if ended.exit_code == 0 else State.FAILED
    return Outcome(
        running.argv, running.pid, "", ended.exit_code, ended.signal, state, None, Case(), None, defect=defect,
        why_not_rerun="unjam lost sight of it",
    )  # fmt: skip


def _with_cause(done: Outcome, running: Running, text: bytes) -> Outcome:
    """Why go failed, from what it said."""
    if running.read is None or not text or _is_the_programs_own(running.words, text):
        return done
    case = running.read(text, "standard error", _settings(done, running))
    diagnosis: Diagnosis = diagnose(case)
    if diagnosis.sick or done.diagnosis is None:
        return replace(done, case=case, diagnosis=diagnosis)
    return done


def _settings(done: Outcome, running: Running) -> tuple[GoSetting, ...]:
    """What go worked with, as the last look saw it, else as our own environment says: most failures come before a look."""
    seen = tuple(done.case.all(GoSetting))
    if seen:
        return seen
    from unjam.sources.live_settings import settings_here

    return settings_here(dict(running.options.overlay), running.pid)


def _is_the_programs_own(words: Words, text: bytes) -> bool:
    """Whether it was the user's program that failed: `go run` ends with its exit status."""
    return words.runs_programs() and bool(re.search(rb"(?:^|\n)(?:exit status \d+|signal: [^\n]+)\n?\Z", text))


def _without(text: bytes, own: Sequence[bytes]) -> bytes:
    for said in own:
        text = text.replace(said, b"", 1)
    return text
