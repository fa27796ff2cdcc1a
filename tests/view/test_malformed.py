"""Malformed requests by the thousand: none breaks the server, none gets out of the recording, none is answered unasked,
and nothing is written but what people add, by those who may."""

from __future__ import annotations

import json
import os
import socket
import string
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from inscape.view.security import cookie_name

TOKEN = "right-token_1"
SECRET = b"the secret outside"
EXAMPLES = 10_000
AIMED = 3_000

PIECES = st.sampled_from(
    ["..", ".", "", "%2e%2e", "%252e%252e", "..%2f", "..%5c", "\\..", "zarr.json", "samples", "c", "0", ".lock",
     ".jobs.json", ".jobs.lock", "receipts", "secret.txt", "%00", "\x00", "demo", "recordings", "api", "jobs", "events",
     "people", "selections", "colors", "assets", "index.html", "C:", "etc", "passwd", "proc", "self", "environ", "~",
     "*", "?", "#", ";", "a" * 300]
)  # fmt: skip
LETTERS = st.text(alphabet=string.printable.replace("\r", "").replace("\n", "") + "é☃", max_size=12)
RAW = st.lists(st.one_of(PIECES, LETTERS), max_size=8).map("/".join)
PATHS = st.one_of(RAW, RAW.map(lambda path: quote(path, safe="/%.:;\\~*")))
METHODS = st.sampled_from(["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT", "get", "X"])
RANGES = st.one_of(
    st.sampled_from(["bytes=0-", "bytes=-5", "bytes=5-1", "bytes=0-0,2-3", "bytes=", "bytes=a-b", "lines=1-2"]),
    st.tuples(st.integers(-5, 10**20), st.integers(-5, 10**20)).map(lambda r: f"bytes={r[0]}-{r[1]}"),
    LETTERS,
)
BODIES = st.one_of(
    st.binary(max_size=200),
    st.sampled_from([
        b"{", b"[]", b"null", b'{"kind":"embed"}', b'{"kind":{"$gt":""}}', b"[" * 5000, b"\xff\xfe",
        b'{"a":' + b"1" * 70000,
        b'{"kind":"embed","recording":"demo","parameters":{"method":"pca","dims":1e99}}',
        b'{"kind":"embed","recording":"../secret","parameters":{}}',
        b'{"kind":"embed","recording":"demo","parameters":{"method":"pca","layers":["../../x"]}}',
        b'{"samples":[1,2]}', b'{"color":"#000000"}', b'{"samples":[99]}', b'{"sentence":"a","state":{}}',
    ]),
)  # fmt: skip
NAMES = st.sampled_from(
    ["Range", "If-Range", "If-None-Match", "Cookie", "Origin", "Sec-Fetch-Site", "Accept-Encoding", "Content-Type",
     "Content-Length", "Transfer-Encoding", "Expect", "X-Forwarded-For", "Referer", "Authorization", "Connection"]
)  # fmt: skip
VALUES = st.one_of(
    LETTERS,
    RANGES,
    st.sampled_from(["application/json", "gzip", "chunked", "100-continue", "99999999999", "-1", "null", "upgrade"]),
)
HOSTS = st.sampled_from(
    ["127.0.0.1", "localhost", "evil.example", "127.0.0.1.evil.example", "", "[::1]", "127.0.0.1:x", "a b"]
)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Path]]:
    """A real recording behind the real server, and a secret beside it."""
    import numpy as np
    import torch

    import inscape

    folder = tmp_path_factory.mktemp("malformed")
    (folder / "secret.txt").write_bytes(SECRET)
    data = np.random.default_rng(0).random((20, 6), dtype=np.float32)
    inscape.record(torch.nn.Linear(6, 4), data, out=folder / "demo.inscape", layers=["output"])
    (folder / "demo.inscape" / "way-out").symlink_to(folder / "secret.txt")
    said = tmp_path_factory.mktemp("said") / "server.log"
    with said.open("w") as log:  # a pipe that nobody reads would fill up, and stop who writes into it
        process = subprocess.Popen(
            [sys.executable, "-m", "inscape", "serve", str(folder / "demo.inscape"), "--port", "0"],
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, "INSCAPE_TOKEN": TOKEN, "PYTHONUNBUFFERED": "1"},
        )
        end = time.monotonic() + 300
        while "token=" not in said.read_text():
            assert time.monotonic() < end
            time.sleep(0.05)
        yield int(said.read_text().split("127.0.0.1:")[1].split("/")[0]), folder
        process.terminate()
        process.wait(timeout=60)
    assert "Traceback" not in said.read_text(), said.read_text()[-3000:]


