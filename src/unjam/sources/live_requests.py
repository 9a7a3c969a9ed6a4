"""The HTTP requests of a running go: what its goroutines say, and what the kernel says of the sockets they use."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import urlsplit

from unjam.facts.requests import Download, Phase, Purpose, WaitingRequest
from unjam.facts.seen import Program
from unjam.golang.frames import Waiting
from unjam.golang.proxy_url import meaning
from unjam.inspect.goroutines import Goroutine, GoroutineDump, RequestInFlight
from unjam.inspect.refused import Refused
from unjam.inspect.sockets import Socket
from unjam.sources.eye import Eye
from unjam.sources.live_sockets import address, silence, socket_cite
from unjam.sources.meanings import PHASES, purpose_of


def collect(eye: Eye) -> None:
    """Requests and downloads of the process. Only cmd/go's requests are facts: a user's server may wait."""
    _downloads(eye)
    if isinstance(eye.files, Refused):
        eye.refuse(eye.files, Download)
    if isinstance(eye.goroutines, Refused):
        eye.refuse(eye.goroutines, WaitingRequest)
        _from_sockets_alone(eye)
        return
    eye.looked_at.append("goroutines")
    if isinstance(eye.sockets, Refused):
        eye.refuse(eye.sockets, WaitingRequest)
    else:
        eye.looked_at.append("sockets")
    if eye.program is Program.GO:
        by_id = {goroutine.id: goroutine for goroutine in eye.goroutines.goroutines}
        for waiting in eye.waits:
            if waiting.wait in PHASES:
                eye.facts.append(_request(eye, eye.goroutines, waiting, by_id[waiting.id]))


def _request(eye: Eye, dump: GoroutineDump, waiting: Waiting, goroutine: Goroutine) -> WaitingRequest:
    phase, http2 = PHASES[waiting.wait]
    url = _url(waiting, dump)
    socket = _socket(eye, phase, url, _in_flight(waiting, dump.requests))
    peer = address(socket.peer) if socket else ""
    said = f"goroutine {goroutine.id} [{goroutine.wait or goroutine.state}] {waiting.frame}: {phase}"
    seen = eye.seen(f"{said} of {url}" if url else said, f"goroutines of process {eye.pid} ({dump.go})")
    if socket is not None:
        seen = replace(seen, also=(socket_cite(eye.pid, socket),))
    return WaitingRequest(
        seen=seen,
        url=url,
        host=urlsplit(url).netloc or peer,
        phase=phase,
        purpose=purpose_of(waiting, url),
        http2=http2,
        via=peer if phase is Phase.CONNECT else "",
        peer=peer,
        silent_for=silence(socket),
        received=socket.bytes_received if socket else None,
    )


def _in_flight(waiting: Waiting, requests: Iterable[RequestInFlight]) -> RequestInFlight | None:
    return next((each for each in requests if each.goroutine == waiting.id), None)


def _url(waiting: Waiting, dump: GoroutineDump) -> str:
    """The URL, where it is certain: of several that the stack holds, one that means something to go, if only one does."""
    flight = _in_flight(waiting, dump.requests)
    urls = flight.urls if flight else ()
    if len(urls) > 1:
        urls = tuple(url for url in urls if meaning(url).kind != "other")
    return urls[0] if len(urls) == 1 else ""


def _socket(eye: Eye, phase: Phase, url: str, flight: RequestInFlight | None) -> Socket | None:
    """The socket of a request: by its addresses where they were read, else the only one that fits."""
    if isinstance(eye.sockets, Refused) or phase is Phase.RESOLVING:
        return None
    wanted = "SYN-SENT" if phase is Phase.DIALING else "ESTAB"
    fit = [each for each in eye.sockets if each.kind == "tcp" and each.state == wanted]
    if flight is not None and flight.local:
        exact = [each for each in fit if address(each.local) == flight.local]
        fit = exact or fit
    if phase is not Phase.CONNECT and len(fit) > 1:
        fit = [each for each in fit if _goes_to(each, url)] or fit
    return min(fit, key=lambda each: silence(each) or 0.0) if fit else None


def _goes_to(socket: Socket, url: str) -> bool:
    """Whether a socket's peer can be the URL's host: the port, and the address where the host is one."""
    parts = urlsplit(url)
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
        host = ipaddress.ip_address(parts.hostname or "")
    except ValueError:
        return not url or socket.peer[1] == (443 if parts.scheme == "https" else 80)
    return socket.peer == (str(host), port)


def _from_sockets_alone(eye: Eye) -> None:
    """Without goroutines the kernel still proves a connection that nobody makes, or that nobody answers; not more."""
    if eye.program is not Program.GO:
        return
    if isinstance(eye.sockets, Refused):
        eye.refuse(eye.sockets, WaitingRequest)
        return
    eye.looked_at.append("sockets")
    works = bool(eye.tree.children(eye.pid))
    for socket in eye.sockets:
        if socket.kind == "tcp" and (socket.state == "SYN-SENT" or _is_owed_an_answer(socket, works=works)):
            eye.facts.append(_unnamed(eye, socket))


def _is_owed_an_answer(socket: Socket, *, works: bool) -> bool:
    """Whether bytes went out and none came back since. An idle connection got its answer last; a new one sent nothing.

    HTTP/2 acknowledges after the answer, so that its idle connection looks owed one: it counts only while go has nothing
    else to do.
    """
    if socket.state != "ESTAB" or not socket.bytes_sent:
        return False
    if socket.bytes_received == 0:
        return True
    if works or socket.last_sent_s is None or socket.last_received_s is None:
        return False
    return socket.last_sent_s < socket.last_received_s


def _unnamed(eye: Eye, socket: Socket) -> WaitingRequest:
    cite = socket_cite(eye.pid, socket)
    peer = address(socket.peer)
    phase = Phase.DIALING if socket.state == "SYN-SENT" else Phase.UNKNOWN
    seen = eye.seen(cite.fact, cite.source)
    age, received = silence(socket), socket.bytes_received
    return WaitingRequest(seen, "", peer, phase, Purpose.UNKNOWN, peer=peer, silent_for=age, received=received)


def _downloads(eye: Eye) -> None:
    for file in eye.module_files:
        if file.role == "download-tmp" and file.size is not None:
            text = f"{file.path}: {file.size} bytes, last grew {file.mtime_age_s or 0.0:.1f} s ago"
            seen = eye.seen(text, f"descriptor {file.fd} of process {eye.pid}")
            eye.facts.append(Download(seen, file.module, file.version, file.path, file.size, file.mtime_age_s or 0.0))
    if not isinstance(eye.files, Refused):
        eye.looked_at.append("open files")
