"""Watching one run of a command: counters decide when to look, looks are diagnosed, and what is found is told once."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from unjam.diagnose import Diagnosis, diagnose, remedy
from unjam.errors import NoSuchProcess
from unjam.facts.case import Case, Look
from unjam.facts.children import WaitingChild, Wants
from unjam.facts.requests import Download, WaitingRequest
from unjam.facts.settings import WaitingUser
from unjam.host.clock import asleep, now
from unjam.host.ending import Living, end_all
from unjam.host.processes import start_time
from unjam.host.run import reap
from unjam.host.signals import Arrived, send, stop_ourselves
from unjam.model import Finding, Fix, Remedy
from unjam.supervise.outcome import Outcome, State
from unjam.supervise.progress import Pace, Pulse, Works, leave_the_terminal_alone, pulse
from unjam.supervise.rerun import USER_PROGRAM, Streams, why_not
from unjam.supervise.running import Running
from unjam.supervise.schedule import Schedule

#: Seconds between two looks at the counters, at the least.
_TICK = 0.5
#: And at the most, though a look at the counters takes long on a busy machine: the live line counts seconds.
_SLOWEST = 1.0
#: A tick that comes this much later than planned means that we, or the machine, stood still.
_GAP = 2.0
#: Looks that a case keeps: enough to see what moves.
_LOOKS = 12
#: They find what moves, only slowly.
SLOW_MODES = frozenset({"net-large-zip-no-progress"})
#: Whoever does this below go may be asking the terminal.
_ASKERS = frozenset({"ssh", "askpass", "credential helper", "pinentry", "gpg", "goauth"})

Key = tuple[str, str]


@dataclass(slots=True)
class Watch:
    """What is known of a running command. `begun` is the start on the monotonic clock, `before` the children we had already."""

    run: Running
    before: frozenset[int]
    streams: Streams = field(default_factory=Streams.now)
    begun: float = field(default_factory=now)
    case: Case = field(default_factory=Case)
    diagnosis: Diagnosis | None = None
    state: State = State.RUNNING
    chosen: tuple[Finding, Fix] | None = None
    timed_out: bool = False
    gave_up: bool = False
    defect: str = ""
    interrupted: bool = False
    left: tuple[int, ...] = ()
    works: Works = field(default_factory=Works)
    _running: list[str] = field(default_factory=list)
    _known: set[Living] = field(default_factory=set)
    _told: set[Key] = field(default_factory=set)
    _offered: set[Key] = field(default_factory=set)
    _told_slow: bool = False
    _next: float = 0.0
    _slept: float = field(default_factory=asleep)
    _pace: Pace = field(init=False)
    _schedule: Schedule = field(init=False)

    def __post_init__(self) -> None:
        self._pace = Pace(self.run.pid)
        if self.run.started is not None:
            self._known = {(self.run.pid, self.run.started)}
        self._forget()
        self._schedule = Schedule(self.run.options.stall)
        self._next = self.begun + _TICK

    def until_ended(self) -> None:
        """Watch for as long as the command runs."""
        while self.run.ended is None:
            self.run.bell.wait(max(0.0, self._next_event() - now()))
            self.take_signals()
            if self.run.ended is None and self._next_event() <= now():
                if self._past_deadline():
                    self._end_at_deadline()
                else:
                    self._safely_tick()

    def take_signals(self) -> None:
        """Pass on what arrived."""
        while (arrived := self.run.signals.take()) is not None:
            self._take(arrived)

    def end(self) -> None:
        """End the whole tree: TERM, then KILL."""
        self.left = end_all(self._living)

    def so_far(self) -> Outcome:
        """The command as it stands."""
        run = self.run
        why = self.why_not_rerun(waiting=run.ended is None)
        command = self.case.command()
        rates = [rate for download in self.case.all(Download) if (rate := self.case.rate(download))]
        return Outcome(
            argv=run.argv,
            pid=run.pid,
            go=command.version if command else "",
            exit_code=None,
            signal=None,
            state=self.state,
            stalled_s=_longest(self.case),
            case=self.case,
            diagnosis=self.diagnosis,
            may_rerun=not why,
            why_not_rerun=why,
            throughput=sum(rates) if rates else None,
            elapsed_s=now() - self.begun,
            chosen=self.chosen,
            timed_out=self.timed_out,
            interrupted=self.interrupted,
            left=self.left,
            defect=self.defect,
            prompting=self._prompting(),
        )

    def condition(self) -> State:
        """How it stood when it was ended, by the last diagnosis."""
        found = self.diagnosis
        if found is None or not found.sick:
            return self.state
        slow = found.findings and all(finding.mode in SLOW_MODES for finding in found.findings)
        return State.SLOW if slow and not found.candidates else State.STUCK

    def _prompting(self) -> bool:
        """Whether something below go may be asking somebody, on the terminal or in a window of its own."""
        asks = any(child.wants is Wants.TERMINAL for child in self.case.all(WaitingChild))
        return asks or not _ASKERS.isdisjoint(self._running)

    def why_not_rerun(self, *, waiting: bool) -> str:
        """Why the command may not be run again; "" when it may."""
        flags = self.case.setting("GOFLAGS")
        goflags = flags.raw if flags else self.run.environment.get("GOFLAGS", "")
        return why_not(self.run.words, self.streams, Streams.now(), self.works.programs, waiting=waiting, goflags=goflags)

    # Signals

    def _take(self, arrived: Arrived) -> None:
        match arrived.number:
            case signal.SIGWINCH:
                self.run.told.pause()
                self.run.errors.resized()
            case signal.SIGTSTP:
                self.run.told.pause()
                if not arrived.everybody:
                    send(self.run.pid, arrived.number)
                stop_ourselves()
                self._forgive()
            case signal.SIGTERM:
                self.run.told.pause()
                self.end()
            case _:
                self.run.told.pause()
                self._interrupted(arrived)

    def _interrupted(self, arrived: Arrived) -> None:
        if self.run.ended is None and not arrived.everybody:
            send(self.run.pid, arrived.number)
        if arrived.number == signal.SIGINT and not self.interrupted:
            self.interrupted = True
            if self.state is not State.STUCK and self._pace.quiet_since is not None:
                self.diagnosis = diagnose(replace(self.case, patience=0.0))

    # Looking

    def _next_event(self) -> float:
        deadline = self.run.options.deadline
        return min(self._next, self.begun + deadline) if deadline else self._next

    def _past_deadline(self) -> bool:
        deadline = self.run.options.deadline
        return deadline is not None and now() >= self.begun + deadline

    def _safely_tick(self) -> None:
        """A defect of ours is told and remembered; the command runs on, as it would without us."""
        try:
            self._tick()
        except Exception as error:
            first, self.defect = not self.defect, f"{type(error).__name__}: {error}{place(error)}"
            self._next = now() + self.run.options.stall
            if first:
                self.run.told.defect(self.defect)

    def _tick(self) -> None:
        start = now()
        if start - self._next > _GAP or asleep() - self._slept > 1.0:
            self._forgive()
        beat = self._pulse()
        self._running = self.works.take(self.run.pid, beat)
        if beat.state in {"T", "t"}:
            self.state = State.STOPPED
            self._forgive()
        elif beat.state:
            self._pace.take(beat)
            self._show_progress(start)
            cost = now() - start
            if self._schedule.due(self._pace.quiet_since, self._pace.share) and (diagnosis := self._look()):
                self._tell(diagnosis)
            self._next = now() + min(max(_TICK, 50 * cost), _SLOWEST)
            return
        self._next = now() + _TICK

    def _pulse(self) -> Pulse:
        beat = pulse(self.run.pid, self._known)
        adopted = [node for node in beat.tree.children(os.getpid()) if self.run.options.adopt and node.pid not in self.before]
        reap(node.pid for node in adopted if node.state == "Z" and node.pid != self.run.pid)
        alive = {(node.pid, float(node.started)) for node in (*beat.below, *adopted) if node.state not in {"Z", "X"}}
        self._known = {each for each in alive if each[0] != os.getpid()}
        return beat

    def _living(self) -> Iterable[Living]:
        """Everybody of the tree who is alive, those whose parent has died included."""
        known = set(self._known)
        self._pulse()
        pending = {each for each in known - self._known if start_time(each[0]) == each[1]}
        self._known |= pending
        return set(self._known)

    def _show_progress(self, at: float) -> None:
        if not self.run.options.live:
            return
        progress = self.works.progress(self.run.pid, self._running, at - self.begun)
        if self._told:
            modes = [mode for mode, _ in sorted(self._told) if mode not in {"candidate", "unexplained"}]
            progress = replace(progress, stage="stuck:" if modes else "stuck", subject="".join(modes[:1]))
        elif not progress.subject and self._pace.quiet_since is not None and (subject := self._asked_for()):
            progress = replace(progress, stage="downloading", subject=subject)
        if leave_the_terminal_alone(self._running):
            self.run.told.progress(progress)
        else:
            self.run.told.pause()

    def _asked_for(self) -> str:
        """The module of a request that the last look saw waiting: only zips are seen by their open files."""
        from unjam.golang.proxy_url import meaning

        asked = [meaning(request.url) for request in self.case.all(WaitingRequest)]
        return next((f"{each.module}@{each.version}".rstrip("@") for each in asked if each.module), "")

    def _look(self) -> Diagnosis | None:
        """Look and ask all rules; None when the command ended meanwhile: what was seen may be the end of one that was well."""
        start = now()
        try:
            look = self.run.look(self.run.pid)
        except NoSuchProcess:
            return None
        if self.run.ended is not None:
            return None
        self.case.add(self._with_text(look))
        del self.case.looks[:-_LOOKS]
        diagnosis = diagnose(self.case)
        self._schedule.looked(start)
        return diagnosis

    def _with_text(self, look: Look) -> Look:
        """The look, and what `-x` said where memory was refused."""
        refused = any(kind is WaitingRequest for kind, _ in look.refused)
        if not refused or self.run.read is None or not self.run.talks:
            return look
        said = self.run.read(self.run.errors.so_far(), "-x", ())
        known = {fact.key for fact in look.facts}
        facts = tuple(fact for fact in said.now if isinstance(fact, WaitingRequest) and fact.key not in known)
        return replace(look, facts=look.facts + facts, looked_at=(*look.looked_at, "the lines of -x"))

    # Telling

    def _tell(self, diagnosis: Diagnosis) -> None:
        keys = set(self._keys(diagnosis))
        slow = any(finding.mode in SLOW_MODES for finding in diagnosis.findings)
        if keys:
            self.state, self.diagnosis = State.STUCK, diagnosis
            if keys - self._told:
                self._told |= keys
                self.run.told.stuck(diagnosis, self.so_far())
            self._offer(diagnosis)
            healed_of = self.run.options.end_when_stuck_by
            if self.chosen is None and any(finding.mode == healed_of for finding in diagnosis.findings):
                self.gave_up = True
                self.end()
            return
        if self._told:
            self._told.clear()
            self.state, self.diagnosis = State.RUNNING, None
            self.run.told.moves(self.so_far())
        self.state = State.SLOW if slow else State.RUNNING
        if slow:
            self.diagnosis = diagnosis
            if not self._told_slow:
                self._told_slow = True
                self.run.told.slow(self.so_far())

    def _keys(self, diagnosis: Diagnosis) -> Iterator[Key]:
        """What is stuck, so that each is told once. A wait that no rule knows counts only when nothing at all moves."""
        yield from ((each.mode, each.subject) for each in diagnosis.findings if each.mode not in SLOW_MODES)
        yield from (("candidate", each.subject) for each in diagnosis.candidates)
        nobodys = next(self.case.all(WaitingUser), None) is None and USER_PROGRAM not in self._running and not self._prompting()
        silent = self._pace.quiet_since is not None and now() - self._pace.quiet_since >= self.run.options.stall
        if nobodys and silent:
            yield from (("unexplained", cite.fact) for cite in diagnosis.unexplained)

    def _offer(self, diagnosis: Diagnosis) -> None:
        """Offer the remedy of the root cause, once."""
        finding = next((each for each in diagnosis.findings if each.mode not in SLOW_MODES), None)
        if finding is None or (finding.mode, finding.subject) in self._offered:
            return
        self._offered.add((finding.mode, finding.subject))
        remedy = remedy_of(finding, self.case)
        still = partial(self._still, finding)
        if remedy is not None and self.run.told.offer(finding, remedy, self.so_far(), still) and isinstance(remedy, Fix):
            self.chosen = (finding, remedy)
            self.end()

    def _still(self, finding: Finding) -> bool:
        """Whether it is still worth asking: the command runs, nobody has interrupted it, and it is still stuck by that."""
        self.take_signals()
        if self.run.ended is not None or self.interrupted or self._past_deadline():
            return False
        if now() - self._schedule.last < self.run.options.stall:
            return True
        diagnosis = self._look()
        return diagnosis is not None and any(each.mode == finding.mode for each in diagnosis.findings)

    # Standing still, and the end

    def _end_at_deadline(self) -> None:
        self.run.told.pause()
        self._look_a_last_time()
        self.timed_out = True
        self.end()
        if self.left and self.run.ended is None:
            self.run.give_up()

    def _look_a_last_time(self) -> None:
        if self.state is State.STOPPED:
            return
        try:
            self._look()
        except Exception as error:
            self.defect = f"{type(error).__name__}: {error}{place(error)}"
        self.diagnosis = diagnose(replace(self.case, patience=min(1.0, self.run.options.stall)))

    def _forgive(self) -> None:
        """Time in which we, the command or the machine stood still says nothing about what it waits for."""
        self._pace.forgive()
        self._slept = asleep()
        self._schedule = Schedule(self.run.options.stall)
        self._next = now() + _TICK
        self._forget()

    def _forget(self) -> None:
        self.case = Case(patience=self.run.options.stall)


def remedy_of(finding: Finding, case: Case) -> Remedy | None:
    """What the mode proposes; None when it cannot say."""
    try:
        return remedy(finding, case)
    except Exception:  # a rule that fails is told by the report; here there is just nothing to offer
        return None


def place(error: Exception) -> str:
    """Where it was raised: ` (file.py:12)`."""
    last = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    return f" ({Path(last.tb_frame.f_code.co_filename).name}:{last.tb_lineno})" if last else ""


def _longest(case: Case) -> float | None:
    ages = [age for fact in case.now if fact.trouble and case.stuck(fact) and (age := case.age(fact)) is not None]
    return round(max(ages), 1) if ages else None