def snapshot(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != ".jobs.lock"
    }


@dataclass
class Said:
    """What was answered.

    Attributes:
        counts: of answers, by status; 0 where there was none.
        names: of the entries that must be there, by the answers alone.
        writes: answers that said that something was written.
    """

    counts: dict[int, int] = field(default_factory=dict)
    names: dict[str, set[str]] = field(default_factory=lambda: {kind: set() for kind in KINDS})
    writes: int = 0

    def hear(self, method: str, target: str, answer: bytes) -> int:
        status = int(answer[9:12])
        self.counts[status] = self.counts.get(status, 0) + 1
        if method in ("PUT", "DELETE") and status in (200, 201) and "/people/" in target:
            self.writes += 1
            name = json.loads(answer.partition(b"\r\n\r\n")[2])["entry"]["name"]
            names = self.names[unquote(target).split("/")[5]]
            if method == "PUT":
                names.add(name)
            else:
                names.remove(name)
        return status


def check_written(before: dict[str, bytes], folder: Path, said: Said) -> None:
    """Nothing has changed but what people added, and that is what the answers said."""
    after = snapshot(folder)
    added = {name for name in after if name.startswith(("demo.inscape/people/", "demo.inscape/.locks/people"))}
    assert {n: c for n, c in after.items() if n not in added} == {n: c for n, c in before.items() if n not in added}
    documents = {f"demo.inscape/people/{kind}/zarr.json" for kind in KINDS}
    assert added - documents <= {"demo.inscape/people/zarr.json", "demo.inscape/.locks/people"}
    versions = 0
    for kind in KINDS:
        content = after.get(f"demo.inscape/people/{kind}/zarr.json")
        document = json.loads(content)["attributes"]["inscape"] if content else {"entries": [], "version": 0}
        assert {entry["name"] for entry in document["entries"]} == said.names[kind]
        versions += document["version"]
    assert versions <= said.writes


def exchange(port: int, request: bytes, *, whole: bool = True) -> bytes:
    """Send bytes as they are; the answer as far as it is of interest.

    A request that is not `whole` (its length is a lie) is ended by closing our side: the server may hang up then.
    """
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(request)
        if not whole:
            connection.shutdown(socket.SHUT_WR)
        answer = b""
        while not _is_all(answer, request):
            try:
                block = connection.recv(1 << 16)
            except ConnectionResetError:
                break  # it hung up before it had read all that we said
            if not block:
                break
            answer += block
        return answer


