"""The lab: one project, one go command, its whole environment, and the servers it talks to.

with Lab(find_go()) as lab:
    lab.require(lab.module("example.com/lib"))
    sick, well = lab.proxy("sick"), lab.proxy("well")
    sick.fault(Silence(), on=Match("zip"))
    lab.use_goproxy(sick, well)
    running = lab.start(("-x",))
    lab.until(lab.is_waiting)
    lab.lift()
    assert running.wait_done().code == 0
"""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import NoReturn, Protocol, Self, TypeVar

from unjam.errors import LabCannot
from unjam.lab import disk
from unjam.lab.authority import Authority
from unjam.lab.cached import put_in_cache
from unjam.lab.faults.black_hole import BlackHole
from unjam.lab.faults.refuse import Refuse
from unjam.lab.folders import delete, give_to
from unjam.lab.proxy import Part, Proxy
from unjam.lab.published import Module, ModuleRef, Published, build, mod_text
from unjam.lab.quiet import Quiet
from unjam.lab.running import Result, Running
from unjam.lab.sumdb import SumDB
from unjam.lab.toolchain import go_version

NOBODY = 65534
PROJECT = "lab.example/project"
_TWO_WORDS = ("mod", "work", "tool")  # commands of go that have commands of their own


class Liftable(Protocol):
    """A fault of another kind than those of servers. It may have a `waited_on` that says whether somebody waits on it."""

    def lift(self) -> object:
        """Take the fault away."""


LiftableT = TypeVar("LiftableT", bound=Liftable)


