"""THE CATALOGUE: one failure mode per file, a folder per area; `ALL` lists them in the order they are examined.

A new mode is one file and one line here: `scripts/new-mode ID` writes both.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import cast

from unjam.errors import BadInput
from unjam.modes.mode import Mode

ALL: tuple[str, ...] = (
    "toolchain-download-hang",
    "cache-flock-version",
    "cache-flock-vcs-dir",
    "cache-flock-sidelock",
    "vcs-credential-helper-hang",
    "vcs-ssh-prompt-go125",
    "vcs-ssh-stall",
    "vcs-missing-revision-full-fetch",
    "vcs-git-fetch-stall",
    "vcs-git-network-stall",
    "vcs-buildvcs-git-status-hang",
    "build-cc-hang",
    "net-http-proxy-connect-stall",
    "net-dns-timeout",
    "net-dial-blackhole",
    "net-tls-handshake-timeout",
    "net-proxy-accepts-never-answers",
    "net-body-stall-after-200",
    "net-http2-stream-stall",
    "net-large-zip-no-progress",
    "net-http-proxy-refused",
    "net-connection-refused",
    "net-connection-reset",
    "net-tls-interception-x509",
    "net-captive-portal-html",
    "net-truncated-body",
    "net-redirect-loop",
    "net-http2-stream-error",
    "net-proxy-403",
    "net-proxy-429",
    "net-proxy-5xx",
    "env-goproxy-off",
    "env-goproxy-malformed",
    "sumdb-unreachable",
    "sumdb-unknown-module",
    "sumdb-checksum-mismatch",
    "vcs-git-missing",
    "vcs-no-credentials",
    "vcs-ssh-host-key",
    "vcs-unknown-revision",
    "cache-permission",
    "cache-disk-full",
    "cache-zip-corrupt",
    "build-cc-missing",
)


def load(mode_id: str) -> Mode:
    """The mode of that id; `BadInput` names the nearest one when there is none."""
    if mode_id not in ALL:
        from difflib import get_close_matches

        near = get_close_matches(mode_id, ALL, n=1, cutoff=0.4)
        nearest = f"; did you mean {near[0]}?" if near else ""
        raise BadInput(f"no failure mode is called {mode_id!r}{nearest} (unjam modes lists them)")
    area, _, name = mode_id.partition("-")
    return cast(Mode, import_module(f"unjam.modes.{area}.{name.replace('-', '_')}").MODE)


@cache
def catalogue() -> tuple[Mode, ...]:
    """All modes, in order."""
    return tuple(load(mode_id) for mode_id in ALL)