def _is_all(answer: bytes, request: bytes) -> bool:
    head, found, body = answer.partition(b"\r\n\r\n")
    if not found:
        return False
    if b"text/event-stream" in head:
        return True  # a stream has no end
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    bodiless = request.startswith(b"HEAD ") or head[9:12] in (b"304", b"204")
    return bodiless or (bool(lengths) and len(body) >= int(lengths[0].split(b":")[1]))


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],  # a counterexample is a request of one line as it is
)
@given(
    method=METHODS,
    path=PATHS,
    below=st.sampled_from(
        [
            "/",
            "/recordings/demo/",
            "/recordings/",
            "/api/jobs/",
            "/api/jobs",
            "/api/",
            "/assets/",
            "",
            "/api/recordings/",
            "/api/recordings/demo/people",
            "/api/recordings/demo/people/selections/",
        ]
    ),
    token=st.sampled_from([None, "right", "right", "right", "wrong"]),
    host=st.one_of(*[st.none()] * 9, HOSTS),
    headers=st.lists(st.tuples(NAMES, VALUES), max_size=4),
    body=st.one_of(st.none(), BODIES),
)
def malformed(
    served: tuple[int, Path],
    said: Said,
    method: str,
    path: str,
    below: str,
    token: str | None,
    host: str | None,
    headers: list[tuple[str, str]],
    body: bytes | None,
) -> None:
    port, _ = served
    query = {None: "", "right": f"?token={TOKEN}", "wrong": "?token=wrong-token_1"}[token]
    target = (below + path + query).replace(" ", "%20")
    lines = [f"{method} {target} HTTP/1.1", f"Host: {host if host is not None else f'127.0.0.1:{port}'}"]
    lines += [f"{name}: {value}" for name, value in headers]
    if body is not None and not any(name == "Content-Length" for name, _ in headers):
        lines.append(f"Content-Length: {len(body)}")
    request = "\r\n".join(lines).encode("utf-8", "replace") + b"\r\n\r\n" + (body or b"")
    framed = any(name in ("Content-Length", "Transfer-Encoding", "Expect") for name, _ in headers)
    answer = exchange(port, request, whole=not framed)
    if framed and not answer:
        said.counts[0] = said.counts.get(0, 0) + 1
        return
    assert answer.startswith(b"HTTP/1.1 "), (request, answer)
    status = said.hear(method, target, answer)
    assert status < 500, (request, answer)
    assert SECRET not in answer
    if f"token={TOKEN}" not in target.partition("#")[0]:
        assert status >= 400, (request, answer)


