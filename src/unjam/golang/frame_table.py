"""The table that says what Go's function names mean, Go 1.11 to 1.27. Only this file knows such names.

Names are compared after `frame_names.plain_name` has taken off what varies: type arguments, `.func1`, `-fm`, `.gowrap2`, and
the places that functions moved from. An entry that ends in `*` is a prefix. Each name was read in the source of
go1.21.13, 1.22.10, 1.23.9, 1.24.11, 1.25.5, 1.26.6 and 1.27.3 and, where it is not marked old, seen in a hung go.
"""

from __future__ import annotations

from enum import StrEnum


class Wait(StrEnum):
    """What a goroutine waits for."""

    AWAITING_HEADERS = "an answer to its HTTP request"
    READING_BODY = "the rest of an HTTP answer"
    H2_AWAITING_HEADERS = "an answer on its HTTP/2 stream"
    H2_READING_BODY = "the rest of an answer on its HTTP/2 stream"
    QUEUED = "a connection"  # which another goroutine dials: `join` says how far that one is
    RESOLVING = "the name of a host to be resolved"
    DIALING = "a connection to be made"
    PROXY_CONNECT = "an HTTP or SOCKS proxy to open a tunnel"
    TLS_HANDSHAKE = "a TLS handshake"
    FLOCK = "a file lock"
    CHILD = "a child process"
    CHILD_PIPE = "a pipe that an ended child left open with another process"
    WRITING_OUTPUT = "somebody to read what it writes"  # which file, only the descriptor tells
    WRITING_FILE = "a file to take what it writes"
    READING_STDIN = "input"  # standard input as a rule; the descriptor tells
    READING_FILE = "a file to read from"
    OPEN_FIFO = "a file to open"  # a named pipe, or a file system that does not answer
    TOOLCHAIN_SELECT = "the choice of a Go toolchain"
    WAITING_FOR_WORKER = "workers, which do what it began"
    WAITING_FOR_PEER = "another goroutine that does the same work"
    MUTEX = "a lock inside the process"
    NETWORK = "a network connection"
    ACCEPTING = "clients"
    SLEEP = "a time to pass"
    IDLE_READLOOP = "an idle connection to say something"
    HELPER = "the goroutine that it serves"
    USER = "something in the program's own code"


#: Never a patient: they stand so in a healthy program too.
DECOYS = frozenset({Wait.IDLE_READLOOP, Wait.HELPER, Wait.ACCEPTING})
#: What the goroutine that makes a connection can be seen doing.
CONNECTING = frozenset({Wait.RESOLVING, Wait.DIALING, Wait.PROXY_CONNECT, Wait.TLS_HANDSHAKE})
#: These wait for other goroutines of the process: look at those.
WAITERS = frozenset({Wait.WAITING_FOR_WORKER, Wait.WAITING_FOR_PEER, Wait.MUTEX})


class Purpose(StrEnum):
    """What for: found lower in the same stack. A stack may serve several (a zip, of a toolchain, from a proxy)."""

    MODULE_PROXY = "asking a module proxy"
    ZIP_DOWNLOAD = "downloading a module zip"
    SUMDB = "asking the checksum database"
    SUMDB_OF_PROXY = "asking a module proxy whether it carries the checksum database"
    GO_GET_META = "asking a host for its go-import meta tag"
    TOOLCHAIN = "fetching a Go toolchain"
    VCS = "working with a repository"
    VCS_LS_REMOTE = "listing the refs of a repository"
    VCS_FETCH = "fetching from a repository"
    VCS_STATUS = "asking version control for the state of the work tree"
    GOAUTH = "asking GOAUTH for credentials"
    CC_PROBE = "asking the C compiler who it is"
    CC_BUILD = "compiling C, or running cgo"
    PKG_CONFIG = "asking pkg-config"
    TOOL_PROBE = "asking a Go tool for its version"
    COMPILE = "compiling Go"
    ASSEMBLE = "assembling"
    LINK = "linking"
    VET = "vetting"
    GENERATE = "running a generator"
    TEST_RUN = "running a test"
    RUN_PROGRAM = "running a program"
    GO_LIST = "running a go command for the editor"
    CACHE_PROG = "asking GOCACHEPROG"
    LOCK_VERSION = "locking a module version in the module cache"
    LOCK_VCS = "locking a repository in the module cache"
    LOCK_SIDE = "locking the module cache beside go.sum"
    LOCK_GOMOD = "locking go.mod, go.sum or go.work"
    MODULE_GRAPH = "loading the module graph"
    PACKAGES = "loading packages"


