"""The `h1:` hashes, against sha256sum(1), which is how Go's own documentation defines them."""

from __future__ import annotations

import base64
import subprocess
from pathlib import Path

import pytest

from unjam.golang.dirhash import hash_files, hash_mod, hash_zip
from unjam.golang.mod_zip import entry_names, make_zip

FILES = {"go.mod": b"module example.com/Lib\n", "lib.go": b"package lib\n", "a/b.txt": b"", "a.b": b"\xff\x00", "Ä.go": b"x"}


def by_sha256sum(folder: Path, files: dict[str, bytes]) -> str:
    """`sha256sum $(find . -type f | sort) | sha256sum`, for files in order of their bytes."""
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    names = sorted(files, key=str.encode)
    lines = subprocess.run(("sha256sum", *names), cwd=folder, capture_output=True, check=True).stdout
    total = subprocess.run(("sha256sum",), input=lines, capture_output=True, check=True).stdout
    return "h1:" + base64.b64encode(bytes.fromhex(total.split()[0].decode())).decode()


def test_files_hash_as_with_sha256sum(tmp_path: Path) -> None:
    """Names count with the `path@version/` that they have in the zip."""
    named = entry_names("example.com/Lib", "v1.0.0", FILES)
    assert hash_files(named) == by_sha256sum(tmp_path, named)


def test_a_zip_hashes_as_its_files_do() -> None:
    """Compression and order do not count; a name does."""
    named = entry_names("example.com/Lib", "v1.0.0", FILES)
    for compress in (True, False):
        assert hash_zip(make_zip("example.com/Lib", "v1.0.0", FILES, compress=compress)) == hash_files(named)
    assert hash_zip(make_zip("example.com/Lib", "v1.0.1", FILES)) != hash_files(named)


def test_go_mod_hashes_as_in_go_sum() -> None:
    """A published line: rsc.io/quote v1.5.2/go.mod."""
    text = b'module "rsc.io/quote"\n\nrequire "rsc.io/sampler" v1.3.0\n'
    assert hash_mod(text) == "h1:LzX7hefJvL54yjefDEDHNONDjII0t9xZLPXsUe+TKr0="


def test_the_same_files_make_the_same_zip() -> None:
    """In whatever order they come."""
    assert make_zip("m", "v1.0.0", FILES) == make_zip("m", "v1.0.0", dict(reversed(FILES.items())))


def test_a_name_with_a_newline_has_no_hash() -> None:
    """Go refuses it too."""
    with pytest.raises(ValueError, match="newlines"):
        hash_files({"a\nb": b""})
