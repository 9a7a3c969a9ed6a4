"""Real Go commands and programs to look at: hung, parked, busy, stripped. Everything stays on loopback."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parents[3]
TOOLCHAINS = sorted(
    (p for p in (ROOT / ".toolchains").glob("go1.*") if (p / "bin/go").exists()),
    key=lambda p: [int(n) for n in re.findall(r"\d+", p.name)],
)
EDGES = TOOLCHAINS if os.environ.get("UNJAM_ALL_GO") else TOOLCHAINS[:1] + TOOLCHAINS[1:][-1:]
"""The oldest and the newest toolchain at hand; all of them with UNJAM_ALL_GO=1."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that takes `toolchain` runs with the oldest and the newest."""
    if "toolchain" in metafunc.fixturenames:
        metafunc.parametrize("toolchain", EDGES or [None], ids=lambda p: p.name if p else "none", scope="session")


@pytest.fixture(autouse=True)
def _needs_go(request: pytest.FixtureRequest) -> None:
    if "toolchain" in request.fixturenames and not TOOLCHAINS:
        pytest.skip("no toolchain under .toolchains: scripts/install fetches one")


class Builder:
    """Builds the Go programs in programs/ with any toolchain and flags, each once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._built: dict[tuple[str, ...], Path] = {}

    def __call__(self, toolchain: Path, program: str, *flags: str, arch: str = "amd64", cgo: bool = False) -> Path:
        """The executable of programs/NAME.go, with C or without."""
        key = (toolchain.name, program, arch, str(cgo), *flags)
        if key not in self._built:
            target = self.folder / f"{program}-{len(self._built)}"
            source = Path(__file__).parent / "programs" / f"{program}.go"
            env = {
                "PATH": os.environ["PATH"], "HOME": str(self.folder), "GOPATH": str(self.folder / "gopath"),
                "GOENV": "off", "GOTOOLCHAIN": "local", "GOPROXY": "off", "GO111MODULE": "off", "CGO_ENABLED": str(int(cgo)),
                "GOCACHE": str(ROOT / ".toolchains/cache"), "GOARCH": arch, "GOOS": "linux", "GOMAXPROCS": "2",
            }  # fmt: skip
            go = [str(toolchain / "bin/go"), "build", *flags, "-o", str(target), str(source)]
            subprocess.run(go, env=env, check=True, cwd=self.folder)
            self._built[key] = target
        return self._built[key]


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Builder:
    """Builds programs/NAME.go."""
    return Builder(tmp_path_factory.mktemp("programs"))


class Running:
    """Processes that a test started; each is ended by its own id."""

    def __init__(self) -> None:
        self._all: list[subprocess.Popen[bytes]] = []

    def start(self, *argv: str | Path, env: dict[str, str] | None = None, cwd: Path | None = None) -> subprocess.Popen[bytes]:
        """Starts argv with its output in pipes."""
        process = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env, cwd=cwd)
        self._all.append(process)
        return process

    def ready(self, *argv: str | Path) -> tuple[subprocess.Popen[bytes], str]:
        """The same, and the first line it writes."""
        process = self.start(*argv)
        assert process.stdout is not None
        return process, process.stdout.readline().decode().strip()

    def end(self) -> None:
        """Ends them all."""
        for process in self._all:
            process.kill()
            process.wait()
            for stream in (process.stdout, process.stderr):
                if stream is not None:
                    stream.close()


@pytest.fixture
def running() -> Iterator[Running]:
    """Starts processes, and ends them after the test."""
    made = Running()
    try:
        yield made
    finally:
        made.end()


class Proxy:
    """A GOPROXY on loopback with one module. `silent`: it never answers; else it stalls in the body of the zip."""

    def __init__(self, *, silent: bool) -> None:
        self.silent = silent
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        self.asked: list[str] = []
        self._open: list[socket.socket] = []
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def _accept(self) -> None:
        while True:
            try:
                conn, _ = self.socket.accept()
            except OSError:
                return
            self._open.append(conn)
            threading.Thread(target=self._serve, args=(conn,), daemon=True).start()

    def _serve(self, conn: socket.socket) -> None:
        try:
            while path := _request_path(conn):
                self.asked.append(path)
                if self.silent:
                    continue
                if path.endswith(".zip"):
                    conn.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nPK")
                    continue
                body = b"module example.com/lib\n" if path.endswith(".mod") else b'{"Version":"v1.0.0"}'
                conn.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
        except OSError:
            return

    def close(self) -> None:
        """Ends the threads, too."""
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        for conn in self._open:
            conn.close()
        self._thread.join(5)


def _request_path(conn: socket.socket) -> str:
    data = b""
    while b"\r\n\r\n" not in data:
        more = conn.recv(4096)
        if not more:
            return ""
        data += more
    return data.split()[1].decode()


@pytest.fixture
def proxy() -> Iterator[Callable[[bool], Proxy]]:
    """Makes a proxy that is silent (True), or stalls in the body of the zip (False)."""
    made: list[Proxy] = []

    def make(silent: bool) -> Proxy:
        made.append(Proxy(silent=silent))
        return made[-1]

    try:
        yield make
    finally:
        for one in made:
            one.close()


@pytest.fixture
def go_env(tmp_path: Path) -> dict[str, str]:
    """A fresh home for one go command, and a module x in it that needs example.com/lib."""
    (tmp_path / "go.mod").write_text("module x\n\ngo 1.21\n\nrequire example.com/lib v1.0.0\n")
    mode = tmp_path / ".config" / "go" / "telemetry" / "mode"  # a variable does not switch it off: go would start a child
    mode.parent.mkdir(parents=True)
    mode.write_text("off")
    return {
        "PATH": os.environ["PATH"], "HOME": str(tmp_path), "GOPATH": str(tmp_path / "gopath"),
        "GOMODCACHE": str(tmp_path / "cache"), "GOENV": "off", "GOTOOLCHAIN": "local", "GOSUMDB": "off",
        "GOFLAGS": "-mod=mod", "GOPROXY": "off", "GOMAXPROCS": "2",
    }  # fmt: skip


def until(is_so: Callable[[], object], what: str, seconds: float = 60.0) -> None:
    """Waits for a condition; fails after a time that no slow machine needs."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, f"never came true: {what}"
        time.sleep(0.02)


@pytest.fixture
def wait_until() -> Callable[..., None]:
    """Waits for a condition."""
    return until


@pytest.fixture
def copy_of() -> Callable[[Path, Path], Path]:
    """Copies an executable, so that it can be deleted or damaged."""

    def copy(source: Path, target: Path) -> Path:
        return Path(shutil.copy2(source, target))

    return copy
