"""Whatever is given to the parsers, nothing raises but what is ours: bytes, text, and broken pieces of what Go prints."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import unjam
from unjam.golang import (
    cache_path,
    child_role,
    dirhash,
    dump,
    env_file,
    frame_names,
    frames,
    go_env_text,
    goproxy,
    hard_wrap,
    log_text,
    long_log,
    messages,
    mod_zip,
    module_path,
    proxy_url,
    secrets,
    ssh_argv,
    stack_lines,
    sumdb_note,
    tlog,
    url,
    versions,
    x_lines,
)
from unjam.golang.messages import broken, build, files, net, proxy, statement, sumdb, toolchain, vcs

#: Pieces of what Go, git and CI systems print: text made of them comes further into a parser than any other.
PIECES = (
    "go: ", "go get: ", "downloading ", "example.com/m", "@v1.2.3", "/go.mod", ": ", "Get ", '"', "https://", "http:/",
    "p.example", "/@v/", "v1.0.0.zip", "list", "dial tcp ", "192.0.2.1:443", "[::1]:53", "i/o timeout", "connect: ",
    "lookup ", " on ", "->", "read udp ", "proxyconnect tcp: ", "x509: ", "tls: ", "EOF", "unexpected EOF",
    "stream error: stream ID 3; ", "403 Forbidden", "\tserver response:", "reading ", "verifying ", "module: ",
    "checksum mismatch", "SECURITY ERROR", "h1:abc=", "go.sum: ", "git ls-remote -q origin", " in /go/pkg/mod/cache/vcs/ab",
    "exit status 128", "\tfatal: ", "could not read Username for '", "Host key verification failed.", "unknown revision ",
    "zip: not a valid zip file", "unzip ", "open /go/x", "permission denied", "no space left on device", "# get ",
    ": 200 OK (0.1s)", "cd /x; ", "0.123s # ", "# lock ", "mkdir -p ", "WORK=/tmp/b", "git3 ", "goroutine 1 ",
    "[chan receive, 2 minutes]:", "created by ", "main.main()", "\t/a/b.go:7 +0x1d", "GOPROXY='", "set GOOS=", "\n", "\r",
    "\t", " ", "\\n", '\\"', "\x1b[31m", "[0m", "=== RUN   T", "--- PASS: T", "2026-01-02T03:04:05Z ", "#12 30.2 ", "| ",
    "::error::", "$ ", "toolchain@v0.0.1-go1.23.4.linux-amd64", "download go1.23 for linux/amd64: ",
    "requires go >= 1.22 (running go 1.21)", "cgo: ", 'exec: "gcc": executable file not found in $PATH', "user:pw@",
    "?token=x", "%2F", "!a", "0" * 30, "9" * 5000,
)  # fmt: skip
TEXT = st.one_of(
    st.text(max_size=300),
    st.lists(st.sampled_from(PIECES), max_size=25).map("".join),
    st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=8)), max_size=25).map("".join),
)
ANY = st.one_of(
    st.binary(max_size=600),
    TEXT.map(lambda text: text.encode("utf-8", "surrogatepass")),
    TEXT.map(lambda text: text.encode("utf-16")),
)
MANY = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def lines_of(text: str) -> log_text.Lines:
    return log_text.clean_text(text).lines


def each_statement(read: Callable[[statement.Statement], object]) -> Callable[[str], object]:
    def every(text: str) -> object:
        lines = lines_of(text)
        return [read(statement.Statement(lines, at, lines[0].text)) for at in range(len(lines))]

    return every


def of_dump(read: Callable[[tuple[dump.DumpedGoroutine, ...]], object]) -> Callable[[str], object]:
    return lambda text: read(tuple(dump.parse_dump(text)))


OF_TEXT: dict[str, Callable[[str], object]] = {
    "cache_path.escape": cache_path.escape,
    "cache_path.unescape": cache_path.unescape,
    "cache_path.read_cache_path": cache_path.read_cache_path,
    "cache_path.folder_of": cache_path.folder_of,
    "child_role.role_of": lambda text: child_role.role_of(text.split(), text[:20]),
    "dump.parse_dump": lambda text: list(dump.parse_dump(text)),
    "dump.count_goroutines": dump.count_goroutines,
    "dump.group_by_stack": of_dump(dump.group_by_stack),
    "dump.split_by_process": of_dump(dump.split_by_process),
    "frames.join": of_dump(frames.join),
    "frames.program_of": of_dump(frames.program_of),
    "frames.meaning_of": lambda text: frames.meaning_of(text.split()),
    "frame_names.plain_name": frame_names.plain_name,
    "go_env_text.parse_go_env": lambda text: go_env_text.parse_go_env(lines_of(text)),
    "goproxy.parse_goproxy": goproxy.parse_goproxy,
    "goproxy.entry_for": lambda text: goproxy.entry_for(goproxy.parse_goproxy(text), text[:50]),
    "goproxy.without": lambda text: goproxy.without(goproxy.parse_goproxy(text), text[:50]),
    "hard_wrap.joined": lambda text: hard_wrap.joined(text.split("\n")),
    "hard_wrap.ends_an_error": hard_wrap.ends_an_error,
    "hard_wrap.starts_something": hard_wrap.starts_something,
    "log_text.clean_text": log_text.clean_text,
    "log_text.texts_of": lambda text: log_text.texts_of(lines_of(text)),
    "long_log.shortened": long_log.shortened,
    "messages.parse_messages": lambda text: messages.parse_messages(lines_of(text)),
    "messages.failed_requests": lambda text: list(messages.failed_requests(messages.parse_messages(lines_of(text)))),
    "messages.go_in_sight": lambda text: messages.go_in_sight(lines_of(text)),
    "messages.broken.is_open": broken.is_open,
    "messages.broken.whole": each_statement(lambda s: broken.whole(s, lambda one: (net.request_error(one), 0))),
    "messages.build.read": each_statement(build.read),
    "messages.build.progress": each_statement(build.progress),
    "messages.build.unexplained": each_statement(build.unexplained),
    "messages.files.read": each_statement(files.read),
    "messages.net.request_error": each_statement(net.request_error),
    "messages.net.classify": net.classify,
    "messages.net.host_of": net.host_of,
    "messages.net.purpose_of": net.purpose_of,
    "messages.net.module_of": lambda text: net.module_of(text, len(text), text),
    "messages.proxy.read": each_statement(proxy.read),
    "messages.proxy.status_error": each_statement(proxy.status_error),
    "messages.proxy.server_response": each_statement(proxy.server_response),
    "messages.reason_of": lambda text: messages.reason_of(tuple(text.split("\n"))),
    "messages.statement.go_prefix": statement.go_prefix,
    "messages.statement.module_before": lambda text: statement.module_before(text, len(text)),
    "messages.sumdb.read": each_statement(sumdb.read),
    "messages.toolchain.read": each_statement(toolchain.read),
    "messages.vcs.read": each_statement(vcs.read),
    "module_path.escape": module_path.escape,
    "module_path.unescape": module_path.unescape,
    "module_path.is_module_path": module_path.is_module_path,
    "module_path.matches_patterns": lambda text: module_path.matches_patterns(text, text[:40]),
    "proxy_url.meaning": proxy_url.meaning,
    "secrets.scrub": secrets.scrub,
    "secrets.scrub_argv": lambda text: secrets.scrub_argv(text.split()),
    "secrets.is_secret_name": secrets.is_secret_name,
    "log_text.clean_lines": lambda text: log_text.clean_lines(lines_of(text)),
    "log_text.plain_text": lambda text: log_text.plain_text(text.encode("utf-8", "replace")),
    "ssh_argv.ssh_url": lambda text: ssh_argv.ssh_url(text.split()),
    "stack_lines.take_apart": lambda text: stack_lines.take_apart(text.encode("utf-8", "replace")),
    "stack_lines.without_stacks": lambda text: stack_lines.without_stacks(
        lines_of(text), dump.parse_dump("\n".join(lines_of(text).texts))
    ),
    "sumdb_note.parse_verifier": sumdb_note.parse_verifier,
    "tlog.parse_tile": tlog.parse_tile,
    "tlog.parse_tree": tlog.parse_tree,
    "url.Url": lambda text: [
        getattr(url.Url(text), name) for name in ("scheme", "host", "hostname", "port", "path", "query", "user", "bare")
    ],
    "versions.parse_go": versions.parse_go,
    "versions.find_go": versions.find_go,
    "versions.needs_newer": lambda text: versions.needs_newer(text, text[:9], "1.21.3"),
    "versions.is_semver": versions.is_semver,
    "versions.is_pseudo": versions.is_pseudo,
    "versions.commit_of": versions.commit_of,
    "versions.is_incompatible": versions.is_incompatible,
    "versions.canonical": versions.canonical,
    "versions.semver_key": versions.semver_key,
    "x_lines.parse_x": lambda text: x_lines.parse_x(lines_of(text)),
}
OF_BYTES: dict[str, Callable[[bytes], object]] = {
    "log_text.clean": log_text.clean,
    "long_log.is_long": long_log.is_long,
    "long_log.thinned": lambda raw: [long_log.thinned(raw, name) for name in ("utf-8", "utf-16-le", "latin-1")],
    "env_file.parse_env_file": env_file.parse_env_file,
    "tlog.parse_record": tlog.parse_record,
    "tlog.record_hash": tlog.record_hash,
    "tlog.node_hash": lambda raw: tlog.node_hash(raw, raw),
    "tlog.tree_hash": lambda raw: tlog.tree_hash([raw, raw]),
    "dirhash.hash_mod": dirhash.hash_mod,
    "sumdb_note.open_note": lambda raw: sumdb_note.open_note(raw, sumdb_note.verifier_of("sum.example", bytes(32))),
}
#: They make something; what they are given is ours.
MAKERS = {
    "dirhash.hash_files", "dirhash.hash_zip", "mod_zip.entry_names", "mod_zip.make_zip", "sumdb_note.sign_note",
    "sumdb_note.verifier_of", "tlog.tile_data", "tlog.format_tree", "tlog.format_record", "env_file.user_config_dir",
    "env_file.user_cache_dir", "env_file.env_file_path",
}  # fmt: skip


@pytest.mark.parametrize("name", OF_TEXT)
def test_any_text(name: str) -> None:
    @MANY
    @given(TEXT)
    def holds(text: str) -> None:
        OF_TEXT[name](text)

    holds()


@pytest.mark.parametrize("name", OF_BYTES)
def test_any_bytes(name: str) -> None:
    @MANY
    @given(ANY)
    def holds(raw: bytes) -> None:
        OF_BYTES[name](raw)

    holds()


def test_every_public_function_is_here() -> None:
    room = Path(unjam.__file__).parent / "golang"
    named = {
        ".".join((*path.relative_to(room).with_suffix("").parts, node.name)).replace("messages.parse.", "messages.")
        for path in room.rglob("*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    }
    named = {name.replace("messages.reason.", "messages.") for name in named}
    assert named == (OF_TEXT.keys() | OF_BYTES.keys() | MAKERS) - {"url.Url"}


@settings(max_examples=150, deadline=None)
@given(ANY)
def test_read_takes_anything(raw: bytes) -> None:
    view = unjam.read(raw)
    assert not view.crashed
    unjam.to_text(view).encode()
    unjam.to_json(view)


@settings(max_examples=300, deadline=None)
@given(st.binary(min_size=64, max_size=3000))
def test_random_bytes_say_nothing(raw: bytes) -> None:
    assert not unjam.read(raw).sick


@MANY
@given(TEXT)
def test_what_was_scrubbed_stays_as_it_is(text: str) -> None:
    assert secrets.scrub(secrets.scrub(text)) == secrets.scrub(text)


@MANY
@given(TEXT)
def test_joined_lines_keep_every_word(text: str) -> None:
    lines = text.split("\n")
    texts, numbers = hard_wrap.joined(lines)
    assert "".join("".join(texts).split()) == "".join(text.split())
    assert numbers == sorted(numbers)


@MANY
@given(st.dictionaries(st.from_regex(r"\A[a-z]{1,8}(/[a-z]{1,8}){0,2}\Z"), st.binary(max_size=60), max_size=6))
def test_a_zip_has_the_hash_of_its_files(parts: dict[str, bytes]) -> None:
    made = mod_zip.make_zip("example.com/m", "v1.0.0", parts)
    assert dirhash.hash_zip(made) == dirhash.hash_files(mod_zip.entry_names("example.com/m", "v1.0.0", parts))


@MANY
@given(
    st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=80).map(lambda text: f"{text}\n"),
    st.binary(min_size=32, max_size=32),
)
def test_a_note_opens_with_its_own_key_only(text: str, seed: bytes) -> None:
    note = sumdb_note.sign_note(text, "sum.example", seed)
    assert sumdb_note.open_note(note, sumdb_note.verifier_of("sum.example", seed)) == text
    assert sumdb_note.open_note(note, sumdb_note.verifier_of("sum.example", bytes(31) + b"x")) is None
