"""One contract for every failure mode, against the real go command: sick, named, healed, undone.

One reproduction serves all checks of a mode. A mode that this machine cannot reproduce is skipped with the reason.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from unjam.diagnose import Diagnosis, diagnose
from unjam.errors import LabCannot, NoSuchProcess
from unjam.facts.case import Case
from unjam.facts.seen import Seen
from unjam.facts.settings import GoSetting
from unjam.golang.secrets import EnvValue
from unjam.lab.lab import Lab
from unjam.lab.running import Running
from unjam.lab.toolchain import find_go
from unjam.model import Advice, Finding, Fix
from unjam.modes import ALL, load
from unjam.modes.mode import Channel, Mode
from unjam.sources.live import watch
from unjam.sources.text import case_of_text
from unjam.treat import treat, undo

VERSIONS = os.environ.get("UNJAM_TEST_GO", "1.21 1.27").split()
PATIENCE = 2.0
#: The slowest of go's own deadlines is 60 seconds, for CONNECT; a loaded machine gets as much again.
LONGEST = 120.0

HEALTHY = (
    ("mod", "download", "-x"),
    ("mod", "tidy", "-x"),
    ("list", "-m", "all"),
    ("build", "-x", "./..."),
    ("vet", "./..."),
    ("env",),
    ("mod", "verify"),
    ("list", "-deps", "./..."),
)


@dataclass(frozen=True)
class Healed:
    """A run after a fix, as `treat` wants it."""

    succeeded: bool
    modes: tuple[str, ...]


@pytest.fixture(scope="session")
def gocache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One build cache for all labs of a run."""
    return tmp_path_factory.mktemp("gocache")


