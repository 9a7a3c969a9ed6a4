"""`unjam lab run`: one failure mode from its beginning to its end, told step by step, with a real go command.

Reproduce it, let go hang or fail, name the cause from outside, apply the fix or follow the advice, see go succeed, undo.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import click

from unjam.cli.output import FINDINGS, WELL
from unjam.host.clock import now

if TYPE_CHECKING:
    from unjam.facts.case import Case
    from unjam.facts.settings import GoSetting
    from unjam.lab.lab import Lab
    from unjam.lab.running import Running
    from unjam.model import Finding, Fix
    from unjam.modes.mode import Mode

#: Settings worth showing: those that the reproduction usually chooses.
_SHOWN = ("GOPROXY", "GOPRIVATE", "GONOSUMDB", "HTTPS_PROXY", "GOFLAGS", "CC", "GOTOOLCHAIN")


@dataclass(frozen=True, slots=True)
class Again:
    """How the second run went, as `treat` asks for it."""

    succeeded: bool
    modes: tuple[str, ...]
    seconds: float


@dataclass(slots=True)
class Rehearsal:
    """One rehearsal in one lab; `stall` is the patience with which the hang is looked at."""

    lab: Lab
    mode: Mode
    stall: float
    _began: float = field(default_factory=now)
    _step: int = 0

    def play(self) -> int:
        """All steps. 0 when the cause was named and go succeeded in the end, else 1."""
        from unjam.lab.scenario import sick

        self._say("a real go command is made sick in exactly this way")
        self._tell(f"{self.mode.title} ({self.mode.id})")
        with sick(self.lab, self.mode) as running:
            self._tell(self._typed())
            case = self._diagnosed(running)
        finding = self._finding(case)
        if finding is None:
            self._tell("The cause was not named. That is a defect of unjam; please report it.")
            return FINDINGS
        return WELL if self._healed(finding, case) else FINDINGS

    # Steps

    def _diagnosed(self, running: Running) -> Case:
        """What is seen of the sick command: looked at while it hangs, or read from what it said."""
        from unjam.report import page, text
        from unjam.report.view import report_on
        from unjam.sources.live import watch
        from unjam.sources.text import case_of_text

        code: int | None = None
        if running.done:
            result = running.wait_done()
            code, said = (result.code, result.stderr or result.stdout) if result else (None, "")
            self._say(f"go failed with exit code {code}, and said")
            for line in said.strip().splitlines()[-6:]:
                self._tell(line)
            self._say("unjam reads that")
            case = case_of_text(said.encode(), "what go said", also=self._settings())
        else:
            self._say(f"go hangs (pid {running.pid}); unjam looks into it from outside, as unjam attach does")
            case = watch(running.pid, self.stall)
        view = report_on(case)
        command = replace(view.command, argv=("go", *self.lab.command), exit=code)
        findings = tuple(replace(each, remedy=None) for each in view.findings)  # the next step is about it
        click.echo()
        text.write(replace(view, command=command, findings=findings), page.console())
        click.echo()
        return case

    def _finding(self, case: Case) -> Finding | None:
        from unjam.diagnose import diagnose

        return next((each for each in diagnose(case).findings if each.mode == self.mode.id), None)

    def _healed(self, finding: Finding, case: Case) -> bool:
        from unjam.diagnose import remedy
        from unjam.model import Advice, Fix

        match remedy(finding, case):
            case Fix() as fix:
                return self._treated(fix, finding)
            case Advice() as advice:
                self._say(f"unjam changes nothing here, and advises: {advice.title}")
                for step in advice.steps:
                    self._tell(step)
                return self._lifted()

    def _treated(self, fix: Fix, finding: Finding) -> bool:
        from unjam import treat

        self._say(f"the fix: {fix.title}")
        for change in fix.changes:
            self._tell(change.describe())
        before = self._project()
        treated = treat.treat(fix, finding, ("go", *self.lab.command), self.lab.project, self._again)
        if not treated.healed:
            self._say("the fix did not help; everything was put back")
            return False
        self._say(f"go {' '.join(self.lab.command)} succeeded in {treated.run.seconds:.1f} s")
        treat.undo(treated.entry.id)
        same = self._project() == before
        self._say("unjam undo: every file is as it was" if same else "unjam undo left a file changed: a defect of unjam")
        return same

    def _lifted(self) -> bool:
        from unjam.lab.scenario import recovers

        self._say("somebody follows the advice: the fault is lifted")
        well = recovers(self.lab)
        self._say(f"go {' '.join(self.lab.command)} {'succeeded' if well else 'still fails: a defect of the lab'}")
        return well

    def _again(self, overlay: Mapping[str, str]) -> Again:
        """The command once more, with the variables of the fix; the fault is still there."""
        kept = dict(self.lab.env)
        self.lab.env.update(overlay)
        try:
            result = self.lab.run(timeout=60)
        finally:
            self.lab.env.clear()
            self.lab.env.update(kept)
        if result.code == 0:
            return Again(True, (), result.seconds)
        import unjam

        found = unjam.read(result.stderr).findings
        return Again(False, tuple(each.mode for each in found), result.seconds)

    # Words

    def _say(self, text: str) -> None:
        self._step += 1
        click.secho(f"{self._step}. [{now() - self._began:5.1f} s] {text}", bold=True)

    def _tell(self, text: str) -> None:
        from unjam.golang.secrets import scrub

        click.echo(f"     {scrub(text)}")

    def _typed(self) -> str:
        shown = (f"{name}={shlex.quote(self.lab.env[name])}" for name in _SHOWN if self.lab.env.get(name))
        return f"$ {' '.join(shown)} go {shlex.join(self.lab.command)}"

    def _settings(self) -> list[GoSetting]:
        """What `unjam go` would know of the environment: a failed command has none that one could look at."""
        from unjam.facts.seen import Seen
        from unjam.facts.settings import GoSetting
        from unjam.golang.secrets import EnvValue

        found = []
        for name, value in self.lab.env.items():
            if name.startswith("GO") or name.upper().endswith("_PROXY") or name == "CC":
                shown = EnvValue(name, value)
                found.append(GoSetting(Seen(f"{name}={shown}", "the lab's environment"), name, shown, "process"))
        return found

    def _project(self) -> dict[str, str]:
        files = (path for path in self.lab.project.rglob("*") if path.is_file())
        return {str(path): sha256(path.read_bytes()).hexdigest() for path in files}


def rehearse(mode_id: str, go: str | None, stall: float) -> int:
    """Play one mode in a lab of its own, with a journal of its own."""
    from unjam.errors import LabCannot
    from unjam.host.rehearsal import state_in
    from unjam.lab.lab import Lab
    from unjam.lab.toolchain import find_go
    from unjam.modes import load

    mode = load(mode_id)
    with Lab(find_go(go)) as lab, state_in(Path(lab.folder) / "state"):
        minor = lab.go_version[1]
        if not mode.since <= minor <= mode.until:
            raise LabCannot(f"go 1.{minor} cannot have {mode_id}: it is of go 1.{mode.since} to 1.{mode.until}")
        return Rehearsal(lab, mode, stall).play()
