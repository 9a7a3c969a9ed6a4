"""Go made sick through ssh: the real OpenSSH client under the real git, a server on loopback that speaks when it may.

ssh finds its files by the user's entry in passwd, not by HOME. So a script named `ssh`, first in PATH, replaces itself
with the real one and `-F` the lab's own config: nothing of the user is read, and the process is the real `ssh`.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import select
import shlex
import shutil
import socket
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from unjam.errors import LabCannot
from unjam.lab.files import write_script
from unjam.lab.git import NAME, serve_git
from unjam.lab.git_repository import git_environment

if TYPE_CHECKING:
    import asyncssh

    from unjam.lab.lab import Lab

# Makes the terminal named first the controlling one of this process, and becomes the command that follows.
_ON_TERMINAL = """
import fcntl, os, sys, termios
if os.getsid(0) != os.getpid():
    os.setsid()
terminal = os.open(sys.argv[1], os.O_RDWR | os.O_NOCTTY)
fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)
os.close(terminal)
os.execvp(sys.argv[2], sys.argv[2:])
"""


class SshHost:
    """An ssh server on loopback for the repositories below `root`: it takes connections at once, and speaks after `speak`.

    Until then the kernel completes the handshake of TCP and nothing more: the client waits for the banner.
    It asks for no key and no password.
    """

    def __init__(self, root: Path) -> None:
        import asyncssh

        self._root = root
        self._key = asyncssh.generate_private_key("ssh-ed25519")
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._acceptor: asyncssh.SSHAcceptor | None = None
        self._connections: set[asyncssh.SSHServerConnection] = set()

    @property
    def port(self) -> int:
        """The port on 127.0.0.1."""
        return int(self._socket.getsockname()[1])

    @property
    def known_hosts(self) -> str:
        """How a client knows this host: its line in the file of known hosts."""
        return f"[127.0.0.1]:{self.port} {self._key.export_public_key().decode().strip()}\n"

    def url(self, name: str) -> str:
        """Where git finds the repository `name`."""
        return f"ssh://git@127.0.0.1:{self.port}/{name}.git"

    @property
    def waited_on(self) -> bool:
        """Whether a connection stands that nobody has spoken to."""
        return self._acceptor is None and bool(select.select((self._socket,), (), (), 0)[0])

    def speak(self) -> None:
        """Serve who is connected and who comes. A second call does nothing."""
        if self._acceptor is None:
            asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result()

    lift = speak

    def close(self) -> None:
        """Drop every connection and stop."""
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._socket.close()

    async def _listen(self) -> None:
        import asyncssh

        host = self

        class Server(asyncssh.SSHServer):
            def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
                host._connections.add(conn)

            def begin_auth(self, username: str) -> bool:
                return False

        self._acceptor = await asyncssh.listen(
            sock=self._socket,
            server_factory=Server,
            server_host_keys=[self._key],
            process_factory=self._serve,
            encoding=None,
        )

    async def _serve(self, process: asyncssh.SSHServerProcess[bytes]) -> None:
        """Run the one command that git asks for: `git-upload-pack '/team/lib.git'`."""
        words = shlex.split(process.command or "")
        folder = self._root / words[-1].strip("/") if len(words) == 2 else self._root
        if words[:1] != ["git-upload-pack"] or not folder.is_dir():
            process.exit(1)
            return
        env = git_environment(folder, process.env.get("GIT_PROTOCOL", ""))
        pipe = asyncio.subprocess.PIPE
        child = await asyncio.create_subprocess_exec("git", "upload-pack", folder, env=env, stdin=pipe, stdout=pipe)
        try:
            await asyncio.gather(_pump(process.stdin, child.stdin), _pump(child.stdout, process.stdout))
            process.exit(await child.wait())
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()

    async def _stop(self) -> None:
        if self._acceptor is not None:
            self._acceptor.close()
        for connection in self._connections:
            connection.abort()
        me = asyncio.current_task()
        rest = [task for task in asyncio.all_tasks() if task is not me]
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)


async def _pump(source: Any, sink: Any) -> None:
    """Carry bytes from one stream to the other until the first ends, and end the second."""
    with contextlib.suppress(ConnectionError):  # git closes its input as soon as it has heard enough
        while data := await source.read(65_536):
            sink.write(data)
            await sink.drain()
    sink.close() if isinstance(sink, asyncio.StreamWriter) else sink.write_eof()


@dataclass(frozen=True, slots=True)
class HostKey:
    """A host whose key the lab's ssh does not know, until it is lifted."""

    host: SshHost
    file: Path

    def lift(self) -> None:
        """Add the key to known_hosts."""
        self.file.write_text(self.host.known_hosts, encoding="ascii")


