"""What the real go command prints about one fault on loopback, read by the same parsers. Go 1.21 and 1.27."""

from __future__ import annotations

import io
import os
import socket
import struct
import subprocess
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from unjam.golang.log_text import clean
from unjam.golang.messages import (
    Cause,
    ChecksumMismatch,
    GitError,
    GoproxyOff,
    InvalidGoproxy,
    Message,
    Reason,
    RequestError,
    StatusError,
    SumdbUnknown,
    SumdbUnreachable,
    ToolchainDownloading,
    ToolchainError,
    ToolchainTrouble,
    VcsMissing,
    WrongContent,
    failed_requests,
    go_in_sight,
    parse_messages,
)
from unjam.golang.x_lines import parse_x

pytestmark = pytest.mark.lab

TOOLCHAINS = Path(__file__).parents[2] / ".toolchains"
VERSIONS = ["1.21.13", "1.27.3"]
MODULE = ["mod", "download", "-x", "example.com/a@v1.0.0"]


class Handler(BaseHTTPRequestHandler):
    """A GOPROXY of one module with one fault."""

    protocol_version = "HTTP/1.1"
    fault: Callable[[Handler], bool]

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        if type(self).fault(self):
            return
        zipped = io.BytesIO()
        with zipfile.ZipFile(zipped, "w") as file:
            file.writestr("example.com/a@v1.0.0/go.mod", "module example.com/a\n")
        answers = {
            ".info": b'{"Version":"v1.0.0"}',
            ".mod": b"module example.com/a\n",
            ".zip": zipped.getvalue(),
            "/supported": b"",
        }
        end = next((end for end in answers if self.path.endswith(end)), None)
        self.answer(200, answers[end]) if end else self.answer(404, b"")

    def answer(self, status: int, body: bytes, kind: str = "text/plain; charset=utf-8", length: int | None = None) -> bool:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)
        return True

    def cut(self, *, reset: bool) -> bool:
        if reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
        else:
            self.connection.shutdown(socket.SHUT_RDWR)
        self.close_connection = True
        return True

    def redirect(self) -> bool:
        self.send_response(302)
        self.send_header("Location", self.path)
        self.send_header("Content-Length", "0")
        self.end_headers()
        return True

    def short(self) -> bool:
        self.answer(200, b"module x", length=100_000)
        return self.cut(reset=False)


@contextmanager
def serve(fault: Callable[[Handler], bool]) -> Iterator[str]:
    class Faulty(Handler):
        def handle(self) -> None:
            try:
                super().handle()
            except OSError:
                self.close_connection = True

        def finish(self) -> None:
            try:
                super().finish()
            except OSError:
                self.close_connection = True

    Faulty.fault = staticmethod(fault)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Faulty)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Go:
    """One real go command in a folder of its own."""

    version: str
    folder: Path

    def settings(self, **more: str) -> dict[str, str]:
        folder = self.folder
        plain = {
            "PATH": os.defpath, "HOME": str(folder), "GOPATH": str(folder / "gopath"), "GOMODCACHE": str(folder / "mod"),
            "GOCACHE": str(folder / "cache"), "GOENV": "off", "GOTOOLCHAIN": "local", "GOFLAGS": "-modcacherw",
            "GOSUMDB": "off", "GOPROXY": "off", "GOTELEMETRY": "off", "GIT_CONFIG_NOSYSTEM": "1",
        }  # fmt: skip
        return {**plain, **more}

    def start(self, args: list[str], **more: str) -> subprocess.Popen[bytes]:
        go = TOOLCHAINS / f"go{self.version}" / "bin" / "go"
        return subprocess.Popen(
            [go, *args], cwd=self.folder, env=self.settings(**more), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )  # fmt: skip

    def says(self, args: list[str], **more: str) -> tuple[bytes, list[Message]]:
        with self.start(args, **more) as child:
            err = child.communicate(timeout=120)[1]
        return err, parse_messages(clean(err).lines)


@pytest.fixture(params=VERSIONS)
def go(request: pytest.FixtureRequest, tmp_path: Path) -> Go:
    (tmp_path / "go.mod").write_text("module example.com/main\n\ngo 1.21\n\nrequire example.com/a v1.0.0\n")
    (tmp_path / "main.go").write_text("package main\n\nfunc main() {}\n")
    return Go(request.param, tmp_path)


@pytest.mark.parametrize(
    ("fault", "cause"),
    [
        (lambda h: h.cut(reset=True), Cause.RESET),
        (lambda h: h.cut(reset=False), Cause.EOF),
        (lambda h: h.path.endswith(".zip") and h.short(), Cause.UNEXPECTED_EOF),
        (lambda h: h.path.endswith(".mod") and h.short(), Cause.UNEXPECTED_EOF),
        (lambda h: h.redirect(), Cause.REDIRECT_LOOP),
    ],
    ids=["reset", "eof", "short-zip", "short-mod", "redirect-loop"],
)
def test_a_broken_connection(go: Go, fault: Callable[[Handler], bool], cause: Cause) -> None:
    with serve(fault) as proxy:
        err, messages = go.says(MODULE, GOPROXY=proxy)
    (error,) = messages
    assert isinstance(error, RequestError), err
    assert (error.cause, error.go_said, error.module, error.version) == (cause, True, "example.com/a", "v1.0.0"), err


@pytest.mark.parametrize("status", [401, 403, 404, 410, 429, 500, 503, 504])
def test_a_status(go: Go, status: int) -> None:
    with serve(lambda h: h.answer(status, b"first reason\nsecond reason\n")) as proxy:
        err, messages = go.says(MODULE, GOPROXY=proxy)
    (error,) = messages
    assert isinstance(error, StatusError), err
    assert (error.status, error.body) == (status, ("first reason", "second reason"))


