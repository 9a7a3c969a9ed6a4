"""The editor says "loading packages": what gopls waits for is in the go command that it has started."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from unjam.diagnose import Diagnosis, diagnose, remedy
from unjam.errors import LabCannot
from unjam.facts.case import Case
from unjam.inspect.tree import children
from unjam.lab import git
from unjam.lab.faults.silence import Silence
from unjam.lab.lab import Lab
from unjam.lab.match import Match
from unjam.lab.running import session_members
from unjam.lab.toolchain import find_go
from unjam.model import Advice
from unjam.sources.live import look_at

pytestmark = pytest.mark.lab


@pytest.fixture(scope="session")
def gopls() -> Path:
    """The newest gopls, installed once into a cache of the tests; UNJAM_TEST_GOPLS names another one."""
    if named := os.environ.get("UNJAM_TEST_GOPLS"):
        return Path(named)
    try:
        go = find_go("1.27")
    except LabCannot as reason:
        pytest.skip(str(reason))
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "unjam-tests"
    if not (cache / "gopls").exists():
        own = {"GOBIN": str(cache), "GOPATH": str(cache / "gopath"), "GOCACHE": str(cache / "gocache")}
        settings = {"GOTOOLCHAIN": "local", "GOENV": "off", "GOFLAGS": "-modcacherw"}
        proxies = {name: value for name, value in os.environ.items() if name.lower().endswith("_proxy") or name == "GOPROXY"}
        env = {"PATH": os.environ["PATH"], "HOME": str(cache), **own, **settings, **proxies}
        cache.mkdir(parents=True, exist_ok=True)
        argv = (go, "install", "golang.org/x/tools/gopls@latest")
        done = subprocess.run(argv, env=env, check=False, capture_output=True, text=True, timeout=600)
        if done.returncode:
            pytest.skip(f"gopls cannot be had: {done.stderr.strip().splitlines()[-1:]}")
    return cache / "gopls"


class Editor:
    """As much of an editor as makes gopls load the project's packages."""

    def __init__(self, gopls: Path, lab: Lab) -> None:
        pipe = subprocess.PIPE
        env = lab.env | {"GOPLSCACHE": str(lab.folder / "gopls")}
        self.gopls = subprocess.Popen(
            (gopls,), cwd=lab.project, env=env, stdin=pipe, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        root = lab.project.as_uri()
        folders = [{"uri": root, "name": "project"}]
        self.send("initialize", {"processId": None, "rootUri": root, "workspaceFolders": folders, "capabilities": {}}, 1)
        self.send("initialized", {})

    def send(self, method: str, params: object, number: int | None = None) -> None:
        """One message of the Language Server Protocol; a request, if it has a number."""
        message = {"jsonrpc": "2.0", "method": method, "params": params} | ({} if number is None else {"id": number})
        body = json.dumps(message).encode()
        assert self.gopls.stdin
        self.gopls.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.gopls.stdin.flush()

    def close(self) -> None:
        """End gopls and what it started."""
        for pid in session_members(self.gopls.pid):
            os.kill(pid, 9)
        self.gopls.communicate()


@pytest.fixture
def editors() -> Iterator[list[Editor]]:
    """Those that are closed afterwards."""
    opened: list[Editor] = []
    yield opened
    for editor in opened:
        editor.close()


def found(lab: Lab, pid: int) -> tuple[Case, Diagnosis]:
    """The case in which something was found."""
    last: list[tuple[Case, Diagnosis]] = []

    def holds() -> bool:
        case = Case(patience=1.0).add(look_at(pid))
        last[:] = [(case, diagnose(case))]
        return bool(last[0][1].findings)

    assert lab.until(holds, 60), last[0][1]
    return last[0]


def test_the_cause_is_in_the_go_command_of_gopls(lab: Lab, gopls: Path, editors: list[Editor]) -> None:
    """A silent proxy: the finding is of the `go list` child, and the way there is cited."""
    lab.require(lab.module("example.com/lib"), sums=True)
    sick = lab.proxy("sick")
    sick.fault(Silence(), on=Match("mod"))
    lab.use_goproxy(sick, lab.proxy("well"))
    editors.append(Editor(gopls, lab))
    pid = editors[0].gopls.pid
    case, diagnosis = found(lab, pid)
    (finding,) = diagnosis.findings
    assert finding.mode == "net-proxy-accepts-never-answers"
    assert finding.pid not in {0, pid}
    sources = [cite.source for cite in finding.because]
    assert f"process {pid}" in sources
    assert f"process {finding.pid}" in sources
    assert "list" in next(cite.fact for cite in finding.because if cite.source == f"process {finding.pid}")
    proposed = remedy(finding, case)
    assert isinstance(proposed, Advice)
    assert str(finding.pid) in proposed.title
    assert not diagnosis.crashed


def test_git_below_go_below_gopls(lab: Lab, gopls: Path, editors: list[Editor]) -> None:
    """The chain goes on to the end."""
    lab.add(git.network_stall(lab))
    lab.env["GOFLAGS"] = "-mod=mod"
    editors.append(Editor(gopls, lab))
    _, diagnosis = found(lab, editors[0].gopls.pid)
    assert [finding.mode for finding in diagnosis.findings] == ["vcs-git-network-stall"]


def test_a_credential_helper_below_git_below_go_below_gopls(lab: Lab, gopls: Path, editors: list[Editor]) -> None:
    """Five processes deep, and the helper is named."""
    lab.add(git.credential_helper_hang(lab))
    lab.env["GOFLAGS"] = "-mod=mod"
    editors.append(Editor(gopls, lab))
    _, diagnosis = found(lab, editors[0].gopls.pid)
    (finding,) = diagnosis.findings
    assert finding.mode == "vcs-credential-helper-hang"
    assert any(" ← git" in cite.fact for cite in finding.because), finding.because


def test_a_gopls_that_has_loaded_is_well(lab: Lab, gopls: Path, editors: list[Editor]) -> None:
    """An idle gopls waits for its editor."""
    lab.require(lab.module("example.com/lib"), sums=True)
    lab.use_goproxy(lab.proxy())
    editors.append(Editor(gopls, lab))
    pid = editors[0].gopls.pid
    cached = lab.modcache / "example.com" / "lib@v1.0.0"
    assert lab.until(cached.exists, 60)
    assert lab.until(lambda: not _go_children(pid), 60)
    diagnosis = diagnose(Case(patience=0.0).add(look_at(pid)))
    assert not diagnosis.sick
    assert not diagnosis.crashed


def _go_children(pid: int) -> list[int]:
    return [each.pid for each in children(pid) if each.name == "go"]
