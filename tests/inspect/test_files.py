"""Open descriptors of real processes."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unjam.inspect import files, procfs
from unjam.inspect.deadline import within
from unjam.inspect.files import OpenFile, kind_of, module_files, open_files, parse_fdinfo, pipe_peers
from unjam.inspect.refused import Gone, Refused

if TYPE_CHECKING:
    from pathlib import Path

    from tests.inspect.conftest import Stage

pytestmark = pytest.mark.skipif(not procfs.has_proc(), reason="no /proc on this system")


def by_path(pid: int) -> dict[str, OpenFile]:
    found = open_files(pid)
    assert isinstance(found, tuple)
    return {file.path: file for file in found}


def test_a_growing_download(stage: Stage, tmp_path: Path) -> None:
    target = tmp_path / "cache/download/example.com/!m/@v/v1.0.0.zip4711.tmp"
    target.parent.mkdir(parents=True)
    code = (
        "import sys; f = open(sys.argv[1], 'wb', 0); f.write(b'x' * 100); print('ready', flush=True); sys.stdin.readline();"
        "f.write(b'x' * 23); print('more', flush=True); sys.stdin.readline()"
    )
    writer = stage.ready_python(code, str(target), stdin=-1)
    seen = by_path(writer.pid)[str(target)]
    assert (seen.kind, seen.size, seen.position, seen.deleted, seen.writable) == ("file", 100, 100, False, True)
    assert seen.inode == (target.stat().st_dev, target.stat().st_ino)
    old = target.stat().st_mtime - 60
    os.utime(target, (old, old))
    meant = module_files(open_files(writer.pid))  # type: ignore[arg-type]
    assert [(file.role, file.module, file.version, file.size) for file in meant] == [
        ("download-tmp", "example.com/M", "v1.0.0", 100)
    ]
    assert meant[0].mtime_age_s is not None
    assert 59 < meant[0].mtime_age_s < 300
    assert writer.stdin is not None
    assert writer.stdout is not None
    writer.stdin.write(b"\n")
    writer.stdin.flush()
    writer.stdout.readline()
    again = by_path(writer.pid)[str(target)]
    assert (again.size, again.position) == (123, 123)
    assert (again.mtime_age_s or 0) < 59


def test_deleted_and_only_called_so(stage: Stage, tmp_path: Path) -> None:
    gone, named = tmp_path / "gone", tmp_path / "x (deleted)"
    code = "import sys; keep = [open(p, 'w') for p in sys.argv[1:]]; print('ready', flush=True); sys.stdin.read()"
    holder = stage.ready_python(code, str(gone), str(named), stdin=-1)
    gone.unlink()
    seen = by_path(holder.pid)
    assert seen[str(gone)].deleted
    assert not seen[str(named)].deleted


def test_kinds(stage: Stage, tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    code = (
        "import os, select, socket, sys; keep = [os.open(sys.argv[1], os.O_RDONLY), os.open('/dev/null', os.O_RDWR),"
        "os.open(sys.argv[2], os.O_RDWR), select.epoll(), socket.socket()]; print('ready', flush=True); sys.stdin.read()"
    )
    ours, theirs = os.openpty()
    try:
        holder = stage.ready_python(code, str(tmp_path), str(fifo), stdin=theirs)
        kinds = {path.split(":")[0]: file.kind for path, file in by_path(holder.pid).items()}
        assert kinds[os.ttyname(theirs)] == "tty"
        assert kinds[str(tmp_path)] == "dir"
        assert kinds["/dev/null"] == "device"
        assert kinds[str(fifo)] == kinds["pipe"] == "pipe"
        assert (kinds["anon_inode"], kinds["socket"]) == ("anon", "socket")
    finally:
        os.close(ours)
        os.close(theirs)


def test_the_other_end_of_a_pipe(stage: Stage) -> None:
    reading, writing = os.pipe()
    code = "import sys; print('ready', flush=True); sys.stdin.buffer.raw.read(1)"
    reader = stage.ready_python(code, stdin=reading)
    os.close(reading)
    writer = stage.start("sleep", "1000", stdout=writing)
    os.close(writing)
    peers = pipe_peers(reader.pid, 0)
    assert isinstance(peers, procfs.Holders)
    stage.until(lambda: pipe_peers(reader.pid, 0).pids == (writer.pid,), "only sleep can write")  # type: ignore[union-attr]
    stage.until(lambda: pipe_peers(writer.pid, 1).pids == (reader.pid,), "only the reader reads")  # type: ignore[union-attr]
    assert isinstance(pipe_peers(reader.pid, 999), Refused)
    assert isinstance(pipe_peers(2**30, 0), Gone)


def test_a_thousand_descriptors_while_it_closes_them(stage: Stage) -> None:
    code = (
        "import os, resource as r; r.setrlimit(r.RLIMIT_NOFILE, (1200, r.getrlimit(r.RLIMIT_NOFILE)[1]))\n"
        "keep = [os.open('/dev/null', 0) for _ in range(1000)]; print('ready', flush=True)\n"
        "while True:\n"
        " for fd in keep: os.close(fd)\n"
        " keep = [os.open('/dev/null', 0) for _ in keep]\n"
    )
    holder = stage.ready_python(code)
    for _ in range(5):
        found = open_files(holder.pid)
        assert isinstance(found, tuple)
        assert len(found) <= 1003
    holder.kill()
    for _ in range(5):
        assert isinstance(open_files(holder.pid), tuple | Gone | Refused)
    holder.wait()
    assert open_files(holder.pid) == Gone(holder.pid)


def test_psutil_sees_the_same(stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "go.mod"
    code = "import sys; f = open(sys.argv[1], 'w'); f.write('abc'); f.flush(); print('ready', flush=True); sys.stdin.read()"
    holder = stage.ready_python(code, str(file), stdin=-1)
    monkeypatch.setattr(procfs, "has_proc", lambda: False)
    seen = by_path(holder.pid)[str(file)]
    assert (seen.size, seen.inode[1]) == (3, file.stat().st_ino)
    assert files._by_psutil(2**30) == Gone(2**30)


def test_what_never_answers_is_given_up() -> None:
    release = threading.Event()
    try:
        assert within(0.05, release.wait) is None
    finally:
        release.set()
    assert within(5, lambda: 7) == 7

    def fail() -> int:
        raise OSError

    assert within(5, fail) is None


@given(st.binary(), st.text(), st.one_of(st.none(), st.integers(0, 0o177777)))
def test_any_bytes(raw: bytes, name: str, mode: int | None) -> None:
    parse_fdinfo(raw)
    parse_fdinfo(b"pos: " + raw + b"\nflags: " + raw)
    assert kind_of(name, mode)