def test_refused_off_malformed_and_tls(go: Go) -> None:
    with serve(lambda _: False) as proxy:
        assert [one.cause for one in failed_requests(go.says(MODULE, GOPROXY="http://127.0.0.1:1")[1])] == [Cause.REFUSED]  # type: ignore[union-attr]
        assert [type(one) for one in go.says(MODULE, GOPROXY="off")[1]] == [GoproxyOff]
        assert [type(one) for one in go.says(MODULE, GOPROXY="ftp://a.example")[1]] == [InvalidGoproxy]
        (plain,) = go.says(MODULE, GOPROXY=proxy.replace("http:", "https:"))[1]
        (refused,) = go.says(MODULE, GOPROXY="https://proxy.example.com", HTTPS_PROXY="http://127.0.0.1:1")[1]
    assert isinstance(plain, RequestError)
    assert plain.cause is Cause.HTTP_RESPONSE_TO_HTTPS
    assert isinstance(refused, RequestError)
    assert (refused.cause, refused.address) == (Cause.PROXY_REFUSED, "127.0.0.1:1")


@pytest.mark.parametrize("end", [".info", ".zip"])
def test_a_portal_answers_html(go: Go, end: str) -> None:
    with serve(lambda h: h.path.endswith(end) and h.answer(200, b"<html>log in</html>", "text/html")) as proxy:
        err, messages = go.says(MODULE, GOPROXY=proxy)
    (error,) = messages
    assert isinstance(error, WrongContent), err
    assert error.what == {".info": "json", ".zip": "zip"}[end]
    assert error.looks_html is (end == ".info")


def test_the_checksum_database(go: Go) -> None:
    def lookup(status: int) -> Callable[[Handler], bool]:
        return lambda h: "/lookup/" in h.path and h.answer(status, b"not found")

    for status, kind in ((404, SumdbUnknown), (500, SumdbUnreachable)):
        with serve(lookup(status)) as proxy:
            err, messages = go.says(MODULE, GOPROXY=proxy, GOSUMDB="sum.golang.org")
        assert [type(one) for one in messages] == [kind], err
    with serve(lambda _: False) as proxy:
        wrong = "h1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
        (go.folder / "go.sum").write_text(f"example.com/a v1.0.0 {wrong}\nexample.com/a v1.0.0/go.mod {wrong}\n")
        (mismatch,) = go.says(["mod", "download"], GOPROXY=proxy)[1]
    assert isinstance(mismatch, ChecksumMismatch)
    assert (mismatch.expected, mismatch.expected_from, mismatch.security) == (wrong, "go.sum", True)


def test_a_toolchain(go: Go) -> None:
    (go.folder / "go.mod").write_text("module m\n\ngo 1.99.1\n")
    first, error = go.says(["version"], GOPROXY="http://127.0.0.1:1", GOTOOLCHAIN="auto")[1]
    assert isinstance(first, ToolchainDownloading)
    assert isinstance(error, ToolchainError)
    assert error.error is not None
    assert error.trouble is ToolchainTrouble.DOWNLOAD_FAILED
    (local,) = go.says(["build"])[1]
    assert isinstance(local, ToolchainError)
    assert (local.trouble, local.version, local.running) == (ToolchainTrouble.TOO_OLD, "1.99.1", go.version)


def test_git(go: Go) -> None:
    private = ["mod", "download", "-x", "github.com/o/r@v1.0.0"]

    def ask(h: Handler) -> bool:
        h.send_response(401)
        h.send_header("WWW-Authenticate", "Basic realm=x")
        h.send_header("Content-Length", "0")
        h.end_headers()
        return True

    for fault, reason in ((ask, Reason.NO_CREDENTIALS), (lambda h: h.answer(404, b""), Reason.NOT_FOUND)):
        with serve(fault) as host:
            (go.folder / ".gitconfig").write_text(f'[url "{host}/"]\n insteadOf = https://github.com/\n')
            # The HTTP proxy that refuses keeps go 1.21 from asking github.com itself about the repository.
            closed = {"HTTPS_PROXY": "http://127.0.0.1:1"}
            err, messages = go.says(private, GOPROXY="direct", **closed)
        (error,) = messages
        assert isinstance(error, GitError), err
        assert (error.reason, error.exit, error.module) == (reason, 128, "github.com/o/r")
        log = parse_x(clean(err).lines)
        assert log.commands
        assert not log.commands_in_flight
        assert not log.locks_waited_for
        assert not log.gets_in_flight
    (missing,) = go.says(private[:2] + private[3:], GOPROXY="direct", PATH="/nonexistent")[1]
    assert isinstance(missing, VcsMissing)


def test_silence_shows_in_x_as_a_request_in_flight(go: Go) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        proxy = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with go.start(MODULE, GOPROXY=proxy) as child:
            assert child.stderr is not None
            first = child.stderr.readline()
            child.kill()
    log = parse_x(clean(first).lines)
    assert [get.url for get in log.gets_in_flight] == [f"{proxy}/example.com/a/@v/v1.0.0.info"]


def test_a_healthy_command_says_nothing(go: Go) -> None:
    with serve(lambda _: False) as proxy:
        err, messages = go.says(MODULE, GOPROXY=proxy)
    lines = clean(err).lines
    assert messages == []
    assert go_in_sight(lines)
    assert [get.code for get in parse_x(lines).gets] == [200, 200, 200]