_HTTP2 = "net/http/internal/http2."
_CMD = "cmd/go/internal/"
_JSONRPC = "golang.org/x/tools/internal/jsonrpc2"

#: Decide wherever they stand; the innermost one wins.
WAITS: dict[Wait, tuple[str, ...]] = {
    Wait.AWAITING_HEADERS: ("net/http.(*persistConn).roundTrip",),
    Wait.READING_BODY: (
        "net/http.(*body).Read", "net/http.(*body).readLocked", "net/http.(*bodyEOFSignal).Read",
        "net/http/internal.(*chunkedReader)*", "net/http.(*gzipReader).Read",
    ),
    Wait.H2_AWAITING_HEADERS: (_HTTP2 + "(*ClientConn).roundTrip", _HTTP2 + "(*ClientConn).RoundTrip"),
    Wait.H2_READING_BODY: (
        _HTTP2 + "(*pipe).Read", _HTTP2 + "transportResponseBody.Read", _HTTP2 + "(*transportResponseBody).Read",
    ),
    Wait.QUEUED: ("net/http.(*Transport).getConn", _HTTP2 + "(*clientConnPool)*", _CMD + "base.AcquireNet"),
    Wait.RESOLVING: ("net.(*Resolver)*", "net.doBlockingWithCtx", "net.cgoLookup*", "net.cgoIPLookup", "net.lookupIP*",
                     "net._C2func_getaddrinfo", "net._C_getaddrinfo", "net.goLookup*", "net.tryOneName", "net.exchange"),
    Wait.DIALING: (
        "net.(*netFD).connect", "net.(*sysDialer)*", "net.(*Dialer)*", "net/http.(*Transport).dial", "net.dialSingle",
        "net.dialSerial", "net.dialParallel", "net.dialTCP",
    ),
    Wait.PROXY_CONNECT: ("net/http.(*Transport).dialConn", "net/http.(*socksDialer)*"),
    Wait.TLS_HANDSHAKE: (
        "crypto/tls.(*Conn).clientHandshake", "crypto/tls.(*Conn).handshakeContext", "crypto/tls.(*Conn).Handshake*",
        "crypto/tls.(*clientHandshakeState*", "net/http.(*persistConn).addTLS",
    ),
    Wait.FLOCK: (
        "syscall.Flock", "syscall.FcntlFlock", "golang.org/x/sys/unix.Flock", "internal/syscall/windows.LockFileEx",
        _CMD + "lockedfile/internal/filelock.*",
    ),
    Wait.CHILD: (
        "os/exec.(*Cmd).Run", "os/exec.(*Cmd).Output", "os/exec.(*Cmd).CombinedOutput", "os.(*Process).Wait",
        "os.(*Process).wait", "os.(*Process).blockUntilWaitable", "os.(*Process).pidfdWait", "syscall.Wait4",
        "syscall.forkExec", "os.StartProcess", "os.startProcess", "golang.org/x/tools/internal/gocommand.runCmdContext",
        _CMD + "cache.(*ProgCache)*", _CMD + "cache.startCacheProg",
    ),
    Wait.CHILD_PIPE: ("os/exec.(*Cmd).awaitGoroutines", "os/exec.(*Cmd).Wait"),
    Wait.WRITING_OUTPUT: ("os.(*File).Write*", "os.(*File).write"),
    Wait.READING_STDIN: ("os.(*File).Read", "os.(*File).read"),
    Wait.OPEN_FIFO: ("syscall.openat", "syscall.Open", "syscall.open", "os.OpenFile", "os.Open", "os.openFileNolog"),
    Wait.SLEEP: ("time.Sleep",),
    Wait.ACCEPTING: ("net.(*netFD).accept", "internal/poll.(*FD).Accept"),
    Wait.IDLE_READLOOP: (
        "net/http.(*persistConn).readLoop", _HTTP2 + "(*clientConnReadLoop)*", _HTTP2 + "(*ClientConn).readLoop",
    ),
    Wait.HELPER: (
        "net/http.(*persistConn).writeLoop", _HTTP2 + "(*clientStream)*", "os/signal.signal_recv", "os/signal.loop",
        _CMD + "base.processSignals", _CMD + "trace.*",
    ),
    Wait.TOOLCHAIN_SELECT: (_CMD + "toolchain.*",),
}  # fmt: skip