class Terminal:
    """A pseudo-terminal on which a child of go asks, and nobody answers until it is lifted."""

    def __init__(self, key: HostKey) -> None:
        self._key = key
        self._ours, self._theirs = os.openpty()
        self.name = os.ttyname(self._theirs)
        self._lifted = False
        self._written = ""
        os.set_blocking(self._ours, False)

    @property
    def written(self) -> str:
        """All that was written on it so far."""
        with contextlib.suppress(BlockingIOError):
            while data := os.read(self._ours, 65_536):
                self._written += data.decode(errors="replace")
        return self._written

    @property
    def waited_on(self) -> bool:
        """Whether somebody has asked and not been answered."""
        return not self._lifted and self.written.rstrip().endswith("?")

    def lift(self) -> None:
        """Type `yes`; and who comes later finds the key known."""
        if not self._lifted:
            self._lifted = True
            self._key.lift()
            os.write(self._ours, b"yes\n")

    def close(self) -> None:
        """Hang up."""
        for descriptor in (self._ours, self._theirs):
            with contextlib.suppress(OSError):
                os.close(descriptor)


def ssh_stall(lab: Lab) -> SshHost:
    """The ssh server takes the connection and never sends its banner; ssh waits for it without a limit."""
    host, known = _serve_ssh(lab)
    known.write_text(host.known_hosts, encoding="ascii")
    return host


def unknown_host_key(lab: Lab) -> HostKey:
    """The ssh server shows a key that ssh has never seen, and there is no terminal to ask on."""
    host, known = _serve_ssh(lab)
    host.speak()
    return HostKey(host, known)


def ssh_prompt(lab: Lab) -> Terminal:
    """The same with a controlling terminal: from Go 1.25 ssh asks there, and go waits for the answer."""
    terminal = Terminal(unknown_host_key(lab))
    lab.on_close(terminal.close)
    lab.wrap = (sys.executable, "-I", "-c", _ON_TERMINAL, terminal.name)
    return terminal


def _serve_ssh(lab: Lab) -> tuple[SshHost, Path]:
    """The lab's module over ssh: the host, which does not speak yet, and the file of known hosts, which is empty."""
    real = shutil.which("ssh", path=lab.env.get("PATH"))
    if real is None:
        raise LabCannot("no ssh in PATH: install the OpenSSH client")
    try:
        host = SshHost(lab.folder / "git")
    except ImportError:
        raise LabCannot("no ssh server: pip install 'unjam[lab]'") from None
    lab.on_close(host.close)
    serve_git(lab).repository_urls[NAME] = host.url(NAME)
    folder = lab.home / ".ssh"
    folder.mkdir(mode=0o700)
    known = folder / "known_hosts"
    known.touch()
    config = folder / "config"
    config.write_text(
        f"Host *\n\tUserKnownHostsFile {known}\n\tGlobalKnownHostsFile /dev/null\n"
        "\tIdentityAgent none\n\tIdentityFile none\n\tUpdateHostKeys no\n",
        encoding="utf-8",
    )
    script = write_script(lab.folder / "bin-ssh" / "ssh", f'exec {shlex.quote(real)} -F {shlex.quote(str(config))} "$@"')
    lab.env["PATH"] = os.pathsep.join((str(script.parent), lab.env["PATH"]))
    return host, known
