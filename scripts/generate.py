"""Writes what is generated: docs/modes/*.md from the modes' docstrings, docs/schema-v1.json, the help in README.md."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path

from unjam.modes import catalogue
from unjam.modes.mode import Channel, Mode
from unjam.report.json import schema

README = Path(__file__).resolve().parent.parent / "README.md"
DOCS = README.parent / "docs"

SEEN = {
    Channel.ATTACH: "a running command: `unjam go`, `unjam attach`",
    Channel.X: "the text of `-x`",
    Channel.DUMP: "a goroutine dump",
    Channel.ERROR: "the error that go prints",
}


def main(words: list[str]) -> int:
    """Write the files, or with `--check` only compare; 1 when something was out of date."""
    wanted = dict(files())
    stale = [path for path, text in wanted.items() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    gone = [path for path in (DOCS / "modes").glob("*.md") if path not in wanted]
    if "--check" in words:
        for path in stale + gone:
            print(f"{path.relative_to(DOCS.parent)} is not what the code says: run scripts/generate", file=sys.stderr)
        return 1 if stale or gone else 0
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(wanted[path], encoding="utf-8")
    for path in gone:
        path.unlink()
    return 0


def files() -> Iterator[tuple[Path, str]]:
    """Every generated file with its text."""
    modes = catalogue()
    yield README, with_help(README.read_text(encoding="utf-8"))
    yield DOCS / "schema-v1.json", json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"
    yield DOCS / "modes" / "README.md", index(modes)
    for mode in modes:
        yield DOCS / "modes" / f"{mode.id}.md", page(mode, modes)


def with_help(readme: str) -> str:
    """README with what `unjam --help` prints in its place."""
    from click.testing import CliRunner

    from unjam.cli.main import cli

    shown = CliRunner().invoke(cli, ["--help"], prog_name="unjam", terminal_width=100).output
    before, mark, rest = readme.partition("<!-- unjam --help -->\n")
    _, _, after = rest.removeprefix("```\n").partition("```\n")
    return f"{before}{mark}```\n{shown}```\n{after}"


def index(modes: Iterable[Mode]) -> str:
    """The list, by area."""
    lines = ["# Failure modes", "", "What unjam knows, each with its rule, its remedy and a way to rehearse it.", ""]
    lines += ["Generated from `src/unjam/modes/` by `scripts/generate`.", ""]
    areas: dict[str, list[Mode]] = {}
    for mode in modes:
        areas.setdefault(mode.id.partition("-")[0], []).append(mode)
    for area, members in sorted(areas.items(), key=lambda item: -len(item[1])):
        lines += [f"## {heading(area)}", "", "| mode | what it is | proved by | remedy |", "|---|---|---|---|"]
        lines += [f"| [{m.id}]({m.id}.md) | {m.title} | {', '.join(seen_by(m))} | {m.offers} |" for m in members]
        lines.append("")
    return "\n".join(lines)


def page(mode: Mode, modes: Iterable[Mode]) -> str:
    """One mode: its docstring, and what its value declares."""
    _, _, rest = mode.explanation.partition("\n")
    lines = [f"# {mode.title}", "", f"`{mode.id}`", ""]
    for paragraph in rest.strip().split("\n\n"):
        heading, colon, says = paragraph.partition(":")
        known = colon and heading in {"You see", "Why", "The fix"}
        lines += [f"**{heading}:** {says.strip()}" if known else paragraph, ""]
    lines += [f"**Proved by:** {'; '.join(SEEN[c] for c in Channel if c in mode.seen_by)}.", ""]
    titles = {each.id: each.title for each in modes}
    if mode.masks:
        lines += ["**Also explains,** when it goes wrong in the same way:", ""]
        lines += [f"- [{titles.get(other, other)}]({other}.md)" for other in mode.masks] + [""]
    if mode.since > 21 or mode.until < 99:
        upper = f" to 1.{mode.until}" if mode.until < 99 else " and later"
        lines += [f"**Go versions:** Go 1.{mode.since}{upper}.", ""]
    lines += ["**Rehearse it:**", "", f"    unjam lab run {mode.id}", ""]
    return "\n".join(lines)


def heading(area: str) -> str:
    """What the folder of an area says of itself."""
    return (import_module(f"unjam.modes.{area}").__doc__ or area).strip().rstrip(".")


def seen_by(mode: Mode) -> list[str]:
    """Its channels, in order."""
    return [channel.value for channel in Channel if channel in mode.seen_by]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