def test_ten_thousand_malformed_requests(served: tuple[int, Path]) -> None:
    port, folder = served
    before = snapshot(folder)
    said = Said()
    malformed(served, said)
    assert sum(said.counts.values()) >= EXAMPLES
    check_written(before, folder, said)
    good = exchange(port, f"GET /api/jobs?token={TOKEN} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
    assert good.startswith(b"HTTP/1.1 200")
    assert good.endswith(b'{"jobs":[]}')  # and no job was begun
    print(dict(sorted(said.counts.items())), said.writes)


KINDS = ("selections", "bookmarks", "handles", "colors")
JSON = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.integers(-2, 25), st.floats(), st.text(max_size=5),
        st.sampled_from(["#12aBef", "a", "axis", "class", "samples", "\ud800", "x" * 600, 10**30]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.sampled_from(["runs", "of", "count", "kind", "axis", "group", "samples", "name", "pinned", "\udc00"]),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=8,
)  # fmt: skip
GOOD: dict[str, Any] = {
    "selections": {"samples": [1, 5], "color": "#000000", "note": "a note"},
    "bookmarks": {"sentence": "look", "state": {"layer": "output"}, "position": 0},
    "handles": {"handles": [{"kind": "axis", "axis": 1}, {"kind": "samples", "samples": {"runs": [0, 3]}}]},
    "colors": {"color": "#123456"},
}
FIELDS = st.sampled_from([*{field for fields in GOOD.values() for field in fields}, "by", "version", "x"])
ENTRIES = st.sampled_from(["a", "b%20c", "%252E", "a%2Fb", "%C3%A9", "%FF", "%00", "..", "%2e%2e", "", "x" * 81, "%0A"])
OURS = "http://127.0.0.1:PORT"
# Who asks: whether there is a token in the address, further headers, and whether that is enough to write.
ASKERS: list[tuple[bool, dict[str, str], bool]] = [
    (True, {}, True),
    (True, {"Origin": OURS}, True),
    (False, {"Cookie": f"{cookie_name(TOKEN)}={TOKEN}", "Origin": OURS}, True),
    (False, {"Cookie": f"{cookie_name(TOKEN)}={TOKEN}"}, False),
    (False, {"Cookie": f"{cookie_name(TOKEN)}={TOKEN}", "Origin": "http://127.0.0.1:1"}, False),
    (False, {"Cookie": f"{cookie_name(TOKEN)}={TOKEN}", "Origin": "null"}, False),
    (False, {"Cookie": f"{cookie_name(TOKEN)}=wrong", "Origin": OURS}, False),
    (False, {"Origin": OURS}, False),
    (False, {}, False),
    (True, {"Origin": "http://evil.example"}, False),
    (True, {"Sec-Fetch-Site": "cross-site"}, False),
    (False, {"Cookie": f"{cookie_name(TOKEN)}={TOKEN}", "Origin": OURS, "Sec-Fetch-Site": "same-site"}, False),
    (True, {"Host": "evil.example", "Origin": "http://evil.example"}, False),
]


def _renames(content: Any) -> bool:
    return isinstance(content, dict) and "name" in content


@settings(
    max_examples=AIMED,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
)
@given(
    method=st.sampled_from(["PUT", "PUT", "PUT", "DELETE", "POST", "PATCH", "GET"]),
    kind=st.sampled_from([*KINDS, *KINDS, "jobs", "..", ""]),
    entry=ENTRIES,
    asker=st.one_of(st.sampled_from(ASKERS), st.sampled_from(ASKERS[:3])),
    changes=st.one_of(st.just({}), st.dictionaries(FIELDS, JSON, max_size=2)),
    whole=st.one_of(st.none(), st.none(), st.none(), JSON.filter(lambda content: not _renames(content))),
    match=st.one_of(st.none(), st.none(), st.integers(0, 50).map(lambda n: f'"{n}"'), LETTERS),
    content_type=st.sampled_from(["application/json"] * 4 + ["text/plain", None]),
)
def aimed(
    served: tuple[int, Path],
    said: Said,
    method: str,
    kind: str,
    entry: str,
    asker: tuple[bool, dict[str, str], bool],
    changes: dict[str, Any],
    whole: Any,
    match: str | None,
    content_type: str | None,
) -> None:
    port, _ = served
    by_address, who, allowed = asker
    target = f"/api/recordings/demo/people/{kind}/{entry}" + (f"?token={TOKEN}" if by_address else "")
    body = json.dumps({**GOOD.get(kind, {}), **changes} if whole is None else whole).encode()
    headers = {"Host": f"127.0.0.1:{port}", "Content-Length": str(len(body)), **who}
    if match is not None:
        headers["If-Match"] = match
    if content_type is not None:
        headers["Content-Type"] = content_type
    lines = [f"{method} {target} HTTP/1.1"] + [f"{n}: {v}".replace("PORT", str(port)) for n, v in headers.items()]
    request = "\r\n".join(lines).encode("utf-8", "replace") + b"\r\n\r\n" + body
    answer = exchange(port, request)
    assert answer.startswith(b"HTTP/1.1 "), (request, answer)
    status = said.hear(method, target, answer)
    assert status < 500, (request, answer)
    if method != "GET" and not allowed:
        assert status >= 400, (request, answer)
    if method not in ("GET", "PUT", "DELETE") and allowed:
        assert status in (400, 405), (request, answer)


def test_malformed_requests_at_what_people_add(served: tuple[int, Path]) -> None:
    port, folder = served
    before = snapshot(folder)
    said = Said()
    for kind in KINDS:  # what the requests before have left
        content = before.get(f"demo.inscape/people/{kind}/zarr.json")
        if content:
            document = json.loads(content)["attributes"]["inscape"]
            said.names[kind] = {entry["name"] for entry in document["entries"]}
            said.writes += document["version"]
    begun = said.writes
    aimed(served, said)
    assert sum(said.counts.values()) >= AIMED * 0.9
    assert said.writes > begun + AIMED // 100  # it was not only refused
    check_written(before, folder, said)
    everything = exchange(
        port, f"GET /api/recordings/demo/people?token={TOKEN} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
    )
    assert everything.startswith(b"HTTP/1.1 200")
    print(dict(sorted(said.counts.items())), said.writes - begun)
