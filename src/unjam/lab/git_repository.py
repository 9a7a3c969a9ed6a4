"""Git repositories made on the fly; nothing in them depends on the clock, the user or the machine."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

EPOCH = 1_700_000_000  # 2023-11-14T22:13:20Z, the time of every first commit; each later one is a day after


@dataclass(frozen=True, slots=True)
class Commit:
    """The whole tree of one commit, and its tag if it has one."""

    files: Mapping[str, bytes]
    tag: str = ""


def git_environment(home: Path, protocol: str = "") -> dict[str, str]:
    """For a git of the lab's own: no configuration of the user or the system. `protocol` as the client asked for it."""
    path = os.environ.get("PATH", os.defpath)
    plain = {"PATH": path, "HOME": str(home), "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C"}
    return plain | ({"GIT_PROTOCOL": protocol} if protocol else {})


def make_repository(folder: Path, commits: Sequence[Commit]) -> None:
    """A bare repository in `folder` with these commits on `main`."""
    git(folder.parent, "init", "--quiet", "--bare", "--initial-branch=main", str(folder))
    add_commits(folder, "main", commits)


def add_commits(folder: Path, branch: str, commits: Sequence[Commit]) -> str:
    """Put these commits, from a root of their own, on `branch`; answer the hash of the last."""
    stream = b"".join(_fast_import(branch, number, commit) for number, commit in enumerate(commits))
    git(folder, "fast-import", "--quiet", stdin=stream)
    return git(folder, "rev-parse", f"refs/heads/{branch}").strip()


def git(folder: Path, *arguments: str, stdin: bytes = b"") -> str:
    """Run git in `folder` and answer its standard output."""
    folder.mkdir(parents=True, exist_ok=True)
    command = ("git", "-C", str(folder), *arguments)
    done = subprocess.run(command, env=git_environment(folder), input=stdin, check=True, stdout=subprocess.PIPE)
    return done.stdout.decode()


def upload_pack(folder: Path, request: bytes, protocol: str, *flags: str) -> bytes:
    """What the real `git upload-pack --stateless-rpc` answers to one request."""
    command = ("git", "upload-pack", "--stateless-rpc", *flags, str(folder))
    env = git_environment(folder, protocol)
    return subprocess.run(command, input=request, env=env, stdout=subprocess.PIPE, check=False).stdout


def _fast_import(branch: str, number: int, commit: Commit) -> bytes:
    """One commit in the language of git-fast-import(1)."""
    ref, message = f"refs/heads/{branch}".encode(), b"Change %d\n" % number
    lines = [
        b"commit %s\ncommitter Lab <lab@lab.example> %d +0000\n" % (ref, EPOCH + number * 86_400),
        b"data %d\n%s" % (len(message), message),
        b"deleteall\n",
        *(b"M 100644 inline %s\ndata %d\n%s\n" % (name.encode(), len(data), data) for name, data in commit.files.items()),
        b"\n",
    ]
    if commit.tag:
        lines.append(b"reset refs/tags/%s\nfrom %s\n\n" % (commit.tag.encode(), ref))
    return b"".join(lines)
