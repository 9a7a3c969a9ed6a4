"""Version control tools that failed: modfetch/codehost (RunError), vcs and load."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from re import Pattern
from re import compile as pattern

from unjam.golang.messages.files import FileError, FileTrouble
from unjam.golang.messages.message import Message
from unjam.golang.messages.net import RequestError, module_of, request_error
from unjam.golang.messages.proxy import StatusError, status_error
from unjam.golang.messages.reason import Reason, reason_of
from unjam.golang.messages.statement import Statement, go_prefix

TOOLS = ("git", "hg", "svn", "bzr", "fossil")


@dataclass(frozen=True, slots=True, kw_only=True)
class GitError(Message):
    """`COMMAND in DIR: exit status N:` and what the tool wrote. `exit` is None when it did not exit by itself."""

    command: str
    directory: str
    exit: int | None
    ended: str
    stderr: tuple[str, ...]
    reason: Reason
    module: str = ""
    version: str = ""

    @property
    def tool(self) -> str:
        """git, hg, svn, bzr or fossil."""
        return self.command.partition(" ")[0]

    @property
    def remote(self) -> str:
        """The host the tool spoke with, as far as its words or its arguments name it."""
        found = _remote().search(" ".join((*self.stderr, self.command)))
        return found[1] or found[2] if found is not None else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownRevision(Message):
    """The repository was reached and does not hold this revision."""

    module: str
    revision: str
    version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VcsMissing(Message):
    """The version control tool is not in PATH."""

    tool: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSecureProtocol(Message):
    """`no secure protocol found for repository`: every probe of https, git+ssh and ssh failed, whatever the reason."""

    module: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnrecognizedImport(Message):
    """go could not learn where the code of an import path lives; `error` says why, where a request failed."""

    path: str
    detail: str
    error: RequestError | StatusError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VcsStatus(Message):
    """`error obtaining VCS status`: go build could not stamp the binary. `stderr`: git's words, where they were shown."""

    detail: str
    stderr: tuple[str, ...] = ()
    reason: Reason = Reason.OTHER


def read(s: Statement) -> tuple[Message, int] | None:
    """The message of a line, and how many lines below belong to it."""
    return _status(s) or _missing(s) or _import(s) or _failed(s) or _cut(s) or _cloned(s) or _revision(s)


def _missing(s: Statement) -> tuple[Message, int] | None:
    text = s.text
    found = _not_found().search(text)
    if found is not None and (s.go_said or "VCS status" in text):
        return VcsMissing(line=s.number, raw=text, go_said=True, speaker=s.speaker, tool=found[1]), 0
    found = _missing_command().search(text)
    if found is not None:
        tool = _COMMAND_NAMES.get(found[1], found[1].lower())
        return VcsMissing(line=s.number, raw=text, go_said=True, speaker=s.speaker, tool=tool), 0
    return None


_COMMAND_NAMES = {"Mercurial": "hg", "Subversion": "svn", "Bazaar": "bzr"}


@cache
def _not_found() -> Pattern[str]:
    return pattern(rf'exec: \\?"({"|".join(TOOLS)})(?:\.exe)?\\?": executable file not found in ')


@cache
def _missing_command() -> Pattern[str]:
    return pattern(r"\bgo: missing (\w{1,20}) command\. See https?://")


def _status(s: Statement) -> tuple[Message, int] | None:
    at = s.text.find("error obtaining VCS status: ")
    if at < 0:
        return None
    above: list[str] = []
    for text in s.above(10):
        if text.startswith(("# cd ", "go: ")) or len(above) > 8:
            break
        above.append(text.strip())
    stderr = tuple(text for text in reversed(above) if text)
    reason = reason_of(stderr)
    detail = s.text[at + 28 :].strip()
    tool = _not_found().search(detail)
    if tool is not None:
        return VcsMissing(line=s.number, raw=s.text, go_said=True, speaker=s.speaker, tool=tool[1]), 0
    return VcsStatus(
        line=s.number,
        raw=s.text,
        go_said=True,
        speaker=s.speaker,
        detail=detail,
        stderr=stderr if reason is not Reason.OTHER else (),
        reason=reason,
    ), 0


