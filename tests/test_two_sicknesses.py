"""Two sicknesses at once, against the real go: both are found, a symptom stands under its cause, nobody else speaks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from unjam.diagnose import Diagnosis, diagnose
from unjam.facts.case import Case
from unjam.lab import locks
from unjam.lab.dns import silent_dns
from unjam.lab.faults.bad_certificate import BadCertificate
from unjam.lab.faults.silence import Silence
from unjam.lab.faults.stall_after import StallAfter
from unjam.lab.faults.status import Status
from unjam.lab.git import MODULE, VERSION, credential_helper_hang, network_stall
from unjam.lab.lab import Lab
from unjam.lab.match import Match
from unjam.lab.running import Running
from unjam.lab.toolchain import find_go
from unjam.sources.live import watch
from unjam.sources.text import case_of_text

SILENT, HELPER = "net-proxy-accepts-never-answers", "vcs-credential-helper-hang"
Found = set[tuple[str, tuple[str, ...]]]

pytestmark = [pytest.mark.lab, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def gocache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One build cache for all labs of this file."""
    return tmp_path_factory.mktemp("gocache")


def and_from_a_proxy(lab: Lab, endpoint: str) -> None:
    """The project requires a second module, and the one proxy that has it says nothing when that is asked for."""
    public = lab.module("example.com/lib")
    with (lab.project / "go.mod").open("a") as file:
        file.write(f"\nrequire {public.path} {public.version}\n")
    sick = lab.proxy("sick")
    sick.fault(Silence(), Match(endpoint))
    lab.use_goproxy(sick)


def only_go_mod_known(lab: Lab) -> None:
    """The project's go.sum knows go.mod of each module, so that go comes to the zips of all before it fails."""
    sums = lab.project / "go.sum"
    sums.write_text("".join(line for line in sums.read_text().splitlines(keepends=True) if "/go.mod " in line))


def proxy_and_credentials(lab: Lab) -> None:
    """The proxy is silent, and the login for the private module waits for somebody."""
    lab.add(credential_helper_hang(lab))
    and_from_a_proxy(lab, "mod")


def proxy_and_git(lab: Lab) -> None:
    """The proxy is silent, and so is the git server."""
    lab.add(network_stall(lab))
    and_from_a_proxy(lab, "mod")


def proxy_and_lock(lab: Lab) -> None:
    """The proxy is silent, and somebody else has the lock of the other module."""
    lab.add(locks.version_locked(lab))
    and_from_a_proxy(lab, "zip")


def silence_and_stall(lab: Lab) -> None:
    """One proxy is silent about one module and stops in the middle of another."""
    silent, stalled = lab.module("example.com/silent"), lab.module("example.com/stalled", size=100_000)
    lab.require(silent, stalled, sums=True)
    sick = lab.proxy("sick")
    sick.fault(Silence(), Match("zip", silent.path))
    sick.fault(StallAfter(4096), Match("zip", stalled.path))
    lab.use_goproxy(sick)


def holder_and_proxy(lab: Lab) -> None:
    """A second go, stuck at its git server, holds the lock; the first one's proxy is silent as well."""
    lab.add(locks.version_locked_by_go(lab))
    and_from_a_proxy(lab, "zip")


@pytest.mark.parametrize(
    ("prepare", "expected"),
    [
        (proxy_and_credentials, {(SILENT, ()), (HELPER, ())}),
        (proxy_and_git, {(SILENT, ()), ("vcs-git-network-stall", ())}),
        (proxy_and_lock, {(SILENT, ()), ("cache-flock-version", ())}),
        (silence_and_stall, {(SILENT, ()), ("net-body-stall-after-200", ())}),
        (holder_and_proxy, {(SILENT, ()), ("vcs-git-network-stall", ("cache-flock-version",))}),
    ],
)
def test_both_are_named_while_go_hangs(gocache: Path, prepare: Callable[[Lab], None], expected: Found) -> None:
    """With as many requests at a time as go makes on a larger machine."""
    with Lab(find_go(), gocache=gocache) as lab:
        prepare(lab)
        lab.env["GOMAXPROCS"] = "4"
        running = lab.start()
        diagnosis = looked_at(lab, running, len(expected))
        assert {(each.mode, each.masks) for each in diagnosis.findings} == expected, diagnosis
        assert not diagnosis.candidates
        assert not diagnosis.unexplained
        assert not diagnosis.crashed


