"""What is proposed does no harm: nothing private is asked of a public server, no file outside of the cache is moved."""

from __future__ import annotations

from unjam import diagnose
from unjam.facts.case import Case
from unjam.facts.seen import Seen
from unjam.facts.settings import GoSetting
from unjam.fixes.move_aside import MoveAside
from unjam.fixes.one_run_environment import OneRunEnvironment
from unjam.golang.secrets import EnvValue
from unjam.model import Advice, Finding, Fix, Remedy
from unjam.sources.text import case_of_text

UNKNOWN = (
    "go: private.example/lib@v1.0.0: verifying module: private.example/lib@v1.0.0: reading "
    "https://sum.golang.org/lookup/private.example/lib@v1.0.0: 404 Not Found\n"
)
CORRUPT = "go: example.com/lib@v1.0.0: unzip {}: zip: not a valid zip file\n"
IN_CACHE = "/go/pkg/mod/cache/download/example.com/lib/@v/v1.0.0.zip"


def read(text: str, **settings: str) -> tuple[Case, tuple[Finding, ...]]:
    """The case and the findings of a text, under these settings."""
    also = (GoSetting(Seen(name, "environment"), name, EnvValue(name, value), "process") for name, value in settings.items())
    case = case_of_text(text.encode(), also=also)
    return case, diagnose.diagnose(case).findings


def remedy(text: str, **settings: str) -> Remedy:
    """What is proposed for the one finding of a text."""
    case, (finding,) = read(text, **settings)
    return diagnose.remedy(finding, case)


def exempted(**settings: str) -> str:
    """GONOSUMDB of the fix for a module that the database does not know."""
    fix = remedy(UNKNOWN, **settings)
    assert isinstance(fix, Fix)
    (change,) = fix.changes
    assert isinstance(change, OneRunEnvironment)
    return dict(change.values)["GONOSUMDB"]


def test_what_goprivate_exempts_stays_exempt() -> None:
    """GONOSUMDB replaces GOPRIVATE, so that setting it for one module would name all others to the public database."""
    assert exempted() == "private.example/lib"
    assert exempted(GOPRIVATE="corp.example") == "corp.example,private.example/lib"
    assert exempted(GOPRIVATE="corp.example", GONOSUMDB="other.example") == "other.example,private.example/lib"


def test_only_a_zip_of_the_module_cache_is_moved() -> None:
    """What go's error names is a text, and any program can print it."""
    fix = remedy(CORRUPT.format(IN_CACHE), GOMODCACHE="/go/pkg/mod")
    assert isinstance(fix, Fix)
    assert fix.changes == (MoveAside(IN_CACHE),)
    for path, cache in (
        ("/home/me/thesis.zip", ""),
        (IN_CACHE, "/somewhere/else"),
        ("/go/pkg/mod/cache/download/x/../../../../../home/@v/v1.0.0.zip", "/go/pkg/mod"),
    ):
        assert isinstance(remedy(CORRUPT.format(path), **({"GOMODCACHE": cache} if cache else {})), Advice), path


def test_only_the_module_cache_is_called_the_module_cache() -> None:
    """A project's go.mod that may not be written is another trouble, which no mode explains."""
    _, found = read("go: updating go.mod: open /src/project/go.mod: permission denied\n")
    assert not found
    _, found = read("go: creating work dir: mkdir /tmp/go-build254459876: permission denied\n")
    assert not found
    _, (finding,) = read("go: could not create module cache: mkdir /go: permission denied\n")
    assert finding.mode == "cache-permission"
    _, (finding,) = read("go: open /modcache/x.com/y@v1.0.0/go.mod: permission denied\n", GOMODCACHE="/modcache")
    assert finding.mode == "cache-permission"
