"""Ten thousand malformed requests: none breaks the server, none gets out of the recording, none is answered unasked."""

from __future__ import annotations

import os
import socket
import string
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

TOKEN = "right-token_1"
SECRET = b"the secret outside"
EXAMPLES = 10_000

PIECES = st.sampled_from(
    ["..", ".", "", "%2e%2e", "%252e%252e", "..%2f", "..%5c", "\\..", "zarr.json", "samples", "c", "0", ".lock",
     ".jobs.json", ".jobs.lock", "receipts", "secret.txt", "%00", "\x00", "demo", "recordings", "api", "jobs", "events",
     "assets", "index.html", "C:", "etc", "passwd", "proc", "self", "environ", "~", "*", "?", "#", ";", "a" * 300]
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
        end = time.monotonic() + 60
        while "token=" not in said.read_text():
            assert time.monotonic() < end
            time.sleep(0.05)
        yield int(said.read_text().split("127.0.0.1:")[1].split("/")[0]), folder
        process.terminate()
        process.wait(timeout=20)
    assert "Traceback" not in said.read_text(), said.read_text()[-3000:]


def snapshot(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != ".jobs.lock"
    }


def exchange(port: int, request: bytes, *, whole: bool = True) -> bytes:
    """Send bytes as they are; the answer as far as it is of interest.

    A request that is not `whole` (its length is a lie) is ended by closing our side: the server may hang up then.
    """
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
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
        ["/", "/recordings/demo/", "/recordings/", "/api/jobs/", "/api/jobs", "/api/", "/assets/", ""]
    ),
    token=st.sampled_from([None, "right", "right", "right", "wrong"]),
    host=st.one_of(*[st.none()] * 9, HOSTS),
    headers=st.lists(st.tuples(NAMES, VALUES), max_size=4),
    body=st.one_of(st.none(), BODIES),
)
def malformed(
    served: tuple[int, Path],
    counts: dict[int, int],
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
        counts[0] = counts.get(0, 0) + 1
        return
    assert answer.startswith(b"HTTP/1.1 "), (request, answer)
    status = int(answer[9:12])
    counts[status] = counts.get(status, 0) + 1
    assert status < 500, (request, answer)
    assert SECRET not in answer
    if f"token={TOKEN}" not in target.partition("#")[0]:
        assert status >= 400, (request, answer)


def test_ten_thousand_malformed_requests(served: tuple[int, Path]) -> None:
    port, folder = served
    before = snapshot(folder)
    counts: dict[int, int] = {}
    malformed(served, counts)
    assert sum(counts.values()) >= EXAMPLES
    assert snapshot(folder) == before  # nothing was written
    good = exchange(port, f"GET /api/jobs?token={TOKEN} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
    assert good.startswith(b"HTTP/1.1 200")
    assert good.endswith(b'{"jobs":[]}')  # and no job was begun
    print(dict(sorted(counts.items())))
