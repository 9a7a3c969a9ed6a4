"""The children that a running go waits for, down to the process at the end of the chain and what that one waits for."""

from __future__ import annotations

from dataclasses import dataclass

from unjam.facts.children import Task, WaitingChild, Wants, Working
from unjam.facts.seen import Program, Seen
from unjam.facts.settings import WaitingUser
from unjam.golang.child_role import role_of
from unjam.golang.frame_table import Purpose, Wait
from unjam.golang.secrets import scrub
from unjam.golang.ssh_argv import ssh_url
from unjam.inspect.process import Process, read_process
from unjam.inspect.refused import Refused
from unjam.inspect.sched import idle_since
from unjam.inspect.sockets import Socket, sockets_of
from unjam.inspect.terminal import waits_for_terminal
from unjam.sources.eye import Eye
from unjam.sources.live_sockets import address, silence, socket_cite
from unjam.sources.meanings import task_of

#: Roles of go's own tools: they work or they end, and CPU tells which.
_TOOLS = frozenset({"compile", "asm", "link", "vet", "cover", "pack", "buildid", "telemetry", "cgo", "preprofile", "covdata"})
#: What these start is the C compiler, whatever it is called.
_CALL_THE_COMPILER = frozenset({"cgo", "link"})
#: A program of which the name says nothing is the user's own, unless go asked it for something.
_FREE = frozenset({Task.USER, Task.OTHER})
#: Longest part of a command line that is quoted: a compiler is started with hundreds of files.
_MOST = 160
_MOST_TOOLEXEC = 16  # words
_HELPERS = frozenset({"credential helper", "askpass", "pinentry"})
_NAMELESS = frozenset({"user program", "shell"})


@dataclass(frozen=True, slots=True)
class Link:
    """One process of a chain."""

    process: Process
    role: str


def collect(eye: Eye) -> None:
    """Each child of go with what the innermost process below it waits for."""
    if eye.program is not Program.GO:
        return
    eye.looked_at.append("children")
    for node in eye.tree.children(eye.pid):
        process = read_process(node.pid)
        if isinstance(process, Process) and process.state not in "ZX":
            _child(eye, process)


def _child(eye: Eye, process: Process) -> None:
    links = _links(_below(eye, process), eye.setting("GOAUTH"))
    role = links[0].role
    if role.startswith("go "):
        return
    if _is_cache(eye, process):
        if any(waiting.wait is Wait.CHILD and Purpose.CACHE_PROG in waiting.purposes for waiting in eye.waits):
            _awaited(eye, links, Task.CACHE_PROG)
    elif role in _CALL_THE_COMPILER and len(links) > 1:
        _awaited(eye, links[1:], Task.CC)
    elif role in _TOOLS:
        eye.facts.append(Working(_child_seen(eye, process), role))
    elif (for_whom := _for_whom(eye)) is Task.USER or (role == "user program" and for_whom in _FREE) or _is_toolexec(process):
        eye.facts.append(WaitingUser(_child_seen(eye, process), "the user's own program runs"))
    else:
        _awaited(eye, links, for_whom)


def _links(processes: list[Process], goauth: str) -> list[Link]:
    """Each process with its role. What git's transport starts, whatever its name, it asks for a login."""
    roles: dict[int, str] = {}
    for each in processes:
        role = role_of(each.argv, goauth)
        asked_for_a_login = roles.get(each.ppid) == "git-remote-http" and role in _NAMELESS
        roles[each.pid] = "credential helper" if asked_for_a_login else role
    return [Link(each, roles[each.pid]) for each in processes]


def _awaited(eye: Eye, links: list[Link], for_whom: Task) -> None:
    """A child that go needs, and all below it: what it waits for, if it does not work."""
    leaf, wants, socket = _end_of(links)
    if wants is None:
        eye.facts.append(Working(_child_seen(eye, leaf.process), leaf.role))
        return
    if wants is Wants.HIDDEN and isinstance(hidden := sockets_of(leaf.process.pid), Refused):
        eye.refuse(hidden, WaitingChild)
    chain = _path(links, leaf)
    task = _task(chain[0].process, chain[0].role)
    eye.facts.append(_fact(eye, chain, wants, socket, for_whom if task is Task.OTHER else task))


def _child_seen(eye: Eye, process: Process) -> Seen:
    return eye.seen(_short(process.command), f"child {process.pid} of process {eye.pid}")


def _short(command: str) -> str:
    return command if len(command) <= _MOST else f"{command[: _MOST - 2]} …"


def _is_cache(eye: Eye, process: Process) -> bool:
    """Whether it is the GOCACHEPROG. That one runs as long as go does, and is waited for only now and then."""
    program = eye.setting("GOCACHEPROG").split()[:1]
    return bool(program) and program[0] in process.argv[:2]


