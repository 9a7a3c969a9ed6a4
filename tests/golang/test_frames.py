"""Meanings of stacks: the same on all seven versions of Go, from dumps and from live reads (which lack inlined frames)."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unjam.golang.dump import parse_dump
from unjam.golang.frames import CONNECTING, Purpose, Wait, join, meaning_of, plain_name, program_of

VERSIONS = ("1.21.13", "1.22.10", "1.23.9", "1.24.11", "1.25.5", "1.26.6", "1.27.3")
P = Purpose
PROXY_GRAPH = {P.MODULE_PROXY, P.MODULE_GRAPH}
PROXY_ZIP = {P.MODULE_PROXY, P.ZIP_DOWNLOAD}
PROXY_ZIP_PACKAGES = {*PROXY_ZIP, P.PACKAGES}
TOOLCHAIN_ZIP = {*PROXY_ZIP, P.TOOLCHAIN}

#: What the command of each scenario waits for first, and what for.
EXPECTED: dict[str, tuple[Wait, set[Purpose]]] = {
    "silent": (Wait.AWAITING_HEADERS, PROXY_GRAPH),
    "silent_tidy": (Wait.AWAITING_HEADERS, PROXY_ZIP_PACKAGES),
    "silent_list": (Wait.AWAITING_HEADERS, PROXY_GRAPH),
    "silent_build": (Wait.AWAITING_HEADERS, PROXY_ZIP_PACKAGES),
    "body": (Wait.READING_BODY, PROXY_ZIP),
    "blackhole": (Wait.DIALING, PROXY_GRAPH),
    "tls": (Wait.TLS_HANDSHAKE, PROXY_ZIP_PACKAGES),
    "connect": (Wait.PROXY_CONNECT, PROXY_ZIP_PACKAGES),
    "connect_tls": (Wait.TLS_HANDSHAKE, PROXY_ZIP_PACKAGES),
    "dns": (Wait.RESOLVING, PROXY_ZIP_PACKAGES),
    "dns_cgo": (Wait.RESOLVING, PROXY_ZIP_PACKAGES),
    "h2": (Wait.H2_AWAITING_HEADERS, PROXY_GRAPH),
    "h2body": (Wait.H2_READING_BODY, PROXY_ZIP),
    "sumdb": (Wait.AWAITING_HEADERS, {P.SUMDB, P.MODULE_GRAPH}),
    "sumdb_supported": (Wait.AWAITING_HEADERS, {P.SUMDB, P.SUMDB_OF_PROXY, P.MODULE_GRAPH}),
    "goget": (Wait.AWAITING_HEADERS, {P.GO_GET_META, P.MODULE_GRAPH}),
    "toolchain": (Wait.AWAITING_HEADERS, TOOLCHAIN_ZIP),
    "toolchain_list": (Wait.AWAITING_HEADERS, TOOLCHAIN_ZIP),
    "switch": (Wait.AWAITING_HEADERS, {P.MODULE_PROXY, P.TOOLCHAIN}),
    "lsremote": (Wait.CHILD, {P.VCS, P.VCS_LS_REMOTE, P.MODULE_GRAPH}),
    "fetch": (Wait.CHILD, {P.VCS, P.VCS_FETCH, P.MODULE_GRAPH}),
    "vcsstatus": (Wait.CHILD, {P.VCS, P.VCS_STATUS}),
    "goauth": (Wait.CHILD, {P.GOAUTH, *PROXY_GRAPH}),
    "lockversion": (Wait.FLOCK, {P.LOCK_VERSION, P.ZIP_DOWNLOAD}),
    "sidelock": (Wait.FLOCK, {P.LOCK_SIDE}),
    "vcslock": (Wait.FLOCK, {P.LOCK_VCS, P.VCS, P.MODULE_GRAPH}),
    "lockmod": (Wait.FLOCK, {P.LOCK_GOMOD}),
    "cc": (Wait.CHILD, {P.CC_PROBE}),
    "cc_build": (Wait.CHILD, {P.CC_BUILD}),
    "pkgconfig": (Wait.CHILD, {P.PKG_CONFIG}),
    "toolid": (Wait.CHILD, {P.TOOL_PROBE}),
    "compile": (Wait.CHILD, {P.COMPILE}),
    "asm": (Wait.CHILD, {P.ASSEMBLE}),
    "link": (Wait.CHILD, {P.LINK}),
    "vet": (Wait.CHILD, {P.VET}),
    "generate": (Wait.CHILD, {P.GENERATE}),
    "fifo": (Wait.OPEN_FIFO, {P.PACKAGES}),
    "output": (Wait.WRITING_OUTPUT, set()),
    "cachemod": (Wait.READING_STDIN, set()),
}


@dataclass(frozen=True)
class Live:
    """A goroutine as memory shows it: no inlined functions, and `runtime.goexit` at the end."""

    id: int
    functions: tuple[str, ...]
    created_by_id: int | None = None


@pytest.mark.parametrize("scenario", EXPECTED)
@pytest.mark.parametrize("version", VERSIONS)
def test_every_hang_on_every_version(dumps: dict[tuple[str, str], str], version: str, scenario: str) -> None:
    if (version, scenario) not in dumps:
        assert scenario == "goauth"  # new in 1.24
        assert version < "1.24"
        return
    goroutines = list(parse_dump(dumps[version, scenario]))
    first, *others = join(goroutines)
    assert (first.wait, set(first.purposes)) == EXPECTED[scenario]
    assert all(one.wait in {Wait.WAITING_FOR_WORKER, Wait.WAITING_FOR_PEER, first.wait} for one in others)
    assert program_of(goroutines) == "cmd/go"


def test_no_dump_is_left_out(dumps: dict[tuple[str, str], str]) -> None:
    assert {scenario for _, scenario in dumps} == set(EXPECTED)
    assert {version for version, _ in dumps} == set(VERSIONS)


@pytest.mark.parametrize("scenario", ["blackhole", "tls", "connect", "dns"])
def test_the_phase_comes_from_the_goroutine_that_dials(dumps: dict[tuple[str, str], str], scenario: str) -> None:
    goroutines = {one.id: one for one in parse_dump(dumps["1.27.3", scenario])}
    request = join(goroutines.values())[0]
    assert goroutines[request.shown_by].created_by_id == request.id
    own = meaning_of(goroutines[request.id].functions)
    assert own is not None
    assert own.wait is Wait.QUEUED
    assert request.wait in CONNECTING


def test_two_requests_with_their_own_dials(dumps: dict[tuple[str, str], str]) -> None:
    dialing = [Live(one.id, one.functions, one.created_by_id) for one in parse_dump(dumps["1.27.3", "blackhole"])]
    shaking = [
        Live(one.id + 1000, one.functions, (one.created_by_id or 0) + 1000)
        for one in parse_dump(dumps["1.27.3", "tls"])
        if one.id
    ]
    assert [one.wait for one in join(dialing + shaking)][:2] == [Wait.DIALING, Wait.TLS_HANDSHAKE]
    unknown = [Live(one.id, one.functions) for one in dialing + shaking]
    both = join(unknown)[0]
    assert both.wait is Wait.QUEUED
    assert both.phases == {Wait.DIALING, Wait.TLS_HANDSHAKE}
    assert join([Live(one.id, one.functions) for one in dialing])[0].wait is Wait.DIALING


LIVE_TEST = (
    "syscall.Syscall6", "internal/syscall/unix.Waitid", "os.(*Process).pidfdWait", "os.(*Process).wait", "os/exec.(*Cmd).Wait",
    "os/exec.(*Cmd).Run", "cmd/go/internal/test.(*runTestActor).Act", "cmd/go/internal/work.(*Builder).Do.func3",
    "cmd/go/internal/work.(*Builder).Do.func4", "runtime.goexit",
)  # fmt: skip
LIVE_RUN = (*LIVE_TEST[:6], "cmd/go/internal/base.RunStdin", "cmd/go/internal/run.buildRunProgram", *LIVE_TEST[7:])
HELD_PIPE = (
    "runtime.gopark", "runtime.chanrecv", "runtime.chanrecv1", "os/exec.(*Cmd).awaitGoroutines", "os/exec.(*Cmd).Wait",
    "os/exec.(*Cmd).Run", "cmd/go/internal/test.(*runTestActor).Act",
)  # fmt: skip
OLD_HTTP2 = (
    "runtime.gopark", "runtime.selectgo", "net/http.(*http2ClientConn).roundTrip", "net/http.(*http2ClientConn).RoundTrip",
    "net/http.(*http2Transport).RoundTripOpt", "net/http.(*Transport).roundTrip",
)  # fmt: skip
OLD_HTTP2_BODY = ("sync.runtime_notifyListWait", "sync.(*Cond).Wait", "net/http.(*http2pipe).Read",
                  "net/http.http2transportResponseBody.Read", "cmd/go/internal/modfetch.downloadZip")  # fmt: skip
READLOOP = ("internal/poll.runtime_pollWait", "internal/poll.(*FD).Read", "net.(*netFD).Read", "net.(*conn).Read",
            "crypto/tls.(*Conn).Read", "bufio.(*Reader).Peek", "net/http.(*persistConn).readLoop")  # fmt: skip
GOPLS = ("runtime.gopark", "runtime.selectgo", "golang.org/x/tools/internal/gocommand.runCmdContext",
         "golang.org/x/tools/internal/gocommand.(*Invocation).run", "golang.org/x/tools/internal/gocommand.(*Runner).runPiped",
         "golang.org/x/tools/go/packages.goListDriver", "golang.org/x/tools/gopls/internal/cache.(*Snapshot).load")  # fmt: skip
GOPLS_STDIN = ("syscall.Syscall", "syscall.read", "os.(*File).Read", "bufio.(*Reader).ReadString",
               "golang.org/x/tools/internal/jsonrpc2.(*headerStream).Read",
               "golang.org/x/tools/internal/jsonrpc2.(*conn).run")  # fmt: skip


@pytest.mark.parametrize(
    ("functions", "wait", "purposes"),
    [
        (LIVE_TEST, Wait.CHILD, {P.TEST_RUN}),
        (LIVE_RUN, Wait.CHILD, {P.RUN_PROGRAM}),
        (HELD_PIPE, Wait.CHILD_PIPE, {P.TEST_RUN}),
        (OLD_HTTP2, Wait.H2_AWAITING_HEADERS, set()),
        (OLD_HTTP2_BODY, Wait.H2_READING_BODY, {P.ZIP_DOWNLOAD}),
        (READLOOP, Wait.IDLE_READLOOP, set()),
        (GOPLS, Wait.CHILD, {P.GO_LIST}),
        (GOPLS_STDIN, Wait.IDLE_READLOOP, set()),
        (("time.Sleep", "main.main", "runtime.main"), Wait.SLEEP, set()),
        (("runtime.gopark", "sync.(*Mutex).Lock", "main.(*box[...]).get"), Wait.MUTEX, set()),
        (("runtime.gopark", "main.deep", "main.main.func5"), Wait.USER, set()),
        (("cmd/go/internal/work.(*Builder).Do.func4", "runtime.goexit"), Wait.HELPER, set()),
        (("runtime.gopark", "sync.(*Mutex).Lock", "cmd/go/internal/par.(*Cache[...]).Do",
          "cmd/go/internal/toolchain.Select"), Wait.WAITING_FOR_PEER, {P.TOOLCHAIN}),
        (("net.(*netFD).connect", "net.(*Dialer).DialContext", "net.(*Resolver).dial", "net.(*Resolver).exchange"),
         Wait.RESOLVING, set()),
        (("syscall.write", "os.(*File).Write", "cmd/go/internal/modfetch.writeDiskCache"), Wait.WRITING_FILE, set()),
    ],
)  # fmt: skip
def test_stacks_that_no_dump_has(functions: tuple[str, ...], wait: Wait, purposes: set[Purpose]) -> None:
    meaning = meaning_of(functions)
    assert meaning is not None
    assert (meaning.wait, set(meaning.purposes)) == (wait, purposes)
    assert meaning.frame in functions
    assert meaning_of((*functions, "runtime.goexit")) == meaning


def test_the_runtime_waits_for_nothing() -> None:
    assert meaning_of(()) is None
    assert meaning_of(("runtime.gopark", "runtime.bgsweep", "runtime.goexit")) is None
    assert join([Live(2, ("runtime.gopark", "runtime.goexit"))]) == ()


@pytest.mark.parametrize(
    ("function", "plain"),
    [
        ("cmd/go/internal/par.(*Cache[...]).Do.func1", "cmd/internal/par.(*Cache).Do"),
        ("cmd/go/internal/par.(*Cache[go.shape.struct { A [2]int },int]).Do", "cmd/internal/par.(*Cache).Do"),
        ("net.(*Dialer).DialContext-fm", "net.(*Dialer).DialContext"),
        ("net/http.(*Transport).dialConn.gowrap2", "net/http.(*Transport).dialConn"),
        ("cmd/go/internal/modload.readModGraph.func3.1", "cmd/go/internal/modload.readModGraph"),
        ("cmd/go/internal/modfetch.(*Fetcher).DownloadZip.func1", "cmd/go/internal/modfetch.DownloadZip"),
        ("cmd/vendor/golang.org/x/mod/sumdb.(*Client).Lookup.func2", "golang.org/x/mod/sumdb.(*Client).Lookup"),
        ("main.main", "main.main"),
    ],
)
def test_plain_names(function: str, plain: str) -> None:
    assert plain_name(function) == plain


@pytest.mark.parametrize(
    ("functions", "program"),
    [
        (GOPLS, "gopls"),
        (LIVE_RUN, "cmd/go"),
        (("cmd/compile/internal/gc.Main", "main.main"), "cmd/compile"),
        (("main.TestX", "testing.tRunner"), "test"),
        (("main.main",), "user"),
    ],
)
def test_programs(functions: tuple[str, ...], program: str) -> None:
    assert program_of([Live(1, functions)]) == program
    assert program_of([]) == ""


@given(
    st.lists(
        st.lists(st.sampled_from([*LIVE_TEST, *OLD_HTTP2, *READLOOP, "net/http.(*Transport).getConn", "", "[", "é.x"])),
        max_size=5,
    )
)
def test_any_stacks_have_a_meaning_or_none(stacks: list[list[str]]) -> None:
    goroutines = [Live(at, tuple(functions), at - 1) for at, functions in enumerate(stacks)]
    for waiting in join(goroutines):
        assert waiting.wait in waiting.phases or waiting.wait is Wait.QUEUED
