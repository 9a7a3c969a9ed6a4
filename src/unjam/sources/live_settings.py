"""The settings that a running go works with, from its environment and files; `go env` is never run, it can hang itself."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace

from unjam.facts.seen import Program, Seen
from unjam.facts.settings import GoSetting
from unjam.golang.secrets import EnvValue
from unjam.inspect.environment import GoEnvironment, Setting, go_environment
from unjam.inspect.refused import Gone, Refused
from unjam.sources.eye import Eye


def collect(eye: Eye) -> None:
    """Every setting that is set, with where."""
    if eye.program is Program.USER:
        return
    environment = go_environment(eye.pid)
    match environment:
        case GoEnvironment():
            eye.facts.extend(settings_of(environment, eye.pid, eye.program))
            eye.looked_at.append("settings")
        case Refused():
            eye.refuse(environment, GoSetting)
        case Gone():
            pass


def settings_here(changed: Mapping[str, str], pid: int) -> tuple[GoSetting, ...]:
    """The settings of a go command that we have started as `pid`, perhaps over by now, with these variables changed."""
    environment = go_environment(os.getpid())
    if not isinstance(environment, GoEnvironment):
        return ()
    own = {name: Setting(name, EnvValue(name, value), "process") for name, value in changed.items()}
    return settings_of(replace(environment, settings={**environment.settings, **own}), pid, Program.GO)


def settings_of(environment: GoEnvironment, pid: int, program: Program) -> tuple[GoSetting, ...]:
    """The settings as facts; their proof shows them without secrets."""
    return tuple(
        GoSetting(_seen(each, pid, program), each.name, each.value, each.origin) for each in environment.settings.values()
    )


def _seen(setting: Setting, pid: int, program: Program) -> Seen:
    source = f"environment of process {pid}" if setting.origin == "process" else setting.origin
    return Seen(f"{setting.name}={setting.value}", source, program, pid)
