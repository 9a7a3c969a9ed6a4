"""The words by which a line shows that it may be the go command's: a cheap look, before anything is parsed."""

from __future__ import annotations

#: Every message of go holds one of these; most lines of a log hold none.
MESSAGES = (
    "go: ", 'Get "', 'Get \\"', "Get http", 'read "', "reading http", "unexpected status (", "dial tcp", "EOF",
    "read tcp", "write tcp", "verifying ", "exit status", "GOPROXY", "executable file", "denied", "no space",
    "read-only", "locks", "not supported", "zip: ", "JSON", "beginning of value", "unknown revision", "VCS status",
    "stream error", "http2: ", "net/http: ", "x509: ", "tls: ", "lookup ", "deadline", "protocol found",
    "too large", "too many open", "quota", "not permitted", "used by another", "input/output", "import path",
    "must match format", "go >= ", "signal: ", "space on the disk", "GOTOOLCHAIN", "not implemented",
    "missing module line", "unknown directive", "malformed", "file does not exist", "go.sum entry",
    "no required module", "cannot find ", "is not in ", "ambiguous import", "import cycle", "Incorrect function",
    "unzip ", "proxy URL", "cgo: ", "fatal: ", "No space",
)  # fmt: skip
#: What `-x` prints for version control and locks, and what go prints while all is well.
X_LINES = ("# lock ", "; git ", "; hg ", " # cd ", "mkdir -p ", "git3 ", "WORK=")
PROGRESS = ("go: downloading ", "go: finding ", "go: extracting ")
TOOLS = ("/pkg/tool/", "\\pkg\\tool\\")
#: What `go env` prints, and other settings that decide where go asks.
SETTINGS = ("GOPATH=", "GOROOT=", '"GOROOT":', "GOSUMDB=", "_PROXY=", "_proxy=")
#: What CI systems print where they cut a log.
CLIPPED = ("[output clipped", "log limit", "Job's log exceeded limit", "truncated]", "logs truncated")