def looked_at(lab: Lab, running: Running, wanted: int) -> Diagnosis:
    """The first look that shows so many findings, or the last one."""
    seen: list[Diagnosis] = []

    def all_found() -> bool:
        seen[:] = [diagnose(watch(running.pid, 2.0))]
        return len(seen[0].findings) >= wanted

    lab.until(all_found, timeout=60)
    return seen[0]


def said(lab: Lab) -> Diagnosis:
    """What go said when it failed, read."""
    result = lab.run(timeout=120)
    assert result.code == 1, result
    case: Case = case_of_text((result.stderr + result.stdout).encode())
    return diagnose(case)


def test_a_failing_proxy_and_a_database_out_of_reach_are_two(gocache: Path) -> None:
    """The proxy fails for one module; what it has of the other cannot be checked, for another reason."""
    with Lab(find_go(), gocache=gocache) as lab:
        failing, unchecked = lab.module("example.com/failing"), lab.module("example.com/unchecked")
        lab.require(failing, unchecked, sums=True)
        only_go_mod_known(lab)
        proxy = lab.proxy("sick", serves_sumdb=False)
        proxy.fault(Status(503), Match("zip", failing.path))
        lab.use_goproxy(proxy)
        lab.env["GOSUMDB"] = f"{lab.sumdb.key} http://{lab.refuse()}"
        found = {each.mode: each.masks for each in said(lab).findings}
        assert found == {"net-proxy-5xx": (), "sumdb-unreachable": ()}


def test_a_gateway_before_proxy_and_database_is_one(gocache: Path) -> None:
    """Nobody's certificate is trusted: the symptom stands under its cause."""
    with Lab(find_go(), gocache=gocache) as lab:
        lab.require(lab.module("example.com/a"), lab.module("example.com/b"))
        proxy, database = lab.proxy("proxy", tls=True, serves_sumdb=False), lab.proxy("database", tls=True)
        proxy.fault(BadCertificate(), Match(nth=2))
        database.fault(BadCertificate())
        lab.use_goproxy(proxy)
        lab.env["GOSUMDB"] = f"{lab.sumdb.key} {database.url}/sumdb/{lab.sumdb.name}"
        (finding,) = said(lab).findings
        assert finding.mode == "net-tls-interception-x509"


def test_a_dead_proxy_in_whose_shadow_the_database_is(gocache: Path) -> None:
    """The database is asked by way of the proxy, so that there is one patient, however go words it."""
    with Lab(find_go(), gocache=gocache) as lab:
        lab.require(lab.module("example.com/lib"))
        proxy = lab.proxy("sick")
        proxy.fault(Status(502), Match("sumdb"))
        lab.use_goproxy(proxy)
        (finding,) = said(lab).findings
        assert (finding.mode, finding.subject) == ("net-proxy-5xx", proxy.url)


def test_a_private_module_and_a_moved_tag_are_two(gocache: Path) -> None:
    """Go goes on after the first and says both."""
    with Lab(find_go(), gocache=gocache) as lab:
        private, moved = lab.module("example.com/private"), lab.module("example.com/moved")
        lab.require(private, moved, sums=True)
        only_go_mod_known(lab)
        lab.use_goproxy(lab.proxy("well"))
        lab.sumdb.forget(private)
        lab.sumdb.tell_other_hash(moved)
        found = {each.mode: each.subject for each in said(lab).findings}
        assert found == {"sumdb-unknown-module": private.path, "sumdb-checksum-mismatch": str(moved)}


def test_a_dead_name_server_is_the_cause_of_all(gocache: Path) -> None:
    """Every request to whatever host waits for it: one finding, or two hosts of one mode, and nobody else."""
    with Lab(find_go(), gocache=gocache) as lab:
        lab.require(lab.module("example.com/a"), lab.module("example.com/b"))
        silent_dns(lab)
        lab.env["GOMAXPROCS"] = "4"
        diagnosis = looked_at(lab, lab.start(), 1)
        assert {each.mode for each in diagnosis.findings} == {"net-dns-timeout"}, diagnosis
        assert not diagnosis.candidates
        assert MODULE not in str(diagnosis)
        assert VERSION not in str(diagnosis)
