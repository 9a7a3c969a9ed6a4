"""Module zips: every file below `path@version/`, no folders, no times (golang.org/ref/mod#zip-files)."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

MAX_ZIP = 500 << 20  # bytes: codehost.MaxZipFile, larger ones go refuses
_NO_TIME = (1980, 1, 1, 0, 0, 0)  # the earliest a zip can say, so equal files make equal bytes


def entry_names(path: str, version: str, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """`files` under the names that they have in the zip of `path` at `version`."""
    return {f"{path}@{version}/{name}": data for name, data in files.items()}


def make_zip(path: str, version: str, files: Mapping[str, bytes], *, compress: bool = True) -> bytes:
    """The zip of a module with these files. The bytes depend on nothing else."""
    buffer = io.BytesIO()
    method = zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in sorted(entry_names(path, version, files).items()):
            archive.writestr(zipfile.ZipInfo(name, _NO_TIME), data, compress_type=method)
    return buffer.getvalue()