class Lab:
    """A machine in a folder. Everything that it opened, started or wrote is gone after `close`."""

    def __init__(self, go: Path, *, folder: Path | None = None, gocache: Path | None = None, uid: int | None = None) -> None:
        if uid is not None:
            _check_root()
        self.go = go
        self.folder = Path(tempfile.mkdtemp(prefix="unjam-lab-")) if folder is None else folder
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o755)
        self.home, self.project = self.folder / "home", self.folder / "project"
        self.modcache = self.folder / "modcache"
        for place in (self.home, self.project, self.folder / "tmp"):
            place.mkdir(exist_ok=True)
        self.gocache = gocache or self.folder / "gocache"
        self.command: tuple[str, ...] = ("mod", "download")
        self.wrap: tuple[str, ...] = ()
        self.tty = False
        self.uid = uid
        self.published = Published()
        self.authority = Authority(self.folder)
        self.sumdb = SumDB(self.published, self._serve_part)
        self.sick_when: Callable[[Running], bool] = self._is_sick
        self._proxies: list[Proxy] = []
        self._running: list[Running] = []
        self._callbacks: list[Callable[[], object]] = []
        self._liftables: list[Liftable] = []
        self._on_lift: list[Callable[[], object]] = []
        self._quiet = Quiet()
        self._behind_tls: Proxy | None = None
        self._lock = threading.Lock()
        self.env = self._environment()
        if uid is not None:
            self.unprivileged(uid)

    @cached_property
    def go_version(self) -> tuple[int, int]:
        """Major and minor version of its go: (1, 27)."""
        return go_version(self.go)

    def _environment(self) -> dict[str, str]:
        """The complete environment: nothing of this process's own is in it but the search path for git and cc."""
        telemetry = self.home / ".config" / "go" / "telemetry" / "mode"
        telemetry.parent.mkdir(parents=True, exist_ok=True)
        telemetry.write_text("off", encoding="utf-8")  # its helper process may outlive go
        return {
            "PATH": os.pathsep.join((str(self.go.parent), os.environ.get("PATH", os.defpath))),
            "HOME": str(self.home),
            "LC_ALL": "C",
            "TMPDIR": str(self.folder / "tmp"),
            "GOTMPDIR": str(self.folder / "tmp"),
            "GOENV": str(self.home / ".config" / "go" / "env"),
            "GOPATH": str(self.home / "go"),
            "GOMODCACHE": str(self.modcache),
            "GOCACHE": str(self.gocache),
            "GOTOOLCHAIN": "local",
            "GOFLAGS": "",
            "GOPROXY": "off",
            "GOSUMDB": self.sumdb.key,
            "SSL_CERT_FILE": str(self.authority.ca_file),
            "SSL_CERT_DIR": str(self.folder / "no-certificates"),
        }

    # Modules

    def module(
        self,
        path: str,
        version: str = "v1.0.0",
        *,
        files: Mapping[str, str | bytes] | None = None,
        requires: Iterable[ModuleRef] = (),
        go: str = "1.20",
        mod: str | None = None,
        size: int = 0,
    ) -> ModuleRef:
        """Publish a module, by default one package that imports those it requires (see `published.build`)."""
        ref = ModuleRef(path, version)
        return self.published.add(build(ref, files=files, requires=requires, go=go, mod=mod, size=size))

    def publish(self, module: Module) -> ModuleRef:
        """Publish a module made elsewhere."""
        return self.published.add(module)

    def toolchain(self, version: str, script: str = "exit 0") -> ModuleRef:
        """Publish a toolchain (`go1.99.0`) for this system, whose go is a shell script, and have the project ask for it."""
        import platform

        arch = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
        ref = ModuleRef("golang.org/toolchain", f"v0.0.1-{version}.{platform.system().lower()}-{arch}")
        shell = f"#!/bin/sh\n{script}\n"
        files = {"bin/go": shell, "bin/gofmt": shell, "VERSION": f"{version}\n", "go.mod": "module golang.org/toolchain\n"}
        for place in ("pkg/tool", "lib", "src"):  # go looks into each once it has unpacked them
            files[f"{place}/README"] = "Empty, but for this file.\n"
        self.require(go=version.removeprefix("go"))
        self.env["GOTOOLCHAIN"] = "auto"
        return self.published.add(build(ref, files=files, mod=files["go.mod"]))

    def corrupt_cached_zip(self, ref: ModuleRef) -> Path:
        """Leave half of a module's zip in the cache, under its final name; lifted, it is whole."""
        module = self.published[ref]
        zip_file = put_in_cache(self.modcache, module, module.zip[: len(module.zip) // 2])
        self._hand_over()
        self.on_lift(lambda: zip_file.write_bytes(module.zip))
        return zip_file

    def require(self, *refs: ModuleRef, sums: bool = False, go: str = "1.21") -> None:
        """Make the project a program that imports these modules; with its go.sum, if `sums`."""
        selected = self.published.closure(refs)
        indirect = [ref for ref in selected if ref.path not in {direct.path for direct in refs}]
        (self.project / "go.mod").write_text(mod_text(PROJECT, refs, go, indirect), encoding="utf-8")
        imports = "".join(f'import _ "{ref.path}"\n' for ref in refs)
        (self.project / "main.go").write_text(f"package main\n\n{imports}\nfunc main() {{}}\n", encoding="utf-8")
        if sums:
            (self.project / "go.sum").write_text(self.sumdb.sums(selected), encoding="utf-8")
        self._hand_over()

    # Servers

    def proxy(
        self,
        name: str = "proxy",
        *,
        tls: bool = False,
        http2: bool = False,
        serves_sumdb: bool = True,
        port: int = 0,
        also: Sequence[Part] = (),
    ) -> Proxy:
        """A GOPROXY on loopback, with all published modules, and what `also` has. HTTP/2 is spoken over TLS only."""
        if http2 and not tls:
            raise LabCannot("go speaks HTTP/2 over TLS only: proxy(tls=True, http2=True)")
        parts: list[Part] = [*also, self.published.answer]
        if serves_sumdb:
            parts.append(self.sumdb.answer_through_proxy)
        return self._keep(Proxy(name, parts, self.authority if tls else None, http2=http2, port=port))

    def use_goproxy(self, *entries: Proxy | str, sep: str = ",") -> None:
        """Set GOPROXY to these entries."""
        self.env["GOPROXY"] = sep.join(entry if isinstance(entry, str) else entry.url for entry in entries)

    def http_proxy(self, schemes: Sequence[str] = ("https",)) -> Proxy:
        """A forward proxy for the names below lab.example, which only it can reach, set for these schemes.

        go never sends loopback addresses through a proxy: let GOPROXY be `https://goproxy.lab.example`.
        """
        proxy = self._everything("http-proxy")
        for scheme in schemes:
            self.env[f"{scheme.upper()}_PROXY"] = proxy.url
        return proxy

    def black_hole(self) -> str:
        """An address (`127.0.0.1:PORT`) that drops every SYN. Lifted, it is whatever was expected there."""
        proxy = self._everything("black-hole")
        proxy.fault(BlackHole())
        return proxy.address

    def refuse(self) -> str:
        """An address (`127.0.0.1:PORT`) that refuses connections. Lifted, it is whatever was expected there."""
        proxy = self._everything("refusing")
        proxy.fault(Refuse())
        return proxy.address

    def _everything(self, name: str, *, tls: bool = False) -> Proxy:
        """A GOPROXY, the checksum database, and a forward proxy to both by TLS, all at one port."""
        parts = (self.published.answer, self.sumdb.answer_through_proxy, self.sumdb.answer)
        if tls:
            return self._keep(Proxy(name, parts, self.authority, http2=True))
        return self._keep(Proxy(name, parts, towards=self._tls_port))

    def _tls_port(self) -> int:
        with self._lock:
            self._behind_tls = self._behind_tls or self._everything("behind the forward proxy", tls=True)
            return self._behind_tls.port

    def _serve_part(self, part: Part) -> str:
        return self._keep(Proxy("checksum database", (part,))).url

    def _keep(self, proxy: Proxy) -> Proxy:
        self._proxies.append(proxy)
        return proxy

    @property
    def proxies(self) -> tuple[Proxy, ...]:
        """All servers, in the order they were made."""
        return tuple(self._proxies)

    # Faults

    def add(self, fault: LiftableT) -> LiftableT:
        """Have a fault of another kind than those of servers, which `lift` lifts too."""
        self._liftables.append(fault)
        return fault

    def on_lift(self, callback: Callable[[], object]) -> None:
        """Call this, without arguments, when faults are lifted; once."""
        self._on_lift.append(callback)

    def lift(self) -> None:
        """Take every fault away, in mid-flight: whoever waits is served, or dropped."""
        for liftable in (*self._liftables, *self._proxies, self.sumdb):
            liftable.lift()
        while self._on_lift:
            self._on_lift.pop()()
        self._liftables.clear()

    def is_waiting(self) -> bool:
        """Whether there are faults that can tell, and each has somebody waiting on it."""
        told = [one.waited_on for proxy in self._proxies for one in proxy.armed if one.fault.holds]
        told += [fault.waited_on for fault in self._liftables if hasattr(fault, "waited_on")]
        return bool(told) and all(told)

    def _is_sick(self, running: Running) -> bool:
        """It has exited, or waits on every fault; where faults cannot tell, it has gone quiet."""
        silent = [fault for fault in self._liftables if not hasattr(fault, "waited_on")]
        return running.done or self.is_waiting() or (bool(silent) and self._quiet(running))

    # The machine

    def unprivileged(self, uid: int = NOBODY) -> None:
        """Run go as this user from now on: to root, no folder is read-only. Its folders are made its own."""
        _check_root()
        self.uid = uid
        self.gocache = self.folder / "gocache"
        self.env["GOCACHE"] = str(self.gocache)
        self._hand_over()

    def _hand_over(self) -> None:
        if self.uid is not None:
            self.modcache.mkdir(exist_ok=True)
            self.gocache.mkdir(exist_ok=True)
            for place in (self.home, self.project, self.modcache, self.gocache, self.folder / "tmp"):
                give_to(place, self.uid)

    def small_modcache(self, size: int) -> Path:
        """Have the module cache on a disk of that size."""
        return self.small_disk(size, self.modcache)

    def small_disk(self, size: int, place: Path | None = None) -> Path:
        """A folder that holds `size` bytes and no more. Lifted, it holds a gigabyte."""
        place = place or self.folder / "small-disk"
        disk.mount(place, size)
        if self.uid is not None:
            os.chown(place, self.uid, self.uid)
        self.on_close(lambda: disk.unmount(place))
        self.on_lift(lambda: disk.resize(place, 1 << 30))
        return place

    def cannot(self, reason: str) -> NoReturn:
        """This machine cannot make the fault."""
        raise LabCannot(reason)

    # The command

    def argv(self, extra: Sequence[str] = ()) -> tuple[str, ...]:
        """The whole command; `extra` flags stand where go takes them, before packages."""
        words = 2 if self.command[:1] and self.command[0] in _TWO_WORDS else 1
        return (str(self.go), *self.command[:words], *extra, *self.command[words:])

    def start(self, extra_args: Sequence[str] = (), *, wrap: Sequence[str] = (), capture: bool = True) -> Running:
        """Start the command. `wrap` stands before it, as in `strace go …`."""
        argv = (*wrap, *self.wrap, *self.argv(extra_args))
        running = Running(argv, cwd=self.project, env=self.env, uid=self.uid, tty=self.tty, capture=capture)
        self._running.append(running)
        return running

    def run(self, args: Sequence[str] | None = None, timeout: float = 60) -> Result:
        """Run the command, or go with other arguments, to its end, or end it at the time limit."""
        argv = (*self.wrap, *(self.argv() if args is None else (str(self.go), *args)))
        running = Running(argv, cwd=self.project, env=self.env, uid=self.uid, tty=self.tty)
        try:
            return running.wait_done(timeout) or running.end()
        finally:
            running.close()

    def until(self, condition: Callable[[], object], timeout: float = 30) -> bool:
        """Wait for a condition; false if it has not come true after so many seconds."""
        ends = time.monotonic() + timeout
        while not condition():
            if time.monotonic() > ends:
                return False
            time.sleep(0.01)
        return True

    # The end

    def on_close(self, callback: Callable[[], object]) -> None:
        """Call this, without arguments, when the lab closes; last come, first called."""
        self._callbacks.append(callback)

    def close(self) -> None:
        """End every process, thread and socket, and remove the folder. A second time does nothing."""
        with ExitStack() as stack:  # which goes on when one of them fails
            stack.callback(delete, self.folder)
            for callback in self._callbacks:
                stack.callback(callback)
            for proxy in self._proxies:
                stack.callback(proxy.close)
            for running in self._running:
                stack.callback(running.close)
            self._callbacks, self._proxies, self._running = [], [], []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def _check_root() -> None:
    if os.geteuid() != 0:
        raise LabCannot("to run go as another user takes root")
