"""Messages that were broken where a window or a mail ended, and lines that only stand below each other."""

from __future__ import annotations

import textwrap

import pytest
from tests.test_read import Written, told, written

ERRORS = list(written("errors.txt"))


@pytest.mark.parametrize("width", range(56, 200, 5))
def test_at_any_width_of_a_window(width: int) -> None:
    """A window of an unusual width, and one line too long for it: nothing but the words shows where it goes on."""
    wrong = []
    for case in ERRORS:
        lines = [line[at : at + width] for line in case.text.split("\n") for at in range(0, max(len(line), 1), width)]
        if told("\n".join(lines)) != case.expect:
            wrong.append(case.name)
    assert len(wrong) <= 3, wrong


def at_blanks(case: Written, width: int) -> str:
    lines = [
        textwrap.wrap(line, width, break_long_words=False, break_on_hyphens=False) or [""] for line in case.text.split("\n")
    ]
    return "\n".join(piece for line in lines for piece in line)


@pytest.mark.parametrize("width", [60, 66, 72, 76, 80, 90, 100, 120])
def test_a_mailer_breaks_at_blanks(width: int) -> None:
    wrong = [case.name for case in ERRORS if told(at_blanks(case, width)) != case.expect]
    assert len(wrong) <= 3, wrong


@pytest.mark.parametrize(
    "below",
    [
        "dial tcp 10.0.0.7:5432: connect: connection refused",
        'Get "https://api.example.org/v1/users": net/http: TLS handshake timeout',
        "curl: (7) Failed to connect to proxy.example.org port 443: Connection refused",
        "Error response from daemon: dial tcp 10.0.0.7:443: i/o timeout",
        "fatal: could not read Username for 'https://github.com': terminal prompts disabled",
        "rsync: write failed: No space left on device (28)",
        "the server said: 403 Forbidden",
        "x509: certificate signed by unknown authority",
    ],
)
@pytest.mark.parametrize(
    "error", ["go: something that nobody has seen before", "go: updates to go.mod needed", "go: cannot do it:"]
)
def test_what_another_program_says_below_is_not_go_s(error: str, below: str) -> None:
    """Go's line is short, and the next would have had room on it: it was not broken."""
    assert told(f"go: {error}\n{below}") == ("unexplained",)


def test_two_errors_stay_two() -> None:
    text = (
        'go: example.com/a@v1.0.0: Get "https://a.example/example.com/a/@v/v1.0.0.mod": dial tcp 192.0.2.1:443: i/o timeout\n'
        "go: example.com/b@v1.0.0: reading https://b.example/example.com/b/@v/v1.0.0.mod: 403 Forbidden\n"
    )
    assert told(text) == ("found net-dial-blackhole https://a.example", "found net-proxy-403 https://b.example")
