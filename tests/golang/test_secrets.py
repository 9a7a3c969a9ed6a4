"""No secret and no terminal control survives `scrub`, and what is no secret stays."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unjam.golang.secrets import MASK, EnvValue, is_secret_name, scrub, scrub_argv

SECRET = "hunter2hunter2"

SHOWN = [
    f"GOPROXY=https://user:{SECRET}@proxy.corp/x,direct",
    f"https://{SECRET}@proxy.corp/example.com/m/@v/list",
    f"{SECRET}:x-oauth-basic@proxy.corp",
    f"user:{SECRET}@proxy.corp",
    f"https://user:with/slash{SECRET}@host/m/@v/list",
    f'parse "https://user:quote\\"{SECRET}@host": invalid userinfo',
    f'{{"token":"{SECRET}","x":1}}',
    f'{{\\"token\\":\\"{SECRET}\\",\\"x\\":1}}',
    f"Authorization: Bearer {SECRET}",
    f"authorization: basic {SECRET}==",
    f"Proxy-Authorization: {SECRET}",
    f"Cookie: a=b; session={SECRET}",
    f'-H "PRIVATE-TOKEN: {SECRET}"',
    f"https://host/x?access_token={SECRET}&x=1",
    f"https://host/x?X-Amz-Signature={SECRET}",
    f"password: {SECRET}",
    f"password={SECRET}",
    f'password="two words {SECRET}"',
    f"machine host login user password {SECRET}",
    f"GITHUB_TOKEN={SECRET} go build",
    f"fatal: Authentication failed for 'https://u:{SECRET}@github.com/x'",
    f"https:\\/\\/u:{SECRET}@host\\/x",
    f"url=https%3A%2F%2Fu:{SECRET}%40host",
    f"--token={SECRET}",
    f"https://us\x1b[31mer:{SECRET}\x1b[0m@host",
    f"https://us\u200ber:{SECRET}@host",
    f"-----BEGIN RSA PRIVATE KEY-----\n{SECRET}\n-----END RSA PRIVATE KEY-----",
    f"ghp_{SECRET}abcdef",
    f"glpat-{SECRET}",
    f"github_pat_{SECRET}",
]

KEPT = [
    "# get http://127.0.0.1:9002/example.com/lib/@v/v1.0.0.zip",
    "http://localhost:8080/sumdb/sum.golang.org/lookup/example.com/m@v1.0.0",
    "go: example.com/m@v1.0.0: verifying module: checksum mismatch",
    "git@github.com:org/repo",
    "ssh://git@github.com/org/repo",
    "GOSUMDB=sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",
    "GOAUTH=netrc",
    "PWD=/home/me/src",
    "remote: Basic authentication failed",
    "dial tcp: lookup proxy.corp on 10.0.0.1:53: read udp 10.0.0.2:4711->10.0.0.1:53: i/o timeout",
    "Get \"https://[::1]:8080/example.com/m/@v/list\": EOF",
    "golang.org/toolchain@v0.0.1-go1.27.3.linux-amd64",
    "\tindented\nlines stay",
]  # fmt: skip


@pytest.mark.parametrize("text", SHOWN)
def test_a_secret_does_not_survive(text: str) -> None:
    shown = scrub(text)
    assert SECRET not in shown
    assert MASK in shown


@pytest.mark.parametrize("text", KEPT)
def test_what_is_no_secret_stays(text: str) -> None:
    assert scrub(text) == text


def test_the_host_of_a_url_stays() -> None:
    assert scrub("Get https://me:pw@proxy.corp:8443/m/@v/list") == f"Get https://{MASK}@proxy.corp:8443/m/@v/list"


def test_terminal_controls_do_not_survive() -> None:
    assert scrub("\x1b]0;title\x07a\x1b[2Jb\x9b1mc\x00\x08d\re\r\n\x1b(Bf\u202eg") == "abcd\ne\nfg"


USER_INFO = st.text(alphabet="abcXYZ0189-._~!$&'()*+;=%", min_size=1, max_size=20)
PLANTED = st.text(alphabet="abcdefXYZ0123456789", min_size=8, max_size=30)


@given(
    before=st.text(max_size=20),
    user=USER_INFO,
    password=PLANTED,
    host=st.sampled_from(["proxy.corp", "127.0.0.1:8080", "[::1]:80"]),
    path=st.sampled_from(["", "/", "/m/@v/list", "/a@b", "?x=1", ",direct", "|off"]),
    after=st.text(max_size=20),
)
def test_a_token_planted_in_a_url_never_survives(
    before: str, user: str, password: str, host: str, path: str, after: str
) -> None:
    # Some other part may by chance contain it: the text then says it without the URL.
    rest = f"{before} {user} {host}{path} {after}"
    shown = scrub(f"{before} https://{user}:{password}@{host}{path} {after}")
    assert password in rest or password not in shown


@given(before=st.text(max_size=20), token=PLANTED, name=st.sampled_from(["token", "access_token", "api_key", "sig", "key"]))
def test_a_token_planted_in_a_query_never_survives(before: str, token: str, name: str) -> None:
    assert token in before or token not in scrub(f"{before} https://host/x?a=1&{name}={token}&b=2")


@given(st.text())
def test_nothing_unprintable_is_left(text: str) -> None:
    shown = scrub(text)
    assert not any((letter < " " and letter not in "\n\t") or "\x7f" <= letter <= "\x9f" for letter in shown)
    shown.encode("utf-8")


@given(st.text(alphabet="ab:/@?&=\"' \\\n\x1b[]%2F3A.-,token"))
def test_scrubbing_twice_changes_nothing_more(text: str) -> None:
    assert scrub(scrub(text)) == scrub(text)


def test_surrogates_can_be_printed_afterwards() -> None:
    assert scrub("a\udcffb") == "a\ufffdb"


@pytest.mark.parametrize(
    "piece",
    ["a", "https://", "a:", "token", 'token="', '"', "x=", "https://a:b", "eyJ", "\x1b]", "%3A%2F%2F", "://a:b/", "a-", "@",
     "-----BEGIN PRIVATE KEY-----", "login a password ", "bearer ", "password:", "a b=", "://a:b/x", "\\", "a:b@"],
)  # fmt: skip
def test_a_hostile_text_takes_no_longer_than_any_other(piece: str) -> None:
    text = piece * (200_000 // len(piece))
    start = time.process_time()
    scrub(text)
    assert time.process_time() - start < 2.0  # it takes hundredths; a quadratic pattern takes minutes


def test_words_of_a_command_line() -> None:
    shown = scrub_argv(("curl", "-u", f"me:{SECRET}", "--token", SECRET, f"--password={SECRET}", "-v", "https://host"))
    assert shown == ("curl", "-u", MASK, "--token", MASK, f"--password={MASK}", "-v", "https://host")


def test_an_environment_value_shows_itself_masked_only() -> None:
    token, proxy = EnvValue("CI_JOB_TOKEN", "short"), EnvValue("GOPROXY", f"https://me:{SECRET}@host,direct")
    assert (str(token), repr(token), f"{token}") == (MASK, "EnvValue('CI_JOB_TOKEN', '***')", MASK)
    assert str(proxy) == f"https://{MASK}@host,direct"
    assert SECRET not in repr([proxy])
    assert proxy.reveal() == f"https://me:{SECRET}@host,direct"
    assert not EnvValue("GOFLAGS", "")


@pytest.mark.parametrize("name", ["GITHUB_TOKEN", "NPM_AUTH", "PGPASSWORD", "AWS_SECRET_ACCESS_KEY", "SMTP_PASS", "MY_PAT"])
def test_names_of_secrets(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name", ["PWD", "OLDPWD", "GOAUTH", "GIT_ASKPASS", "GIT_AUTHOR_NAME", "GOPATH", "SSH_AUTH_SOCK", "PATH"]
)
def test_names_of_no_secrets(name: str) -> None:
    assert not is_secret_name(name)
