"""The module cache, filled by hand as go would have filled it (cmd/go/internal/modfetch)."""

from __future__ import annotations

import json
from pathlib import Path

from unjam.golang.cache_path import escape
from unjam.lab.published import TIME, Module


def put_in_cache(modcache: Path, module: Module, zip_data: bytes | None = None) -> Path:
    """Put a module into the download part of the cache, not extracted, with another zip if one is given. Its zip's path."""
    folder = modcache / "cache" / "download" / (escape(module.ref.path) or module.ref.path) / "@v"
    folder.mkdir(parents=True, exist_ok=True)
    version = escape(module.ref.version) or module.ref.version
    info = json.dumps({"Version": module.ref.version, "Time": TIME})
    (folder / f"{version}.info").write_text(info, encoding="utf-8")
    (folder / f"{version}.mod").write_bytes(module.mod)
    (folder / f"{version}.ziphash").write_text(module.hash, encoding="ascii")
    zip_file = folder / f"{version}.zip"
    zip_file.write_bytes(module.zip if zip_data is None else zip_data)
    return zip_file
