"""A healthy lab: the real go succeeds at everything, and has checked every hash with the lab's database."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from unjam.lab.lab import Lab
from unjam.lab.proxy import Proxy
from unjam.lab.published import ModuleRef
from unjam.lab.toolchain import find_go

pytestmark = pytest.mark.lab

COMMANDS = (
    ("mod", "download"),
    ("mod", "tidy"),
    ("mod", "verify"),
    ("build", "example.com/lib"),
    ("list", "-m", "all"),
    ("list", "-m", "-versions", "example.com/lib"),
    ("get", "example.com/lib@latest"),
)


def plain(lab: Lab) -> Proxy:
    """Http."""
    return lab.proxy()


def tls(lab: Lab) -> Proxy:
    """Https, HTTP/1.1."""
    return lab.proxy(tls=True)


def http2(lab: Lab) -> Proxy:
    """Https, HTTP/2."""
    return lab.proxy(tls=True, http2=True)


def two_modules(lab: Lab) -> ModuleRef:
    """A project that requires a module that requires another, whose name has capitals."""
    lib = lab.module("example.com/lib", requires=[lab.module("example.com/Dep")], size=300_000)
    lab.require(lib)
    return lib


@pytest.mark.parametrize("serve", [plain, tls, http2])
def test_every_command_succeeds(lab: Lab, serve: Callable[[Lab], Proxy]) -> None:
    """And leaves the go.sum that the lab expects."""
    lib = two_modules(lab)
    proxy = serve(lab)
    lab.use_goproxy(proxy)
    for command in COMMANDS:
        result = lab.run(command)
        assert result.code == 0, (command, result.stderr)
    assert (lab.project / "go.sum").read_text() == lab.sumdb.sums(lab.published.closure([lib]))
    assert any("/lookup/example.com/!dep@v1.0.0" in asked.path for asked in proxy.requests)
    assert all(asked.status in {200, 404} for asked in proxy.requests)


def test_the_database_can_be_asked_directly(lab: Lab) -> None:
    """GOSUMDB with a URL; the proxy is then not asked for sums."""
    two_modules(lab)
    proxy = lab.proxy(serves_sumdb=False)
    lab.use_goproxy(proxy)
    lab.env["GOSUMDB"] = f"{lab.sumdb.key} {lab.sumdb.url}"
    assert lab.run().code == 0
    assert not [asked for asked in proxy.requests if "sumdb" in asked.path]
    assert any(asked.path.startswith("/lookup/") for asked in lab.proxies[-1].requests)


def test_correct_sums_need_no_database(lab: Lab) -> None:
    """The go.sum that `require` writes is the one go wants."""
    lib = lab.module("example.com/lib", requires=[lab.module("example.com/dep")])
    lab.require(lib, sums=True)
    proxy = lab.proxy(serves_sumdb=False)
    lab.use_goproxy(proxy)
    assert lab.run().code == 0
    assert lab.run(("mod", "tidy", "-diff") if lab.go_version >= (1, 23) else ("mod", "tidy")).code == 0
    assert (lab.project / "go.sum").read_text() == lab.sumdb.sums(lab.published.closure([lib]))


def test_names_behind_a_forward_proxy_are_reached(lab: Lab) -> None:
    """A GOPROXY that only HTTPS_PROXY, or HTTP_PROXY, can reach."""
    two_modules(lab)
    for scheme in ("https", "http"):
        proxy = lab.http_proxy((scheme,))
        lab.use_goproxy(f"{scheme}://goproxy.lab.example")
        lab.run(("clean", "-modcache"))
        result = lab.run()
        assert result.code == 0, result.stderr
        assert proxy.requests


def test_a_log_of_many_modules_is_consistent(lab: Lab) -> None:
    """More records than one tile holds, looked up in several runs: go checks each head against the last."""
    refs = [lab.module(f"example.com/m{number}") for number in range(300)]
    lab.use_goproxy(lab.proxy())
    for part in (refs[:3], refs[3:]):
        lab.require(*part)
        result = lab.run()
        assert result.code == 0, result.stderr


def test_a_toolchain_is_downloaded_checked_and_run(lab: Lab) -> None:
    """The project's go line asks for it."""
    lab.toolchain("go1.99.0", script='echo "go version go1.99.0 lab/lab"')
    lab.use_goproxy(lab.proxy())
    result = lab.run(("version",))
    assert (result.code, result.stdout) == (0, "go version go1.99.0 lab/lab\n"), result.stderr


def test_nothing_of_this_process_reaches_go(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor a setting, nor a proxy."""
    for name in ("GOFLAGS", "GOPRIVATE", "HTTPS_PROXY", "GONOSUMDB", "GOEXPERIMENT"):
        monkeypatch.setenv(name, "outside")
    result = lab.run(("env", "GOFLAGS", "GOPRIVATE", "GONOSUMDB", "GOPROXY", "GOTOOLCHAIN", "GOEXPERIMENT"))
    assert result.stdout == "\n\n\noff\nlocal\n\n"


def test_extra_flags_stand_where_go_takes_them(lab: Lab) -> None:
    """After the command's one or two words."""
    lab.command = ("mod", "download", "example.com/lib")
    assert lab.argv(("-x",))[1:] == ("mod", "download", "-x", "example.com/lib")
    lab.command = ("build", ".")
    assert lab.argv(("-x",))[1:] == ("build", "-x", ".")


def test_after_close_nothing_is_left(tmp_path: Path) -> None:
    """No thread, no folder, no process, no port."""
    before = set(threading.enumerate())
    with Lab(find_go(), folder=tmp_path / "lab") as lab:
        lab.require(lab.module("example.com/lib"))
        proxy = lab.proxy(tls=True, http2=True)
        lab.use_goproxy(proxy, lab.proxy())
        assert lab.run().code == 0
        port, address, told = proxy.port, proxy.address, []
        lab.on_close(lambda: told.append(lab.folder.exists()))
    assert set(threading.enumerate()) == before
    assert not (tmp_path / "lab").exists()
    assert told == [True]
    with Lab(find_go(), folder=tmp_path / "lab") as lab:
        assert lab.proxy(port=port).address == address
