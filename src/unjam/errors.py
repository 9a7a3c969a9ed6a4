"""What unjam raises. Expected trouble is a value (`Refused`, `Undecided`, `Advice`); these are for the rest.

UnjamError                  everything below; `exit_code` is what the command line ends with
├── BadInput                what was typed or handed over cannot be used (2)
│   ├── NoSuchProcess       the pid is gone, or is not a Go process (2)
│   ├── CannotSee           the system does not let us look into the process (2)
│   └── BadSettings         .unjam.toml or UNJAM_* says something that does not exist (2)
├── CannotRun               there is no go to run, or it may not be run (127, 126)
├── CannotTreat             the fix cannot be applied; all is as it was (1)
├── CannotUndo              the journal's entry no longer fits what is on disk (1)
└── LabCannot               this machine cannot make that fault (1); the reason is the message
    └── NoGoInLab           the lab has no go, or not the version wanted (127)
"""

from __future__ import annotations


class UnjamError(Exception):
    """The root. The message is one line, says what is wrong and what to do; `slug` is its heading in docs/errors.md."""

    exit_code = 1
    slug = "errors"


class BadInput(UnjamError):
    """What was typed or handed over cannot be used."""

    exit_code = 2
    slug = "bad-input"


class NoSuchProcess(BadInput):
    """The pid is gone, or no Go program runs under it."""

    slug = "no-such-process"


class CannotSee(BadInput):
    """The system does not let us look into the process; the message says what would allow it."""

    slug = "memory-refused"


class BadSettings(BadInput):
    """A settings file or variable names something that does not exist, or may not be set there."""

    slug = "settings"


class CannotRun(UnjamError):
    """The command cannot be run: 127 when it is not there, 126 when it may not be executed."""

    slug = "cannot-run"

    def __init__(self, message: str, exit_code: int = 127) -> None:
        super().__init__(message)
        self.exit_code = exit_code


class CannotTreat(UnjamError):
    """The fix cannot be applied, or not so that it could be taken back. All is as it was."""

    slug = "undo"


class CannotUndo(UnjamError):
    """What is on disk is no longer what the fix left there: undoing would lose somebody's change."""

    slug = "undo"


class LabCannot(UnjamError):
    """This machine cannot make the fault (no root, no namespaces, no such program). The message is the reason."""

    slug = "lab"


class NoGoInLab(LabCannot):
    """The lab has no go toolchain of that version. The message says how to get one."""

    exit_code = 127
