"""What a goroutine waits for, and what for, told by the names of its functions.

The names come from a live process or from a dump; both are read alike. Sequences are innermost first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from unjam.golang import frame_table as table
from unjam.golang.frame_names import Names, NameTable, plain_name
from unjam.golang.frame_table import CONNECTING, DECOYS, WAITERS, Purpose, Wait

__all__ = ["CONNECTING", "DECOYS", "WAITERS", "Meaning", "Purpose", "Stacked", "Wait", "Waiting"]
__all__ += ["join", "meaning_of", "plain_name", "program_of"]

_WAITS, _DECOY_STACKS = NameTable(table.WAITS), NameTable(table.DECOY_STACKS)
_PURPOSES, _VCS_RUNS = NameTable(table.PURPOSES), Names(table.VCS_RUNS)
_STEPS = (NameTable(table.BUILD_STEPS), NameTable(table.VCS_STEPS))
_LOCKS = {purpose: Names(patterns) for purpose, patterns in table.LOCKS.items()}
_BENEATH, _RUNTIME, _SYSCALLS = Names(table.BENEATH), Names(table.RUNTIME), Names(table.SYSCALLS)
_PEER_WAITS, _WORKER_WAITS, _MUTEXES = Names(table.PEER_WAITS), Names(table.WORKER_WAITS), Names(table.MUTEXES)
_NETWORKS, _FILES, _PARTS = Names(table.NETWORKS), Names(table.FILES), Names(table.PARTS)
_TOOL = re.compile(r"cmd/(compile|link|asm|cgo|vet|cover|trace|pprof)/internal/")


@dataclass(frozen=True, slots=True)
class Meaning:
    """`frame` is the function that decided, as Go spells it."""

    wait: Wait
    purposes: frozenset[Purpose]
    frame: str


class Stacked(Protocol):
    """A goroutine of a dump or of a live process. `created_by_id` is None where it is not known."""

    @property
    def id(self) -> int: ...
    @property
    def functions(self) -> tuple[str, ...]: ...
    @property
    def created_by_id(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Waiting:
    """A goroutine that has a need. `wait` is the phase that its need is really in, `purposes` are its own.

    `phases` is what the evidence allows: several, and `wait` QUEUED, where it is open which dialer works for whom.
    `shown_by` is the goroutine on which the phase was seen, and `frame` the function there; its own id otherwise.
    """

    id: int
    wait: Wait
    purposes: frozenset[Purpose]
    frame: str
    phases: frozenset[Wait]
    shown_by: int


def meaning_of(functions: Sequence[str]) -> Meaning | None:
    """What one goroutine waits for. None for the runtime's own goroutines, and for an empty stack."""
    return _meaning_of(tuple(functions))


def join(goroutines: Iterable[Stacked]) -> tuple[Waiting, ...]:
    """Every goroutine with a need, each request with the phase of its dial. Those that wait for other goroutines come last.

    net/http dials, shakes hands and resolves on other goroutines than the one that asks. Who dials for whom is told by
    who created whom (Go 1.21 and later); without that, all dialers are taken together.
    """
    stacks = tuple(goroutines)
    meanings = {one.id: meaning for one in stacks if one.id and (meaning := meaning_of(one.functions))}
    dialers = [one for one in stacks if one.id in meanings and _dials(one.functions)]
    found = [
        _waiting(one.id, meaning, dialers, meanings)
        for one in stacks
        if (meaning := meanings.get(one.id)) and meaning.wait not in DECOYS and not _is_part(one.functions)
    ]
    return tuple(sorted(found, key=lambda waiting: waiting.wait in WAITERS))


def program_of(goroutines: Iterable[Stacked]) -> str:
    """Which it is: "cmd/go", "gopls", "dlv", "golangci-lint", "cmd/compile" and its like, "test", "user"; "" for none."""
    found = ""
    for one in goroutines:
        program = _program(one.functions)
        if program not in {"user", "test"}:
            return program
        found = program if found != "test" else found
    return found


@lru_cache(maxsize=1 << 12)
def _meaning_of(functions: tuple[str, ...]) -> Meaning | None:
    names = tuple(map(plain_name, functions))
    if all(name in _RUNTIME for name in names):
        return None
    wait, at = _decide(functions, names)
    purposes = _purposes(names) | (_lock_purpose(names) if wait is Wait.FLOCK else frozenset())
    return Meaning(wait, purposes, functions[at])