#: Their goroutine only carries bytes for another one, or reads an editor's requests, whatever it stands in.
DECOY_STACKS: dict[Wait, tuple[str, ...]] = {
    Wait.HELPER: ("os/exec.(*Cmd).writerDescriptor", "os/exec.(*Cmd).stdin", "os/exec.(*Cmd).childStdin",
                  "os/exec.(*Cmd).watchCtx", _CMD + "cache.(*ProgCache).readLoop"),
    Wait.IDLE_READLOOP: (_JSONRPC + ".(*headerStream).Read", _JSONRPC + ".(*rawStream).Read",
                         _JSONRPC + "_v2.(*headerReader).Read", _JSONRPC + "_v2.(*rawReader).Read"),
}  # fmt: skip

#: Their closures are workers without work, and what undoes a connect that was cancelled.
IDLE_CLOSURES = ("cmd/go/internal/work.(*Builder).Do", "net.(*netFD).connect")

#: Decide only as the innermost function that is not the runtime's, sync's or a queue's: they began the work of others.
WORKER_WAITS = (
    _CMD + "modload.loadFromRoots", _CMD + "modload.readModGraph", _CMD + "modload.(*packageLoader)*",
    _CMD + "modload.tidyPrunedRoots", _CMD + "modload.updatePrunedRoots", _CMD + "modload.updateRoots",
    _CMD + "modload.listModules", _CMD + "modload.ListModules", _CMD + "modload.queryPrefixModules",
    _CMD + "modload.QueryPattern", _CMD + "modload.searchPackages", _CMD + "modload.matchPackages",
    _CMD + "modload.spotCheckRoots", _CMD + "modload.MatchPackages", _CMD + "modget.*", _CMD + "modcmd.runDownload",
    _CMD + "modcmd.runVerify", _CMD + "load.(*preload)*", _CMD + "work.(*Builder).Do",
)  # fmt: skip

#: The innermost function that shows that somebody else in the process is at the same work already.
PEER_WAITS = (
    "cmd/internal/par.(*Cache).*", "cmd/internal/par.(*ErrCache).*", "internal/singleflight.(*Group).Do",
    "golang.org/x/sync/singleflight.(*Group).Do", "golang.org/x/mod/sumdb.(*parCache).*", "sync.(*Once).doSlow",
    "golang.org/x/tools/internal/memoize.*",
)  # fmt: skip

#: Passed over when the innermost function is looked for.
BENEATH = (
    "runtime.*", "runtime/*", "internal/runtime/*", "internal/sync.*", "internal/poll.*", "sync.*", "sync/atomic.*",
    "syscall.*", "internal/syscall/*", "cmd/internal/par.(*Queue)*", "cmd/internal/par.(*Work)*",
)  # fmt: skip

RUNTIME = ("runtime.*", "runtime/*", "internal/runtime/*")
SYSCALLS = ("syscall.*", "internal/syscall/*", "internal/poll.*")
MUTEXES = ("sync.(*Mutex)*", "sync.(*RWMutex)*", "internal/sync.(*Mutex)*")
NETWORKS = ("net.(*netFD)*", "net.(*conn)*", "net.(*UDPConn)*")

#: Under these a write or read is one of the caches, or of Go source, and not of standard output or input.
FILES = (
    _CMD + "modfetch.*", _CMD + "cache.*", _CMD + "modindex.*", _CMD + "fsys.*", "cmd/go/internal/robustio*",
    "cmd/internal/robustio*", "go/build.*", "golang.org/x/mod/*", "archive/zip.*", "os.ReadFile", "os.WriteFile",
)  # fmt: skip

