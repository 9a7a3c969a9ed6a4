"""The `h1:` hashes of go.sum: one hash over the names and contents of a module's files (x/mod/sumdb/dirhash)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping


def hash_files(files: Mapping[str, bytes]) -> str:
    """Hash1 of `files`: the content by name, as the name stands in the module zip (`path@version/name`).

    The hash is taken of one line for each file, in byte order of the names: its SHA-256 in hex, two spaces, its name.
    """
    summary = hashlib.sha256()
    for name in sorted(files, key=str.encode):
        if "\n" in name:
            raise ValueError("dirhash: filenames with newlines are not supported")
        summary.update(f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n".encode())
    return "h1:" + base64.b64encode(summary.digest()).decode()


def hash_mod(text: bytes) -> str:
    """The hash of a module's go.mod, as in the go.sum line `path version/go.mod h1:…`."""
    return hash_files({"go.mod": text})


def hash_zip(data: bytes) -> str:
    """The hash of a module zip. Names and contents count; compression, order and times do not."""
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return hash_files({name: archive.read(name) for name in archive.namelist()})
