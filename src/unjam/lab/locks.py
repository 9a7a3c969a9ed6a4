"""Somebody else holds a file lock that go wants: a plain process, or a second go command that is itself stuck.

Go locks with flock(2), without a deadline and without a word (cmd/go/internal/lockedfile). The second kind of holder is
the true story: the holder is the patient, and who waits for it is well.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from unjam.errors import LabCannot
from unjam.lab.files import write_tree
from unjam.lab.git import MODULE, NAME, VERSION, serve_git
from unjam.lab.git_http import Stall

if TYPE_CHECKING:
    from unjam.lab.git_http import GitHost
    from unjam.lab.lab import Lab

# Locks the file named first, shared or not, says so, and keeps it until its standard input ends.
_HOLD = """\
import fcntl, sys
with open(sys.argv[1], "a+") as file:
    fcntl.flock(file, fcntl.LOCK_SH if sys.argv[2] == "shared" else fcntl.LOCK_EX)
    print("held", flush=True)
    sys.stdin.read()
"""


@dataclass(frozen=True, slots=True)
class Holder:
    """A process that holds the lock of `file`, and what makes it let go."""

    pid: int
    file: Path
    lift: Callable[[], object]

    @property
    def waited_on(self) -> bool:
        """Whether somebody waits for the lock, and this process holds it."""
        return is_held(self.file, self.pid) and has_waiter(self.file)


def version_lock(modcache: Path, module: str, version: str) -> Path:
    """The file that go locks while it downloads and extracts the zip of a version (a path without upper case)."""
    return modcache / "cache" / "download" / module / "@v" / f"{version}.lock"


def vcs_lock(modcache: Path, url: str) -> Path:
    """The file that go locks while it works in its copy of the git repository at `url` (codehost.WorkDir)."""
    return modcache / "cache" / "vcs" / (hashlib.sha256(f"git3:{url}".encode()).hexdigest() + ".lock")


def vcs_lock_of_project(lab: Lab) -> Path:
    """The same for the repository that `serve_git` gave the project."""
    return vcs_lock(lab.modcache, f"{lab.env['HTTP_PROXY']}/{NAME}.git")


def side_lock(modcache: Path) -> Path:
    """The file that go locks while it writes go.mod or go.sum (modfetch.SideLock)."""
    return modcache / "cache" / "lock"


def version_locked(lab: Lab) -> Holder:
    """A plain process holds the lock of the version that `go mod download` needs."""
    serve_git(lab)
    return hold(lab, version_lock(lab.modcache, MODULE, VERSION))


def vcs_locked(lab: Lab) -> Holder:
    """A plain process holds the lock of the repository that `go mod download` needs."""
    host = serve_git(lab)
    return hold(lab, vcs_lock(lab.modcache, host.url(NAME)))


def side_locked(lab: Lab) -> Holder:
    """A plain process holds the lock that `go mod tidy` takes to write go.sum."""
    serve_git(lab)
    lab.command = ("mod", "tidy")
    return hold(lab, side_lock(lab.modcache))


def version_locked_by_go(lab: Lab) -> Holder:
    """A second go downloads the same version and waits for a silent git host, holding the lock of the version."""
    host = serve_git(lab)
    # With info and go.mod in the cache and the repository gone, the zip is all that is missing, and its lock is first.
    learn = (lab.go, "list", "-mod=mod", "-m", f"{MODULE}@{VERSION}")
    subprocess.run(learn, cwd=_second_project(lab), env=lab.env, check=True, stdout=subprocess.DEVNULL)
    shutil.rmtree(lab.modcache / "cache" / "vcs")
    host.set(Stall("refs"))
    return hold_by_go(lab, version_lock(lab.modcache, MODULE, VERSION), ("mod", "download"), host)


def vcs_locked_by_go(lab: Lab) -> Holder:
    """A second go fetches the same repository, which stalls, and holds the lock of go's copy of it."""
    host = serve_git(lab, Stall("fetch", after=100_000))
    return hold_by_go(lab, vcs_lock(lab.modcache, host.url(NAME)), ("mod", "download"), host)


def side_locked_by_go(lab: Lab) -> Holder:
    """A second go holds the lock and waits to write its go.mod, which a third process keeps under a shared lock."""
    serve_git(lab)
    lab.command = ("mod", "tidy")
    reader = hold(lab, _second_project(lab) / "go.mod", "shared")
    return hold_by_go(lab, side_lock(lab.modcache), ("mod", "edit", "-go=1.22"), reader)


def hold(lab: Lab, file: Path, mode: str = "exclusive") -> Holder:
    """Start a small process that holds the lock of `file`, and return when it does."""
    file.parent.mkdir(parents=True, exist_ok=True)
    script = lab.folder / "hold_lock.py"
    script.write_text(_HOLD, encoding="utf-8")
    command = (sys.executable, "-I", str(script), str(file), mode)
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True)

    def lift() -> None:
        if process.poll() is None:
            process.kill()
        process.communicate()

    lab.on_close(lift)
    if not process.stdout or process.stdout.readline() != "held\n":
        raise LabCannot(f"no lock to be had on {file}")
    return Holder(process.pid, file, lift)


def hold_by_go(lab: Lab, file: Path, arguments: tuple[str, ...], fault: GitHost | Holder) -> Holder:
    """Start a second go in a copy of the project; return when it has met `fault` and holds `file`. Its lift is the fault's."""
    project = _second_project(lab)
    quiet = subprocess.DEVNULL
    command = (str(lab.go), *arguments)
    process = subprocess.Popen(
        command, cwd=project, env=lab.env, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True
    )

    def end() -> None:
        if process.poll() is None:
            process.kill()
        process.wait()

    lab.on_close(end)
    # Go takes some locks more than once: only where it is stuck does it keep them.
    if not lab.until(lambda: fault.waited_on and is_held(file, process.pid), 60):
        raise LabCannot(f"the second go ({process.pid}) did not get stuck with {file} locked")
    return Holder(process.pid, file, fault.lift)


def is_held(file: Path, pid: int) -> bool:
    """Whether the process holds an flock on `file`."""
    return any(words[1] == "FLOCK" and words[4] == str(pid) for words in _locks_on(file))


def has_waiter(file: Path) -> bool:
    """Whether somebody waits for an flock on `file`."""
    return any(words[1] == "->" for words in _locks_on(file))


def _locks_on(file: Path) -> list[list[str]]:
    """The lines about `file` (proc_locks(5)): `1: FLOCK ADVISORY WRITE PID MAJOR:MINOR:INODE 0 EOF`, waiters `1: -> …`."""
    if not file.exists():
        return []
    inode = str(file.stat().st_ino)
    lines = [line.split() for line in Path("/proc/locks").read_text(encoding="ascii").splitlines()]
    return [words for words in lines if words[-3].rpartition(":")[2] == inode]


def _second_project(lab: Lab) -> Path:
    """A copy of the project, for the second go to run in."""
    second = lab.folder / "second-project"
    if not second.exists():
        write_tree(second, {name: (lab.project / name).read_text(encoding="utf-8") for name in ("go.mod", "main.go")})
    return second
