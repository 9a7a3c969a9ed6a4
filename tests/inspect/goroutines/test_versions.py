"""Versions that are known, too old, too new, or not what they say."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from unjam.inspect.goroutines import GoroutineDump, Refused, read_goroutines
from unjam.inspect.gstate import shape_of
from unjam.inspect.layouts import layout_for, minor_of

if TYPE_CHECKING:
    from tests.inspect.goroutines.conftest import Builder, Running


@pytest.mark.parametrize("arch", ["amd64", "arm64"])
@pytest.mark.parametrize("minor", range(21, 28))
def test_every_layout_is_complete(minor: int, arch: str) -> None:
    layout = layout_for(f"go1.{minor}.1", arch)
    assert layout is not None
    assert layout.exact
    assert shape_of(layout).size <= layout["g"]
    assert layout.status[:5] == ("idle", "runnable", "running", "syscall", "waiting")
    assert {"IO wait", "select", "chan receive", "semacquire", "sleep"} <= set(layout.wait)
    assert layout["url.Host"] == 40


@pytest.mark.parametrize(
    ("go", "minor"),
    [
        ("go1.21.13", (1, 21)),
        ("go1.28rc1", (1, 28)),
        ("go1.26.6 X:nogreenteagc", (1, 26)),
        ("devel go1.25-0a1b2c3 Thu Jan 2 2025", (1, 25)),
        ("go1.24-20250101-RC00 cl/1234", (1, 24)),
        ("devel +0a1b2c3", None),
        ("", None),
    ],
)
def test_versions_as_go_writes_them(go: str, minor: tuple[int, int] | None) -> None:
    assert minor_of(go) == minor


def test_the_nearest_layout_stands_in_for_a_newer_version() -> None:
    for go in ("go1.99.1", "devel +0a1b2c3"):
        layout = layout_for(go, "amd64")
        assert layout is not None
        assert not layout.exact
    assert layout_for("go1.20.14", "amd64") is None
    assert layout_for("go1.27.3", "riscv64") is None


def relabelled(program: Path, target: Path, go: str) -> Path:
    """A copy that claims to be built by another version of Go."""
    data = bytearray(program.read_bytes())
    at = data.index(b"\xff Go buildinf:") + 32
    length = data[at]
    assert len(go) <= length
    data[at + 1 : at + 1 + length] = go.encode().ljust(length, b" ")
    target.write_bytes(data)
    target.chmod(0o755)
    return target


def test_a_newer_version_is_read_when_it_fits(toolchain: Path, build: Builder, running: Running, tmp_path: Path) -> None:
    if "1.27" not in toolchain.name:
        pytest.skip("only the newest known version stands in for newer ones")
    program = relabelled(build(toolchain, "parked"), tmp_path / "program", "go1.28.1")
    process, _ = running.ready(program, "park", "1")
    dump = read_goroutines(process.pid)
    assert isinstance(dump, GoroutineDump)
    parked = [g for g in dump.goroutines if any(f.function == "main.middle" for f in g.frames)]
    assert [(g.state, g.wait) for g in parked] == [("waiting", "chan receive")]


def test_an_older_version_is_refused(toolchain: Path, build: Builder, running: Running, tmp_path: Path) -> None:
    process, _ = running.ready(relabelled(build(toolchain, "parked"), tmp_path / "program", "go1.19.8"), "park", "1")
    refused = read_goroutines(process.pid)
    assert isinstance(refused, Refused)
    assert refused.reason == "goroutines of Go 1.19 are not decoded"


def test_a_layout_that_does_not_fit_is_refused(toolchain: Path, build: Builder, running: Running, tmp_path: Path) -> None:
    if "1.27" not in toolchain.name:
        pytest.skip("only the newest differs from 1.21 in all that is read")
    process, _ = running.ready(relabelled(build(toolchain, "parked"), tmp_path / "program", "go1.21.1"), "park", "3")
    refused = read_goroutines(process.pid)
    assert isinstance(refused, Refused), refused
    assert "go1.21.1 lays its goroutines out in a way that is not known here" in refused.reason
