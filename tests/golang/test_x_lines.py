"""The lines of -x: what had ended, and what was under way when the text ended."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from unjam.golang.log_text import clean
from unjam.golang.x_lines import XLog, parse_x


def x(text: str) -> XLog:
    return parse_x(clean(text.encode()).lines)


VCS = "/mc/cache/vcs/a8267408"


def test_an_answered_request() -> None:
    log = x("# get https://p.example/a/@v/list\n# get https://p.example/a/@v/list: 200 OK (0.123s)")
    (get,) = log.gets
    assert (get.url, get.line, get.end_line, get.status, get.code, get.seconds) == (
        "https://p.example/a/@v/list", 1, 2, "200 OK", 200, 0.123
    )  # fmt: skip
    assert not get.in_flight
    assert not log.gets_in_flight


def test_a_request_without_an_answer_is_in_flight() -> None:
    log = x(
        "# get https://p.example/a/@v/list\n# get https://p.example/b/@v/list\n"
        "# get https://p.example/a/@v/list: 404 Not Found (0.1s)"
    )
    assert [(get.url, get.line) for get in log.gets_in_flight] == [("https://p.example/b/@v/list", 2)]
    assert log.last_x is not None
    assert log.last_x.number == 3


def test_a_failed_request_has_its_error() -> None:
    log = x('# get http://p:1/a\n# get http://p:1/a: Get "http://p:1/a": read tcp 1.2.3.4:1->1.2.3.4:2: read: connection reset')
    (get,) = log.gets
    assert get.error.startswith('Get "http://p:1/a": read tcp')
    assert not get.in_flight
    assert get.code is None


def test_the_same_url_twice_is_two_requests() -> None:
    log = x("# get https://p/a\n# get https://p/a: 404 Not Found (0.1s)\n# get https://p/a")
    assert [get.in_flight for get in log.gets] == [False, True]


def test_an_end_whose_start_is_cut_off() -> None:
    (get,) = x("# get https://p/a: 200 OK (1.5s)\n").gets
    assert (get.status, get.line) == ("200 OK", 1)


def test_insecure_is_an_error_and_a_port_is_no_end() -> None:
    log = x("# get http://p.example:8080/a?go-get=1\n# get http://p.example:8080/a?go-get=1: insecure")
    (get,) = log.gets
    assert get.error == "insecure"


def test_docker_prefixes_that_differ_per_line() -> None:
    log = x("#9 4.788 # get https://p/a\n4.797 # get https://p/b\n#9 4.816 # get https://p/a: 200 OK (0.905s)\n")
    assert [get.url for get in log.gets_in_flight] == ["https://p/b"]


def test_a_command_of_git_that_ended_and_one_that_did_not() -> None:
    log = x(
        f"cd {VCS}; git init --bare\n0.004s # cd {VCS}; git init --bare\n"
        f"cd {VCS}; git -c log.showsignature=false log '--format=format:%H %ct %D' x --\n"
        f"0.002s # cd {VCS}; git -c log.showsignature=false log '--format=format:%H %ct %D' x --\n"
        f"cd {VCS}; git ls-remote -q origin\n"
    )
    assert [(one.argv_text, one.line) for one in log.commands_in_flight] == [("git ls-remote -q origin", 5)]
    assert log.commands[0].seconds == 0.004
    assert log.commands[0].dir == VCS


def test_a_lock_that_is_waited_for() -> None:
    log = x(f"mkdir -p /mc/cache/vcs # git3 https://h/o/r\n# lock {VCS}.lock\n")
    (lock,) = log.locks_waited_for
    assert (lock.path, lock.remote, lock.line) == (f"{VCS}.lock", "https://h/o/r", 2)


def test_a_lock_that_was_had() -> None:
    for after in (f"# {VCS} for git3 https://h/o/r", f"mkdir -p {VCS} # git3 https://h/o/r", f"cd {VCS}; git tag -l"):
        log = x(f"mkdir -p /mc/cache/vcs # git3 https://h/o/r\n# lock {VCS}.lock\n{after}\n")
        assert not log.locks_waited_for
        assert log.locks[0].passed


def test_the_remote_of_a_directory() -> None:
    assert x(f"# {VCS} for git3 ssh://git@h:22/o/r").remote_of(VCS) == "ssh://git@h:22/o/r"


def test_a_command_that_never_has_an_end_is_in_flight_only_as_the_last_word() -> None:
    status = "WORK=/tmp/go-build1\ncd /w\ngit status --porcelain\n"
    (one,) = x(status).commands_in_flight
    assert (one.dir, one.argv_text, one.echoed) == ("/w", "git status --porcelain", False)
    assert not x(status + "mkdir -p $WORK/b001/\n").commands_in_flight


def test_tools_of_a_build() -> None:
    log = x(
        "WORK=/tmp/go-build1\n"
        '/usr/lib/go/pkg/tool/linux_amd64/compile -o $WORK/b001/_pkg_.a -trimpath "$WORK/b001=>" -p example.com/a -complete\n'
        '"C:\\\\Go\\\\pkg\\\\tool\\\\windows_amd64\\\\link.exe" -o a.exe\n'
        "TERM='dumb' CGO_LDFLAGS='-g' /go/pkg/tool/linux_amd64/cgo -objdir $WORK/b2/ -importpath runtime/cgo -- x.go\n"
        "TERM='dumb' gcc -I . -fPIC -c x.c\n"
        "gcc says hello\n"
    )
    assert [(tool.name, tool.package, tool.line) for tool in log.tools] == [
        ("compile", "example.com/a", 2), ("link", "", 3), ("cgo", "runtime/cgo", 4), ("gcc", "", 5)
    ]  # fmt: skip
    assert log.work == "/tmp/go-build1"


def test_other_lines_are_none_of_x() -> None:
    assert not x(
        "cd is a command; use it\n# getting started\n# lockfile\n3.5s # of what\n$ git clone h\ngo: downloading a v1\n"
    )


@settings(max_examples=400, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "# get https://p/a",
                ": 200 OK (0.1s)",
                "\n",
                "cd /d; git x",
                "1.000s # ",
                "# lock /d.lock",
                "mkdir -p /d # git3 u",
                ": ",
                "WORK=",
            ]
        )
    ).map("".join)
)
def test_no_text_raises(text: str) -> None:
    log = x(text)
    assert len(log.gets_in_flight) <= len(log.gets)
