"""What is generated from the code is what the code says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_the_generated_files_are_up_to_date() -> None:
    told = subprocess.run(
        (sys.executable, "scripts/generate.py", "--check"), cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (told.returncode, told.stderr) == (0, "")
