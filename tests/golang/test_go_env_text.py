"""`go env` as people paste it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unjam.golang.go_env_text import GoEnvText, parse_go_env
from unjam.golang.log_text import clean

TOOLCHAINS = Path(__file__).parents[2] / ".toolchains"


def env(text: str) -> GoEnvText:
    return parse_go_env(clean(text.encode()).lines)


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("GOPROXY='https://a.example,direct'", "GOPROXY", "https://a.example,direct"),
        ('GOPROXY="https://a.example,direct"', "GOPROXY", "https://a.example,direct"),
        ("set GOPROXY=https://a.example,direct", "GOPROXY", "https://a.example,direct"),
        ("SET GOPATH=C:\\new folder\\go", "GOPATH", "C:\\new folder\\go"),
        ('\t"GOPROXY": "https://a.example,direct",', "GOPROXY", "https://a.example,direct"),
        ('\t"GOFLAGS": "-ldflags=\\"-s -w\\""', "GOFLAGS", '-ldflags="-s -w"'),
        ("GOFLAGS='-tags='\\''a b'\\'''", "GOFLAGS", "-tags='a b'"),
        ('$ GOARCH="amd64"', "GOARCH", "amd64"),
        ("#12 0.3 GOSUMDB='off'", "GOSUMDB", "off"),
        ("set GOFLAGS=", "GOFLAGS", ""),
        ("CC='gcc'", "CC", "gcc"),
        ("CGO_ENABLED='0'", "CGO_ENABLED", "0"),
    ],
)
def test_one_setting(text: str, name: str, value: str) -> None:
    assert {key: entry.value for key, entry in env(text).entries.items()} == {name: value}


@pytest.mark.parametrize(
    "text", ["PATH='/bin'", "GOPROXY=direct go build ./...", "export GOPROXY", "x GOPROXY='a'", "set -e", "HOME="]
)
def test_no_setting_of_go(text: str) -> None:
    assert not env(text).entries


def test_lines_and_the_later_value() -> None:
    found = env("$ go env\nGOOS='linux'\nGOARCH='amd64'\nGOPROXY='a'\nGOPROXY='b'\n")
    assert found
    assert found.get("GOPROXY") == "b"
    assert found.entries["GOPROXY"].line == 5
    assert not env("GOPROXY='a'")


@pytest.mark.parametrize("flags", [(), ("-json",)])
@pytest.mark.parametrize("version", ["1.21.13", "1.27.3"])
def test_what_the_real_go_prints(version: str, flags: tuple[str, ...], tmp_path: Path) -> None:
    go = TOOLCHAINS / f"go{version}" / "bin" / "go"
    settings = {
        "PATH": os.defpath, "HOME": str(tmp_path), "GOENV": "off", "GOTOOLCHAIN": "local", "GOFLAGS": "",
        "GOCACHE": str(tmp_path / "c"), "GOPROXY": "https://u@a.example/x?y='z'&w|direct",
        "GOPRIVATE": "*.corp.example,git.example/a", "GOTELEMETRY": "off",
    }  # fmt: skip
    out = subprocess.run([go, "env", *flags], env=settings, cwd=tmp_path, capture_output=True, check=True).stdout
    found = parse_go_env(clean(out).lines)
    assert found
    assert found.get("GOPROXY") == settings["GOPROXY"]
    assert found.get("GOPRIVATE") == settings["GOPRIVATE"]
    assert found.get("GOVERSION") == f"go{version}"
    assert len(found.entries) > 25


@given(st.text())
def test_no_text_raises(text: str) -> None:
    env(text)