def _decide(functions: tuple[str, ...], names: tuple[str, ...]) -> tuple[Wait, int]:
    """The wait, and the index of the function that told it."""
    for at, name in enumerate(names):
        decoy = _DECOY_STACKS.meaning(name)
        if decoy is not None:
            return decoy, at
    innermost = next((at for at, name in enumerate(names) if name not in _BENEATH), len(names) - 1)
    inside = _inside_the_process(functions, names, innermost)
    if inside is not None:
        return inside
    for at, name in enumerate(names):
        wait = _WAITS.meaning(name)
        if wait is not None:
            return _corrected(wait, names, at)
    network = next((at for at, name in enumerate(names) if name in _NETWORKS), None)
    return (Wait.USER, innermost) if network is None else (Wait.NETWORK, network)


def _inside_the_process(functions: tuple[str, ...], names: tuple[str, ...], innermost: int) -> tuple[Wait, int] | None:
    """What is told by where it left its own code for the runtime: a wait for other goroutines, which no other need covers."""
    if names[innermost] in table.IDLE_CLOSURES and functions[innermost] != names[innermost]:
        return Wait.HELPER, innermost
    for at, name in enumerate(names[: innermost + 1]):
        if name in _PEER_WAITS:
            return Wait.WAITING_FOR_PEER, at
    if _SYSCALLS.any_of(names[:innermost]):
        return None
    if names[innermost] in _WORKER_WAITS:
        return Wait.WAITING_FOR_WORKER, innermost
    return (Wait.MUTEX, innermost) if _MUTEXES.any_of(names[:innermost]) else None


def _corrected(wait: Wait, names: tuple[str, ...], at: int) -> tuple[Wait, int]:
    """The wait after a look at what stands around the function that told it."""
    outer = names[at + 1 :]
    if wait is Wait.DIALING:
        resolving = next((n for n, name in enumerate(outer, at + 1) if _WAITS.meaning(name) is Wait.RESOLVING), None)
        return (wait, at) if resolving is None else (Wait.RESOLVING, resolving)  # the resolver dials its server
    if wait is Wait.CHILD_PIPE and _SYSCALLS.any_of(names[:at]):
        return Wait.CHILD, at  # os.(*Process).Wait was inlined: the child itself is waited for
    if wait is Wait.WRITING_OUTPUT and _FILES.any_of(outer):
        return Wait.WRITING_FILE, at
    if wait is Wait.READING_STDIN and _FILES.any_of(outer):
        return Wait.READING_FILE, at
    return wait, at


def _purposes(names: tuple[str, ...]) -> frozenset[Purpose]:
    found = {purpose for name in names for purpose in _PURPOSES.meanings(name)}
    for steps in _STEPS:
        innermost = (steps.meanings(name) for name in names if name not in _VCS_RUNS)
        found.update(next((step for step in innermost if step), ()))
    return frozenset(found)


def _lock_purpose(names: tuple[str, ...]) -> frozenset[Purpose]:
    return frozenset(next(([purpose] for purpose, known in _LOCKS.items() if known.any_of(names)), []))


def _waiting(number: int, own: Meaning, dialers: Sequence[Stacked], meanings: Mapping[int, Meaning]) -> Waiting:
    """The need of one goroutine: as its own stack has it, or for a request without connection, as its dialer has it."""
    alone = Waiting(number, own.wait, own.purposes, own.frame, frozenset({own.wait}), number)
    if own.wait is not Wait.QUEUED:
        return alone
    allowed = [one for one in dialers if one.created_by_id == number] or list(dialers)
    shown = {meanings[one.id].wait: one.id for one in reversed(allowed) if meanings[one.id].wait in CONNECTING}
    if len(shown) != 1:
        return Waiting(number, own.wait, own.purposes, own.frame, frozenset(shown) or alone.phases, number)
    [(phase, by)] = shown.items()
    return Waiting(number, phase, own.purposes, meanings[by].frame, frozenset({phase}), by)


def _dials(functions: tuple[str, ...]) -> bool:
    """Whether it is the goroutine that net/http started to make a connection."""
    return _outermost(functions).startswith("net/http.(*Transport).") and any(
        plain_name(function) == "net/http.(*Transport).dialConn" for function in functions
    )


def _is_part(functions: tuple[str, ...]) -> bool:
    return _outermost(functions) in _PARTS


def _outermost(functions: tuple[str, ...]) -> str:
    return next((name for name in map(plain_name, reversed(functions)) if name not in _RUNTIME), "")


@lru_cache(maxsize=1 << 12)
def _program(functions: tuple[str, ...]) -> str:
    found = "user"
    for function in functions:
        program = next((program for prefix, program in table.PROGRAMS if function.startswith(prefix)), "")
        tool = _TOOL.match(function)
        if tool or program not in {"", "test"}:
            return program or f"cmd/{tool[1] if tool else ''}"
        found = program or found
    return found
