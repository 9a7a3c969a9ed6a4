"""`unjam go` with the real go against the lab: what is told, what is healed, and what is never called stuck."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from unjam.errors import LabCannot
from unjam.lab.faults.drip import Drip
from unjam.lab.faults.refuse import Refuse
from unjam.lab.faults.silence import Silence
from unjam.lab.lab import Lab
from unjam.lab.match import Match
from unjam.lab.toolchain import find_go

pytestmark = pytest.mark.lab

PATIENCE = 150.0  # a first build of the standard library is part of it
SILENT = "net-proxy-accepts-never-answers"
Start = Callable[..., "Watched"]


@pytest.fixture(scope="session")
def gocache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One build cache for all labs of a run."""
    return tmp_path_factory.mktemp("gocache")


@pytest.fixture
def lab(gocache: Path) -> Iterator[Lab]:
    """A lab with the newest go."""
    try:
        go = find_go()
    except LabCannot as reason:
        pytest.skip(str(reason))
    with Lab(go, gocache=gocache) as lab:
        yield lab


class Watched:
    """`unjam go` in the lab's project. `said` is its standard error so far."""

    def __init__(self, lab: Lab, words: tuple[str, ...], **more: Any) -> None:
        self._log = lab.folder / "said"
        self.report_file = lab.folder / "report.json"
        # A pipe of its own for standard error, as in CI: cat writes down what comes.
        with self._log.open("wb") as log:
            self._cat = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=log)
        given = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": self._cat.stdin} | more
        environment = {"UNJAM_STATE": str(lab.folder / "state"), "UNJAM_REPORT": str(self.report_file)} | lab.env
        self.process = subprocess.Popen(
            [more.pop("python"), "-c", "from unjam.cli.main import entry; entry()", "go", *words],
            cwd=lab.project, env=environment, start_new_session=True, **{k: v for k, v in given.items() if k != "python"},
        )  # fmt: skip
        assert self._cat.stdin is not None
        self._cat.stdin.close()

    @property
    def said(self) -> str:
        """Standard error so far."""
        return self._log.read_text(errors="replace")

    def until(self, condition: Callable[[], Any], patience: float = PATIENCE) -> Any:
        """Wait until it holds."""
        ends = time.monotonic() + patience
        while not (answer := condition()):
            assert time.monotonic() < ends, f"it did not come true; said: {self.said}"
            time.sleep(0.05)
        return answer

    def until_said(self, text: str) -> None:
        """Wait until that was said."""
        self.until(lambda: text in self.said)

    def wait(self) -> int:
        """Its exit code."""
        code = self.process.wait(PATIENCE)
        self._cat.wait(PATIENCE)
        return code

    def report(self) -> dict[str, Any]:
        """What `--report` wrote."""
        found: dict[str, Any] = json.loads(self.report_file.read_bytes())
        return found

    def child(self, name: str) -> int:
        """The process id of a descendant of that name, once there is one."""
        def look() -> int:
            for pid in self.members():
                if Path(f"/proc/{pid}/comm").read_text().strip() == name:
                    return pid
            return 0

        return int(self.until(look))

    def members(self) -> list[int]:
        """All of its session, itself included."""
        found = []
        for place in Path("/proc").iterdir():
            try:
                if place.name.isdigit() and (place / "stat").read_text().rpartition(")")[2].split()[3] == str(self.process.pid):
                    found.append(int(place.name))
            except OSError:
                continue
        return found

    def close(self) -> None:
        """End what is left of it."""
        for pid in self.members():
            os.kill(pid, signal.SIGKILL)
        self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()
        self._cat.wait()


@pytest.fixture
def start(lab: Lab, unjam_go: tuple[str, ...]) -> Iterator[Start]:
    """`start(*words)`: `unjam go` with these words in the lab's project."""
    started: list[Watched] = []

    def begin(*words: str, **more: Any) -> Watched:
        started.append(Watched(lab, words, python=unjam_go[0], **more))
        return started[-1]

    yield begin
    for watched in started:
        watched.close()


def with_silent_proxy(lab: Lab, *, second: bool = True) -> None:
    """The first GOPROXY entry is silent; the second is well."""
    lab.require(lab.module("example.com/lib"))
    sick, well = lab.proxy("sick"), lab.proxy("well")
    sick.fault(Silence(), on=Match("mod"))
    lab.use_goproxy(*((sick, well) if second else (sick,)))


