"""Runs tests/test_modes.py for all supported Go versions and prints a table: a mode in each row, a version in each column."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

from unjam.modes import ALL

VERSIONS = "1.21 1.22 1.23 1.24 1.25 1.26 1.27"
#: What a cell says when no test ran: the version cannot have the mode, or it was not asked for.
NONE = "-"


def main(arguments: list[str]) -> int:
    """Exit code of pytest."""
    env = {**os.environ, "UNJAM_TEST_GO": os.environ.get("UNJAM_TEST_GO", VERSIONS)}
    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder) / "results.xml"
        workers = os.environ.get("UNJAM_TEST_WORKERS", "4")
        pytest = (sys.executable, "-m", "pytest", "-n", workers, "--dist", "worksteal", "-q", f"--junitxml={results}")
        code = subprocess.run((*pytest, "tests/test_modes.py", *arguments), env=env, check=False).returncode
        cells = dict(outcomes(results)) if results.is_file() else {}
    for line in table(cells, env["UNJAM_TEST_GO"].split()):
        print(line)
    return code


def outcomes(results: Path) -> Iterator[tuple[tuple[str, str], str]]:
    """(mode, version) → ok, FAIL or skip, and the seconds it took."""
    for case in ET.parse(results).iter("testcase"):
        found = re.fullmatch(r"test_mode\[(?P<mode>.+)-go(?P<version>[\d.]+)\]", case.get("name", ""))
        if found:
            kinds = {child.tag for child in case}
            says = "FAIL" if kinds & {"failure", "error"} else "skip" if "skipped" in kinds else "ok"
            yield (found["mode"], found["version"]), f"{says} {float(case.get('time', 0)):.0f}s"


def table(cells: dict[tuple[str, str], str], versions: list[str]) -> Iterator[str]:
    """Its lines, and how many cells say what."""
    if not cells:
        return
    width = max(map(len, ALL))
    yield f"\n{'':{width}}" + "".join(f"  {version:>8}" for version in versions)
    for mode in ALL:
        yield f"{mode:{width}}" + "".join(f"  {cells.get((mode, version), NONE):>8}" for version in versions)
    said = [cell.partition(" ")[0] for cell in cells.values()]
    yield "\n" + ", ".join(f"{said.count(word)} {word}" for word in ("ok", "FAIL", "skip") if word in said)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
