"""Which requests a fault meets."""

from __future__ import annotations

import re
from dataclasses import dataclass

from unjam.lab.wire import Request


@dataclass(frozen=True, slots=True)
class Match:
    """Which requests. `module` and `exclude` are regular expressions for the whole of `path` or `path@version`.

    `endpoint` is one of info, mod, zip, list, latest, sumdb (also sumdb-lookup, -tile, -supported, -latest), or `*`.
    `nth` picks one of the matching requests, counted from 1; `times` the first so many.
    """

    endpoint: str = "*"
    module: str = ""
    exclude: str = ""
    nth: int | None = None
    times: int | None = None

    def fits(self, request: Request) -> bool:
        """Whether it is about this request, counting aside."""
        endpoint, (path, version) = request.endpoint, request.module
        if self.endpoint not in {"*", endpoint} and not endpoint.startswith(self.endpoint + "-"):
            return False
        names = (path, f"{path}@{version}")
        if self.exclude and any(re.fullmatch(self.exclude, name) for name in names):
            return False
        return not self.module or any(re.fullmatch(self.module, name) for name in names)

    def counts(self, number: int) -> bool:
        """Whether the matching request of this number is one of those meant."""
        return (self.nth is None or number == self.nth) and (self.times is None or number <= self.times)
