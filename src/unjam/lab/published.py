"""The modules the lab has published, and how a GOPROXY serves them (golang.org/ref/mod#goproxy-protocol)."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from unjam.golang.dirhash import hash_files, hash_mod
from unjam.golang.mod_zip import entry_names, make_zip
from unjam.lab.wire import JSON, Answer, Request, not_found

TIME = "2024-01-01T00:00:00Z"  # of every version


@dataclass(frozen=True, slots=True)
class ModuleRef:
    """A published module in one version; `str` is `path@version`."""

    path: str
    version: str = "v1.0.0"

    def __str__(self) -> str:
        return f"{self.path}@{self.version}"

    @property
    def name(self) -> str:
        """The name of its package: the last part of the path that is no major version."""
        parts = [part for part in self.path.split("/") if not re.fullmatch(r"v\d+", part)]
        return re.sub(r"\W", "_", parts[-1])


@dataclass(frozen=True, slots=True)
class Module:
    """What was published: go.mod, zip, both hashes as in go.sum, and what it requires."""

    ref: ModuleRef
    mod: bytes
    zip: bytes
    hash: str
    mod_hash: str
    requires: tuple[ModuleRef, ...] = ()

    @property
    def sums(self) -> str:
        """Its two lines of go.sum."""
        path, version = self.ref.path, self.ref.version
        return f"{path} {version} {self.hash}\n{path} {version}/go.mod {self.mod_hash}\n"


def build(
    ref: ModuleRef,
    *,
    files: Mapping[str, str | bytes] | None = None,
    requires: Iterable[ModuleRef] = (),
    go: str = "1.20",
    mod: str | None = None,
    size: int = 0,
) -> Module:
    """A module with one package that imports those it requires; `files` replace that package, `mod` the go.mod.

    `size` adds a file of so many bytes that do not compress. Equal arguments make equal bytes.
    """
    requires = tuple(requires)
    text = mod if mod is not None else mod_text(ref.path, requires, go)
    contents = {name: _bytes(data) for name, data in (files or {f"{ref.name}.go": _package(ref, requires)}).items()}
    contents.setdefault("go.mod", text.encode())
    if size:
        contents["padding.bin"] = random.Random(str(ref)).randbytes(size)
    return Module(
        ref,
        text.encode(),
        make_zip(ref.path, ref.version, contents, compress=size == 0),
        hash_files(entry_names(ref.path, ref.version, contents)),
        hash_mod(text.encode()),
        requires,
    )


def mod_text(path: str, requires: Iterable[ModuleRef], go: str, indirect: Iterable[ModuleRef] = ()) -> str:
    """A go.mod, laid out as `go mod tidy` does."""
    direct_lines = [f"{ref.path} {ref.version}" for ref in requires]
    indirect_lines = [f"{ref.path} {ref.version} // indirect" for ref in indirect]
    return f"module {path}\n\ngo {go}\n" + _require_block(direct_lines) + _require_block(indirect_lines)


def _require_block(lines: list[str]) -> str:
    if len(lines) < 2:
        return "".join(f"\nrequire {line}\n" for line in lines)
    return "\nrequire (\n" + "".join(f"\t{line}\n" for line in sorted(lines)) + ")\n"


class Published:
    """All modules of a lab."""

    def __init__(self) -> None:
        self._modules: dict[ModuleRef, Module] = {}

    def add(self, module: Module) -> ModuleRef:
        """Publish a module; who published the same version before is replaced."""
        self._modules[module.ref] = module
        return module.ref

    def __getitem__(self, ref: ModuleRef) -> Module:
        return self._modules[ref]

    def get(self, ref: ModuleRef) -> Module | None:
        """The module of that version, if it was published."""
        return self._modules.get(ref)

    def closure(self, refs: Iterable[ModuleRef]) -> tuple[ModuleRef, ...]:
        """These and all they require, each module in its highest version, sorted (minimal version selection)."""
        chosen: dict[str, ModuleRef] = {}
        seen: set[ModuleRef] = set()
        waiting = list(refs)
        while waiting:
            ref = waiting.pop()
            if ref in seen:
                continue
            seen.add(ref)
            before = chosen.get(ref.path)
            if before is None or version_key(before.version) < version_key(ref.version):
                chosen[ref.path] = ref
            if module := self.get(ref):
                waiting.extend(module.requires)
        return tuple(sorted(chosen.values(), key=lambda ref: ref.path))

    def answer(self, request: Request) -> Answer | None:
        """What a GOPROXY answers; None for what is no request for a module."""
        path, version = request.module
        endpoint = request.endpoint
        if endpoint in {"list", "latest"}:
            return self._of_module(path, endpoint)
        if endpoint in {"info", "mod", "zip"}:
            return self._of_version(ModuleRef(path, version), endpoint)
        return None

    def _of_module(self, path: str, endpoint: str) -> Answer:
        versions = sorted((ref.version for ref in self._modules if ref.path == path), key=version_key)
        if not versions:
            return not_found(f"module {path}: no such module here")
        if endpoint == "latest":
            releases = [version for version in versions if "-" not in version]
            return _info((releases or versions)[-1])
        return Answer(200, "".join(f"{version}\n" for version in versions).encode())

    def _of_version(self, ref: ModuleRef, endpoint: str) -> Answer:
        module = self.get(ref)
        if module is None:
            return not_found(f"{ref}: no such version here")
        if endpoint == "info":
            return _info(ref.version)
        return Answer(200, module.mod) if endpoint == "mod" else Answer(200, module.zip, "application/zip")


def version_key(version: str) -> tuple[tuple[int, ...], bool, str]:
    """Sorts versions as semver does, as far as the lab's own go: a pre-release before its release."""
    core, _, pre = version.removeprefix("v").partition("-")
    numbers = tuple(int(part) for part in core.partition("+")[0].split("."))
    return numbers, not pre, pre


def _info(version: str) -> Answer:
    return Answer(200, json.dumps({"Version": version, "Time": TIME}).encode(), JSON)


def _package(ref: ModuleRef, requires: tuple[ModuleRef, ...]) -> str:
    imports = "".join(f'import _ "{other.path}"\n' for other in requires)
    version = f'// Version is the version this was published under.\nconst Version = "{ref.version}"\n'
    return f"package {ref.name}\n\n{imports}\n{version}"


def _bytes(data: str | bytes) -> bytes:
    return data.encode() if isinstance(data, str) else data