def _is_toolexec(process: Process) -> bool:
    """Whether it is the program of -toolexec: go puts that one and its few arguments before the tool and its own."""
    return any(role_of(process.argv[at : at + 1]) in _TOOLS for at in range(1, min(len(process.argv), _MOST_TOOLEXEC)))


def _for_whom(eye: Eye) -> Task:
    """What go started its children for, as its goroutines say it if they agree, else as its command line does."""
    tasks = {task_of(waiting) for waiting in eye.waits if waiting.wait in {Wait.CHILD, Wait.CHILD_PIPE}}
    if len(tasks) == 1:
        return tasks.pop()
    command = role_of(eye.process.argv)
    return Task.USER if command == "go generate" or command.startswith("go tool") else Task.OTHER


def _below(eye: Eye, process: Process) -> list[Process]:
    """The child and all that it started, the living ones, outermost first."""
    found = [process]
    for node in eye.tree.descendants(process.pid):
        each = read_process(node.pid)
        if isinstance(each, Process) and each.state not in "ZX":
            found.append(each)
    return found


def _end_of(links: list[Link]) -> tuple[Link, Wants | None, Socket | None]:
    """The process that all others wait for: a helper, a question on the terminal, a connection; else the innermost.

    It wants None when it works.
    """
    for link in links:
        if link.role in _HELPERS:
            return link, Wants.CREDENTIAL, None
    for link in links:
        if waits_for_terminal(link.process):
            return link, Wants.TERMINAL, None
    for link in reversed(links):
        socket = _connection(link)
        if socket is not None:
            return link, Wants.NETWORK, socket
    leaf = links[-1]
    if any(isinstance(sockets_of(link.process.pid), Refused) for link in links):
        return leaf, Wants.HIDDEN, None
    idle = idle_since(leaf.process.pid)
    if leaf.process.state == "R" or (idle is not None and idle < 0.2):
        return leaf, None, None
    return leaf, Wants.NOTHING, None


def _connection(link: Link) -> Socket | None:
    sockets = sockets_of(link.process.pid)
    if not isinstance(sockets, tuple):
        return None
    tcp = [each for each in sockets if each.kind == "tcp" and each.state in {"ESTAB", "SYN-SENT", "CLOSE-WAIT"}]
    return tcp[-1] if tcp else None


def _path(links: list[Link], leaf: Link) -> list[Link]:
    """From go's child down to the leaf."""
    by_pid = {link.process.pid: link for link in links}
    path = [leaf]
    while path[0] is not links[0] and path[0].process.ppid in by_pid:
        path.insert(0, by_pid[path[0].process.ppid])
    return path


def _fact(eye: Eye, chain: list[Link], wants: Wants, socket: Socket | None, task: Task) -> WaitingChild:
    leaf, top = chain[-1].process, chain[0].process
    shown = tuple(_short(link.process.command) for link in chain)
    peer = address(socket.peer) if socket else ""
    text = f"process {leaf.pid} ({' ← '.join(reversed(shown))}) waits for {wants}"
    also = () if socket is None else (socket_cite(leaf.pid, socket),)
    return WaitingChild(
        seen=Seen(text, f"children of process {eye.pid}", eye.program, eye.pid, also),
        task=task,
        chain=shown,
        tools=tuple(link.role for link in chain),
        wants=wants,
        remote=_remote(chain) or peer,
        child_pid=leaf.pid,
        idle=silence(socket) if socket else idle_since(leaf.pid),
        moved=_moved(leaf, wants, socket),
        age=top.age_s,
        connecting=socket is not None and socket.state == "SYN-SENT",
    )


def _moved(leaf: Process, wants: Wants, socket: Socket | None) -> float | None:
    """What it has done so far. A stalled git still burns ticks of CPU, so for a connection only its bytes count.

    A helper that waits for a person may well draw a window meanwhile.
    """
    if socket is not None:
        return None if socket.bytes_received is None else socket.bytes_received + (socket.bytes_sent or 0)
    return leaf.cpu_s if wants is Wants.NOTHING else None


def _task(process: Process, role: str) -> Task:
    words = process.argv
    match role:
        case "git ls-remote":
            return Task.LS_REMOTE
        case "git fetch":
            return Task.FULL_FETCH if any("refs/heads/*" in word for word in words) else Task.FETCH
        case "git status":
            return Task.STATUS
        case "cc":
            return Task.CC_PROBE if any(word in {"-###", "--version", "-v"} for word in words) else Task.CC
        case "goauth":
            return Task.GOAUTH
        case _ if role.startswith("git") or role in {"hg", "svn", "bzr", "fossil"}:
            return Task.VCS
        case _:
            return Task.OTHER


def _remote(chain: list[Link]) -> str:
    """The URL that is talked to, from the innermost command line that names one: `insteadOf` may have changed git's own."""
    for link in reversed(chain):
        if link.role == "ssh":
            return scrub(ssh_url(link.process.argv))
        for word in reversed(link.process.argv[1:]):
            if "://" in word and not word.startswith("-"):
                return scrub(word)
    return ""
