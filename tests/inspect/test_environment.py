"""The settings that go has in effect, compared with what go itself says."""

from __future__ import annotations

import json
import os
import socket
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unjam.inspect import procfs
from unjam.inspect.environment import Environment, GoEnvironment, environment_of, go_environment, parse_environ
from unjam.inspect.process import Process, read_process
from unjam.inspect.refused import Gone, Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.inspect.conftest import Stage

TOOLCHAINS = sorted((Path(__file__).parents[2] / ".toolchains").glob("go1.*"))
needs_go = pytest.mark.skipif(not TOOLCHAINS, reason="no Go toolchains beside this checkout")
HAPPENS_TO_HAVE = frozenset({"GOBIN"})  # Go 1.27 derives it; no diagnosis asks for it


@pytest.fixture
def silent() -> Iterator[str]:
    """The URL of a module proxy that accepts and never answers: a go command stays for as long as we look."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def asking_go(stage: Stage, go: Path, home: Path, **variables: str) -> tuple[GoEnvironment, dict[str, str]]:
    """The settings of a `go mod download` that hangs, as we see them, and as `go env` of the same environment says."""
    (home / "go.mod").write_text("module m\ngo 1.21\nrequire example.com/lib v1.0.0\n")
    environment = {"HOME": str(home), "PATH": os.environ["PATH"], "GOFLAGS": "-mod=mod", "GOTOOLCHAIN": "local"} | variables
    said = subprocess.run([go, "env", "-json"], cwd=home, env=environment, capture_output=True, check=True, timeout=60)
    hung = stage.start(str(go), "mod", "download", cwd=home, env=environment, stderr=subprocess.DEVNULL)
    seen = go_environment(hung.pid)
    assert isinstance(seen, GoEnvironment)
    return seen, json.loads(said.stdout)


@needs_go
@pytest.mark.parametrize("toolchain", TOOLCHAINS, ids=lambda path: path.name)
def test_as_go_says(stage: Stage, toolchain: Path, tmp_path: Path, silent: str) -> None:
    file = tmp_path / ".config/go/env"
    file.parent.mkdir(parents=True)
    file.write_text(
        "GONOPROXY=none.example\nGOPROXY=https://overruled.example\nGOSUMDB=\nGOVCS=*:git\nGOFLAGS=-x\n# GOAUTH=off\n"
    )
    seen, said = asking_go(
        stage, toolchain / "bin/go", tmp_path, GOPROXY=silent, GOPRIVATE="corp.example", GIT_SSH_COMMAND="ssh -v"
    )
    differing = {
        name: (seen.value(name), said[name]) for name in seen.settings.keys() & said.keys() if said[name] != seen.value(name)
    }
    assert differing == {}
    expected = {"GOPROXY", "GOSUMDB", "GOPRIVATE", "GONOPROXY", "GONOSUMDB", "GOFLAGS", "GOMODCACHE", "GOPATH", "GOCACHE",
                "GOTOOLCHAIN", "GOVCS", "CGO_ENABLED", "CC", "GOROOT", "GOOS", "GOARCH"}  # fmt: skip
    assert {name for name in expected if said[name] and name not in seen.settings} == set()
    assert (seen.goroot, seen.go_version, seen.env_file) == (str(toolchain), toolchain.name, str(file))
    assert {
        name: seen.origin(name) for name in ("GOPROXY", "GONOPROXY", "GOVCS", "GOFLAGS", "GOPATH", "GOSUMDB", "GIT_SSH_COMMAND")
    } == {
        "GOPROXY": "process",
        "GONOPROXY": f"GOENV file {file}:1",
        "GOVCS": f"GOENV file {file}:4",
        "GOFLAGS": "process",
        "GOPATH": "default",
        "GOSUMDB": "default",
        "GIT_SSH_COMMAND": "process",
    }


@needs_go
def test_what_go_ships_with(stage: Stage, tmp_path: Path) -> None:
    """Without any setting; the proxy is then named by $GOROOT/go.env. HTTPS_PROXY leads nowhere but to us."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        proxy = f"http://127.0.0.1:{listener.getsockname()[1]}"
        seen, said = asking_go(stage, TOOLCHAINS[-1] / "bin/go", tmp_path, GOENV="off", HTTPS_PROXY=proxy)
        assert (seen.value("GOPROXY"), seen.origin("GOPROXY")) == (said["GOPROXY"], "GOROOT/go.env")
        assert (seen.value("GOSUMDB"), seen.origin("GOSUMDB")) == (said["GOSUMDB"], "GOROOT/go.env")
        assert (seen.value("HTTPS_PROXY"), seen.env_file) == (proxy, "")


