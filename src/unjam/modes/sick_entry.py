"""The remedy of the modes where one GOPROXY entry is at fault: leave it out, for one run, and ask the others.

Only a server that the user named may be asked. A single entry, or one followed by `off`, gets advice.
"""

from __future__ import annotations

import shlex

from unjam.facts.case import Case
from unjam.fixes.one_run_environment import OneRunEnvironment
from unjam.golang.goproxy import Entry, entry_for, parse_goproxy, without
from unjam.golang.url import Url
from unjam.model import Advice, Finding, Fix, Remedy, Safety


def leave_out(finding: Finding, case: Case, does: str, *otherwise: str) -> Remedy:
    """Leave out the entry that `finding.subject` belongs to; `does` says what is wrong with it.

    `otherwise` are the steps to take where there is nobody else to ask.
    """
    setting = case.setting("GOPROXY")
    others = without(parse_goproxy(setting.raw), finding.subject) if setting else None
    if others is None:
        return _advice(finding, case, does, otherwise)
    kept, instead = others
    host = _name(finding.subject)
    return Fix(
        f"{_asking(instead)} instead of {host}, for this run",
        Safety.ASK,
        (OneRunEnvironment((("GOPROXY", kept.value),)),),
        why_ask=f"{_trusted(instead, host)}; what comes is checked {_checked(case)}",
    )


def _asking(entry: Entry) -> str:
    return f"ask {_name(entry.url)}" if entry.is_server else "fetch modules from their own repositories"


def _trusted(entry: Entry, host: str) -> str:
    if not entry.is_server:
        return f"modules of this run then come from their own repositories, with git, instead of {host}"
    name = _name(entry.url)
    return f"{name}, not {host}, then sees what this run asks for, private modules too unless GOPRIVATE names them"


def _checked(case: Case) -> str:
    setting = case.setting("GOSUMDB")
    return "by your go.sum alone (GOSUMDB is off)" if setting and setting.raw == "off" else "as always, by go.sum and GOSUMDB"


def _advice(finding: Finding, case: Case, does: str, otherwise: tuple[str, ...]) -> Advice:
    setting, host = case.setting("GOPROXY"), _name(finding.subject)
    url = finding.subject if "://" in finding.subject else ""
    steps = (f"curl -sS -m 10 -o /dev/null -w '%{{http_code}}\\n' {shlex.quote(url)}   # does it answer now?",) if url else ()
    if setting and url and not _is_asked(setting.raw, url):
        why = "go env GOPROXY GONOPROXY   # GOPROXY does not name it: go asks it for an import path, or was redirected"
        return Advice(f"{host} {does}, and go needs it: make it answer", (*steps, *otherwise, why))
    return Advice(
        f"{host} {does}: make it answer, or use another module proxy",
        (
            *steps,
            *otherwise,
            "go env GOPROXY   # who is asked, in this order",
            "GOPROXY=<a proxy you trust> go …   # for one run; it learns which modules you ask for",
        ),
    )


def _is_asked(goproxy: str, url: str) -> bool:
    parsed = parse_goproxy(goproxy)
    return entry_for(parsed, url) is not None or Url(url).host in {Url(entry.url).host for entry in parsed.entries}


def _name(text: str) -> str:
    """A server as one calls it: its host."""
    return Url(text).host or text
