"""The contract of `--json` and `--report`: these structs are it. The order of fields is the order in the output.

`docs/schema-v1.json` is generated from here. A field is never renamed or removed within a schema number.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from unjam.modes.mode import Channel, Mode
from unjam.report.view import Applied, Open, ShownFinding, ShownRemedy, View
from unjam.version import __version__

SCHEMA: Literal[1] = 1

StateWord = Literal["stuck", "slow", "running", "stopped", "failed", "succeeded"]
ChannelWord = Literal["attach", "x", "dump", "error"]


class CommandJson(Struct, frozen=True, forbid_unknown_fields=True):
    """The command the report is about."""

    argv: Annotated[list[str], Meta(description="its words, secrets masked; empty when a text does not tell")]
    pid: Annotated[int | None, Meta(description="null for a text")]
    go: Annotated[str | None, Meta(description='the Go version, as "go1.27.3"')]
    state: Annotated[StateWord | None, Meta(description="null when a text shows no command")]
    stalled_s: Annotated[float | None, Meta(description="seconds since the longest wait moved")]
    exit: Annotated[int | None, Meta(description="exit code; minus the signal's number when it died of a signal")]
    throughput: Annotated[float | None, Meta(description="bytes per second of the downloads, when they were measured")]


class CiteJson(Struct, frozen=True, forbid_unknown_fields=True):
    """One piece of proof."""

    fact: Annotated[str, Meta(description="what was seen, in words or quoted")]
    source: Annotated[str, Meta(description="where it was seen")]


class RemedyJson(Struct, frozen=True, forbid_unknown_fields=True):
    """What to do. A fix can be made and taken back by unjam; advice is for a person."""

    kind: Literal["fix", "advice"]
    title: str
    safety: Annotated[Literal["safe", "ask"], Meta(description="safe: --heal applies it; ask: only after a yes, or by hand")]
    changes: Annotated[list[str], Meta(description="what a fix changes, or the steps of an advice")]


class AppliedJson(Struct, frozen=True, forbid_unknown_fields=True):
    """What became of the fix."""

    entry: Annotated[str, Meta(description="the id that `unjam undo` takes")]
    healed: Annotated[bool, Meta(description="false: the command was not well afterwards, and all was put back")]


class FindingJson(Struct, frozen=True, forbid_unknown_fields=True):
    """A named cause with its proof."""

    mode: Annotated[str, Meta(description="id, as `unjam explain` takes it")]
    title: str
    subject: Annotated[str, Meta(description="the URL, lock file, child or variable at fault")]
    says: str
    confidence: Literal["high", "medium", "low"]
    because: Annotated[list[CiteJson], Meta(min_length=1)]
    masks: Annotated[list[str], Meta(description="ids of modes that were found too, and that this cause explains")]
    remedy: RemedyJson | None
    applied: AppliedJson | None


class OpenJson(Struct, frozen=True, forbid_unknown_fields=True):
    """A mode that is possible, or undecided, and what would decide it."""

    mode: str
    missing: list[str]


class CrashedJson(Struct, frozen=True, forbid_unknown_fields=True):
    """A rule that failed itself: a defect of unjam, which says nothing about the command."""

    mode: str
    error: str


class ReportJson(Struct, frozen=True, forbid_unknown_fields=True):
    """One report. The first finding is the root cause."""

    unjam: Annotated[str, Meta(description="version of unjam")]
    schema: Literal[1]
    command: CommandJson
    findings: list[FindingJson]
    candidates: Annotated[list[OpenJson], Meta(description="what the evidence allows equally")]
    unexplained: Annotated[list[str], Meta(description="waits and failures that were seen, and that no mode explains")]
    undecided: Annotated[list[OpenJson], Meta(description="what could not be looked at")]
    crashed: list[CrashedJson]
    looked_at: list[str]


class ModeJson(Struct, frozen=True, forbid_unknown_fields=True):
    """One failure mode, as `modes --json` lists it."""

    id: str
    title: str
    seen_by: Annotated[list[ChannelWord], Meta(description="where it can be proved")]
    remedy: Literal["fix", "advice"]


class FrameJson(Struct, frozen=True, forbid_unknown_fields=True):
    """One call. `file` is "" and `line` 0 where they are not known."""

    function: str
    file: str
    line: int


class GoroutineJson(Struct, frozen=True, forbid_unknown_fields=True):
    """One goroutine. `wait` is the reason it is parked for, "" when it is not; frames begin with the innermost."""

    id: int
    state: str
    wait: str
    frames: list[FrameJson]
    created_by: str


class GoroutinesJson(Struct, frozen=True, forbid_unknown_fields=True):
    """What `goroutines --json` prints."""

    pid: int
    go: str
    goroutines: list[GoroutineJson]


def report_json(view: View) -> ReportJson:
    """The view as the contract has it."""
    command = view.command
    return ReportJson(
        unjam=__version__,
        schema=SCHEMA,
        command=CommandJson(
            argv=list(command.argv),
            pid=command.pid,
            go=command.go,
            state=command.state.value if command.state else None,
            stalled_s=command.stalled_s,
            exit=command.exit,
            throughput=command.throughput,
        ),
        findings=[_finding(finding) for finding in view.findings],
        candidates=[_open(each) for each in view.candidates],
        unexplained=[f"{cite.fact} ({cite.source})" for cite in view.unexplained],
        undecided=[_open(each) for each in view.undecided],
        crashed=[CrashedJson(each.mode, each.error) for each in view.crashed],
        looked_at=list(view.looked_at),
    )


def encode(view: View) -> bytes:
    """One line of JSON, UTF-8, without the line's end."""
    return msgspec.json.encode(report_json(view))


def schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of a report; the other outputs stand beside it under `$defs`."""
    from unjam.report.journal import EntryJson
    from unjam.report.processes import ProcessJson

    types = (ReportJson, GoroutinesJson, ModeJson, ProcessJson, EntryJson)
    (root, *_), defs = msgspec.json.schema_components(types, ref_template="#/$defs/{name}")
    about = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "unjam report, schema 1"}
    return {**about, **root, "$defs": dict(sorted(defs.items()))}


def _finding(finding: ShownFinding) -> FindingJson:
    return FindingJson(
        mode=finding.mode,
        title=finding.title,
        subject=finding.subject,
        says=finding.says,
        confidence=finding.confidence.value,
        because=[CiteJson(cite.fact, cite.source) for cite in finding.because],
        masks=list(finding.masks),
        remedy=_remedy(finding.remedy),
        applied=_applied(finding.applied),
    )


def _remedy(remedy: ShownRemedy | None) -> RemedyJson | None:
    if remedy is None:
        return None
    return RemedyJson(remedy.kind, remedy.title, remedy.safety.value, list(remedy.changes))


def _applied(applied: Applied | None) -> AppliedJson | None:
    return AppliedJson(applied.entry, applied.healed) if applied else None


def _open(each: Open) -> OpenJson:
    return OpenJson(each.mode, list(each.missing))


def encode_modes(modes: Iterable[Mode]) -> bytes:
    """The catalogue, as `modes --json` prints it."""
    return msgspec.json.encode([_mode(mode) for mode in modes])


def _mode(mode: Mode) -> ModeJson:
    seen_by: list[ChannelWord] = [channel.value for channel in Channel if channel in mode.seen_by]
    return ModeJson(mode.id, mode.title, seen_by, "fix" if mode.offers == "fix" else "advice")
