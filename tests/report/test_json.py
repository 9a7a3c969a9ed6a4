"""The JSON contract: what is written fits the schema that is published, and its keys stand in the promised order."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from unjam.diagnose import diagnose
from unjam.facts.case import Case, Look
from unjam.facts.requests import WaitingRequest
from unjam.modes import catalogue
from unjam.report.command import command_of
from unjam.report.json import encode, encode_modes, schema
from unjam.report.view import Applied, View, build, report_on

PUBLISHED = json.loads((Path(__file__).parents[2] / "docs" / "schema-v1.json").read_text(encoding="utf-8"))


def check(report: bytes) -> Any:
    """The decoded report, when it fits the published schema."""
    decoded = json.loads(report)
    jsonschema.Draft202012Validator.check_schema(PUBLISHED)
    jsonschema.Draft202012Validator(PUBLISHED).validate(decoded)
    return decoded


def test_the_published_schema_is_the_codes() -> None:
    assert schema() == PUBLISHED


def test_a_report_has_the_keys_of_the_contract_in_order(stuck: View) -> None:
    report = check(encode(stuck))
    assert list(report) == [
        "unjam", "schema", "command", "findings", "candidates", "unexplained", "undecided", "crashed", "looked_at",
    ]  # fmt: skip
    assert list(report["command"]) == ["argv", "pid", "go", "state", "stalled_s", "exit", "throughput"]
    (finding,) = report["findings"]
    assert list(finding) == ["mode", "title", "subject", "says", "confidence", "because", "masks", "remedy", "applied"]
    assert list(finding["remedy"]) == ["kind", "title", "safety", "changes"]
    assert list(finding["because"][0]) == ["fact", "source"]


def test_a_hang_is_told(stuck: View) -> None:
    report = check(encode(stuck))
    assert report["command"] == {
        "argv": ["go", "mod", "tidy"], "pid": 4711, "go": "go1.27.3", "state": "stuck", "stalled_s": 12.3, "exit": None,
        "throughput": None,
    }  # fmt: skip
    (finding,) = report["findings"]
    assert finding["mode"] == "net-proxy-accepts-never-answers"
    assert finding["subject"] == "http://sick.example:4000/example.com/lib/@v/v1.0.0.mod"
    assert (finding["remedy"]["kind"], finding["remedy"]["safety"]) == ("fix", "ask")
    assert finding["remedy"]["changes"] == ["for this run only: GOPROXY=https://well.example"]


def test_advice_has_its_steps_as_changes(silent_proxy: Callable[..., Case]) -> None:
    report = check(encode(report_on(silent_proxy(goproxy="http://sick.example:4000"))))
    remedy = report["findings"][0]["remedy"]
    assert remedy["kind"] == "advice"
    assert remedy["changes"]


def test_what_became_of_a_fix_is_told(silent_proxy: Callable[..., Case]) -> None:
    case = silent_proxy()
    diagnosis = diagnose(case)
    applied = {"net-proxy-accepts-never-answers": Applied("20260105-101502-000", healed=True)}
    report = check(encode(build(case, diagnosis, command_of(case, diagnosis), applied)))
    assert report["findings"][0]["applied"] == {"entry": "20260105-101502-000", "healed": True}


def test_candidates_say_what_would_decide(lone_get: Case) -> None:
    report = check(encode(report_on(lone_get)))
    assert report["findings"] == []
    assert len(report["candidates"]) > 1
    assert all(candidate["missing"] for candidate in report["candidates"])
    assert report["command"]["state"] == "stuck"
    assert report["command"]["pid"] is None


def test_an_empty_text_is_a_report_too() -> None:
    view = report_on(Case().add(Look(None, (), frozenset({WaitingRequest}), looked_at=("text",))))
    report = check(encode(view))
    assert report["command"] == {
        "argv": [], "pid": None, "go": None, "state": None, "stalled_s": None, "exit": None, "throughput": None
    }  # fmt: skip
    assert not view.sick


def test_a_refusal_is_undecided_and_not_healthy() -> None:
    refused = ((WaitingRequest, "memory of process 4711 is refused (sysctl kernel.yama.ptrace_scope=0)"),)
    report = check(encode(report_on(Case().add(Look(1.0, (), frozenset(), refused)))))
    assert "net-proxy-accepts-never-answers" in {each["mode"] for each in report["undecided"]}
    assert all("ptrace_scope" in each["missing"][0] for each in report["undecided"])


@pytest.mark.parametrize("secret", ["s3cr3t-t0ken", "hunter2hunter2"])
def test_no_secret_is_told(silent_proxy: Callable[..., Case], secret: str) -> None:
    case = silent_proxy(
        goproxy=f"https://user:{secret}@sick.example:4000,https://well.example",
        argv=("go", "mod", "tidy", f"-token={secret}", f"https://x:{secret}@host/"),
    )
    assert secret.encode() not in encode(report_on(case))


def test_the_modes_fit_their_schema() -> None:
    listed = json.loads(encode_modes(catalogue()))
    for mode in listed:
        jsonschema.validate(mode, {**PUBLISHED, "$ref": "#/$defs/ModeJson"})
        assert list(mode) == ["id", "title", "seen_by", "remedy"]
    assert len(listed) >= 44
