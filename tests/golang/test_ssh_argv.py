"""Whom ssh goes to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unjam.golang.ssh_argv import ssh_url

UPLOAD = "git-upload-pack '/foo/bar'"


@pytest.mark.parametrize(
    ("argv", "url"),
    [
        (("/usr/bin/ssh", "-o", "SendEnv=GIT_PROTOCOL", "-p", "43005", "git@127.0.0.1", UPLOAD), "ssh://127.0.0.1:43005/foo/bar"),
        (("ssh", "-oBatchMode=yes", "-p22", "git@github.com", "git-upload-pack 'foo/bar.git'"), "ssh://github.com/foo/bar.git"),
        (("plink", "-batch", "-P", "2222", "me@corp.example", UPLOAD), "ssh://corp.example:2222/foo/bar"),
        (("ssh", "-4", "-l", "git", "corp.example", "git", "upload-pack", "x"), "ssh://corp.example/x"),
        (("ssh", "corp.example"), "ssh://corp.example"),
        (("ssh", "-p"), ""),
        (("ssh",), ""),
    ],
)
def test_the_host_its_port_and_the_repository(argv: tuple[str, ...], url: str) -> None:
    assert ssh_url(argv) == url


@given(st.lists(st.text(max_size=8), max_size=6))
def test_any_words(words: list[str]) -> None:
    ssh_url(["ssh", *words])
