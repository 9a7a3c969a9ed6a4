"""What the children of go and gopls are there for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unjam.golang.child_role import role_of

TOOLS = "/usr/local/go/pkg/tool/linux_amd64"


@pytest.mark.parametrize(
    ("argv", "role"),
    [
        (["git", "ls-remote", "-q", "https://example.com/r"], "git ls-remote"),
        (["git", "-c", "protocol.version=2", "fetch", "-f", "--depth=1", "origin"], "git fetch"),
        (["git", "-C", "/r", "--no-pager", "status", "--porcelain"], "git status"),
        (["git", "remote-https", "origin", "https://example.com/r"], "git-remote-http"),
        (["/usr/lib/git-core/git-remote-http", "origin", "http://x"], "git-remote-http"),
        (["git", "credential-store", "get"], "credential helper"),
        (["git-credential-manager", "get"], "credential helper"),
        (["/bin/sh", "-c", "/opt/helper get"], "credential helper"),
        (["/bin/sh", "-c", "git credential-cache --timeout 5 get"], "credential helper"),
        (["sh", "-c", "echo hi"], "shell"),
        (["/usr/lib/ssh/ssh-askpass", "Enter passphrase for key '/k':"], "askpass"),
        (["/opt/ask", "Username for 'https://example.com': "], "askpass"),
        (["ssh", "-o", "BatchMode=yes", "git@example.com", "git-upload-pack 'r'"], "ssh"),
        (["C:\\Program Files\\Git\\usr\\bin\\ssh.exe", "h"], "ssh"),
        (["gcc", "-I", "."], "cc"),
        (["x86_64-linux-gnu-gcc-12", "-v"], "cc"),
        (["ccache", "clang", "-c"], "cc"),
        (["zig", "cc", "-c"], "cc"),
        (["/usr/lib/gcc/x86_64-linux-gnu/12/cc1", "-quiet"], "cc"),
        ([f"{TOOLS}/compile", "-o", "x"], "compile"),
        ([f"{TOOLS}/link"], "link"),
        ([f"{TOOLS}/cgo"], "cgo"),
        ([f"{TOOLS}/asm"], "asm"),
        (["/root/.cache/go-build/0a/0a12ff-d/vet", "x.cfg"], "vet"),
        (["/home/me/bin/compile"], "user program"),
        (["go", "list", "-e", "-json", "./..."], "go list"),
        (["/usr/local/go/bin/go", "-C", "/x", "env", "-json"], "go env"),
        (["go1.27.3", "mod", "tidy"], "go mod tidy"),
        (["go", "mod", "-h"], "go mod"),
        (["/m/golang.org/toolchain@v0.0.1-go1.27.3.windows-amd64/bin/go.exe", "build"], "toolchain"),
        (["/usr/local/go/bin/go", "** telemetry **"], "telemetry"),
        (["gopls", "-mode=stdio"], "gopls"),
        (["hg", "pull"], "hg"),
        (["pkg-config", "--cflags", "x"], "pkg-config"),
        (["/tmp/go-build1/b001/x.test", "-test.timeout=10m0s"], "user program"),
        ([], "unknown"),
    ],
)
def test_roles(argv: list[str], role: str) -> None:
    assert role_of(argv) == role


def test_goauth_is_known_by_its_setting() -> None:
    assert role_of(["/opt/login", "--go", "https://example.com"], goauth="netrc; /opt/login --go") == "goauth"
    assert role_of(["/opt/login", "--other"], goauth="netrc; /opt/login --go") == "user program"


@given(st.lists(st.text()), st.text())
def test_any_command_line_has_a_role(argv: list[str], goauth: str) -> None:
    assert role_of(argv, goauth)