def test_silence_is_told_with_its_cause_and_ended_at_the_deadline(lab: Lab, start: Start) -> None:
    with_silent_proxy(lab)
    watched = start("--stall", "1s", "--deadline", "8s", "mod", "tidy")
    assert watched.wait() == 124
    assert watched.said.count(SILENT) == 1, "told once, though looked at again and again"
    assert "lib/@v/v1.0.0.mod" in watched.said
    report = watched.report()
    assert [finding["mode"] for finding in report["findings"]] == [SILENT]
    assert report["command"]["state"] == "stuck"
    assert report["command"]["argv"] == ["go", "mod", "tidy"]
    assert report["command"]["stalled_s"] >= 5
    assert watched.members() == []


def test_healed_with_consent(lab: Lab, start: Start) -> None:
    with_silent_proxy(lab)
    watched = start("--stall", "1s", "--heal=ask", "mod", "tidy")
    assert watched.wait() == 0
    assert "example.com/lib v1.0.0" in (lab.project / "go.sum").read_text()
    [finding] = watched.report()["findings"]
    assert finding["applied"]["healed"] is True
    assert watched.report()["command"]["state"] == "succeeded"


def test_what_would_ask_is_not_done_by_heal_alone(lab: Lab, start: Start) -> None:
    with_silent_proxy(lab)
    watched = start("--stall", "1s", "--heal", "--deadline", "5s", "mod", "tidy")
    assert watched.wait() == 124
    assert watched.report()["findings"][0]["applied"] is None


def test_a_fix_that_does_not_help_is_put_back(lab: Lab, start: Start) -> None:
    lab.require(lab.module("example.com/lib"))
    sick, sick_too = lab.proxy("sick"), lab.proxy("sick, too")
    for proxy in (sick, sick_too):
        proxy.fault(Silence(), on=Match("mod"))
    lab.use_goproxy(sick, sick_too)
    before = {path.name: path.read_bytes() for path in lab.project.iterdir()}
    watched = start("--stall", "1s", "--heal=ask", "mod", "tidy")
    assert watched.wait() == 1
    assert "put back" in watched.said
    assert watched.report()["findings"][0]["applied"]["healed"] is False
    assert {path.name: path.read_bytes() for path in lab.project.iterdir()} == before
    assert watched.members() == []


def test_behind_a_silent_proxy_stands_another(lab: Lab, start: Start) -> None:
    lab.require(lab.module("example.com/lib"))
    sick, sick_too, well = lab.proxy("sick"), lab.proxy("sick, too"), lab.proxy("well")
    for proxy in (sick, sick_too):
        proxy.fault(Silence(), on=Match("mod"))
    lab.use_goproxy(sick, sick_too, well)
    watched = start("--stall", "1s", "--heal=ask", "mod", "tidy")
    assert watched.wait() == 0
    assert watched.said.count("did not help") == 1
    [finding] = watched.report()["findings"]
    assert finding["applied"]["healed"] is True
    assert finding["remedy"]["changes"] == [f"for this run only: GOPROXY={well.url}"]


def test_a_proxy_that_is_silent_on_http_2_is_asked_with_http_1_and_then_left_out(lab: Lab, start: Start) -> None:
    lab.require(lab.module("example.com/lib"))
    sick, well = lab.proxy("sick", tls=True, http2=True), lab.proxy("well")
    sick.fault(Silence())
    lab.use_goproxy(sick, well)
    watched = start("--stall", "1s", "--heal=ask", "mod", "download")
    assert watched.wait() == 0
    assert "use HTTP/1.1, for this run: that did not help" in watched.said
    [finding] = watched.report()["findings"]
    assert finding["mode"] == SILENT, "HTTP/1.1 has shown that it is the server"
    assert finding["applied"]["healed"] is True


def test_without_a_journal_the_line_to_type_is_printed(lab: Lab, start: Start) -> None:
    with_silent_proxy(lab)
    lab.env["UNJAM_STATE"] = "/proc/unjam"
    watched = start("--stall", "1s", "--heal=ask", "--deadline", "6s", "mod", "tidy")
    assert watched.wait() == 124
    assert "/proc/unjam/journal cannot be written" in watched.said
    assert f"GOPROXY={lab.proxies[-1].url} go mod tidy" in watched.said


def test_the_deadline_is_one_for_both_runs(lab: Lab, start: Start) -> None:
    lab.require(lab.module("example.com/lib"))
    sick, slow = lab.proxy("sick"), lab.proxy("slow")
    sick.fault(Silence(), on=Match("mod"))
    slow.fault(Drip(5), on=Match("mod"))
    lab.use_goproxy(sick, slow)
    begun = time.monotonic()
    watched = start("--stall", "3s", "--heal=ask", "--deadline", "8s", "mod", "tidy")
    assert watched.wait() == 124
    assert time.monotonic() - begun < 14
    assert watched.report()["findings"][0]["applied"]["healed"] is False