@needs_go
def test_a_relative_goenv_is_below_the_working_directory(stage: Stage, tmp_path: Path, silent: str) -> None:
    (tmp_path / "settings").write_text(f"GOPROXY={silent}\n")
    seen, said = asking_go(stage, TOOLCHAINS[-1] / "bin/go", tmp_path, GOENV="settings")
    assert seen.value("GOPROXY") == said["GOPROXY"] == silent
    assert seen.origin("GOPROXY") == f"GOENV file {tmp_path}/settings:1"


def test_a_program_that_is_not_go_would_start_the_go_in_its_path(stage: Stage, tmp_path: Path) -> None:
    root = tmp_path / "goroot"
    (root / "pkg/tool").mkdir(parents=True)
    (root / "bin").mkdir()
    (root / "bin/go").write_text("#!/bin/sh\n")
    (root / "bin/go").chmod(0o755)
    (root / "go.env").write_text("GOPROXY=https://shipped.example\n")
    (root / "VERSION").write_text("go1.20.1\n")
    links = tmp_path / "links"
    links.mkdir()
    (links / "go").symlink_to(root / "bin/go")
    sleeper = stage.start("/bin/sleep", "1000", env={"PATH": f"{links}:/usr/bin:/bin", "HOME": "/h", "GOPATH": "", "CC": "tcc"})
    stage.until(lambda: isinstance(seen := environment_of(sleeper.pid), Environment) and "GOPATH" in seen, "exec")
    seen = go_environment(sleeper.pid)
    assert isinstance(seen, GoEnvironment)
    assert (seen.goroot, seen.go_version, seen.value("GOPROXY")) == (str(root), "go1.20.1", "https://shipped.example")
    assert (seen.value("GOSUMDB"), seen.value("GOAUTH"), seen.value("GOPATH")) == ("sum.golang.org", "", "/h/go")
    assert (seen.value("CC"), seen.value("CGO_ENABLED"), seen.value("NO_SUCH"), seen.origin("NO_SUCH")) == (
        "tcc",
        "1",
        "",
        "default",
    )


def test_secrets_do_not_show(stage: Stage) -> None:
    sleeper = stage.start(
        "/bin/sleep", "1000", env={"GOPROXY": "https://me:s3cr3t@host", "MY_TOKEN": "s3cr3t", "GIT_TOKEN": "s3cr3t"}
    )
    stage.until(lambda: isinstance(seen := environment_of(sleeper.pid), Environment) and len(seen) == 3, "exec")
    raw, seen = environment_of(sleeper.pid), go_environment(sleeper.pid)
    assert isinstance(raw, Environment)
    assert raw["MY_TOKEN"] == "s3cr3t"
    assert "s3cr3t" not in f"{raw!r} {raw} {seen!r} {seen}"
    assert isinstance(seen, GoEnvironment)
    assert seen.value("GOPROXY") == "https://me:s3cr3t@host"


def test_psutil_sees_the_same(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    sleeper = stage.start("/bin/sleep", "1000", env={"GOPROXY": "off", "HOME": "/h"})
    stage.until(lambda: isinstance(seen := environment_of(sleeper.pid), Environment) and len(seen) == 2, "exec")
    monkeypatch.setattr(procfs, "has_proc", lambda: False)
    seen = go_environment(sleeper.pid)
    assert isinstance(seen, GoEnvironment)
    assert (seen.value("GOPROXY"), seen.value("GOPATH")) == ("off", "/h/go")


def test_who_is_gone_has_no_environment() -> None:
    assert environment_of(2**30) == go_environment(2**30) == Gone(2**30)


def test_a_zombie_has_none_and_that_is_not_an_empty_one(stage: Stage) -> None:
    child = stage.start("/bin/sleep", "1000", env={})
    assert environment_of(child.pid) == Environment({})
    child.kill()
    stage.until(lambda: isinstance(environment_of(child.pid), Refused), "a zombie")


def test_a_look_in_the_middle_of_exec_waits_for_its_end(stage: Stage) -> None:
    """A process that does nothing but exec: its environment is never seen empty, nor its command line."""
    code = "import os, sys; os.execv(sys.executable, [sys.executable, '-S', '-E', '-c', sys.argv[1], sys.argv[1]])"
    endless = stage.python(code, code, env={"KEPT": "1"})
    for _ in range(3000):
        seen, process = environment_of(endless.pid), read_process(endless.pid)
        assert isinstance(seen, Environment)
        assert seen.get("KEPT") == "1"
        assert isinstance(process, Process)
        assert process.argv


def test_of_two_with_one_name_the_first_counts() -> None:
    assert parse_environ(b"A=1\0B=\0A=2\0=x\0novalue\0C=a=b\0") == {"A": "1", "B": "", "C": "a=b"}


@given(st.binary())
def test_any_bytes(raw: bytes) -> None:
    for name, value in parse_environ(raw).items():
        assert os.fsencode(f"{name}={value}") in raw.split(b"\0")
