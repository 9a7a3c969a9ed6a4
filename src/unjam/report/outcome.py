"""The report of a watched run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from unjam.diagnose import diagnose
from unjam.model import Crashed
from unjam.report.command import Command, State
from unjam.report.view import Applied, View, build
from unjam.supervise import Outcome


def view_of(outcome: Outcome, applied: Mapping[str, Applied] | None = None) -> View:
    """What a run came to. What failed in unjam itself meanwhile is told among the crashes.

    A run that was over before there was a reason to look has its exit code for all that was looked at.
    """
    command = Command(
        argv=outcome.argv,
        pid=outcome.pid,
        go=outcome.go or None,
        state=State(outcome.state.value),
        stalled_s=outcome.stalled_s,
        exit=outcome.exit_code if outcome.signal is None else -outcome.signal,
        throughput=outcome.throughput,
    )
    diagnosis = outcome.diagnosis or diagnose(outcome.case)
    if outcome.defect:
        diagnosis = replace(diagnosis, crashed=(*diagnosis.crashed, Crashed("unjam go", outcome.defect)))
    view = build(outcome.case, diagnosis, command, applied)
    return view if view.looked_at else replace(view, looked_at=("exit code",))
