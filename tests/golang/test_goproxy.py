"""The GOPROXY list. The expectations of the first table were printed by Go's own proxyList (go1.27.3)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unjam.golang.goproxy import entry_for, parse_goproxy, without
from unjam.golang.url import Url


@pytest.mark.parametrize(
    ("value", "entries"),
    [
        ("https://proxy.golang.org,direct", ["https://proxy.golang.org", "direct"]),
        (" https://a , ,|http://b/x |direct,https://never", ["https://a", "http://b/x", "direct"]),
        ("a.com|b.com", ["https://a.com", "https://b.com"]),
        ("localhost:3000", ["https://localhost:3000"]),
        ("off,https://a", ["off"]),
        ("file:///srv/proxy", ["file:///srv/proxy"]),
        ("https://a,https://b,", ["https://a", "https://b"]),
        ("", []),
    ],
)
def test_entries(value: str, entries: list[str]) -> None:
    parsed = parse_goproxy(value)
    assert [entry.url for entry in parsed.entries] == entries
    assert parsed.problems == ()
    assert not entries or parsed.entries[-1].separator_after == ""


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (",", "GOPROXY list is not the empty string, but contains no entries"),
        (" ", "GOPROXY list is not the empty string, but contains no entries"),
        ("foo", "invalid proxy URL missing scheme: foo"),
        ("/srv/proxy", "invalid proxy URL missing scheme: /srv/proxy"),
        ("ftp://x,https://a", "invalid proxy URL scheme (must be https, http, file): ftp://x"),
        ("c:/x", "invalid proxy URL scheme (must be https, http, file): c:/x"),
        ("file://host/x", "invalid file:// proxy URL with non-path elements: file://host/x"),
        ("https://a:port", 'parse "https://a:port": invalid port ":port" after host'),
    ],
)
def test_what_go_refuses(value: str, problem: str) -> None:
    assert parse_goproxy(value).problems == (problem,)


@pytest.mark.parametrize(
    ("value", "kept", "instead"),
    [
        ("https://sick,https://b,direct", "https://b,direct", "https://b"),
        ("https://sick|https://b", "https://b", "https://b"),
        ("https://sick|https://b,direct", "https://b,direct", "https://b"),
        ("https://a|https://sick,https://b", "https://a|https://b", "https://b"),
        ("https://sick,https://b,https://sick", "https://b", "https://b"),
        ("https://sick,direct", "direct", "direct"),
        ("sick:443|b.com", "b.com", "https://b.com"),
    ],
)
def test_the_list_without_the_sick_entry(value: str, kept: str, instead: str) -> None:
    for asked in ("https://sick/example.com/m/@v/list", "https://sick"):
        found = without(parse_goproxy(value), asked)
        assert found
        assert (found[0].value, found[1].url) == (kept, instead)
        assert parse_goproxy(kept) == found[0]


@pytest.mark.parametrize(
    "value",
    [
        "sick,direct", "https://sick,off", "https://sick", "https://sick,https://sick", "https://a,https://sick",
        "https://other,direct", "https://sick,ftp://x", "direct", "off", "",
    ],
)  # fmt: skip
def test_nobody_else_to_ask(value: str) -> None:
    assert without(parse_goproxy(value), "https://sick/example.com/m/@v/list") is None


def test_a_whole_server_is_left_out_with_all_its_entries() -> None:
    goproxy = parse_goproxy("https://h/go,https://h/other,https://b")
    found, found_one = without(goproxy, "https://h"), without(goproxy, "https://h/go/x.com/@latest")
    assert found
    assert found_one
    assert (found[0].value, found_one[0].value) == ("https://b", "https://h/other,https://b")
    assert without(goproxy, "https://h/gone") is None


def test_the_entry_of_a_url() -> None:
    goproxy = parse_goproxy("https://h/go,https://h/go/private,https://H:443/other,direct")
    for url, expected in {
        "https://h/go/example.com/m/@v/list": "https://h/go",
        "https://h/go/private/example.com/m/@v/list": "https://h/go/private",
        "https://u:p@h/other/x.com/@latest": "https://H:443/other",
        "https://h/gone/x.com/@latest": None,
        "http://h/go/x.com/@latest": None,
    }.items():
        entry = entry_for(goproxy, Url(url))
        assert (entry and entry.url) == expected


def test_no_password_is_shown_and_none_is_lost() -> None:
    parsed = parse_goproxy("https://me:hunter2@a/x?t=hunter2, hunter2:hunter2@b.com |direct")
    assert parsed.value == "https://me:hunter2@a/x?t=hunter2,hunter2:hunter2@b.com|direct"
    assert str(parsed) == "https://xxxxx@a/x?xxxxx,https://xxxxx@b.com|direct"
    assert "hunter2" not in repr(parsed) + str(parse_goproxy("ftp://me:hunter2@a").problems)


@given(
    st.one_of(
        st.text(),
        st.lists(st.sampled_from(["https://a", "b.c", ",", "|", "direct", "off", " ", "@", "u:p@", "%", ":", "[", "/"])).map(
            "".join
        ),
    )
)
def test_any_text_is_a_list_or_a_problem(value: str) -> None:
    parsed = parse_goproxy(value)
    assert parsed.entries or parsed.problems or not value
    if not parsed.problems:
        assert parse_goproxy(parsed.value) == parsed
        for entry in parsed.entries:
            kept = without(parsed, entry.url)
            assert kept is None or parse_goproxy(kept[0].value) == kept[0]
