"""Go made sick through git: the real git, real HTTP on loopback.

Each function prepares the lab so that its command hangs or fails in one way, and returns what lifts the fault.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from unjam.errors import LabCannot
from unjam.lab.files import write_script, write_tree
from unjam.lab.gate import Gate, put_gate
from unjam.lab.git_http import DOMAIN, GitHost, Login, Stall
from unjam.lab.git_repository import Commit, add_commits, git, make_repository

if TYPE_CHECKING:
    from pathlib import Path

    from unjam.lab.lab import Lab

NAME = "team/lib"
MODULE = f"{DOMAIN}/{NAME}"
VERSION = "v1.1.0"
ABSENT = "v1.9.9"  # a version nobody tagged


@dataclass(frozen=True, slots=True)
class Lift:
    """A fault that one call takes away."""

    lift: Callable[[], object]


@dataclass(frozen=True, slots=True)
class LostBranch:
    """The branch of `commit` is gone, and the host stalls. Lifted, it answers and the branch is back.

    A run that has already begun to fetch still fails: what it fetches was agreed before.
    """

    host: GitHost
    commit: str

    @property
    def waited_on(self) -> bool:
        """Whether a fetch is being held back."""
        return self.host.waited_on

    def lift(self) -> None:
        """Give the commit a branch again, and answer."""
        git(_repository(self.host), "branch", "--force", "feature", self.commit)
        self.host.lift()


def serve_git(lab: Lab, *faults: Stall | Login, version: str = VERSION) -> GitHost:
    """A private module in a git repository on loopback, which the project requires and no proxy is asked for."""
    host = GitHost(lab.folder / "git", *faults)
    lab.on_close(host.close)
    make_repository(_repository(host), (Commit(_library(0), "v1.0.0"), Commit(_library(1), VERSION)))
    lab.env.update(
        GOPRIVATE=DOMAIN,
        GOINSECURE=DOMAIN,
        HTTP_PROXY=f"http://{host.address}",
        HTTPS_PROXY=f"http://{host.address}",
        NO_PROXY="127.0.0.1,localhost",
        GIT_CONFIG_NOSYSTEM="1",
    )
    require(lab, version)
    return host


def require(lab: Lab, version: str) -> None:
    """Make the project need the lab's private module in this version, and `go mod download` the command."""
    lab.command = ("mod", "download")
    write_tree(
        lab.project,
        {
            "go.mod": f"module lab.example/project\n\ngo 1.21\n\nrequire {MODULE} {version}\n",
            "main.go": f'package main\n\nimport "{MODULE}"\n\nfunc main() {{ println(lib.Number) }}\n',
        },
    )


def network_stall(lab: Lab) -> GitHost:
    """`git ls-remote` asks for the refs and is never answered; git sets no deadline and neither does go."""
    return serve_git(lab, Stall("refs"))


def fetch_stall(lab: Lab) -> GitHost:
    """The refs come at once; the pack that `git fetch` asks for stops in the middle."""
    return serve_git(lab, Stall("fetch", after=100_000))


def no_credentials(lab: Lab) -> GitHost:
    """The repository wants a login, git has none, and go has forbidden it to ask."""
    return serve_git(lab, Login())


def credential_helper_hang(lab: Lab) -> Gate:
    """The repository wants a login; the helper that knows it waits, as for a keyring that nobody unlocks."""
    login, gate = Login(), put_gate(lab, "credentials")
    serve_git(lab, login)
    answer = f'printf "username=%s\\npassword=%s\\n" {login.user} {login.password}'
    helper = write_script(lab.home / "git-credential-keyring", '[ "$1" = get ] || exit 0', gate.wait, answer)
    (lab.home / ".gitconfig").write_text(f"[credential]\n\thelper = {helper}\n", encoding="utf-8")
    return gate


def missing_revision_full_fetch(lab: Lab) -> LostBranch:
    """The required commit is on no branch any more: go fetches the whole repository to look for it, and that stalls."""
    host = serve_git(lab)
    repository = _repository(host)
    lost = add_commits(repository, "feature", (Commit(_library(2)),))
    git(repository, "branch", "--quiet", "-D", "feature")
    require(lab, f"v0.0.0-20231114221320-{lost[:12]}")
    host.set(Stall("fetch", after=100_000))
    return LostBranch(host, lost)


def unknown_revision(lab: Lab) -> Lift:
    """The project requires a version that nobody tagged. Lifted, it is tagged."""
    host = serve_git(lab, version=ABSENT)
    return Lift(lambda: git(_repository(host), "tag", ABSENT, "main"))


def git_missing(lab: Lab) -> Lift:
    """No git in PATH. Lifted, there is one."""
    real = shutil.which("git", path=lab.env.get("PATH"))
    if real is None:
        raise LabCannot("no git in PATH: install git")
    serve_git(lab)
    folder = lab.folder / "bin-without-git"
    folder.mkdir()
    lab.env["PATH"] = str(folder)
    return Lift(lambda: (folder / "git").symlink_to(real))


def buildvcs_status_hang(lab: Lab) -> Gate:
    """`go build` stamps the binary with the state of its work tree; a file system monitor keeps `git status` waiting."""
    gate = put_gate(lab, "fsmonitor")
    hook = write_script(lab.folder / "fsmonitor-hook", gate.wait, "exit 1")  # 1: look at every file yourself
    write_tree(
        lab.project,
        {"go.mod": "module lab.example/project\n\ngo 1.21\n", "main.go": "package main\n\nfunc main() {}\n"},
    )
    git(lab.project, "init", "--quiet", "--initial-branch=main")
    git(lab.project, "add", ".")
    author = ("-c", "user.name=Lab", "-c", "user.email=lab@lab.example")
    git(lab.project, *author, "commit", "--quiet", "--message=Start")
    git(lab.project, "config", "core.fsmonitor", str(hook))
    lab.command = ("build", "-o", str(lab.folder / "built"), ".")
    return gate


def _repository(host: GitHost) -> Path:
    return host.root / f"{NAME}.git"


def _library(number: int) -> dict[str, bytes]:
    """A module large enough (128 kB that will not compress) for its pack to be cut in the middle."""
    noise = random.Random(number).randbytes(131_072)
    return {
        "go.mod": f"module {MODULE}\n\ngo 1.21\n".encode(),
        "lib.go": f"package lib\n\nconst Number = {number}\n".encode(),
        "noise.bin": noise,
    }
