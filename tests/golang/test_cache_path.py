"""Paths of the module cache, and their meaning."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unjam.golang.cache_path import CacheEntry, escape, read_cache_path, unescape

ROOT = "/home/me/go/pkg/mod"
HASH = "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("path", "meaning"),
    [
        (f"{ROOT}/cache/download/github.com/!burnt!sushi/toml/@v/v1.3.2.lock",
         CacheEntry("version-lock", "github.com/BurntSushi/toml", "v1.3.2")),
        (f"{ROOT}/cache/download/example.com/m/@v/v1.0.0-!r!c1.zip123456.tmp",
         CacheEntry("download-tmp", "example.com/m", "v1.0.0-RC1")),
        (f"{ROOT}/cache/download/example.com/m/@v/v1.0.0.zip.tmp", CacheEntry("download-tmp", "example.com/m", "v1.0.0")),
        (f"{ROOT}/cache/download/example.com/m/@v/v1.0.0.mod77.tmp", CacheEntry("download-tmp", "example.com/m", "v1.0.0")),
        (f"{ROOT}/cache/download/golang.org/toolchain/@v/v0.0.1-go1.27.3.linux-amd64.lock",
         CacheEntry("version-lock", "golang.org/toolchain", "v0.0.1-go1.27.3.linux-amd64")),
        (f"{ROOT}/cache/vcs/{HASH}.lock", CacheEntry("vcs-lock", vcs_dir=f"{ROOT}/cache/vcs/{HASH}")),
        (f"{ROOT}/cache/lock", CacheEntry("cache-lock")),
        ("/home/me/src/go.mod", CacheEntry("go.mod")),
        ("/home/me/src/go.sum", CacheEntry("go.sum")),
        ("/home/me/src/go.work.sum", CacheEntry("go.sum")),
        ("/home/me/go/pkg/sumdb/sum.golang.org/latest", CacheEntry("sumdb-latest")),
        ("/home/me/.config/go/telemetry/local/go@go1.27.3-linux-amd64.v1.count", CacheEntry("telemetry")),
        ("C:\\go\\pkg\\mod\\cache\\download\\example.com\\m\\@v\\v1.0.0.lock",
         CacheEntry("version-lock", "example.com/m", "v1.0.0")),
    ],
)  # fmt: skip
def test_what_a_path_means(path: str, meaning: CacheEntry) -> None:
    assert read_cache_path(path) == meaning


@pytest.mark.parametrize(
    "path",
    ["", "/", "/x/cache/download/Example.com/m/@v/v1.0.0.lock", "/x/cache/download/m/@v/v1!.lock",
     "/x/cache/download/m/@v/list", "/x/notgo.mod", "/x/cache/vcs/short.lock", "/x/@v/v1.0.0.lock"],
)  # fmt: skip
def test_what_is_not_gos_own_means_nothing(path: str) -> None:
    assert read_cache_path(path) is None


MODULE = st.from_regex(r"[a-z]{1,8}\.com(/[A-Za-z0-9._~-]{1,10}){0,4}", fullmatch=True)
VERSION = st.from_regex(r"v[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}(-[A-Za-z0-9.]{1,8})?(\+incompatible)?", fullmatch=True)


@given(module=MODULE, version=VERSION, number=st.integers(0, 999_999_999))
def test_what_go_names_is_what_we_read(module: str, version: str, number: int) -> None:
    base = f"{ROOT}/cache/download/{escape(module)}/@v/{escape(version)}"
    assert read_cache_path(f"{base}.lock") == CacheEntry("version-lock", module, version)
    assert read_cache_path(f"{base}.zip{number}.tmp") == CacheEntry("download-tmp", module, version)


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    read_cache_path(text)
    read_cache_path(f"/cache/download/{text}/@v/{text}.lock")
    plain = unescape(text)
    assert plain is None or escape(plain) == text


@given(st.text(alphabet=st.characters(max_codepoint=126, exclude_characters="!")))
def test_unescape_undoes_escape(name: str) -> None:
    escaped = escape(name)
    assert escaped is not None
    assert unescape(escaped) == name
