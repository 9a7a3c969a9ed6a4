"""Writes the file of a new failure mode and its line in the catalogue: `scripts/new-mode net-something-new`."""

from __future__ import annotations

import re
import sys
from pathlib import Path

MODES = Path(__file__).resolve().parents[1] / "src" / "unjam" / "modes"

FORM = '''"""One sentence that names the sickness, never the cure.

You see: what a user sees, with go's own words in backquotes.

Why: what go does, and why that ends here. Read it in Go's source.

The fix: what changes for one run, whom the user then trusts, and how undo takes it back; or why there is only advice.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from unjam.facts.case import Case
from unjam.facts.printed import Printed
from unjam.golang.messages import GoError
from unjam.model import Advice, Finding, Remedy
from unjam.modes.mode import ERROR, Mode

if TYPE_CHECKING:
    from unjam.lab.lab import Lab


def examine(case: Case) -> Iterator[Finding]:
    """Which facts prove it."""
    for message, fact in case.printed(GoError):
        if "the words that go prints" in message.text:
            yield Finding("what is at fault", "what it means, in one sentence.", fact.cites())


def remedy(finding: Finding, case: Case) -> Remedy:
    """What helps."""
    return Advice("what to do", ("a command to type   # what it tells",))


def reproduce(lab: Lab) -> None:
    """How the lab makes the real go sick in exactly this way."""
    from unjam.lab.faults.status import Status
    from unjam.lab.match import Match

    lab.require(lab.module("example.com/lib"))
    sick = lab.proxy("sick")
    sick.fault(Status(418), on=Match("mod"))
    lab.use_goproxy(sick)
    lab.command = ("mod", "download")


MODE = Mode(
    reads=(Printed,),
    examine=examine,
    remedy=remedy,
    reproduce=reproduce,
    seen_by=frozenset({ERROR}),
    offers="advice",
)
'''


def main(arguments: list[str]) -> int:
    """Exit code 2 when the id is no id, or is taken."""
    mode_id = arguments[0] if len(arguments) == 1 else ""
    if not re.fullmatch(r"[a-z]+-[a-z0-9]+(-[a-z0-9]+)*", mode_id):
        print("usage: scripts/new-mode AREA-NAME   (as in net-dial-blackhole)", file=sys.stderr)
        return 2
    area, _, name = mode_id.partition("-")
    file = MODES / area / f"{name.replace('-', '_')}.py"
    if file.exists():
        print(f"{file} is there already", file=sys.stderr)
        return 2
    file.parent.mkdir(exist_ok=True)
    room = file.parent / "__init__.py"
    if not room.exists():
        room.write_text(f'"""What can go wrong with {area}."""\n', encoding="utf-8")
    file.write_text(FORM, encoding="utf-8")
    catalogue = MODES / "__init__.py"
    text = catalogue.read_text(encoding="utf-8")
    end = text.index(")\n", text.index("ALL: tuple"))
    catalogue.write_text(f'{text[:end]}    "{mode_id}",\n{text[end:]}', encoding="utf-8")
    print(f"{file}\nand its line in {catalogue}. Now:")
    print("  write it (a sibling shows how; what a server can have is in src/unjam/lab/faults/, the rest in src/unjam/lab/)")
    print(f"  scripts/test tests/test_modes.py -k {mode_id}   # reproduced, named, told from all others, healed, undone")
    print("  scripts/generate                                # its page in docs/modes/")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
