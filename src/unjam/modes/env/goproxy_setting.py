"""What the modes about GOPROXY say of where it is set."""

from __future__ import annotations

from unjam.facts.settings import GoSetting

#: How go is told from where a setting comes, and what wins.
WHERE = "env | grep GOPROXY; go env GOENV   # the environment wins over the file that GOENV names"


def set_where(setting: GoSetting | None) -> str:
    """The end of a sentence: ", set in …"; "" where nothing shows it."""
    if setting is None:
        return ""
    where = "the environment" if setting.origin == "process" else setting.origin.replace("GOENV file", "the go env file")
    return f", set in {where}"
