from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unjam.golang.proxy_url import Asked, AskedKind, meaning

K = AskedKind


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("http://127.0.0.1:9002/example.com/lib/@v/v1.0.0.zip", Asked(K.ZIP, "example.com/lib", "v1.0.0", "http://127.0.0.1:9002")),
        ("https://u:p@h/api/go/x/github.com/!azure/y/v2/@v/list", Asked(K.LIST, "github.com/Azure/y/v2", "", "https://h/api/go/x")),
        ("https://h/example.com/m/@v/v1.0.0-!r!c1.info", Asked(K.INFO, "example.com/m", "v1.0.0-RC1", "https://h")),
        ("https://h/example.com/m/@v/v2.0.0+incompatible.mod", Asked(K.MOD, "example.com/m", "v2.0.0+incompatible", "https://h")),
        ("https://h/example.com/m/@v/master.info", Asked(K.INFO, "example.com/m", "master", "https://h")),
        ("https://h/example.com/m/@latest", Asked(K.LATEST, "example.com/m", "", "https://h")),
        ("https://h/golang.org/toolchain/@v/v0.0.1-go1.22.0.linux-amd64.zip",
         Asked(K.ZIP, "golang.org/toolchain", "v0.0.1-go1.22.0.linux-amd64", "https://h")),
        ("https://h/sumdb/sum.golang.org/supported", Asked(K.SUMDB_SUPPORTED, base="https://h")),
        ("https://h/b/sumdb/sum.golang.org/lookup/github.com/!a/b@v1.0.0", Asked(K.SUMDB_LOOKUP, "github.com/A/b", "v1.0.0", "https://h/b")),
        ("https://sum.golang.org/lookup/github.com/a/b@v1.0.0", Asked(K.SUMDB_LOOKUP, "github.com/a/b", "v1.0.0", "https://sum.golang.org")),
        ("https://sum.golang.org/tile/8/0/x001/000.p/5", Asked(K.SUMDB_TILE, base="https://sum.golang.org")),
        ("https://sum.golang.org/latest", Asked(K.SUMDB_LATEST, base="https://sum.golang.org")),
        ("https://vanity.example:8443/b/c?go-get=1", Asked(K.GO_GET, "vanity.example/b/c", "", "https://vanity.example:8443")),
        ("file:///srv/proxy/example.com/m/@v/list", Asked(K.LIST, "example.com/m", "", "file:///srv/proxy")),
        ("https://h/supported", Asked(K.OTHER, base="https://h")),
        ("", Asked(K.OTHER)),
    ],
)  # fmt: skip
def test_what_go_asks_for(url: str, asked: Asked) -> None:
    assert meaning(url) == asked
    assert asked.toolchain == ("toolchain" in url)
    assert asked.sumdb == ("sum" in url)


def test_entries_tell_a_servers_path_from_a_modules() -> None:
    url = "https://h/go.corp/x/lib/@v/v1.0.0.mod"
    assert meaning(url) == Asked(K.MOD, "go.corp/x/lib", "v1.0.0", "https://h")
    assert meaning(url, ["https://other", "https://h/", "https://t:k@H:443/go.corp"]) == Asked(
        K.MOD, "x/lib", "v1.0.0", "https://h/go.corp"
    )


@given(
    st.one_of(
        st.text(),
        st.lists(
            st.sampled_from(
                ["https://h", "/", "@v", "list", "@latest", "!a", "v1.info", "sumdb", "lookup", "%2f", "?go-get=1", "a.b", "@"]
            )
        ).map("".join),
    )
)
def test_any_text_has_a_meaning(url: str) -> None:
    asked = meaning(url, ["https://h", url])
    assert asked.kind in AskedKind
    assert "s3cret" not in str(meaning(f"https://s3cret:s3cret@h/{url}"))
