"""Healthy labs, and the commands that succeed there: the one list of what no mode may claim."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from unjam.lab import git, ssh
from unjam.lab.faults.delay import Delay
from unjam.lab.faults.drip import Drip
from unjam.lab.files import write_tree
from unjam.lab.lab import Lab
from unjam.lab.match import Match
from unjam.lab.proxy import Proxy
from unjam.lab.published import ModuleRef

Command = tuple[str, ...]

_TEST = (
    'package main\n\nimport (\n\t"testing"\n\t"time"\n)\n\nfunc TestSlow(*testing.T) { time.Sleep(1500 * time.Millisecond) }\n'
)
_MAIN = "package main\n\n//go:generate sleep 1.5\n\nfunc main() { println(42) }\n"
_C = 'package main\n\n// int f(void) { return 1; }\nimport "C"\n\nfunc main() { C.f() }\n'
GIT = f"{git.MODULE}@latest"


@dataclass(frozen=True)
class Healthy:
    """One way in which a lab is well, and commands for it, in order."""

    prepare: Callable[[Lab], object]
    commands: tuple[str, ...]

    def words(self) -> Iterator[Command]:
        """The commands as go takes them."""
        return (tuple(command.split()) for command in self.commands)


def _modules(lab: Lab, size: int = 0) -> ModuleRef:
    dep = lab.module("example.com/Dep", size=size)
    lab.module("example.com/Dep", "v1.1.0", size=size)
    lib = lab.module("example.com/lib", requires=[dep], size=size)
    lab.require(lib)
    return lib


def _plain(lab: Lab) -> Proxy:
    _modules(lab)
    proxy = lab.proxy()
    lab.use_goproxy(proxy)
    return proxy


def _dripping(lab: Lab) -> None:
    _modules(lab, size=120_000)
    proxy = lab.proxy()
    proxy.fault(Drip(60_000), on=Match("zip"))
    lab.use_goproxy(proxy)


def _slow(lab: Lab) -> None:
    _plain(lab).fault(Delay(0.3))


def _http2(lab: Lab) -> None:
    _modules(lab, size=100_000)
    lab.use_goproxy(lab.proxy(tls=True, http2=True))


def _behind_another(lab: Lab) -> None:
    _modules(lab)
    lab.http_proxy()
    lab.use_goproxy("https://goproxy.lab.example")


def _sumdb_by_itself(lab: Lab) -> None:
    _modules(lab)
    lab.use_goproxy(lab.proxy(serves_sumdb=False))
    lab.env["GOSUMDB"] = f"{lab.sumdb.key} {lab.sumdb.url}"


def _workspace(lab: Lab) -> None:
    _plain(lab)
    write_tree(lab.project, {"tool/go.mod": "module lab.example/tool\n\ngo 1.21\n", "tool/main.go": _MAIN})


def _programs(lab: Lab) -> None:
    lab.require()
    lab.use_goproxy(lab.proxy())
    write_tree(lab.project, {"main.go": _MAIN, "main_test.go": _TEST})


def _c(lab: Lab) -> None:
    lab.require()
    lab.env["CGO_ENABLED"] = "1"
    write_tree(lab.project, {"main.go": _C})


def _ssh(lab: Lab) -> None:
    ssh.ssh_stall(lab).lift()


def _toolchain(lab: Lab) -> None:
    lab.toolchain("go1.99.0", script="sleep 0.5; echo go1.99.0")
    lab.use_goproxy(lab.proxy())


HEALTHY: dict[str, Healthy] = {
    "proxy": Healthy(_plain, (
        "mod download -x", "mod tidy", "mod verify", "mod graph", "mod why example.com/Dep", "mod why -m example.com/Dep",
        "list -m all", "build ./...", "mod download -json", "clean -modcache", "list -m -u all",
        "list -m -versions example.com/lib", "get example.com/lib@latest", "get -u ./...", "list -deps -json ./...",
        "build -x ./...", "mod tidy -x", "mod edit -json", "fmt ./...", "mod vendor", "build -mod=vendor .",
    )),
    "a slow proxy": Healthy(_slow, ("mod download", "mod tidy", "list -m -u all")),
    "a proxy that drips": Healthy(_dripping, ("mod download", "clean -modcache", "build -mod=mod .")),
    "HTTP/2": Healthy(_http2, ("mod download", "mod tidy", "get -u ./...", "list -m -u all")),
    "an HTTP proxy": Healthy(_behind_another, ("mod tidy", "mod download")),
    "the checksum database itself": Healthy(_sumdb_by_itself, ("mod tidy", "mod verify")),
    "git over http": Healthy(git.serve_git, ("mod download", f"list -m -versions {git.MODULE}", f"get {GIT}", "mod tidy")),
    "git over ssh": Healthy(_ssh, ("mod download", "mod verify")),
    "a workspace": Healthy(_workspace, ("work init . ./tool", "work sync", "work edit -json", "list -m")),
    "programs": Healthy(_programs, (
        "test .", "run .", "generate ./...", "vet ./...", "install .", "env", "version", "tool",
        "build -a unicode/utf8", "list std",
    )),
    "C": Healthy(_c, ("build -o prog .",)),
    "a toolchain to download": Healthy(_toolchain, ("version",)),
}  # fmt: skip
