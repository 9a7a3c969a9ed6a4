"""No secret comes out of `read`, wherever it stood in what was pasted."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from tests.test_read import written

import unjam

SECRET = "Zq7TopS3cretV4lue99"
#: Pieces of it, for a line that was broken within.
PIECES = {SECRET[at : at + 8] for at in range(len(SECRET) - 7)}
TEXTS = [*written("errors.txt"), *written("threads_*.txt")]
Plant = Callable[[str], str]


def before_host(login: str) -> Plant:
    return lambda text: re.sub(r"(https?|ssh)://(?:git@)?(?=[\w.])", rf"\1://{login}@", text)


def behind_url(query: str) -> Plant:
    return lambda text: re.sub(r"(https?://[^\s\"']+?)(?=[\"':,)\s]|$)", rf"\1?{query}", text)


def behind_line(words: str) -> Plant:
    return lambda text: "\n".join(f"{line} {words}" if line.strip() else line for line in text.split("\n"))


PLANTS: dict[str, Plant] = {
    "login": before_host(f"bob:{SECRET}"),
    "token as login": before_host(SECRET),
    "x-oauth-basic": before_host(f"{SECRET}:x-oauth-basic"),
    "job token": before_host(f"gitlab-ci-token:{SECRET}"),
    "token=": behind_url(f"token={SECRET}"),
    "access_token=": behind_url(f"access_token={SECRET}&x=y"),
    "signature": behind_url(f"Expires=1&Signature={SECRET}"),
    "ghp": behind_line(f"ghp_{SECRET}{SECRET}"),
    "bearer": behind_line(f"Authorization: Bearer {SECRET}"),
    "extraheader": behind_line(f"-c http.https://github.com/.extraheader='AUTHORIZATION: basic {SECRET}'"),
    "netrc": behind_line(f"machine github.com login bob password {SECRET}"),
    "password=": behind_line(f"--password={SECRET}"),
    "curl": behind_line(f"curl -u bob:{SECRET} https://x.example"),
    "variable": lambda text: "\n".join(f"GITHUB_TOKEN={SECRET} {line}" for line in text.split("\n")),
    "go env": lambda text: f"GOPROXY='https://bob:{SECRET}@proxy.corp,direct'\nGOOS='linux'\nGOARCH='amd64'\n{text}",
}
WRAPPINGS: dict[str, Plant] = {
    "plain": lambda text: text,
    "json": lambda text: json.dumps({"level": "error", "msg": text}),
    "window": lambda text: "\n".join(line[at : at + 80] for line in text.split("\n") for at in range(0, max(len(line), 1), 80)),
    "-x": lambda text: "\n".join(f"# get {url}" for url in re.findall(r"https?://[^\s\"']+", text)),
    "git of -x": lambda text: "\n".join(
        f"cd /go/pkg/mod/cache/vcs/ab; git ls-remote -q {url}" for url in re.findall(r"https?://[^\s\"']+", text)
    ),
}


def shown(text: str) -> str:
    view = unjam.read(text)
    return unjam.to_text(view) + unjam.to_json(view).decode()


@pytest.mark.parametrize("wrapping", WRAPPINGS)
@pytest.mark.parametrize("plant", PLANTS)
def test_a_secret_stays_inside(plant: str, wrapping: str) -> None:
    for number, case in enumerate(TEXTS):
        if (plant, wrapping) == ("curl", "window"):
            continue  # `-u` may stand on one line and the login on the next, where it looks like any word
        if wrapping == "plain" or number % 5 == len(plant) % 5:
            out = shown(WRAPPINGS[wrapping](PLANTS[plant](case.text)))
            assert not [piece for piece in PIECES if piece in out], (case.name, out)


def test_this_test_can_fail() -> None:
    assert SECRET in shown(f"go: something {SECRET} that is no secret by its looks")