def _import(s: Statement) -> tuple[Message, int] | None:
    text = s.text
    if "no secure protocol found for repository" in text or "no protocol found for repository" in text:
        module = module_of(text, len(text), "")[0]
        found = _unrecognized().search(text)
        path = module or (found[1] if found is not None else "")
        return NoSecureProtocol(line=s.number, raw=text, go_said=True, speaker=s.speaker, module=path), 0
    found = _unrecognized().search(text)
    if found is None:
        return None
    answer = status_error(s)
    error: RequestError | StatusError | None
    error, used = answer if answer is not None else (request_error(s), 0)
    detail = text[found.end() :].strip(" :()")[:400]
    return UnrecognizedImport(
        line=s.number, raw=text, go_said=True, speaker=s.speaker, path=found[1], detail=detail, error=error
    ), used


@cache
def _unrecognized() -> Pattern[str]:
    return pattern(r'unrecognized import path \\?"([^"\s\\]{1,400})\\?"')


def _failed(s: Statement) -> tuple[Message, int] | None:
    """A RunError: `git ls-remote -q origin in DIR: exit status 128:` with git's words below, each behind a tab."""
    text = s.text
    found = _run().search(text)
    if found is None:
        return None
    stderr, used = _stderr(s)
    if (rest := text[found.end() :].strip(": ")) and not stderr:
        stderr = (rest,)
    if (trouble := _of_files(stderr)) is not None:
        return FileError(
            line=s.number,
            raw=" ".join((text, *stderr)),
            go_said=s.go_said,
            speaker=s.speaker,
            path=found["dir"],
            op=found["command"].partition(" ")[0],
            trouble=trouble,
        ), used
    module, version = module_of(text, found.start("command"), "")
    code = _exit_code().match(found["ended"])
    return GitError(
        line=s.number,
        raw=text,
        go_said=s.go_said,
        speaker=s.speaker,
        command=found["command"],
        directory=found["dir"],
        exit=int(code[1]) if code is not None else None,
        ended=found["ended"],
        stderr=stderr,
        reason=reason_of(stderr),
        module=module,
        version=version,
    ), used


def _of_files(stderr: tuple[str, ...]) -> FileTrouble | None:
    """What git says when it may not write into its folder of the module cache, or finds no room there."""
    if any(line.endswith("No space left on device") for line in stderr):
        return FileTrouble.NO_SPACE
    may_not = ("FETCH_HEAD: Permission denied", ".lock': Permission denied", "insufficient permission for adding an object")
    return FileTrouble.PERMISSION if any(sign in line for line in stderr for sign in may_not) else None


_ADVICE = "Confirm the import path was entered correctly"


def _cut(s: Statement) -> tuple[Message, int] | None:
    """A RunError of which a paste lost the folder or the whole first line: go's advice, or its command, tells it."""
    found = _without_folder().search(s.text)
    if found is not None:
        stderr, used = _stderr(s)
    elif s.text.strip().startswith(_OF_TOOL) and any(_ADVICE in below for below in s.below(4)):
        more, used = _stderr(s)
        stderr = (s.text.strip(), *more)
    else:
        return None
    reason = reason_of(stderr)
    if reason is Reason.OTHER:
        return None
    module, version = module_of(s.text, len(s.text), "")
    return GitError(
        line=s.number,
        raw=s.text,
        go_said=True,
        speaker=s.speaker,
        command=found[1] if found is not None else "git",
        directory="",
        exit=None,
        ended="",
        stderr=stderr,
        reason=reason,
        module=module,
        version=version,
    ), used


@cache
def _without_folder() -> Pattern[str]:
    tools = "|".join(TOOLS)
    return pattern(rf"[\s:]((?:{tools}) (?:ls-remote|fetch|clone|pull|identify) [^\n]{{0,2000}}?) in(?: \S{{1,1000}})?$")


