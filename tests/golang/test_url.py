from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unjam.golang.url import Url


@pytest.mark.parametrize(
    ("text", "shown", "host", "port"),
    [
        ("https://proxy.golang.org/x", "https://proxy.golang.org/x", "proxy.golang.org", 443),
        ("http://U:p%40@Host:8081/a/@v/list", "http://xxxxx@host:8081/a/@v/list", "host:8081", 8081),
        ("https://token@host", "https://xxxxx@host", "host", 443),
        ("https://host/p?go-get=1", "https://host/p?go-get=1", "host", 443),
        ("https://host/p?X-Amz-Signature=s3cret#f", "https://host/p?xxxxx", "host", 443),
        ("http://[::1]:80/x", "http://[::1]:80/x", "[::1]:80", 80),
        ("file:///srv/x", "file:///srv/x", "", None),
        ("direct", "direct", "", None),
        ("user:s3cret@host/x", "xxxxx@host/x", "", None),
        ("https://a:b:c@d@host/x", "https://xxxxx@host/x", "host", 443),
    ],
)
def test_urls(text: str, shown: str, host: str, port: int | None) -> None:
    url = Url(text)
    assert str(url) == shown
    assert repr(url) == f"Url({shown!r})"
    assert (url.host, url.port) == (host, port)
    assert url.text == text


def test_the_parts() -> None:
    url = Url("HTTPS://u:p@[::1]:8443/a/b?x=1#f")
    assert (url.scheme, url.hostname, url.path, url.query) == ("https", "::1", "/a/b", "x=1")
    assert (url.user, url.has_user, url.bare) == ("u:p", True, "https://[::1]:8443/a/b")


@given(
    st.one_of(
        st.text(), st.lists(st.sampled_from(["https://", "@", ":", "s3cret", "/", "?", "#", "host", "[", "]"])).map("".join)
    )
)
def test_any_text_is_a_url(text: str) -> None:
    url = Url(text)
    assert isinstance(str(url) + url.host + url.hostname + url.path + url.query + url.bare, str)
    assert url.port is None or url.port >= 0


@given(
    st.sampled_from(["https", "http", "ftp"]),
    st.sampled_from(["", "me:"]),
    st.sampled_from(["", "/x", "/x?a=1", "?go-get=1&t=s3cret"]),
)
def test_user_info_is_never_shown(scheme: str, user: str, rest: str) -> None:
    url = Url(f"{scheme}://{user}s3cret@host{rest}")
    assert "s3cret" not in str(url) + repr(url) + url.bare + url.host
