"""The application on a real server: who gets in, what is served, and what every answer carries."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import inscape
from inscape.view.security import HEADERS, cookie_name
from inscape.view.server import application

TOKEN = "a-token_1"
CHUNK = "/recordings/demo/checkpoints/0/layers/block%252Fconv/activation/c/0/0"
BYTES = bytes(range(256)) * 4

Client = Any
Run = Callable[[object], Client]


@pytest.fixture
def stranger(recording: Path, page: Path, run: Run) -> Client:
    """A browser that was never shown the token."""
    return run(application({"demo": recording}, TOKEN, page=page))


@pytest.fixture
def client(stranger: Client) -> Client:
    """A browser that has opened the printed address."""
    assert stranger.get("/", token=TOKEN).status == 303
    return stranger


def test_the_token_becomes_a_cookie_and_leaves_the_address(stranger: Client) -> None:
    answer = stranger.get("/", token=TOKEN, layer="a/b")
    assert (answer.status, answer.headers["location"]) == (303, "/?layer=a%2Fb")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"{cookie_name(TOKEN)}={TOKEN};")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Inscape" in stranger.get("/").text


def test_the_token_in_an_address_is_enough_for_a_program(stranger: Client) -> None:
    assert stranger.get(CHUNK, token=TOKEN).content == BYTES
    assert "set-cookie" not in stranger.get(CHUNK, token=TOKEN).headers


@pytest.mark.parametrize("path", ["/", "/api/recordings", "/assets/index-1a2b.js", CHUNK, "/nothing"])
def test_without_the_token_there_is_no_answer(stranger: Client, path: str) -> None:
    queries = [{}, *({"token": token} for token in ("", "a-token_", "a-token_12", "é", "\x00"))]
    answers = [stranger.get(path, **query) for query in queries]
    answers += [stranger.request(method, path) for method in ("HEAD", "POST", "OPTIONS", "DELETE")]
    assert {answer.status for answer in answers} == {403}
    assert stranger.cookies == {}


def test_another_servers_cookie_is_none(stranger: Client) -> None:
    stranger.cookies = {cookie_name("another"): "another", cookie_name(TOKEN): "another"}
    assert stranger.get("/").status == 403
    assert cookie_name("another") != cookie_name(TOKEN)


FOREIGN = [
    "evil.example",
    "evil.example:7860",
    "127.0.0.1.evil.example",
    "localhost.evil.example",
    "127.0.0.1@evil.example",
    "127.0.0.1:7860@evil.example",
    "192.168.0.7",
    "[::2]",
    "[::1]evil.example",
    "::1",
    "",
]


def test_a_foreign_host_is_refused_before_anything_else(client: Client) -> None:
    for path in ("/", "/api/recordings", CHUNK, "/?token=" + TOKEN):
        statuses = {host: client.get(path, headers={"host": host}).status for host in FOREIGN}
        assert statuses == dict.fromkeys(FOREIGN, 400)


def test_the_loopback_by_any_of_its_names(client: Client) -> None:
    for host in ["127.0.0.1", "localhost", "LOCALHOST:1", "[::1]", "[::1]:7860"]:
        assert client.get("/api/recordings", headers={"host": host}).status == 200


def test_a_server_bound_to_every_address_knows_numbers_and_the_names_it_was_given(
    recording: Path, page: Path, run: Run
) -> None:
    app = application({"demo": recording}, TOKEN, hosts=["Box"], any_address=True, page=page)
    client = run(app)
    client.token = TOKEN
    hosts = {"192.168.0.7:80": 200, "[fe80::1]": 200, "box": 200, "other": 400, "1.2.3.4.example": 400}
    assert {host: client.get("/api/recordings", headers={"host": host}).status for host in hosts} == hosts


def test_only_get_and_head(client: Client) -> None:
    for path in ("/", "/api/recordings", CHUNK, "/nothing"):
        for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"):
            answer = client.request(method, path)
            assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")


def test_every_answer_carries_the_headers(client: Client) -> None:
    answers = [
        client.get("/"),
        client.get(CHUNK),
        client.get(CHUNK, headers={"range": "bytes=0-1"}),
        client.get("/nothing"),
        client.request("POST", "/"),
        client.get("/", headers={"host": "evil.example"}),
        client.get("/", token=TOKEN),
    ]
    client.cookies.clear()
    answers.append(client.get("/"))
    assert [answer.status for answer in answers] == [200, 200, 206, 404, 405, 400, 303, 403]
    for answer in answers:
        assert {name: answer.headers[name.lower()] for name in HEADERS} == HEADERS
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'self';")
        assert "unsafe" not in policy


def test_the_list_of_recordings(recording: Path, page: Path, run: Run) -> None:
    client = run(application({"a b/ü": recording}, TOKEN, page=page))
    client.token = TOKEN
    answer = client.get("/api/recordings").json()
    assert answer["version"] == inscape.__version__
    assert answer["recordings"] == [{"name": "a b/ü", "url": "/recordings/a%20b%2F%C3%BC/"}]


def test_a_recordings_url_leads_to_its_files(recording: Path, page: Path, run: Run) -> None:
    client = run(application({"a b%ü": recording}, TOKEN, page=page))
    client.token = TOKEN
    url = client.get("/api/recordings").json()["recordings"][0]["url"]
    answer = client.get(url + "zarr.json")
    assert answer.json()["node_type"] == "group"
    assert answer.headers["content-type"] == "application/json"


def test_a_recorded_file_is_bytes_whatever_it_calls_itself(client: Client) -> None:
    assert client.get(CHUNK).content == BYTES
    assert client.get(CHUNK).headers["content-type"] == "application/octet-stream"
    assert client.get("/recordings/demo/page.html").headers["content-type"] == "application/octet-stream"
    assert client.get("/recordings/demo/inside").content == BYTES
    assert client.get("/recordings/demo/empty").content == b""


def test_the_page_and_how_long_it_keeps(client: Client) -> None:
    assert client.get("/").headers["content-type"] == "text/html; charset=utf-8"
    assert client.get("/").headers["cache-control"] == "private, no-cache"
    script = client.get("/assets/index-1a2b.js")
    assert script.headers["content-type"] == "text/javascript; charset=utf-8"
    assert "immutable" in script.headers["cache-control"]


def test_a_page_that_is_not_built_says_what_to_do(recording: Path, tmp_path: Path, run: Run) -> None:
    client = run(application({"demo": recording}, TOKEN, page=tmp_path / "none"))
    assert client.get("/", token=TOKEN).status == 303
    answer = client.get("/")
    assert answer.status == 503
    assert "make web" in answer.text


NOT_THERE = [
    "/nothing",
    "/recordings",
    "/recordings/",
    "/recordings/demo",
    "/recordings/demo/",
    "/recordings/other/zarr.json",
    "/recordings/demo/none",
    "/recordings/demo/checkpoints",
    "/recordings/demo/zarr.json/",
    "/recordings/demo/zarr.json/x",
    "/recordings/demo//zarr.json",
    "/recordings/demo/.lock",
    "/recordings/demo/%2elock",
    "/recordings/demo/.hidden/file",
    "/recordings/demo/out",
    "/recordings/demo/outside/secret.txt",
    "/recordings/demo/sibling/file",
    "/recordings/demo/circle",
    "/recordings/demo/%2e%2e/secret.txt",
    "/recordings/demo/%2e%2e%2fsecret.txt",
    "/recordings/demo/..%2fsecret.txt",
    "/recordings/demo/..%2Fdemo.inscape-secret/file",
    "/recordings/demo/checkpoints/%2e%2e/%2e%2e/secret.txt",
    "/recordings/demo/%252e%252e/secret.txt",
    "/recordings/demo/..%5csecret.txt",
    "/recordings/demo/%2fetc/passwd",
    "/recordings/demo/%2f%2fetc%2fpasswd",
    "/recordings/%2e%2e/secret.txt",
    "/recordings/%2e%2e%2fsecret.txt",
    "/recordings/demo/%00",
    "/recordings/demo/zarr.json%00",
    "/recordings/demo/%ff%fe",
    "/recordings/demo/" + "x" * 5000,
    "/.sources",
    "/assets/%2e%2e/.sources",
    "/assets/..%2f..%2fruns/secret.txt",
    "/assets",
    "/api/",
    "/api/recordings/",
]


def test_nothing_else_is_there(client: Client) -> None:
    answers = {path: client.get(path) for path in NOT_THERE}
    assert {path: answer.status for path, answer in answers.items()} == dict.fromkeys(NOT_THERE, 404)
    assert {answer.text for answer in answers.values()} == {"There is nothing here.\n"}


def test_a_pipe_is_not_waited_for(client: Client, recording: Path) -> None:
    os.mkfifo(recording / "pipe")
    assert client.get("/recordings/demo/pipe").status == 404


RANGES = {
    "bytes=0-0": (0, 1),
    "bytes=10-19": (10, 20),
    "bytes=1000-": (1000, 1024),
    "bytes=1000-5000": (1000, 1024),
    "bytes=-24": (1000, 1024),
    "bytes=-5000": (0, 1024),
    "Bytes = 3 - 5": (3, 6),
}


def test_a_range(client: Client) -> None:
    for asked, (start, stop) in RANGES.items():
        answer = client.get(CHUNK, headers={"range": asked})
        assert answer.status == 206
        assert answer.content == BYTES[start:stop]
        assert answer.headers["content-range"] == f"bytes {start}-{stop - 1}/1024"
        head = client.head(CHUNK, headers={"range": asked})
        assert (head.status, head.content, head.headers["content-length"]) == (206, b"", str(stop - start))


def test_a_range_outside_the_file(client: Client) -> None:
    for asked in ("bytes=1024-", "bytes=5000-6000", "bytes=-0"):
        answer = client.get(CHUNK, headers={"range": asked})
        assert (answer.status, answer.content) == (416, b"")
        assert answer.headers["content-range"] == "bytes */1024"
    assert client.get("/recordings/demo/empty", headers={"range": "bytes=0-"}).status == 416


def test_a_range_that_makes_no_sense_gives_the_whole(client: Client) -> None:
    for asked in (
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=5-2",
        "bytes=0-1,4-5",
        "lines=0-1",
        "bytes=a-b",
        "bytes=²-³",
    ):
        answer = client.get(CHUNK, headers={"range": asked})
        assert (answer.status, answer.content) == (200, BYTES)


def test_a_file_larger_than_a_block(client: Client, recording: Path) -> None:
    content = os.urandom(700_001)
    (recording / "large").write_bytes(content)
    assert client.get("/recordings/demo/large").content == content
    assert client.get("/recordings/demo/large", headers={"range": "bytes=1-"}).content == content[1:]


def test_an_unchanged_file_is_not_sent_again(client: Client, recording: Path) -> None:
    first = client.get(CHUNK)
    tag = first.headers["etag"]
    assert first.headers["cache-control"] == "private, no-cache"
    for given in (tag, f'"x", {tag}', f"W/{tag}", "*"):
        again = client.get(CHUNK, headers={"if-none-match": given})
        assert (again.status, again.content, again.headers["etag"]) == (304, b"", tag)
    assert client.get(CHUNK, headers={"if-none-match": '"x"'}).content == BYTES


def test_a_replaced_file_has_another_tag_even_within_the_clocks_tick(client: Client, recording: Path) -> None:
    file = recording / "zarr.json"
    tag = client.get("/recordings/demo/zarr.json").headers["etag"]
    found = file.stat()
    replacement = recording / "new"
    replacement.write_bytes(file.read_bytes())
    os.utime(replacement, ns=(found.st_atime_ns, found.st_mtime_ns))
    replacement.replace(file)
    assert client.get("/recordings/demo/zarr.json", headers={"if-none-match": tag}).status == 200


def test_a_range_of_a_file_that_changed_gives_the_whole(client: Client) -> None:
    tag = client.get(CHUNK).headers["etag"]
    assert client.get(CHUNK, headers={"range": "bytes=0-1", "if-range": tag}).status == 206
    assert client.get(CHUNK, headers={"range": "bytes=0-1", "if-range": '"x"'}).content == BYTES


def test_head_is_get_without_the_body(client: Client) -> None:
    for path in ("/", CHUNK, "/api/recordings", "/recordings/demo/empty"):
        get, head = client.get(path), client.head(path)
        assert (head.status, head.content) == (200, b"")
        assert head.headers["content-length"] == get.headers["content-length"] == str(len(get.content))


def test_a_recording_that_was_removed(client: Client, recording: Path) -> None:
    recording.rename(recording.with_name("moved"))
    assert client.get("/recordings/demo/zarr.json").status == 404


def test_a_request_that_breaks_off_is_refused_without_a_trace_of_the_stack(
    caplog: pytest.LogCaptureFixture, recording: Path, page: Path, run: Run
) -> None:
    stranger = run(application({"demo": recording}, TOKEN, page=page))
    logging.getLogger("uvicorn.error").addHandler(caplog.handler)
    head = f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{stranger.port}\r\nTransfer-Encoding: chunked\r\n\r\n"
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", stranger.port), timeout=60) as connection:
            connection.sendall(head.encode() + b"no length\r\n")  # refused with the application's answer under way
            said = b""
            while more := connection.recv(4096):
                said += more
        assert said.startswith(b"HTTP/1.1 4")
    assert stranger.get("/").status == 403
    logging.getLogger("uvicorn.error").removeHandler(caplog.handler)
    assert {record.getMessage() for record in caplog.records} == {"Invalid HTTP request received."}