def test_a_fault_that_is_lifted_lets_it_end_well(lab: Lab, start: Start) -> None:
    with_silent_proxy(lab, second=False)
    watched = start("--stall", "1s", "mod", "tidy")
    watched.until_said(SILENT)
    lab.lift()
    assert watched.wait() == 0
    assert watched.report()["command"]["state"] == "succeeded"


def test_one_silent_request_among_others_that_move(lab: Lab, start: Start) -> None:
    lab.require(lab.module("example.com/silent"), lab.module("example.com/large", size=3_000_000), sums=True)
    proxy = lab.proxy()
    proxy.fault(Silence(), on=Match("zip", module="example.com/silent"))
    proxy.fault(Drip(100_000), on=Match("zip", module="example.com/large"))
    lab.use_goproxy(proxy)
    watched = start("--stall", "2s", "mod", "download")
    watched.until_said(SILENT)
    assert "example.com/silent/@v/v1.0.0.zip" in watched.said
    assert any(path.name.endswith(".tmp") for path in lab.modcache.rglob("v1.0.0.zip*")), "the other one still comes"
    lab.lift()
    assert watched.wait() == 0


def test_slow_is_told_once_as_slow(lab: Lab, start: Start) -> None:
    lab.require(lab.module("example.com/large", size=400_000), sums=True)
    proxy = lab.proxy()
    proxy.fault(Drip(50_000), on=Match("zip"))
    lab.use_goproxy(proxy)
    watched = start("--stall", "1s", "mod", "download")
    assert watched.wait() == 0
    assert re.search(r"is coming at \d+\.\d kB/s, .*: slow, not stuck; 10 MB more would take \d+ (?:s|min)", watched.said)
    assert watched.said.count("slow, not stuck") == 1
    assert "is stuck" not in watched.said


def test_slow_until_the_deadline_is_slow(lab: Lab, start: Start) -> None:
    lab.require(lab.module("example.com/large", size=4_000_000), sums=True)
    proxy = lab.proxy()
    proxy.fault(Drip(50_000), on=Match("zip"))
    lab.use_goproxy(proxy)
    watched = start("--stall", "1s", "--deadline", "8s", "mod", "download")
    assert watched.wait() == 124
    assert "is stuck" not in watched.said
    assert watched.report()["command"]["state"] == "slow"
    assert 20_000 < watched.report()["command"]["throughput"] < 100_000


def test_an_interrupt_after_a_wait_says_what_for(lab: Lab, start: Start) -> None:
    with_silent_proxy(lab)
    watched = start("--stall", "2s", "mod", "tidy")
    watched.until_said(SILENT)
    os.killpg(watched.process.pid, signal.SIGINT)
    assert watched.wait() == -signal.SIGINT
    assert "go was waiting" in watched.said
    assert [finding["mode"] for finding in watched.report()["findings"]] == [SILENT]
    assert watched.members() == []


def with_refusing_proxy(lab: Lab) -> None:
    """The only GOPROXY entry refuses connections."""
    lab.require(lab.module("example.com/lib"))
    sick = lab.proxy("sick")
    sick.fault(Refuse())
    lab.use_goproxy(sick)


def test_a_failure_into_a_file_is_explained_too(lab: Lab, start: Start) -> None:
    with_refusing_proxy(lab)
    log = lab.folder / "log"
    with log.open("ab") as file:
        file.write(b"go: what stood there before is no part of it: 503 Service Unavailable\n")
        file.flush()
        assert start("mod", "tidy", stdout=file, stderr=file).wait() == 1
    assert "net-connection-refused" in log.read_text()
    assert "net-proxy-5xx" not in log.read_text()


