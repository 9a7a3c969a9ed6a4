from __future__ import annotations

import tarfile
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def dumps() -> dict[tuple[str, str], str]:
    """Dumps of real go commands that hung, by version and scenario: linux/amd64, go1.21.13 to go1.27.3.

    Each was made sick in the way its name says (a silent listener, a full backlog, a sleeping git, a held lock, …), waited
    for until it used no more CPU, and sent SIGQUIT. Only the paths of the machine were replaced.
    """
    found: dict[tuple[str, str], str] = {}
    with tarfile.open(Path(__file__).with_name("dumps.tar.xz")) as archive:
        for member in archive:
            version, _, scenario = member.name.removesuffix(".txt").partition("-")
            stream = archive.extractfile(member)
            assert stream is not None
            found[version, scenario] = stream.read().decode()
    return found
