"""What people add, as a page writes it: on the real server, beside Python that writes the same recording."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import pytest

import inscape
from inscape.recording.lock import Lock
from inscape.recording.names import to_folder
from inscape.view.security import cookie_name
from machine import OwnTime

TOKEN = "a-token_for-people"
N = 300


@dataclass
class Server:
    process: subprocess.Popen[str]
    port: int

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)
        ours = {"Origin": f"http://127.0.0.1:{self.port}", "Cookie": f"{cookie_name(TOKEN)}={TOKEN}"}
        content = None if body is None else body if isinstance(body, bytes) else json.dumps(body)
        kind = {"Content-Type": "application/json"} if content is not None else {}
        sent = {**ours, **kind, **{name.replace("_", "-"): value for name, value in headers.items()}}
        connection.request(method, path, content, {name: value for name, value in sent.items() if value})
        answer = connection.getresponse()
        text = answer.read().decode()
        self.headers = dict(answer.getheaders())
        connection.close()
        try:
            return answer.status, json.loads(text)
        except ValueError:
            return answer.status, text

    def put(self, kind: str, name: str, body: Any, **headers: str) -> tuple[int, Any]:
        return self.ask("PUT", address(kind, name), body, **headers)

    def all(self) -> dict[str, Any]:
        status, content = self.ask("GET", "/api/recordings/small/people")
        assert status == 200, content
        found: dict[str, Any] = content
        return found


def address(kind: str, name: str) -> str:
    """As a page makes it: `encodeURIComponent(toFolder(name))`."""
    return f"/api/recordings/small/people/{kind}/{quote(to_folder(name), safe='')}"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Path]]:
    import torch

    out = tmp_path_factory.mktemp("served") / "small.inscape"
    data = np.random.default_rng(0).random((N, 6), dtype=np.float32)
    inscape.record(torch.nn.Linear(6, 4), data, out=out, layers=["output"])
    process = subprocess.Popen(
        [sys.executable, "-m", "inscape", "serve", str(out), "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "INSCAPE_TOKEN": TOKEN, "PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout is not None
    line = next(line for line in process.stdout if "token=" in line)
    yield Server(process, int(line.split("127.0.0.1:")[1].split("/")[0])), out
    process.terminate()
    process.wait(timeout=200)
    assert "Traceback" not in process.stdout.read()
    process.stdout.close()


@pytest.fixture
def server(served: tuple[Server, Path]) -> Server:
    return served[0]


@pytest.fixture
def rec(served: tuple[Server, Path]) -> inscape.Recording:
    """The recording that is served, with nothing added to it."""
    rec = inscape.open(served[1])
    for kept in (rec.selections, rec.handles, rec.colors):
        kept.clear()
    while len(rec.bookmarks):
        rec.bookmarks.remove(-1)
    return rec


def test_what_a_page_writes_python_reads_and_the_other_way_round(server: Server, rec: inscape.Recording) -> None:
    status, answer = server.put("selections", "odd ones", {"samples": [5, 3], "color": "#FF0000", "by": "Ada"})
    assert status == 201
    entry = answer["entry"]
    assert entry["samples"] == {"count": 2, "of": N, "runs": [3, 1, 1, 1]}
    assert (entry["name"], entry["color"], entry["by"]) == ("odd ones", "#ff0000", "Ada")
    assert rec.selections["odd ones"].tolist() == [3, 5]
    assert server.put("selections", "odd ones", {"samples": {"runs": [0, 2], "of": N}})[0] == 200
    assert rec.selections["odd ones"].tolist() == [0, 1]
    rec.selections["from Python"] = np.arange(N) >= 290
    rec.bookmarks.append("look", {"layer": "output"})
    content = server.all()
    assert content["samples"] == N and content["writable"] is True
    assert [e["name"] for e in content["selections"]] == ["odd ones", "from Python"]
    assert content["selections"][1]["samples"]["runs"] == [290, 10]
    assert content["bookmarks"][0] | {"name": ""} == {
        "name": "", "sentence": "look", "state": {"layer": "output"}, "position": 0,
        **{key: content["bookmarks"][0][key] for key in ("created", "changed", "version")},
    }  # fmt: skip
    assert server.ask("DELETE", address("selections", "odd ones"))[0] == 200
    assert list(rec.selections) == ["from Python"]
    status, answer = server.ask("DELETE", address("selections", "odd ones"))
    assert status == 404 and "did you mean" in answer["error"]["remedy"]
    rec.verify()


def test_what_is_left_out_stays(server: Server, rec: inscape.Recording) -> None:
    server.put("selections", "a", {"samples": [1], "color": "#000000", "note": "why"})
    status, answer = server.put("selections", "a", {"color": None, "name": "b"})
    assert status == 200 and "color" not in answer["entry"]
    assert (answer["entry"]["name"], answer["entry"]["note"]) == ("b", "why")
    for sentence in ("one", "two", "three"):
        assert server.put("bookmarks", f"id-{sentence}", {"sentence": sentence, "state": {}})[0] == 201
    assert server.put("bookmarks", "id-three", {"position": 0})[1]["entry"]["position"] == 0
    assert [mark.sentence for mark in rec.bookmarks] == ["three", "one", "two"]
    assert [(e["name"], e["position"]) for e in server.all()["bookmarks"]] == [
        ("id-three", 0), ("id-one", 1), ("id-two", 2),
    ]  # fmt: skip
    handles = [{"kind": "class", "group": "cat"}, {"kind": "samples", "samples": [1, 2]}]
    assert server.put("handles", "mine", {"handles": handles})[0] == 201
    assert server.put("colors", "a class/with: a slash", {"color": "#ABCDEF"})[0] == 201
    assert rec.handles["mine"][1]["samples"].tolist() == [1, 2]
    assert dict(rec.colors) == {"a class/with: a slash": "#abcdef"}


NAMES = ["a/b", "..", ".", "../../x", ".hidden", "50%", "%2F", "é ☃ 日本語", "a?b#c;d", "x.json", "c", "+", "\\"]


def test_any_name_fits_into_an_address(server: Server, rec: inscape.Recording) -> None:
    for place, name in enumerate(NAMES):
        assert server.put("selections", name, {"samples": [place]})[0] == 201, name
    assert list(rec.selections) == NAMES
    for place, name in enumerate(NAMES):
        status, answer = server.ask("GET", address("selections", name))
        assert status == 200 and answer["entry"]["samples"]["runs"] == [place, 1]
        assert server.ask("DELETE", address("selections", name))[0] == 200
    assert len(rec.selections) == 0
    # By hand, encoded once, where the name has no percent sign:
    assert server.ask("PUT", "/api/recordings/small/people/colors/by%20hand", {"color": "#000000"})[0] == 201
    assert list(rec.colors) == ["by hand"]


def test_a_page_that_has_not_seen_a_change_does_not_overwrite_it(server: Server, rec: inscape.Recording) -> None:
    version = server.put("selections", "a", {"samples": [1]})[1]["entry"]["version"]
    rec.selections.set("a", [2], by="Ada")
    status, answer = server.put("selections", "a", {"samples": [3]}, If_Match=f'"{version}"')
    assert status == 409
    assert answer["error"]["what"] == "'a' among the selections was changed meanwhile by Ada"
    assert answer["entry"]["samples"]["runs"] == [2, 1]
    now = answer["entry"]["version"]
    assert server.ask("DELETE", address("selections", "a"), If_Match=f'"{version}"')[0] == 409
    assert server.put("selections", "a", {"samples": [3]}, If_None_Match="*")[0] == 409
    assert server.put("selections", "b", {"samples": [3]}, If_None_Match="*")[0] == 201
    assert server.put("selections", "b", {"name": "a"})[0] == 409
    assert server.put("selections", "a", {"samples": [3]}, If_Match=f'"{now}"')[0] == 200
    assert server.put("selections", "a", {"samples": [4]}, If_Match="x")[0] == 422
    del rec.selections["a"]
    status, answer = server.put("selections", "a", {"samples": [3]}, If_Match=f'"{now}"')
    assert (status, answer["entry"]) == (409, None)


def test_only_a_page_of_this_origin_may_write(server: Server, rec: inscape.Recording) -> None:
    body = {"samples": [1]}
    path = address("selections", "a")
    for method in ("PUT", "DELETE"):
        assert server.ask(method, path, body, Origin="http://evil.example")[0] == 403
        assert server.ask(method, path, body, Origin="null")[0] == 403
        assert server.ask(method, path, body, Origin="")[0] == 403  # a cookie alone comes along unasked
        assert server.ask(method, path, body, Sec_Fetch_Site="cross-site")[0] == 403
        assert server.ask(method, path, body, Cookie="")[0] == 403
        assert server.ask(method, path, body, Host="evil.example")[0] == 400
        assert server.ask(method, f"{path}?token={TOKEN}", body, Origin="http://evil.example")[0] == 403
    for method in ("POST", "PATCH", "OPTIONS", "TRACE"):
        assert server.ask(method, path, body)[0] == 405
    for other in ("/api/recordings/small/people", "/api/recordings/small", "/recordings/small/people/selections/a",
                  "/api/recordings", "/api/people/selections/a", "/people/selections/a"):  # fmt: skip
        assert server.ask("PUT", other, body)[0] == server.ask("DELETE", other)[0] == 405
    assert server.ask("PUT", "/api/jobs", body)[0] == server.ask("PUT", "/api/jobs/x", body)[0] == 405
    assert server.ask("GET", "/api/recordings/small/people", Cookie="")[0] == 403
    assert len(rec.selections) == 0
    # A program that has the token needs no origin.
    assert server.ask("PUT", f"{path}?token={TOKEN}", body, Origin="", Cookie="")[0] == 201


@pytest.mark.parametrize(
    ("kind", "name", "body", "status"),
    [
        ("selections", "a", {"samples": [N]}, 422),
        ("selections", "a", {"samples": {"runs": [0, 1], "of": N + 1}}, 422),
        ("selections", "a", {"samples": [1], "color": "red"}, 422),
        ("selections", "a", {"samples": [1], "more": 1}, 422),
        ("selections", "a", {"samples": [1], "position": 1}, 422),
        ("selections", "a", {}, 422),
        ("selections", "a", [], 422),
        ("selections", "a" * 81, {"samples": [1]}, 422),
        ("selections", "a\n", {"samples": [1]}, 422),
        ("bookmarks", "a", {"sentence": "x"}, 422),
        ("bookmarks", "a", {"sentence": "x", "state": []}, 422),
        ("bookmarks", "a", {"sentence": "x", "state": {"a": "\ud800"}}, 422),
        ("bookmarks", "a", {"sentence": "x", "state": {"a": "y" * 300_000}}, 422),
        ("bookmarks", "a", b'{"sentence": "x", "state": {"a": NaN}}', 422),
        ("bookmarks", "a", b'{"sentence": "x", "state": {"a": ' + b"[" * 900 + b"]" * 900 + b"}}", 422),
        ("bookmarks", "a", b"[" * 100_000, 400),
        ("bookmarks", "a", b"{", 400),
        ("bookmarks", "a", b'"' + b"x" * (4 << 20) + b'"', 413),
        ("colors", "a", {"color": 3}, 422),
        ("handles", "a", {"handles": [{"kind": "axis", "axis": 64}]}, 422),
        ("people", "a", {}, 404),
        ("..", "a", {}, 404),
    ],
)
def test_nothing_else_is_ever_written(
    server: Server, rec: inscape.Recording, kind: str, name: str, body: Any, status: int
) -> None:
    given, answer = server.put(kind, name, body)
    assert given == status, answer
    if status == 422:
        assert set(answer["error"]) == {"what", "got", "remedy"}
    assert not any(server.all()[kind] for kind in ("selections", "bookmarks", "handles", "colors"))


def test_other_types_and_other_recordings_are_refused(server: Server, rec: inscape.Recording) -> None:
    assert server.put("colors", "a", {"color": "#000000"}, Content_Type="text/plain")[0] == 415
    for method in ("GET", "PUT", "DELETE"):
        assert server.ask(method, "/api/recordings/other/people/colors/a", {"color": "#000000"})[0] == 404
    assert server.ask("GET", "/api/recordings/other/people")[0] == 404
    assert server.ask("GET", address("colors", "a"))[0] == 404


def test_the_list_is_not_sent_again_while_nothing_changed(server: Server, rec: inscape.Recording) -> None:
    rec.colors["a"] = "#000000"
    server.all()
    tag = server.headers["etag"]
    assert server.headers["cache-control"] == "private, no-cache"
    assert server.ask("GET", "/api/recordings/small/people", If_None_Match=tag)[0] == 304
    rec.colors["a"] = "#000001"
    assert server.ask("GET", "/api/recordings/small/people", If_None_Match=tag)[0] == 200


def test_all_pages_hear_of_it_whoever_wrote_it(server: Server, rec: inscape.Recording) -> None:
    told: list[tuple[str, Any]] = []
    connections = [http.client.HTTPConnection("127.0.0.1", server.port, timeout=300) for _ in range(2)]
    for connection in connections:
        connection.request("GET", f"/api/events?token={TOKEN}")
    streams = [connection.getresponse() for connection in connections]
    first = [next(_events(stream)) for stream in streams]
    assert first[0][1]["recordings"]["small"]["people"] == server.all()["version"]
    listening = threading.Thread(target=lambda: told.extend(_events(streams[0])), daemon=True)
    others: list[tuple[str, Any]] = []
    listening_too = threading.Thread(target=lambda: others.extend(_events(streams[1])), daemon=True)

    def heard(version: str) -> float:
        ours = OwnTime()
        wanted = ("people", {"recording": "small", "version": version})
        while wanted not in told or wanted not in others:
            assert ours.seconds() < 5, (version, told)
            time.sleep(0.01)
        return ours.seconds()

    for thread in (listening, listening_too):
        thread.start()
    time.sleep(0.7)  # what the fixture removed is told as well
    quick = heard(server.put("selections", "a", {"samples": [1]})[1]["version"])
    rec.selections["b"] = [2]
    slow = heard(server.all()["version"])
    rec.bookmarks.append("look", {})
    heard(server.all()["version"])
    server.put("selections", "a", {"samples": [1]})  # the same again is no news
    time.sleep(0.7)
    print(f"heard after {quick * 1000:.0f} ms of the page's, {slow * 1000:.0f} ms of Python's")
    versions = [content["version"] for name, content in told if name == "people"]
    assert len(versions) == len(set(versions)) and versions[-1] == server.all()["version"]
    assert not any(name == "recording" for name, _ in told)  # the index has not changed
    for connection in connections:
        connection.sock.shutdown(socket.SHUT_RDWR)  # or closing waits for the reading thread
        connection.close()


def test_pages_and_python_at_once_lose_nothing(server: Server, rec: inscape.Recording) -> None:
    statuses: list[int] = []

    def write(me: int) -> None:
        for i in range(15):
            statuses.append(server_of_mine.put("selections", f"{me}-{i}", {"samples": [me, i + 50]})[0])

    server_of_mine = Server(server.process, server.port)
    pages = [threading.Thread(target=write, args=(me,)) for me in range(4)]
    for page in pages:
        page.start()
    for i in range(15):
        rec.selections[f"python-{i}"] = [i]
    for page in pages:
        page.join()
    assert statuses == [201] * 60
    expected = {f"{me}-{i}" for me in range(4) for i in range(15)} | {f"python-{i}" for i in range(15)}
    assert set(rec.selections) == expected


def test_a_page_is_not_kept_waiting_for_ever(server: Server, rec: inscape.Recording) -> None:
    with Lock(rec.path / ".locks" / "people"):
        status, answer = server.put("colors", "a", {"color": "#000000"})
    assert status == 423 and "another process is writing" in answer["error"]["what"]
    assert server.put("colors", "a", {"color": "#000000"})[0] == 201


def test_a_damaged_document_is_said_to_be(server: Server, rec: inscape.Recording) -> None:
    rec.colors["a"] = "#000000"
    file = rec.path / "people" / "colors" / "zarr.json"
    content = file.read_bytes()
    file.write_bytes(b'{"attributes": {"inscape": {"schema": 1, "version": 1, "entries": [{"name": NaN}]}}}')
    status, answer = server.ask("GET", "/api/recordings/small/people")
    assert status == 422 and "only the colors are lost" in answer["error"]["remedy"]
    assert server.put("colors", "b", {"color": "#000000"})[0] == 422
    assert server.put("selections", "b", {"samples": [1]})[0] == 201
    file.write_bytes(content)
    assert server.ask("GET", "/api/recordings/small/people")[0] == 200


def test_the_documents_are_files_of_the_recording_too(server: Server, rec: inscape.Recording) -> None:
    """So a static copy, which has no interface, shows what people added."""
    rec.selections["a"] = [1]
    status, content = server.ask("GET", "/recordings/small/people/selections/zarr.json")
    assert status == 200
    assert content["attributes"]["inscape"]["entries"] == server.all()["selections"]


def _events(stream: http.client.HTTPResponse) -> Iterator[tuple[str, Any]]:
    name = ""
    try:
        for line in stream:
            if line.startswith(b"event: "):
                name = line[7:].strip().decode()
            elif line.startswith(b"data: "):
                yield name, json.loads(line[6:])
    except (OSError, ValueError, AttributeError):  # closed while it was read
        return
