"""`unjam lab serve`: faults written as text, and a server to point any go at."""

from __future__ import annotations

import http.client
import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from unjam.cli.main import cli
from unjam.errors import BadInput
from unjam.lab.fault_text import NAMES, needs_tls, parse_fault
from unjam.lab.faults.bad_certificate import BadCertificate
from unjam.lab.faults.drip import Drip
from unjam.lab.faults.fault import Fault
from unjam.lab.faults.silence import Silence
from unjam.lab.faults.stall_after import StallAfter
from unjam.lab.faults.status import Status
from unjam.lab.lab import Lab
from unjam.lab.match import Match
from unjam.lab.serve import Wanted, exports, serve, serving
from unjam.lab.shelf import Shelf
from unjam.lab.toolchain import find_go
from unjam.lab.wire import Request


@pytest.mark.parametrize(
    ("text", "fault", "on"),
    [
        ("silence", Silence(), Match()),
        ("silence:accept", Silence("accept"), Match()),
        ("stall:65536@zip", StallAfter(65536), Match("zip")),
        ("status:503@mod:example.com/.*", Status(503), Match("mod", "example.com/.*")),
        ("drip:1000@zip", Drip(1000), Match("zip")),
        ("bad-certificate:expired", BadCertificate("expired"), Match()),
        ("status@*:example.com/lib@v1.0.0", Status(503), Match("*", "example.com/lib@v1.0.0")),
        ("status@zip:example.com/.*!example.com/l.*", Status(503), Match("zip", "example.com/.*", "example.com/l.*")),
        ("status@!example.com/lib", Status(503), Match("*", "", "example.com/lib")),
        ("silence@sumdb-lookup#3", Silence(), Match("sumdb-lookup", nth=3)),
        ("silence#-2", Silence(), Match(times=2)),
        ("silence:accept#2", Silence("accept"), Match(nth=2)),
    ],
)
def test_a_fault_is_read(text: str, fault: Fault, on: Match) -> None:
    """`NAME[:VALUE][@ENDPOINT[:MODULE][!EXCLUDE]][#N]`."""
    assert parse_fault(text) == (fault, on)


@pytest.mark.parametrize("name", NAMES)
def test_every_fault_can_be_had_without_a_value(name: str) -> None:
    """The class's own default then holds."""
    assert isinstance(parse_fault(name)[0], Fault)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("stal", "did you mean stall?"),
        ("", "no fault is called ''"),
        ("drip:0", "'0' is no value for drip"),
        ("drip:x", "'x' is no value for drip"),
        ("status:999", "'999' is no value for status"),
        ("delay:-1", "'-1' is no value for delay"),
        ("portal:x", "'x' is no value for portal"),
        ("bad-certificate:good", "'good' is no value"),
        ("silence@zop", "'zop' is no endpoint of a GOPROXY"),
        ("silence@zip:(", "'(' is no regular expression"),
        ("silence@zip!(", "'(' is no regular expression"),
        ("silence@sumdb-x", "'sumdb-x' is no endpoint of a GOPROXY"),
        ("silence@zip#0", "#0 is no number of requests"),
        ("silence@zip#", "# is no number of requests"),
        ("refuse@zip", "refuse meets connections, before anything is asked"),
        ("tls-stall@zip", "tls-stall meets connections, before anything is asked"),
        ("black-hole#2", "black-hole meets every connection"),
    ],
)
def test_a_mistake_is_named(text: str, said: str) -> None:
    """In one line."""
    with pytest.raises(BadInput, match=re.escape(said)):
        parse_fault(text)


def test_some_faults_need_tls() -> None:
    """And the server then speaks it."""
    assert needs_tls("h2-silence@zip")
    assert not needs_tls("silence@zip")


@pytest.mark.lab
@pytest.mark.parametrize("fault", ["status:503@zip", "h2-error@zip"])
def test_the_lines_shown_turn_go_to_the_lab(fault: str, lab: Lab) -> None:
    """All that can be loaded is; what is faulty is not."""
    with serving(Wanted([fault])) as server:
        for line in exports(server):
            if found := re.fullmatch(r"export (\w+)='?(.*?)'?", line):
                lab.env[found[1]] = found[2]
        assert lab.run(("list", "-m", "example.com/hello@latest")).stdout == "example.com/hello v1.0.0\n"
        result = lab.run(("mod", "download", "example.com/hello@v1.0.0"))
        assert result.code == 1
        assert "503 Service Unavailable" in result.stderr or "stream error" in result.stderr


def test_it_serves_until_told_to_stop() -> None:
    """And shows each request."""
    shown: list[str] = []
    stop = threading.Event()
    thread = threading.Thread(target=serve, args=(Wanted(["silence@zip"]),), kwargs={"show": shown.append, "stop": stop})
    thread.start()
    try:
        with Lab(find_go()) as lab:
            assert lab.until(lambda: any("GOSUMDB" in line for line in shown))
            address = shown[0].removeprefix("export GOPROXY=http://")
            connection = http.client.HTTPConnection(address, timeout=10)
            connection.request("GET", "/example.com/lib/@v/list")
            assert connection.getresponse().read() == b"v1.0.0\n"
            connection.close()
            assert lab.until(lambda: "# GET /example.com/lib/@v/list" in shown)
    finally:
        stop.set()
        thread.join()


