"""The environment that a process was started with, and the Go settings that follow from it.

`go env` is never run: it can hang itself. Order of precedence as in cmd/go/internal/cfg: the process' environment, the
user's go/env file, $GOROOT/go.env, what is built in.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from unjam.golang.env_file import EnvLine, env_file_path, parse_env_file, user_cache_dir
from unjam.golang.secrets import EnvValue
from unjam.inspect import procfs
from unjam.inspect.foreign_root import ForeignRoot
from unjam.inspect.refused import Gone, Refused

_FROM_FILES = (
    "GOPROXY", "GOSUMDB", "GOPRIVATE", "GONOPROXY", "GONOSUMDB", "GOINSECURE", "GOFLAGS", "GOMODCACHE", "GOPATH", "GOCACHE",
    "GOTOOLCHAIN", "GOVCS", "GOAUTH", "GOWORK", "GO111MODULE", "CGO_ENABLED", "CC", "CXX", "GOOS", "GOARCH", "GOTMPDIR",
    "GOBIN", "GOCACHEPROG", "GOEXPERIMENT",
)  # fmt: skip
# Not go's own: read with os.Getenv, so that no file can set them.
_FROM_PROCESS = (
    "GODEBUG", "GOENV", "HOME", "PATH", "HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy",
    "ALL_PROXY", "all_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR", "NETRC", "TMPDIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME",
)  # fmt: skip
_PREFIXES = ("GIT_", "SSH_", "GCM_")


class Environment(Mapping[str, str]):
    """The variables as the process has them, secrets and all. Its repr shows how many there are, and no value."""

    __slots__ = ("_variables",)

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = dict(variables)

    def __getitem__(self, name: str) -> str:
        return self._variables[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._variables)

    def __len__(self) -> int:
        return len(self._variables)

    def __repr__(self) -> str:
        return f"Environment({len(self)} variables)"


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting in effect. `origin` is "process", "GOENV file PATH:LINE", "GOROOT/go.env" or "default"."""

    name: str
    value: EnvValue
    origin: str


@dataclass(frozen=True, slots=True)
class GoEnvironment:
    """The settings of one process by name; variables that are unset, and have no default, are left out.

    `goroot` and `go_version` (from its VERSION file, "go1.27.3") are "" where not found. `env_file` is the user's
    settings file that go looks for, there or not; "" with GOENV=off.
    """

    settings: Mapping[str, Setting]
    goroot: str
    go_version: str
    env_file: str

    def value(self, name: str) -> str:
        """The value in effect, secrets and all; "" for unset, as Go sees it too."""
        return self.settings[name].value.reveal() if name in self.settings else ""

    def origin(self, name: str) -> str:
        """Where the value comes from; "default" for unset."""
        return self.settings[name].origin if name in self.settings else "default"


def environment_of(pid: int) -> Environment | Gone | Refused:
    """The environment that the process was started with. What it changed in its own since does not show here."""
    if not procfs.has_proc():
        return _by_psutil(pid)
    raw = procfs.read_settled(pid, "environ")
    if not isinstance(raw, bytes):
        return raw
    if not raw and not procfs.read(pid, "cmdline"):
        return Refused(f"process {pid} has no environment: it has ended, or is a thread of the kernel", "")
    return Environment(parse_environ(raw))


def parse_environ(raw: bytes) -> dict[str, str]:
    """NAME=value, each ended by a zero byte. Of two with one name Go takes the first."""
    variables: dict[str, str] = {}
    for entry in raw.split(b"\0"):
        name, equals, value = entry.partition(b"=")
        if equals and name:
            variables.setdefault(os.fsdecode(name), os.fsdecode(value))
    return variables


def go_environment(pid: int) -> GoEnvironment | Gone | Refused:
    """The Go settings in effect for a go command, or for the go command that this process (gopls, say) would start."""
    variables = environment_of(pid)
    if not isinstance(variables, Environment):
        return variables
    root = ForeignRoot(pid)
    env_file = root.absolute(env_file_path(variables, root.goos))
    user = parse_env_file(root.read(env_file)) if env_file else {}
    goroot = _goroot(root, variables, user)
    shipped = parse_env_file(root.read(f"{goroot}/go.env")) if goroot else {}
    version = root.read(f"{goroot}/VERSION").split(b"\n")[0].decode("ascii", "replace").strip() if goroot else ""
    finder = _Finder(root, variables, user, shipped, env_file, version)
    return GoEnvironment(finder.all(goroot), goroot, version, env_file)


