"""What the lab's servers say, asked without go: the GOPROXY protocol, ports, matches."""

from __future__ import annotations

import http.client
import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from unjam.golang.sumdb_note import open_note, parse_verifier
from unjam.golang.tlog import HASH_SIZE, parse_record, parse_tree, record_hash
from unjam.lab.faults.refuse import Refuse
from unjam.lab.faults.silence import Silence
from unjam.lab.lab import Lab
from unjam.lab.match import Match
from unjam.lab.port import HOST, Port
from unjam.lab.published import ModuleRef, version_key
from unjam.lab.server import Server
from unjam.lab.wire import Request


@pytest.fixture
def still(tmp_path: Path) -> Iterator[Lab]:
    """A lab in which no go runs."""
    with Lab(Path("go"), folder=tmp_path / "lab") as lab:
        yield lab


def get(server: Server, path: str, method: str = "GET") -> tuple[int, bytes, str]:
    """Status, body and content type."""
    connection = http.client.HTTPConnection(server.address, timeout=10)
    try:
        connection.request(method, path)
        response = connection.getresponse()
        return response.status, response.read(), response.headers["Content-Type"]
    finally:
        connection.close()


def test_a_module_is_served_at_five_endpoints(still: Lab) -> None:
    """Under its escaped path; versions in order, the latest that is no pre-release."""
    for version in ("v1.10.0", "v1.9.0", "v1.11.0-rc.1"):
        still.module("example.com/Lib", version)
    proxy = still.proxy()
    assert get(proxy, "/example.com/!lib/@v/list")[1] == b"v1.9.0\nv1.10.0\nv1.11.0-rc.1\n"
    assert json.loads(get(proxy, "/example.com/!lib/@latest")[1])["Version"] == "v1.10.0"
    assert json.loads(get(proxy, "/example.com/%21lib/@v/v1.9.0.info")[1]) == {
        "Version": "v1.9.0",
        "Time": "2024-01-01T00:00:00Z",
    }
    assert get(proxy, "/example.com/!lib/@v/v1.9.0.mod")[1] == b"module example.com/Lib\n\ngo 1.20\n"
    status, body, kind = get(proxy, "/example.com/!lib/@v/v1.9.0.zip")
    assert (status, body[:2], kind) == (200, b"PK", "application/zip")
    assert get(proxy, "/example.com/!lib/@v/v1.9.0.zip", "HEAD")[1] == b""


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/example.com/no/@v/list",
        "/example.com/lib/@v/v9.0.0.info",
        "/example.com/lib/@v/main.info",
        "/sumdb/other/supported",
    ],
)
def test_what_is_not_there_is_404_in_plain_text(still: Lab, path: str) -> None:
    """So that go asks the next entry, and shows why."""
    still.module("example.com/lib")
    status, body, kind = get(still.proxy(), path)
    assert (status, kind) == (404, "text/plain; charset=UTF-8")
    assert body.startswith(b"not found: ")


def test_requests_are_remembered_with_their_answers(still: Lab) -> None:
    """In order; None while an answer is held back."""
    still.module("example.com/lib")
    proxy = still.proxy()
    get(proxy, "/example.com/lib/@v/list")
    armed = proxy.fault(Silence(), Match("latest"))
    with socket.create_connection((HOST, proxy.port)) as client:
        client.sendall(b"GET /example.com/lib/@latest HTTP/1.1\r\n\r\n")
        assert still.until(lambda: armed.waited_on)
        assert [(asked.path, asked.status) for asked in proxy.requests] == [
            ("/example.com/lib/@v/list", 200),
            ("/example.com/lib/@latest", None),
        ]
        still.lift()
        assert client.recv(100).startswith(b"HTTP/1.1 200 OK")
    assert still.until(lambda: proxy.requests[-1].status == 200)
    assert proxy.armed == ()


def test_the_database_signs_what_it_says(still: Lab) -> None:
    """Head and record verify, and a tile holds the record's hash."""
    ref = still.module("example.com/lib")
    proxy = still.proxy()
    root = f"/sumdb/{still.sumdb.name}"
    assert get(proxy, f"{root}/supported")[0] == 200
    record = parse_record(get(proxy, f"{root}/lookup/example.com/lib@v1.0.0")[1])
    key = parse_verifier(still.sumdb.key)
    assert record
    assert key
    number, text, head = record
    assert (number, text.decode()) == (0, still.published[ref].sums)
    tree = parse_tree(open_note(head, key) or "")
    assert tree
    assert (tree.size, tree.hash) == (1, record_hash(text))
    assert get(proxy, f"{root}/tile/8/0/000.p/1")[1] == record_hash(text)
    assert get(proxy, f"{root}/tile/8/data/000.p/1")[1] == text + b"\n"
    assert get(proxy, f"{root}/latest")[1] == head
    assert [get(proxy, f"{root}/tile/8/0/{end}")[0] for end in ("000.p/2", "000", "0")] == [404, 404, 400]
    assert len(tree.hash) == HASH_SIZE