@pytest.mark.parametrize("listen", ["0.0.0.0:80", "example.com:1", "x", "127.0.0.1:0", "70000"])
def test_it_listens_on_loopback_only(listen: str) -> None:
    """On a port that is one."""
    with pytest.raises(BadInput), serving(Wanted(listen=listen)):
        pass


@contextmanager
def by_hand(wanted: Wanted) -> Iterator[tuple[int, list[str]]]:
    """A lab that serves until the end: the descriptor of its keyboard, and what it shows."""
    keys, keyboard = os.pipe()
    shown: list[str] = []
    stop = threading.Event()
    thread = threading.Thread(target=serve, args=(wanted,), kwargs={"show": shown.append, "stop": stop, "keys": keys})
    thread.start()
    try:
        yield keyboard, shown
    finally:
        stop.set()
        thread.join()
        os.close(keys)
        os.close(keyboard)


def turned_to(lab: Lab, shown: list[str]) -> bool:
    """Whether all lines for the shell are there; they are in the lab's environment then."""
    found = (re.fullmatch(r"export (\w+)='?(.*?)'?", line) for line in list(shown))
    lab.env.update((each[1], each[2]) for each in found if each)
    return any("go mod download" in line for line in list(shown))


@pytest.mark.lab
def test_faults_are_lifted_by_hand_in_mid_flight_and_put_back(lab: Lab) -> None:
    """The run that waited goes on; the next one meets the fault again."""
    with by_hand(Wanted(["silence@zip"], http2=True)) as (keyboard, shown):
        assert lab.until(lambda: turned_to(lab, shown))
        lab.command = ("mod", "download", "example.com/hello@v1.0.0")
        running = lab.start()
        assert lab.until(lambda: "# GET /example.com/hello/@v/v1.0.0.zip" in shown)
        assert running.wait_done(0.3) is None
        os.write(keyboard, b"\n")
        result = running.wait_done(30)
        assert result
        assert result.code == 0
        os.write(keyboard, b"\n")
        assert lab.until(lambda: "# sick again: silence@zip" in shown)
        lab.command = ("mod", "download", "example.com/large@v1.0.0")
        assert lab.start().wait_done(1) is None


@pytest.mark.lab
def test_two_labs_after_another_do_not_disturb_each_other(lab: Lab) -> None:
    """Each has caches of its own: go remembers the tree of a checksum database, and each lab's is a new one."""
    for first, second in (("hello", "large"), ("large", "hello")):
        with by_hand(Wanted()) as (_, shown):
            assert lab.until(lambda: turned_to(lab, shown))
            for name in (first, second):
                assert lab.run(("mod", "download", f"example.com/{name}@v1.0.0")).code == 0


@pytest.mark.lab
def test_a_module_cache_is_served(lab: Lab, tmp_path: Path) -> None:
    """A team's own modules: what one go has downloaded, another one gets, faults and all."""
    lib = lab.module("example.com/Team/lib")
    lab.require(lib, sums=True)
    lab.use_goproxy(lab.proxy("well"))
    assert lab.run().code == 0
    kept = lab.modcache / "cache" / "download"
    with serving(Wanted(["status:503@zip#1"], shelf=kept)) as server:
        lab.env.update(GOPROXY=server.proxies[0].url, GOMODCACHE=str(tmp_path / "fresh"), GOFLAGS="-modcacherw")
        assert "503" in lab.run().stderr
        assert lab.run().code == 0


def test_a_folder_without_modules_is_refused(tmp_path: Path) -> None:
    """One line says what it is to be."""
    for folder in (tmp_path / "gone", tmp_path):
        with pytest.raises(BadInput, match=r"is no folder|holds no modules"), serving(Wanted(shelf=folder)):
            pass


def test_nothing_outside_of_the_folder_is_served(tmp_path: Path) -> None:
    """However the path climbs, and through no link either."""
    (tmp_path / "shelf" / "example.com" / "@v").mkdir(parents=True)
    (tmp_path / "example.com" / "@v").mkdir(parents=True)
    (tmp_path / "example.com" / "@v" / "list").write_text("v1.0.0\n")
    (tmp_path / "shelf" / "link").symlink_to(tmp_path / "example.com")
    shelf = Shelf(tmp_path / "shelf")
    for path in ("/../example.com/@v/list", "/link/@v/list", "//etc/passwd", "/example.com/@v/list"):
        assert shelf.answer(Request("GET", path)) is None


def test_help_and_documents_name_every_fault() -> None:
    """And the help no other."""
    shown = CliRunner().invoke(cli, ["lab", "serve", "--help"]).output
    names = re.search(r"Names: (.+?)\.\n", shown, re.DOTALL)
    assert names
    assert {re.sub(r"\[.*", "", name.strip()) for name in names[1].split(",")} == set(NAMES)
    documents = (Path(__file__).parents[2] / "docs" / "lab.md").read_text(encoding="utf-8")
    assert [name for name in NAMES if not re.search(rf"`{name}[`:]", documents)] == []
