"""What is proposed for a sick GOPROXY entry: who is asked instead, who learns of it, and never anybody whom nobody named."""

from __future__ import annotations

import pytest

from unjam.facts.case import Case, Look
from unjam.facts.seen import Seen
from unjam.facts.settings import GoSetting
from unjam.fixes.one_run_environment import OneRunEnvironment
from unjam.golang.secrets import EnvValue
from unjam.lab.faults.silence import Silence
from unjam.lab.faults.status import Status
from unjam.lab.lab import Lab
from unjam.lab.match import Match
from unjam.lab.toolchain import find_go
from unjam.model import Advice, Cite, Finding, Fix, Remedy, Safety
from unjam.modes.sick_entry import leave_out

URL = "https://sick.example/go/example.com/lib/@v/v1.0.0.zip"


def proposed(subject: str, **settings: str) -> Remedy:
    """The remedy for that subject under these settings."""
    facts = (GoSetting(Seen(name, "environment"), name, EnvValue(name, value), "process") for name, value in settings.items())
    case = Case().add(Look(None, tuple(facts), frozenset({GoSetting})))
    return leave_out(Finding(subject, "sick", (Cite("seen", "here"),)), case, "does not answer", "a step")


def fix(subject: str, **settings: str) -> Fix:
    """The fix for it."""
    found = proposed(subject, **settings)
    assert isinstance(found, Fix)
    assert found.safety is Safety.ASK
    return found


@pytest.mark.parametrize(
    ("subject", "goproxy", "value", "title"),
    [
        (URL, "https://sick.example/go,https://well.example,direct", "https://well.example,direct", "ask well.example"),
        (URL, "https://me:secret@sick.example/go|https://well.example", "https://well.example", "ask well.example"),
        (URL, "https://sick.example/go,direct", "direct", "fetch modules from their own repositories"),
        ("https://sick.example", "https://sick.example/go,https://well.example", "https://well.example", "ask well.example"),
    ],
)
def test_the_others_are_asked(subject: str, goproxy: str, value: str, title: str) -> None:
    """Whether the whole server is sick, or one URL below an entry."""
    found = fix(subject, GOPROXY=goproxy)
    assert found.changes == (OneRunEnvironment((("GOPROXY", value),)),)
    assert found.title == f"{title} instead of sick.example, for this run"
    assert "secret" not in found.title + found.why_ask + str(found.changes)


def test_who_learns_of_it_is_said() -> None:
    """A server learns the paths of private modules; nobody checks what comes where the database is off."""
    assert "private modules too unless GOPRIVATE" in fix(URL, GOPROXY="https://sick.example/go,https://well.example").why_ask
    assert "with git" in fix(URL, GOPROXY="https://sick.example/go,direct").why_ask
    assert "GOSUMDB is off" in fix(URL, GOPROXY="https://sick.example/go,direct", GOSUMDB="off").why_ask


@pytest.mark.parametrize("goproxy", ["https://sick.example/go", "https://sick.example/go,off", "https://a,https://sick.example/go"])
def test_no_server_is_made_up(goproxy: str) -> None:
    """A company's only proxy stays the only one."""
    found = proposed(URL, GOPROXY=goproxy, GOPRIVATE="corp.example")
    assert isinstance(found, Advice)
    assert "sick.example does not answer" in found.title
    assert "a step" in found.steps
    assert not any("proxy.golang.org" in step for step in found.steps)


def test_a_host_that_goproxy_does_not_name() -> None:
    """An import path or a redirect leads there: another proxy would not help."""
    found = proposed("https://git.example/lib?go-get=1", GOPROXY="https://proxy.example")
    assert isinstance(found, Advice)
    assert "another module proxy" not in found.title
    assert isinstance(proposed("the module proxy"), Advice)


@pytest.mark.lab
def test_a_404_of_the_next_entry_does_not_lead_back_to_the_sick_one() -> None:
    """What only the sick one has is missing then: go says so at once, where it would hang again."""
    with Lab(find_go()) as lab:
        lib = lab.module("example.com/lib")
        lab.require(lib)
        sick, well = lab.proxy("sick"), lab.proxy("well")
        sick.fault(Silence())
        well.fault(Status(404), on=Match(module="example.com/lib"))
        lab.use_goproxy(sick, well)
        change = fix(f"{sick.url}/{lib.path}/@v/list", GOPROXY=lab.env["GOPROXY"]).changes[0]
        assert isinstance(change, OneRunEnvironment)
        lab.env.update(change.values)
        result = lab.run(timeout=60)
        assert result.code == 1, result
        assert "404 Not Found" in result.stderr
        assert not sick.requests