#: A stack may show several of these.
PURPOSES: dict[Purpose, tuple[str, ...]] = {
    Purpose.MODULE_PROXY: (_CMD + "modfetch.(*proxyRepo)*",),
    Purpose.ZIP_DOWNLOAD: (
        _CMD + "modfetch.downloadZip", _CMD + "modfetch.DownloadZip", _CMD + "modfetch.(*proxyRepo).Zip",
    ),
    Purpose.SUMDB: (
        "golang.org/x/mod/sumdb.(*Client)*", _CMD + "modfetch.checkSumDB", _CMD + "modfetch.lookupSumDB",
        _CMD + "modfetch.(*dbClient)*",
    ),
    Purpose.SUMDB_OF_PROXY: (_CMD + "modfetch.(*dbClient).initBase",),
    Purpose.GO_GET_META: (
        _CMD + "vcs.repoRootForImportDynamic", _CMD + "vcs.metaImportsForPrefix", _CMD + "get.repoRootForImportDynamic",
        _CMD + "get.metaImportsForPrefix",
    ),
    Purpose.TOOLCHAIN: (_CMD + "toolchain.*", _CMD + "modfetch.(*toolchainRepo)*"),
    Purpose.VCS: (_CMD + "modfetch/codehost.*", _CMD + "vcs.(*Cmd)*", _CMD + "get.(*vcsCmd)*"),
    Purpose.VCS_STATUS: (
        _CMD + "vcs.gitStatus", _CMD + "vcs.hgStatus", _CMD + "vcs.bzrStatus", _CMD + "vcs.fossilStatus",
        _CMD + "vcs.svnStatus", _CMD + "load.(*Package).setBuildInfo",
    ),
    Purpose.GOAUTH: (_CMD + "auth.*",),
    Purpose.GENERATE: (_CMD + "generate.*",),
    Purpose.TEST_RUN: (
        _CMD + "test.(*runTestActor)*", _CMD + "test.builderRunTest", _CMD + "test.(*runCache).builderRunTest",
    ),
    Purpose.RUN_PROGRAM: (_CMD + "run.buildRunProgram", _CMD + "base.RunStdin", _CMD + "tool.runBuiltTool",
                          _CMD + "tool.runTool"),
    Purpose.GO_LIST: (
        "golang.org/x/tools/go/packages.goListDriver", "golang.org/x/tools/go/packages.(*golistState)*",
        "golang.org/x/tools/internal/gocommand.*",
    ),
    Purpose.CACHE_PROG: (_CMD + "cache.(*ProgCache)*", _CMD + "cache.startCacheProg"),
    Purpose.MODULE_GRAPH: (_CMD + "modload.readModGraph", _CMD + "modload.(*Requirements).Graph"),
    Purpose.PACKAGES: (_CMD + "modload.loadFromRoots", _CMD + "modload.(*packageLoader)*"),
}  # fmt: skip

