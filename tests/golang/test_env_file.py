"""Go's settings files are read as readEnvFile reads them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from unjam.golang.env_file import env_file_path, parse_env_file, user_cache_dir, user_config_dir


def test_the_rules_of_go() -> None:
    found = parse_env_file(
        b"# comment\nGOPROXY=direct\n GOSUMDB=off\ngoflags=x\nGOFLAGS=-a=b # no comment\nGOVCS\n\nGOPROXY=off"
    )
    assert {name: (line.value, line.line) for name, line in found.items()} == {
        "GOPROXY": ("off", 8),
        "GOFLAGS": ("-a=b # no comment", 5),
    }


def test_carriage_returns_and_spaces_belong_to_the_value() -> None:
    assert parse_env_file(b"GOPROXY= direct \r\n")["GOPROXY"].value == " direct \r"


@given(st.binary())
def test_any_bytes_are_read(data: bytes) -> None:
    for name, line in parse_env_file(data).items():
        assert "A" <= name[0] <= "Z"
        assert f"{name}={line.value}".encode("utf-8", "surrogateescape") in data.split(b"\n")


@given(st.dictionaries(st.from_regex(r"[A-Z][A-Z0-9_]*", fullmatch=True), st.from_regex(r"[^\n]*", fullmatch=True)))
def test_what_go_writes_is_what_we_read(settings: dict[str, str]) -> None:
    data = "".join(f"{name}={value}\n" for name, value in settings.items()).encode()
    assert {name: line.value for name, line in parse_env_file(data).items()} == settings


def test_where_the_users_file_is() -> None:
    assert env_file_path({"HOME": "/h"}) == "/h/.config/go/env"
    assert env_file_path({"HOME": "/h", "XDG_CONFIG_HOME": "/x"}) == "/x/go/env"
    assert env_file_path({"HOME": "/h", "GOENV": "/e"}) == "/e"
    assert env_file_path({"HOME": "/h", "GOENV": "off"}) == ""
    assert env_file_path({"HOME": "/Users/h"}, "darwin") == "/Users/h/Library/Application Support/go/env"
    assert env_file_path({"AppData": "C:\\A"}, "windows") == "C:\\A/go/env"


def test_what_go_refuses_is_none() -> None:
    assert user_config_dir({"XDG_CONFIG_HOME": "relative", "HOME": "/h"}) == ""
    assert user_config_dir({}) == env_file_path({}) == user_cache_dir({}) == ""
    assert user_cache_dir({"HOME": "/h"}) == "/h/.cache"
