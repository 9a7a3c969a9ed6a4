"""A flame graph of goroutines as one SVG file that any browser opens: no script, no font, nothing fetched.

Width is the number of goroutines. At the bottom all of them, above it the outermost function, at the top what they wait for.
Resting the pointer on a box shows the whole name, the count and the share.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate
from xml.sax.saxutils import escape
from zlib import crc32

from unjam.inspect.goroutines import GoroutineDump

WIDTH, ROW, TITLE, PADDING = 1200.0, 17, 40, 10
#: Pixels: what is narrower is left out, a name needs so much of a letter.
_NARROWEST, _LETTER = 0.3, 6.6


@dataclass(slots=True)
class Box:
    """One function in one place of the graph, and what it called. `kind` chooses the colour."""

    name: str
    kind: str
    count: int = 0
    above: dict[tuple[str, str], Box] = field(default_factory=dict)

    def step(self, name: str, kind: str) -> Box:
        """The box above with that name, made when it is not there."""
        return self.above.setdefault((name, kind), Box(name, kind))

    def height(self) -> int:
        """Rows from here to the top. Stacks are at most a few hundred deep, but not the interpreter's."""
        rows, level = 0, [self]
        while level:
            rows, level = rows + 1, [box for each in level for box in each.above.values()]
        return rows


def tree(dump: GoroutineDump) -> Box:
    """All goroutines, merged by common outer functions."""
    root = Box(f"{dump.module or dump.program or 'all'}: all goroutines", "root")
    for one in dump.goroutines:
        box = root
        box.count += 1
        for frame in reversed(one.frames):
            box = box.step(frame.function, "call")
            box.count += 1
        box = box.step(one.wait or one.note or one.state, "wait")
        box.count += 1
    return root


def svg(dump: GoroutineDump) -> str:
    """The picture."""
    root = tree(dump)
    height = TITLE + root.height() * ROW + PADDING
    head = f"{dump.module or dump.program or 'Go program'}, pid {dump.pid}, {dump.go}: {root.count:,} goroutines"
    boxes = "\n".join(_boxes(root, height))
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH + 2 * PADDING:.0f} {height}" \
width="{WIDTH + 2 * PADDING:.0f}" height="{height}">
<title>{escape(head)}</title>
<style>
text {{ font: 11px monospace; fill: #1b1b1b; pointer-events: none }}
text.head {{ font: bold 14px sans-serif }}
rect {{ stroke: #fff; stroke-width: .6; rx: 2 }}
g:hover > rect {{ stroke: #000 }}
svg {{ background: #fff }}
</style>
<text class="head" x="{PADDING}" y="24">{escape(head)}</text>
{boxes}
</svg>
"""


def _boxes(root: Box, height: int) -> Iterator[str]:
    scale = WIDTH / max(root.count, 1)
    level = [(root, float(PADDING))]
    y = height - PADDING - ROW
    while level:
        following: list[tuple[Box, float]] = []
        for box, x in level:
            if box.count * scale < _NARROWEST:
                continue
            yield _box(box, x, y, box.count * scale, box.count / root.count)
            callees = sorted(box.above.values(), key=lambda each: each.name)
            starts = accumulate((each.count * scale for each in callees), initial=x)
            following += zip(callees, starts, strict=False)
        level, y = following, y - ROW


def _box(box: Box, x: float, y: float, width: float, share: float) -> str:
    about = escape(f"{box.name}: {box.count:,} ({share:.1%})")
    letters = int((width - 4) / _LETTER)
    shown = box.name if len(box.name) <= letters else f"{box.name[: letters - 1]}…" if letters > 2 else ""
    label = f'<text x="{x + 3:.1f}" y="{y + 12}">{escape(shown)}</text>' if shown else ""
    rect = f'<rect x="{x:.2f}" y="{y}" width="{width:.2f}" height="{ROW - 1}" fill="{_colour(box)}"/>'
    return f"<g><title>{about}</title>{rect}{label}</g>"


def _colour(box: Box) -> str:
    """One warm colour per package, cool for the runtime, grey for waits."""
    if box.kind != "call":
        return "#d9d9d9" if box.kind == "wait" else "#f2e2c4"
    package = box.name[: box.name.rfind("/") + 1] + box.name[box.name.rfind("/") + 1 :].partition(".")[0]
    tone = crc32(package.encode())
    if package in {"runtime", "internal/poll", "syscall", "sync"} or package.startswith("internal/runtime"):
        return f"hsl({195 + tone % 30} 45% {74 + tone % 8}%)"
    return f"hsl({15 + tone % 40} {75 + tone % 15}% {64 + tone % 12}%)"