@pytest.fixture
def sick(
    request: pytest.FixtureRequest, gocache: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[tuple[Lab, Mode]]:
    """A lab that one mode has made sick, for one version of go."""
    mode, version = load(request.param[0]), request.param[1]
    monkeypatch.setenv("UNJAM_STATE", str(tmp_path / "state"))
    try:
        with Lab(find_go(version), gocache=gocache) as lab:
            mode.reproduce(lab)
            yield lab, mode
    except LabCannot as reason:
        pytest.skip(str(reason))


def _pairs() -> Iterator[tuple[str, str]]:
    for mode_id in ALL:
        mode = load(mode_id)
        for version in VERSIONS:
            if mode.since <= int(version.split(".")[1]) <= mode.until:
                yield mode_id, version


@pytest.mark.lab
@pytest.mark.timeout(600)
@pytest.mark.parametrize("sick", list(_pairs()), indirect=True, ids="-go".join)
def test_mode(sick: tuple[Lab, Mode]) -> None:
    """The whole closed loop of house.md, points 1, 2, 3 and 6."""
    lab, mode = sick
    found = _named_while_it_hangs(lab, mode) if mode.hangs else None
    if Channel.ERROR in mode.seen_by:
        failed = _named_from_its_error(lab, mode)
        found = found or failed
    if Channel.X in mode.seen_by:
        _named_from_x(lab, mode)
    assert found is not None
    _treated(lab, mode, *found)


def _named_while_it_hangs(lab: Lab, mode: Mode) -> tuple[Finding, Case]:
    running = lab.start()
    try:
        case, diagnosis = _attached(lab, running, mode)
        _is_the_only(mode, diagnosis)
        running_text = _dumped(running)
    finally:
        running.close()
    _as_declared(mode, Channel.DUMP, running_text)
    return diagnosis.findings[0], case


def _attached(lab: Lab, running: Running, mode: Mode) -> tuple[Case, Diagnosis]:
    """Looks until the mode is named, or the time is over: then the last diagnosis tells why."""
    last: list[tuple[Case, Diagnosis]] = []

    def named() -> bool:
        try:
            case = watch(running.pid, PATIENCE)
        except NoSuchProcess:
            return True
        last[:] = [(case, diagnose(case))]
        return any(finding.mode == mode.id for finding in last[0][1].findings)

    lab.until(named, timeout=45)
    assert last, f"go ended before it could be looked at: {running.stderr}"
    return last[0]


def _dumped(running: Running) -> str:
    os.kill(running.pid, signal.SIGQUIT)
    result = running.wait_done(30)
    assert result is not None, "go did not end after SIGQUIT"
    return result.stderr + result.stdout


def _named_from_its_error(lab: Lab, mode: Mode) -> tuple[Finding, Case]:
    result = lab.run(timeout=LONGEST)
    assert result.code not in {0, None}, f"go was to fail: {result}"
    text = result.stderr + result.stdout
    case = case_of_text(text.encode(), "stderr", also=_settings(lab.env))
    diagnosis = diagnose(case)
    assert [finding.mode for finding in diagnosis.findings] == [mode.id], text
    _is_the_only(mode, diagnosis)
    return diagnosis.findings[0], case


def _named_from_x(lab: Lab, mode: Mode) -> None:
    running = lab.start(("-x",))
    try:
        _attached(lab, running, mode)
        result = running.end()
    finally:
        running.close()
    _as_declared(mode, Channel.X, result.stderr)


def _is_the_only(mode: Mode, diagnosis: Diagnosis) -> None:
    assert [finding.mode for finding in diagnosis.findings] == [mode.id], diagnosis
    assert diagnosis.findings[0].because
    assert not diagnosis.candidates
    assert not diagnosis.crashed


def _as_declared(mode: Mode, channel: Channel, text: str) -> None:
    """Found in the channels that the mode declares, and in no other: there it is a candidate at most."""
    diagnosis = diagnose(case_of_text(text.encode(), channel))
    found = {finding.mode for finding in diagnosis.findings}
    assert not diagnosis.crashed
    if channel in mode.seen_by:
        assert found == {mode.id}, text
    else:
        assert mode.id not in found


def _settings(env: Mapping[str, str]) -> Iterator[GoSetting]:
    for name, value in env.items():
        yield GoSetting(Seen(f"{name} is set", "environment"), name, EnvValue(name, value), "process")


def _treated(lab: Lab, mode: Mode, finding: Finding, case: Case) -> None:
    remedy = mode.remedy(finding, case)
    before = _files(lab.project)
    if isinstance(remedy, Advice):
        assert mode.offers == "advice"
        assert remedy.steps
        assert _files(lab.project) == before
        lab.lift()
    else:
        assert mode.offers == "fix"
        _healed_and_undone(lab, remedy, finding, before)
        return
    result = lab.run(timeout=LONGEST)
    assert result.code == 0, result


def _healed_and_undone(lab: Lab, fix: Fix, finding: Finding, before: Mapping[str, bytes]) -> None:
    cached = _cached(fix)

    def again(overlay: Mapping[str, str]) -> Healed:
        kept = dict(lab.env)
        lab.env.update(overlay)
        result = lab.run(timeout=LONGEST)
        lab.env.clear()
        lab.env.update(kept)
        modes = tuple(f.mode for f in diagnose(case_of_text(result.stderr.encode())).findings)
        assert result.code == 0, result
        return Healed(result.code == 0, modes)

    treated = treat(fix, finding, lab.argv(), lab.project, again)
    assert treated.healed
    undo(treated.entry.id)
    assert _files(lab.project) == before
    assert {path: path.read_bytes() for path in cached} == cached


def _files(folder: Path) -> dict[str, bytes]:
    skipped = {".git"}
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and skipped.isdisjoint(path.parts))
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def _cached(fix: Fix) -> dict[Path, bytes]:
    paths = [Path(change.path) for change in fix.changes if hasattr(change, "path")]
    return {path: path.read_bytes() for path in paths}


@pytest.mark.parametrize("mode_id", ALL)
def test_form(mode_id: str) -> None:
    """The id is folder and file; the docstring has a title, You see, Why and The fix; all that is declared is known."""
    mode = load(mode_id)
    assert mode.id == mode_id
    title, *rest = mode.explanation.split("\n\n")
    assert "\n" not in title
    assert title.endswith(".")
    assert [part.partition(":")[0] for part in rest][:3] == ["You see", "Why", "The fix"]
    assert mode.seen_by
    assert mode.offers in {"fix", "advice"}
    assert set(mode.masks) <= set(ALL)


@pytest.mark.lab
@pytest.mark.parametrize("version", VERSIONS)
def test_healthy(version: str, gocache: Path) -> None:
    """On a healthy lab every mode is silent, whatever go prints."""
    with Lab(find_go(version), gocache=gocache) as lab:
        lab.require(lab.module("example.com/lib", requires=(lab.module("example.com/deep"),)))
        lab.use_goproxy(lab.proxy())
        for command in HEALTHY:
            result = lab.run(command)
            assert result.code == 0, result
            diagnosis = diagnose(case_of_text((result.stderr + result.stdout).encode()))
            assert not diagnosis.sick, (command, diagnosis)
            assert not diagnosis.crashed