@dataclass(frozen=True, slots=True)
class _Finder:
    root: ForeignRoot
    variables: Environment
    user: Mapping[str, EnvLine]
    shipped: Mapping[str, EnvLine]
    env_file: str
    version: str

    def all(self, goroot: str) -> dict[str, Setting]:
        found = {name: setting for name in _FROM_FILES if (setting := self.setting(name))}
        own = [*_FROM_PROCESS, *(name for name in self.variables if name.startswith(_PREFIXES))]
        found |= {name: self._made(name, self.variables[name], "process") for name in own if self.variables.get(name)}
        for name, fallback in self._defaults(goroot, found).items():
            if name not in found and fallback:
                found[name] = self._made(name, fallback, "default")
        return found

    def setting(self, name: str) -> Setting | None:
        """What was set somewhere. Set to nothing is as good as unset, but in the user's file it also hides $GOROOT/go.env."""
        if value := self.variables.get(name, ""):
            return self._made(name, value, "process")
        if line := self.user.get(name):
            return self._made(name, line.value, f"GOENV file {self.env_file}:{line.line}") if line.value else None
        if (line := self.shipped.get(name)) and line.value:
            return self._made(name, line.value, "GOROOT/go.env")
        return None

    def _defaults(self, goroot: str, found: Mapping[str, Setting]) -> dict[str, str]:
        gopath = self._value(found, "GOPATH") or self._default_gopath(goroot)
        cache = user_cache_dir(self.variables, self.root.goos)
        private = self._value(found, "GOPRIVATE")
        # $GOROOT/go.env came with Go 1.21; before it these two were built in.
        builtin = bool(self.version) and _minor(self.version) < 21
        return {
            "GOROOT": goroot,
            "GOPATH": gopath,
            "GOMODCACHE": f"{gopath.split(os.pathsep)[0]}/pkg/mod" if gopath else "",
            "GOCACHE": f"{cache}/go-build" if cache else "off",
            "GONOPROXY": private,
            "GONOSUMDB": private,
            "GOPROXY": "https://proxy.golang.org,direct" if builtin else "",
            "GOSUMDB": "sum.golang.org" if builtin else "",
            "GOAUTH": "netrc" if _minor(self.version) >= 24 else "",
            "GOOS": self.root.goos,
            "GOARCH": self.root.goarch,
            "CC": _DEFAULT_CC.get(self.root.goos, "gcc"),
            "CGO_ENABLED": self._default_cgo(found),
        }

    def _default_gopath(self, goroot: str) -> str:
        home = self.variables.get("USERPROFILE" if self.root.goos == "windows" else "HOME", "")
        path = f"{home.rstrip('/')}/go" if home else ""
        return "" if path == goroot else path  # go refuses to use its own root

    def _default_cgo(self, found: Mapping[str, Setting]) -> str:
        """Off for another system or processor, and since Go 1.20 where the default C compiler is not to be found."""
        goos, goarch = self._value(found, "GOOS"), self._value(found, "GOARCH")
        if (goos and goos != self.root.goos) or (goarch and goarch != self.root.goarch):
            return "0"
        if self.variables.get("CC"):
            return "1"
        return "1" if self.root.which(_DEFAULT_CC.get(self.root.goos, "gcc"), self.variables.get("PATH", "")) else "0"

    @staticmethod
    def _value(found: Mapping[str, Setting], name: str) -> str:
        return found[name].value.reveal() if name in found else ""

    @staticmethod
    def _made(name: str, value: str, origin: str) -> Setting:
        return Setting(name, EnvValue(name, value), origin)


_DEFAULT_CC = {"linux": "gcc", "windows": "gcc", "darwin": "clang", "freebsd": "clang", "openbsd": "clang"}


def _goroot(root: ForeignRoot, variables: Environment, user: Mapping[str, EnvLine]) -> str:
    """As findGOROOT does: the setting (here the file comes first), else above the executable, where pkg/tool is."""
    named = (user["GOROOT"].value if "GOROOT" in user else "") or variables.get("GOROOT", "")
    if named:
        return named.rstrip("/") or "/"
    exe = root.exe()
    if not exe.rpartition("/")[2].startswith("go") or exe.endswith("/gopls"):
        exe = root.which("go", variables.get("PATH", ""))
    for candidate in (exe, root.resolved(exe)):
        for up in (2, 3):
            above = "/".join(candidate.split("/")[:-up])
            if above and root.is_dir(f"{above}/pkg/tool"):
                return above
    return ""


def _minor(version: str) -> int:
    """27 for go1.27.3; a large number for a version that has none, a development build being newest."""
    head = version.removeprefix("go1.")
    digits = head[: next((at for at, letter in enumerate(head) if not letter.isdigit()), len(head))]
    return int(digits) if version.startswith("go1.") and digits.isascii() and digits.isdigit() else 10_000


def _by_psutil(pid: int) -> Environment | Gone | Refused:
    import psutil

    try:
        return Environment(psutil.Process(pid).environ())
    except psutil.NoSuchProcess:
        return Gone(pid)
    except (psutil.AccessDenied, OSError):
        return Refused(f"the system does not let us see the environment of process {pid}", procfs.OTHER_USER)
