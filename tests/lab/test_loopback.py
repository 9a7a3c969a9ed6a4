"""Nothing leaves loopback: whom go and its children really connect to, as the kernel is asked."""

from __future__ import annotations

import ipaddress
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from unjam.errors import LabCannot
from unjam.lab.lab import Lab
from unjam.lab.scenario import sick
from unjam.lab.toolchain import find_go
from unjam.modes import load

STRACE = shutil.which("strace")
# One of each way out: a proxy, a name server, a forward proxy, the checksum database, git, ssh, a toolchain, a redirect.
MODES = (
    "net-proxy-accepts-never-answers", "net-dns-timeout", "net-http-proxy-connect-stall", "sumdb-unreachable",
    "vcs-git-network-stall", "vcs-ssh-stall", "vcs-no-credentials", "toolchain-download-hang", "net-redirect-loop",
)  # fmt: skip


@pytest.mark.lab
@pytest.mark.skipif(STRACE is None, reason="strace is not installed")
@pytest.mark.parametrize("mode_id", MODES)
def test_nobody_is_asked_but_the_lab(mode_id: str, tmp_path: Path) -> None:
    """Sick, and well again."""
    trace = tmp_path / "trace"
    traced = (str(STRACE), "-f", "-qq", "-e", "trace=connect,sendto,sendmsg", "-s", "0", "-o", str(trace))
    try:
        with Lab(find_go()) as lab:
            with sick(lab, load(mode_id), wrap=traced):
                pass
            lab.lift()
            running = lab.start(wrap=("env", *traced[:-1], f"{trace}-well"))
            result = running.wait_done(60)
            assert result
            assert result.code == 0, result
    except LabCannot as reason:
        pytest.skip(str(reason))
    asked = {*asked_in(trace), *asked_in(Path(f"{trace}-well"))}
    assert asked
    assert all(ipaddress.ip_address(address).is_loopback for address in asked), asked


def asked_in(trace: Path) -> Iterator[str]:
    """The addresses in the lines of strace."""
    shape = r'(?:sin_addr=inet_addr\(|inet_pton\(AF_INET6, )"([^"]+)"'
    return (found[1] for found in re.finditer(shape, trace.read_text()))
