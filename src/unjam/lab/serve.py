"""A GOPROXY with faults, to rehearse against by hand: `unjam lab serve --fault stall:65536@zip`."""

from __future__ import annotations

import contextlib
import os
import select
import shlex
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from unjam.errors import BadInput
from unjam.lab.fault_text import needs_http2, needs_tls, parse_fault
from unjam.lab.lab import Lab
from unjam.lab.port import HOST
from unjam.lab.proxy import Proxy
from unjam.lab.published import ModuleRef
from unjam.lab.shelf import Shelf

MODULES = ("example.com/hello", "example.com/lib", "example.com/large")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to serve. `faults` as `fault_text` reads them, `listen` is `PORT` or `127.0.0.1:PORT`.

    `shelf` is a folder of modules to serve as well, laid out as GOMODCACHE/cache/download is.
    """

    faults: Sequence[str] = ()
    listen: str = ""
    tls: bool = False
    http2: bool = False
    shelf: Path | None = None


def serve(
    wanted: Wanted,
    *,
    show: Callable[[str], object] = print,
    stop: threading.Event | None = None,
    keys: int | None = None,
) -> None:
    """Serve until Ctrl-C or `stop`. Each line that comes from the descriptor `keys` lifts the faults, or puts them back.

    Shown are the lines to paste into the shell in which go is to be run, and then each request with its status.
    """
    stop = stop or threading.Event()
    with serving(wanted) as lab:
        proxy, told = lab.proxies[0], 0
        for line in exports(lab):
            show(line)
        if keys is not None and os.isatty(keys):
            show("# Enter lifts the faults, also for who waits; Enter again puts them back; Ctrl-C ends the lab")
        try:
            while not stop.wait(0.1):
                told = _tell(proxy, told, show)
                if typed := _typed(keys):
                    show(_toggled(proxy, wanted.faults))
                elif typed is not None:
                    keys = None
        except KeyboardInterrupt:
            show("# every fault lifted, the lab is gone")


def _tell(proxy: Proxy, told: int, show: Callable[[str], object]) -> int:
    """Show the requests from number `told` on; how many there are now."""
    requests = proxy.requests
    for asked in requests[told:]:
        show(f"# {asked.method} {asked.path}")
    return len(requests)


def _typed(keys: int | None) -> bytes | None:
    """A line from there, empty bytes at its end; None while there is none, or the terminal is somebody else's now."""
    if keys is None or not select.select([keys], [], [], 0)[0]:
        return None
    with contextlib.suppress(OSError):  # no terminal: a pipe, a file
        if os.tcgetpgrp(keys) != os.getpgrp():
            return None  # a read in the background would stop us
    return os.read(keys, 4096)


def _toggled(proxy: Proxy, faults: Sequence[str]) -> str:
    """Lift the faults, or put them back; what has been done."""
    if proxy.armed:
        proxy.lift()
        return "# lifted: whoever waited is served"
    for text in faults:
        proxy.fault(*parse_fault(text))
    return f"# sick again: {', '.join(faults) or 'without a fault'}"


@contextmanager
def serving(wanted: Wanted) -> Iterator[Lab]:
    """A lab whose first server is a GOPROXY with these faults, and which has something to download."""
    parsed, port = [parse_fault(text) for text in wanted.faults], _port(wanted.listen)
    also = () if wanted.shelf is None else (Shelf(wanted.shelf).answer,)
    http2 = wanted.http2 or any(map(needs_http2, wanted.faults))
    tls = wanted.tls or http2 or any(map(needs_tls, wanted.faults))
    with Lab(Path("go")) as lab:  # which never runs it here
        hello, lib, large = MODULES
        lab.module(hello, requires=[lab.module(lib)])
        lab.module(large, size=5_000_000)
        proxy = lab.proxy(tls=tls, http2=http2, port=port, also=also)
        for fault, on in parsed:
            proxy.fault(fault, on)
        lab.use_goproxy(proxy)
        yield lab


def exports(lab: Lab) -> list[str]:
    """Lines of shell that turn go to the lab, with caches of its own that go with it, and one that tries it."""
    names = ["GOPROXY", "GOSUMDB", "GOPATH", "GOMODCACHE"]
    if lab.env["GOPROXY"].startswith("https:"):
        lab.authority.context("good", http2=True)  # so that the file is there
        names.append("SSL_CERT_FILE")
    return [
        *(f"export {name}={shlex.quote(lab.env[name])}" for name in names),
        "export GOENV=off",
        "unset GOFLAGS GONOPROXY GONOSUMDB GOPRIVATE GOINSECURE",
        f"# go mod download -x {ModuleRef(MODULES[0])}",
    ]


def _port(listen: str) -> int:
    host, _, number = listen.rpartition(":")
    if host not in {"", HOST, "localhost"}:
        raise BadInput(f"the lab listens on {HOST} only, not on {host}")
    if not number:
        return 0
    if not number.isdigit() or not 0 < int(number) < 65536:
        raise BadInput(f"{number!r} is no port")
    return int(number)
