"""What a process below a go command (or gopls) is there for, from its command line alone."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_GO_TOOLS = frozenset(
    {
        "addr2line",
        "asm",
        "buildid",
        "cgo",
        "compile",
        "covdata",
        "cover",
        "doc",
        "fix",
        "link",
        "nm",
        "objdump",
        "pack",
        "preprofile",
        "test2json",
        "trace",
        "vet",
    }
)
_GIT_VALUE_OPTIONS = frozenset({"-c", "-C", "--git-dir", "--work-tree", "--namespace", "--exec-path", "--config-env"})
_SSH = frozenset({"ssh", "plink", "tortoiseplink", "sshpass", "dbclient"})
_SHELLS = frozenset({"sh", "bash", "dash", "zsh", "ash", "busybox", "ksh", "fish", "cmd", "powershell", "pwsh"})
_OTHER_VCS = frozenset({"hg", "svn", "bzr", "fossil", "jj"})
_C_TOOLS = frozenset({"cc1", "cc1plus", "cc1obj", "collect2", "as", "ld", "lld", "gold", "mold", "dsymutil", "lto1"})
_WRAPPERS = frozenset({"ccache", "sccache", "distcc", "icecc"})


def role_of(argv: Sequence[str], goauth: str = "") -> str:
    """A plain name: `git fetch`, `git-remote-http`, `ssh`, `credential helper`, `askpass`, `cc`, `compile`, `go list`, …

    `goauth` is the GOAUTH setting, which alone tells that some command is there for it. `user program` is what remains:
    test binaries, programs under `go run`, generators. An empty command line (a zombie has none) is `unknown`.
    """
    if not argv:
        return "unknown"
    if _is_goauth(argv, goauth):
        return "goauth"
    name = _base(argv[0])
    for answer in (_prompt(name, argv), _git(name, argv), _go(name, argv), _plain(name, argv)):
        if answer:
            return answer
    return "user program"


def _base(path: str) -> str:
    name = path.replace("\\", "/").rstrip("/").rpartition("/")[2].lstrip("-")
    return name[:-4].lower() if name.lower().endswith(".exe") else name


def _is_goauth(argv: Sequence[str], goauth: str) -> bool:
    """GOAUTH is a list of commands set apart by `;`; go appends a URL to one that it asks again."""
    for command in goauth.split(";"):
        words = command.split()
        if not words or words[0] in {"off", "netrc", "git"}:
            continue
        if _base(words[0]) == _base(argv[0]) and list(argv[1 : len(words)]) == words[1:]:
            return True
    return False


def _prompt(name: str, argv: Sequence[str]) -> str:
    if "askpass" in name.lower():
        return "askpass"
    # Any program can serve as askpass: what makes it one is the question it was started with.
    if len(argv) == 2 and _question().match(argv[1]):
        return "askpass"
    if name.startswith(("git-credential", "docker-credential")):
        return "credential helper"
    return "pinentry" if name.startswith("pinentry") else ""


def _git(name: str, argv: Sequence[str]) -> str:
    if name.startswith("git-"):
        return _git_command(name[4:])
    if name != "git":
        return ""
    words = list(argv[1:])
    while words and words[0].startswith("-"):
        del words[: 2 if words[0] in _GIT_VALUE_OPTIONS else 1]
    return _git_command(words[0]) if words else "git"


def _git_command(command: str) -> str:
    match command:
        case "remote-http" | "remote-https" | "remote-ftp" | "remote-ftps":
            return "git-remote-http"
        case _ if command.startswith("credential"):
            return "credential helper"
        case _:
            return f"git {command}"


def _go(name: str, argv: Sequence[str]) -> str:
    if name in _GO_TOOLS and _tool_path().search(argv[0].replace("\\", "/")):
        return name
    if name in {"gopls", "staticcheck", "dlv"}:
        return name
    if not _go_name().fullmatch(name):
        return ""
    if "golang.org/toolchain@" in argv[0].replace("\\", "/"):
        return "toolchain"
    return _go_command(argv)


def _go_command(argv: Sequence[str]) -> str:
    words = list(argv[1:])
    if words and words[0] == "** telemetry **":  # golang.org/x/telemetry starts its sidecar like this
        return "telemetry"
    while words and words[0].startswith("-"):  # go -C DIR command
        del words[: 2 if words[0] in {"-C", "--C"} else 1]
    if not words:
        return "go"
    if words[0] in {"mod", "work", "tool"} and len(words) > 1 and not words[1].startswith("-"):
        return f"go {words[0]} {words[1]}"
    return f"go {words[0]}"


def _plain(name: str, argv: Sequence[str]) -> str:
    if name in _SSH:
        return "ssh"
    if name in _OTHER_VCS:
        return name
    if _is_c_compiler(name, argv):
        return "cc"
    if name.endswith("pkg-config") or name == "pkgconf":
        return "pkg-config"
    if name in {"gpg", "gpg2", "gpg-agent", "gpgsm"}:
        return "gpg"
    if name in _SHELLS:
        return _shell(argv)
    return ""


def _shell(argv: Sequence[str]) -> str:
    """Git runs a configured helper as `sh -c 'COMMAND get'`; a shell with a script is what that script is; else a shell."""
    if len(argv) > 2 and argv[1] == "-c" and _helper_call().search(argv[2]):
        return "credential helper"
    if len(argv) > 1 and not argv[1].startswith("-"):  # the kernel puts the shell of `#!` in front
        script = role_of(argv[1:])
        return script if script != "user program" else "shell"
    return "shell"


def _is_c_compiler(name: str, argv: Sequence[str]) -> bool:
    if name in _C_TOOLS or _compiler().fullmatch(name):
        return True
    if name in _WRAPPERS:
        return len(argv) < 2 or _is_c_compiler(_base(argv[1]), argv[1:])
    return name == "zig" and len(argv) > 1 and argv[1] in {"cc", "c++"}


@cache
def _question() -> re.Pattern[str]:
    return re.compile(r"(?:Username|Password) for '|Enter passphrase for|Are you sure you want to continue|.*'s password:")


@cache
def _tool_path() -> re.Pattern[str]:
    """$GOROOT/pkg/tool/GOOS_GOARCH/NAME, or since Go 1.25 $GOCACHE/xx/HASH-d/NAME."""
    return re.compile(r"/pkg/tool/[^/]+/[^/]+$|/[0-9a-f]{2}/[0-9a-f]+-d/[^/]+$")


@cache
def _go_name() -> re.Pattern[str]:
    return re.compile(r"go|go1\.\d[\w.]*|gotip")


@cache
def _helper_call() -> re.Pattern[str]:
    return re.compile(r"credential|\s(?:get|store|erase)\s*(?:\"\$@\"\s*)?\"?$")


@cache
def _compiler() -> re.Pattern[str]:
    return re.compile(r"(?:[\w.]+-)*(?:gcc|g\+\+|cc|c\+\+|clang|clang\+\+|gfortran|clang-cl|cl|tcc|icc|icx)(?:-[\d.]+)?")