def test_the_database_can_be_left_out_of_a_proxy(still: Lab) -> None:
    """Then go asks the next entry, or the database itself."""
    assert get(still.proxy(serves_sumdb=False), f"/sumdb/{still.sumdb.name}/supported")[0] == 404


def test_a_refused_port_serves_once_lifted(still: Lab) -> None:
    """And again refuses, and is nobody else's meanwhile."""
    proxy = still.proxy()
    for _ in range(2):
        proxy.fault(Refuse())
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((HOST, proxy.port), timeout=5)
        proxy.lift()
        assert get(proxy, "/x/@v/list")[0] == 404


def test_a_black_hole_swallows_and_knows_who_waits() -> None:
    """Once opened, the waiting SYN gets in with its next attempt."""
    port = Port()
    accepted: list[socket.socket] = []
    try:
        port.drop_syns()
        assert not port.has_syn_waiting()
        with socket.socket() as client:
            client.setblocking(False)
            client.connect_ex((HOST, port.number))
            assert port.has_syn_waiting()
            port.open(accepted.append)
            client.setblocking(True)
            client.settimeout(15)
            began = time.monotonic()
            while client.connect_ex((HOST, port.number)) not in {0, 106} and time.monotonic() - began < 15:
                time.sleep(0.05)
            assert client.getpeername() == (HOST, port.number)
    finally:
        port.close()
        for one in accepted:
            one.close()


@pytest.mark.parametrize(
    ("path", "endpoint", "module"),
    [
        ("/example.com/lib/@v/v1.0.0.zip", "zip", ("example.com/lib", "v1.0.0")),
        ("/example.com/!lib/@v/list", "list", ("example.com/Lib", "")),
        ("/latest/@latest", "latest", ("latest", "")),
        ("/sumdb/sum.lab.example/lookup/example.com/lib@v1.0.0", "sumdb-lookup", ("example.com/lib", "v1.0.0")),
        ("/lookup/example.com/lib@v1.0.0", "sumdb-lookup", ("example.com/lib", "v1.0.0")),
        ("/sumdb/sum.lab.example/supported", "sumdb-supported", ("", "")),
        ("/tile/8/0/000", "sumdb-tile", ("", "")),
        ("/", "", ("", "")),
    ],
)
def test_a_request_says_what_it_is_about(path: str, endpoint: str, module: tuple[str, str]) -> None:
    """From its path alone."""
    request = Request.of("GET", path, {})
    assert (request.endpoint, request.module) == (endpoint, module)
    assert Request.of("GET", f"http://goproxy.lab.example{path}", {}) == request


def test_a_match_names_endpoint_and_module() -> None:
    """`sumdb` stands for all of the database's; a module for its path, or path@version, as a whole."""
    asked = Request("GET", "/sumdb/x/lookup/example.com/lib@v1.0.0")
    for match in (Match(), Match("sumdb"), Match("sumdb-lookup"), Match("*", "example.com/lib"), Match(module=".*@v1.0.0")):
        assert match.fits(asked), match
    for match in (Match("zip"), Match("sumdb-tile"), Match("sum"), Match(module="example.com"), Match(exclude=".*/lib")):
        assert not match.fits(asked), match


def test_versions_are_ordered_as_semver_does() -> None:
    """By number, and a pre-release before its release."""
    wanted = ["v0.9.0", "v1.0.0-alpha", "v1.0.0-rc.1", "v1.0.0", "v1.2.0", "v1.10.0", "v2.0.0+incompatible"]
    assert sorted(set(wanted), key=version_key) == wanted


def test_the_highest_version_required_is_selected(still: Lab) -> None:
    """As go selects it, wherever it stands in the graph."""
    old, new = still.module("example.com/dep", "v1.2.0"), still.module("example.com/dep", "v1.10.0")
    one, two = still.module("example.com/one", requires=[new]), still.module("example.com/two", requires=[old])
    assert still.published.closure([one, two]) == (new, one, two)
    assert str(new) == "example.com/dep@v1.10.0"
    assert ModuleRef("example.com/go-lib/v2").name == "go_lib"
