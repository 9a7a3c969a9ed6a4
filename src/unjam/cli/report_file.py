"""The file of `--report`: known to be writable before go starts, and there whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from unjam.errors import BadInput

if TYPE_CHECKING:
    from unjam.report.view import Applied
    from unjam.supervise import Outcome


class ReportFile:
    """Where the report goes: a file, or a pipe or device that is there already (`/dev/stderr`). Raises BadInput at once."""

    def __init__(self, name: str) -> None:
        self._path = Path(name)
        self._plain = not self._path.exists() or self._path.is_file()
        folder = self._path.parent
        if self._path.is_dir():
            raise BadInput(f"the report cannot be written to {name}: it is a folder")
        if not folder.is_dir():
            raise BadInput(f"the report cannot be written to {name}: there is no folder {folder}")
        if not os.access(folder if self._plain else self._path, os.W_OK):
            raise BadInput(f"the report cannot be written to {name}: {folder if self._plain else name} is not writable")

    def write(self, outcome: Outcome, applied: Mapping[str, Applied]) -> str:
        """Write it. Returns why it could not be written, "" when it was: go has run, and its exit code stays."""
        from unjam.host.folders import write_whole
        from unjam.report.json import encode
        from unjam.report.outcome import view_of

        data = encode(view_of(outcome, applied)) + b"\n"
        try:
            if self._plain:
                write_whole(self._path, data, 0o644)
            else:
                with self._path.open("wb") as device:
                    device.write(data)
        except OSError as error:
            return f"the report cannot be written to {self._path}: {error.strerror}"
        return ""
