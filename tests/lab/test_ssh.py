"""Sicknesses by ssh: the real client, a server on loopback."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from unjam.lab import ssh
from unjam.lab.lab import Lab
from unjam.lab.running import Running

pytestmark = pytest.mark.lab


def test_no_banner(lab: Lab, commands: Callable[[Running], list[str]]) -> None:
    """The child is ssh itself, and waits."""
    lab.add(ssh.ssh_stall(lab))
    running = lab.start()
    assert lab.until(lambda: running.done or lab.is_waiting())
    assert any(line.startswith("/") and "/ssh -F " in line for line in commands(running)), commands(running)
    assert running.stderr == ""
    lab.lift()
    result = running.wait_done()
    assert result
    assert (result.code, result.stderr) == (0, "")


def test_unknown_host_key_without_a_terminal(lab: Lab) -> None:
    """Ssh refuses, in its own words."""
    lab.add(ssh.unknown_host_key(lab))
    failed = lab.run()
    assert failed.code == 1
    assert "exit status 128:\n\tHost key verification failed." in failed.stderr
    lab.lift()
    assert lab.run().code == 0


def test_unknown_host_key_with_a_terminal(lab: Lab) -> None:
    """From Go 1.25 ssh asks there and go waits; before, go forbids the question."""
    terminal = lab.add(ssh.ssh_prompt(lab))
    running = lab.start()
    assert lab.until(lambda: running.done or lab.is_waiting())
    if lab.go_version < (1, 25):
        result = running.wait_done()
        assert result
        assert "Host key verification failed." in result.stderr
        assert terminal.written == ""
        lab.lift()
        assert lab.run().code == 0
        return
    assert not running.done
    assert "Are you sure you want to continue connecting" in terminal.written
    lab.lift()
    result = running.wait_done()
    assert result
    assert result.code == 0, result.stderr


def test_the_user_s_own_ssh_files_are_not_read(lab: Lab, commands: Callable[[Running], list[str]]) -> None:
    """Every ssh is told the lab's config."""
    ssh.ssh_stall(lab)
    running = lab.start()
    config = f" -F {lab.home}/.ssh/config "
    assert lab.until(lambda: any(config in line for line in commands(running)))