#: Of each of the next two the innermost one alone counts: building or looking up calls one step within the other.
BUILD_STEPS: dict[Purpose, tuple[str, ...]] = {
    Purpose.CC_PROBE: (
        _CMD + "work.(*Builder).gccToolID", _CMD + "work.(*Builder).gccCompilerID",
        _CMD + "work.(*Builder).gccSupportsFlag", _CMD + "work.compilerVersion", _CMD + "work.compilerRequiredAsanVersion",
    ),
    Purpose.CC_BUILD: (
        _CMD + "work.(*Builder).ccompile", _CMD + "work.(*Builder).gccld", _CMD + "work.(*Builder).gcc",
        _CMD + "work.(*Builder).gxx", _CMD + "work.(*Builder).cgo", _CMD + "work.(*Builder).runCgo",
        _CMD + "work.(*Builder).processCgoOutputs", _CMD + "work.(*Builder).dynimport", _CMD + "work.(*Builder).swig*",
        _CMD + "work.(*Builder).gfortran", _CMD + "work.(*cgoCompileActor)*", _CMD + "work.cgoCompileActor*",
    ),
    Purpose.PKG_CONFIG: (_CMD + "work.(*Builder).getPkgConfigFlags",),
    Purpose.TOOL_PROBE: (_CMD + "work.(*Builder).toolID", _CMD + "vet.toolFlags", _CMD + "vet.vetFlags"),
    Purpose.COMPILE: (_CMD + "work.gcToolchain.gc", _CMD + "work.gccgoToolchain.gc"),
    Purpose.ASSEMBLE: (_CMD + "work.gcToolchain.asm", _CMD + "work.gcToolchain.symabis", _CMD + "work.gccgoToolchain.asm"),
    Purpose.LINK: (_CMD + "work.gcToolchain.ld*", _CMD + "work.gccgoToolchain.link", _CMD + "work.(*Builder).link*"),
    Purpose.VET: (_CMD + "work.(*Builder).vet", _CMD + "vet.toolFlags", _CMD + "vet.vetFlags"),
}  # fmt: skip
VCS_STEPS: dict[Purpose, tuple[str, ...]] = {
    Purpose.VCS_LS_REMOTE: (_CMD + "modfetch/codehost.(*gitRepo).loadRefs", _CMD + "vcs.(*Cmd).Ping",
                            _CMD + "get.(*vcsCmd).ping", _CMD + "vcs.(*Cmd).ping"),
    Purpose.VCS_FETCH: (_CMD + "modfetch/codehost.(*gitRepo).fetchRefsLocked",
                        _CMD + "modfetch/codehost.(*gitRepo).fetchUnshallow*", _CMD + "modfetch/codehost.(*gitRepo).stat",
                        _CMD + "modfetch/codehost.(*vcsRepo).fetch", _CMD + "modfetch/codehost.newVCSRepo"),
    Purpose.VCS: (_CMD + "modfetch/codehost.(*gitRepo)*", _CMD + "modfetch/codehost.(*vcsRepo)*",
                  _CMD + "modfetch/codehost.newGitRepo"),
}  # fmt: skip
#: Stand between a step and its child.
VCS_RUNS = (_CMD + "modfetch/codehost.run", _CMD + "modfetch/codehost.Run*", _CMD + "modfetch/codehost.(*gitRepo).runGit")

#: The goroutine was started to do a part of what another one waits for, if such a function is its outermost.
PARTS = (
    "net/http.(*Transport).*", "net/http.(*persistConn).addTLS", "crypto/tls.(*Conn).handshakeContext",
    "net.(*netFD).connect", "net.(*sysDialer)*", "net.(*Resolver)*", "net.doBlockingWithCtx", "net.cgo*",
    "internal/singleflight.*", "os/exec.(*Cmd).Start",
    "golang.org/x/tools/internal/gocommand.runCmdContext",
)  # fmt: skip

#: What a file lock is for. Asked only of a goroutine that waits for one, in this order.
LOCKS: dict[Purpose, tuple[str, ...]] = {
    Purpose.LOCK_VERSION: (_CMD + "modfetch.lockVersion",),
    Purpose.LOCK_SIDE: (_CMD + "modfetch.SideLock",),
    Purpose.LOCK_VCS: (_CMD + "modfetch/codehost.*",),
    Purpose.LOCK_GOMOD: (
        _CMD + "modload.ReadModFile", _CMD + "modload.ReadWorkFile", _CMD + "modload.commitRequirements",
        _CMD + "modload.UpdateGoModFromReqs", _CMD + "modload.WriteGoMod", _CMD + "modfetch.WriteGoSum",
        _CMD + "modfetch.initGoSum", _CMD + "modfetch.readGoSumFile", _CMD + "modfetch.haveModSumLocked",
        _CMD + "modload.modFileData", _CMD + "modcmd.runEdit", _CMD + "workcmd.*",
    ),
}  # fmt: skip

#: Which program it is, by a function that only that one has.
PROGRAMS: tuple[tuple[str, str], ...] = (
    ("cmd/go/internal/", "cmd/go"),
    ("golang.org/x/tools/gopls/", "gopls"),
    ("golang.org/x/tools/internal/lsp/", "gopls"),  # before 0.9
    ("github.com/go-delve/delve/", "dlv"),
    ("github.com/golangci/golangci-lint/", "golangci-lint"),
    ("testing.tRunner", "test"),
    ("testing.(*M).Run", "test"),
)
