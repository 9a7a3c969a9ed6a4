"""Modules from a folder that is laid out as a GOPROXY: a real module cache (`GOMODCACHE/cache/download`), read only."""

from __future__ import annotations

from pathlib import Path

from unjam.errors import BadInput
from unjam.lab.wire import JSON, TEXT, Answer, Request

_TYPES = {"info": JSON, "mod": TEXT, "zip": "application/zip", "list": TEXT}


class Shelf:
    """A part of a proxy: what the folder does not hold it leaves to the others."""

    def __init__(self, folder: Path) -> None:
        self._root = folder.resolve()
        if not self._root.is_dir():
            raise BadInput(f"{folder} is no folder")
        if not next(self._root.glob("*/**/@v"), None):
            raise BadInput(f"{folder} holds no modules: it is to be laid out as GOMODCACHE/cache/download is")

    def answer(self, request: Request) -> Answer | None:
        """The file of that name; None for what is no request for a module, or is not there."""
        file = (self._root / request.path.lstrip("/")).resolve()
        if request.endpoint not in _TYPES or not file.is_relative_to(self._root) or not file.is_file():
            return None
        return Answer(200, file.read_bytes(), _TYPES[request.endpoint])