def test_a_failure_into_one_pipe_is_explained_where_there_is_no_order_to_keep(lab: Lab, start: Start) -> None:
    with_refusing_proxy(lab)
    watched = start("mod", "tidy", stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert watched.process.stdout is not None
    said = watched.process.stdout.read().decode()
    assert watched.wait() == 1
    assert said.index("connection refused") < said.index("net-connection-refused")


def test_a_failure_is_explained(lab: Lab, start: Start) -> None:
    with_refusing_proxy(lab)
    watched = start("mod", "tidy")
    assert watched.wait() == 1
    assert "net-connection-refused" in watched.said
    assert watched.report()["command"] | {"pid": 0, "go": ""} == {
        "argv": ["go", "mod", "tidy"], "pid": 0, "go": "", "state": "failed", "stalled_s": None, "exit": 1, "throughput": None,
    }  # fmt: skip


def test_a_compile_error_is_gos_own_to_tell(lab: Lab, start: Start) -> None:
    lab.require()
    (lab.project / "main.go").write_text("package main\nfunc main() { undefined() }\n")
    watched = start("build", ".")
    assert watched.wait() == 1
    assert "unjam" not in watched.said


QUIET_TEST = 'package main\nimport ("testing"; "time"; "os")\nfunc TestQuiet(t *testing.T) {\n%s}\n'
SLEEPS = """\tif os.Getenv("NEVER") == "" { time.Sleep(9 * time.Second) }\n"""
GENERATES = "package main\n//go:generate sleep 9\nfunc main() {}\n"
MAIN = {"main.go": "package main\nfunc main() {}\n"}
TESTED = {"main_test.go": 'package main\nimport "testing"\nfunc TestNothing(t *testing.T) {}\n'}
SLEEPY = {"sleepy": '#!/bin/sh\nmkdir slept 2>/dev/null && sleep 9\nexec "$@"\n'}
SERVER = """package main
import ("net"; "os"; "time")
func main() {
	l, _ := net.Listen("tcp", "127.0.0.1:0")
	go func() { for { l.Accept() } }()
	os.WriteFile("serving", nil, 0o600)
	time.Sleep(9 * time.Second)
}
"""


@pytest.mark.parametrize(
    ("files", "words"),
    [
        pytest.param({"main_test.go": QUIET_TEST % SLEEPS}, ("test", "./..."), id="sleeping test"),
        pytest.param({"main.go": SERVER}, ("run", "."), id="idle server"),
        pytest.param({"main.go": GENERATES}, ("generate", "./..."), id="generator"),
        pytest.param(MAIN | SLEEPY, ("build", "-a", "-toolexec", "./sleepy", "."), id="tool"),
        pytest.param(MAIN | TESTED | SLEEPY, ("test", "-exec", "./sleepy", "."), id="program that runs a test"),
    ],
)
def test_a_users_quiet_program_is_never_stuck(lab: Lab, start: Start, files: dict[str, str], words: tuple[str, ...]) -> None:
    lab.require()
    for name, text in files.items():
        (lab.project / name).write_text(text)
        (lab.project / name).chmod(0o755)
    watched = start("--stall", "1s", *(word.replace("./sleepy", str(lab.project / "sleepy")) for word in words))
    assert watched.wait() == 0
    assert watched.said == ""


def test_a_reader_that_does_not_read_is_never_our_trouble(lab: Lab, start: Start) -> None:
    lab.require()
    watched = start("--stall", "1s", "list", "-json", "std", stdout=subprocess.PIPE)
    go = watched.child("go")
    calm = time.monotonic() + 5
    watched.until(lambda: time.monotonic() > calm)
    assert Path(f"/proc/{go}").exists(), "more than a pipe holds is to be printed"
    assert watched.said == ""
    assert watched.process.stdout is not None
    watched.process.stdout.read()
    assert watched.wait() == 0
    assert watched.said == ""


def test_a_stopped_command_is_never_stuck(lab: Lab, start: Start) -> None:
    with_silent_proxy(lab)
    watched = start("--stall", "2s", "mod", "tidy")
    go = watched.child("go")
    lab.until(lab.is_waiting)
    os.kill(go, signal.SIGSTOP)
    calm = time.monotonic() + 6
    watched.until(lambda: time.monotonic() > calm)
    assert "stuck" not in watched.said
    os.kill(go, signal.SIGCONT)
    watched.until_said(SILENT)
    os.killpg(watched.process.pid, signal.SIGTERM)
    assert watched.wait() == -signal.SIGTERM
    assert watched.members() == []


def test_what_fails_at_once_is_healed_too(lab: Lab, start: Start) -> None:
    """Nobody has looked at it while it ran: what GOPROXY names comes from the environment."""
    lab.require(lab.module("example.com/lib"))
    sick, well = lab.proxy("sick"), lab.proxy("well")
    sick.fault(Refuse())
    lab.use_goproxy(sick, well)
    watched = start("--heal=ask", "mod", "download")
    assert watched.wait() == 0, watched.said
    [finding] = watched.report()["findings"]
    assert finding["mode"] == "net-connection-refused"
    assert finding["applied"]["healed"] is True
