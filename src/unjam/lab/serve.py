"""A GOPROXY with faults, to rehearse against by hand: `unjam lab serve --fault stall:65536@zip`."""

from __future__ import annotations

import shlex
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from unjam.errors import BadInput
from unjam.lab.fault_text import needs_tls, parse_fault
from unjam.lab.lab import Lab
from unjam.lab.port import HOST
from unjam.lab.published import ModuleRef

MODULES = ("example.com/hello", "example.com/lib", "example.com/large")


def serve(
    faults: Sequence[str],
    listen: str = "",
    *,
    show: Callable[[str], object] = print,
    stop: threading.Event | None = None,
) -> None:
    """Serve the lab's modules with these faults, until Ctrl-C or `stop`. `listen` is `PORT` or `127.0.0.1:PORT`.

    Shown are the lines to paste into the shell in which go is to be run, and then each request.
    """
    stop = stop or threading.Event()
    with serving(faults, listen) as lab:
        for line in exports(lab):
            show(line)
        shown = 0
        try:
            while not stop.wait(0.2):
                requests = lab.proxies[0].requests
                for asked in requests[shown:]:
                    show(f"# {asked.method} {asked.path}")
                shown = len(requests)
        except KeyboardInterrupt:
            show("# every fault lifted, the lab is gone")


@contextmanager
def serving(faults: Sequence[str], listen: str = "") -> Iterator[Lab]:
    """A lab whose first server is a GOPROXY with these faults, and which has something to download."""
    parsed = [parse_fault(text) for text in faults]
    with Lab(Path("go")) as lab:  # which never runs it here
        hello, lib, large = MODULES
        lab.module(hello, requires=[lab.module(lib)])
        lab.module(large, size=5_000_000)
        tls = any(needs_tls(text) for text in faults)
        proxy = lab.proxy(tls=tls, http2=tls, port=_port(listen))
        for fault, on in parsed:
            proxy.fault(fault, on)
        lab.use_goproxy(proxy)
        yield lab


def exports(lab: Lab) -> list[str]:
    """Lines of shell that turn go to the lab, and one that tries it."""
    names = ["GOPROXY", "GOSUMDB"]
    if lab.env["GOPROXY"].startswith("https:"):
        lab.authority.context("good", http2=True)  # so that the file is there
        names.append("SSL_CERT_FILE")
    lines = [f"export {name}={shlex.quote(lab.env[name])}" for name in names]
    return [*lines, "unset GOFLAGS GONOPROXY GONOSUMDB GOPRIVATE", f"# go mod download -x {ModuleRef(MODULES[0])}"]


def _port(listen: str) -> int:
    host, _, number = listen.rpartition(":")
    if host not in {"", HOST, "localhost"}:
        raise BadInput(f"the lab listens on {HOST} only, not on {host}")
    if not number:
        return 0
    if not number.isdigit() or not 0 < int(number) < 65536:
        raise BadInput(f"{number!r} is no port")
    return int(number)