@cache
def _run() -> Pattern[str]:
    tools = "|".join(TOOLS)
    return pattern(
        rf"(?:^|[\s:\"])(?P<command>(?:{tools}) [^\n]{{1,2000}}?) in (?P<dir>\S[^\n]{{0,1000}}?): "
        r"(?P<ended>exit status \d{1,6}|signal: \w{1,20}(?: \(core dumped\))?|fork/exec [^\n]{1,400})"
    )


@cache
def _exit_code() -> Pattern[str]:
    return pattern(r"exit status (\d{1,6})")


_OF_TOOL = (
    "fatal", "remote: ", "error: ", "warning: ", "ssh: ", "Host key", "git@", "Permission denied", "致命错误", "致命的",
    "Please make sure", "and the repository exists", "ERROR: ", "Repository not found", "The authenticity", "kex_exchange",
    "Connection closed", "Load key", "Confirm the import path", "If this is a private repository", "Fatal", "schwerwiegend",
    "Cloning into", "abort: ", "No such device", "hint: ",
)  # fmt: skip


def _stderr(s: Statement) -> tuple[tuple[str, ...], int]:
    """The tool's words under its RunError: indented, or (where a paste lost the tabs) in words only a tool says."""
    said: list[str] = []
    used = 0
    for below, text in enumerate(s.below(30), start=1):
        inner = text.strip()
        if not inner:
            continue
        if go_prefix(text) == 0 or (text[0] not in " \t" and not inner.startswith(_OF_TOOL)):
            break
        if text[0] in " \t" and _starts_another(inner):
            break
        used = below
        if not inner.startswith(("Confirm the import path", "If this is a private repository")):
            said.append(inner)
    return tuple(said), used


def _starts_another(inner: str) -> bool:
    return inner.endswith((" imports", " requires", " tested by")) or ": module " in inner or "@v" in inner


def _cloned(s: Statement) -> tuple[Message, int] | None:
    """GOPATH mode, to Go 1.21: `# cd DIR; git clone …`, git's words, and `package PATH: exit status 128`."""
    found = _package().match(s.text)
    if found is None:
        return None
    said: list[str] = []
    for text in s.above(12):
        clone = _clone().match(text)
        if clone is not None:
            stderr = tuple(line for line in reversed(said) if line)
            return GitError(
                line=s.number,
                raw=s.text,
                go_said=True,
                speaker=s.speaker,
                command=clone[2],
                directory=clone[1],
                exit=int(found[2]),
                ended=f"exit status {found[2]}",
                stderr=stderr,
                reason=reason_of(stderr),
                module=found[1],
            ), 0
        said.append(text.strip())
    return None


@cache
def _package() -> Pattern[str]:
    return pattern(r"package ([\w.~/!+-]{1,256}): exit status (\d{1,6})")


@cache
def _clone() -> Pattern[str]:
    return pattern(rf"# cd ([^;\n]{{1,1000}}); ((?:{'|'.join(TOOLS)}) \S.*)")


def _revision(s: Statement) -> tuple[Message, int] | None:
    text = s.text
    found = _unknown().search(text)
    if found is None or not s.go_said:
        return None
    module, version = module_of(text, found.start(), "")
    if not module and (reading := _at_revision().search(text)) is not None:
        module, version = reading[1], reading[2]
    return UnknownRevision(
        line=s.number, raw=text, go_said=True, speaker=s.speaker, module=module, revision=found[1], version=version
    ), 0


@cache
def _unknown() -> Pattern[str]:
    return pattern(r"\bunknown revision ([^\s\"',;]{1,200})")


@cache
def _at_revision() -> Pattern[str]:
    return pattern(r"reading ([\w.~/!+-]{1,256})/go\.mod at revision ([^\s:]{1,200})")


@cache
def _remote() -> Pattern[str]:
    return pattern(
        r"(?:https?|ssh|git|git\+ssh)://(?:[^\s/@']{1,200}@)?([\w.:-]{1,200})"
        r"|(?:host|to|for|hostname|git@) ?([\w-]{1,100}(?:\.[\w-]{1,100}){1,8})\b"
    )
