"""A recording as far as the server knows one, with things lying about that it must never serve, and a real server."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import pytest
import uvicorn
from starlette.types import ASGIApp

WriteRecording = Callable[..., Path]


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def text(self) -> str:
        return self.content.decode()

    def json(self) -> object:
        return json.loads(self.content)


@dataclass
class Client:
    """Sends paths and headers just as they are given: what most clients tidy up is what an attacker does not."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    token: str | None = None

    def request(self, method: str, path: str, headers: dict[str, str] | None = None, **query: str) -> Answer:
        if self.token is not None:
            query = {"token": self.token, **query}
        if query:
            path += "?" + urlencode(query)
        headers = {"host": f"127.0.0.1:{self.port}"} | (headers or {})
        if self.cookies:
            headers = {"cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())} | headers
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in headers.items():
                connection.putheader(name, value.encode("latin-1"))
            connection.endheaders()
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        found = {name.lower(): value for name, value in answer.getheaders()}
        if "set-cookie" in found:
            name, _, value = found["set-cookie"].partition(";")[0].partition("=")
            self.cookies[name] = value
        return Answer(answer.status, found, content)

    def get(self, path: str, headers: dict[str, str] | None = None, **query: str) -> Answer:
        return self.request("GET", path, headers, **query)

    def head(self, path: str, headers: dict[str, str] | None = None) -> Answer:
        return self.request("HEAD", path, headers)


@pytest.fixture
def run() -> Iterator[Callable[[ASGIApp], Client]]:
    """Runs an application on a real server, until the test ends."""
    running: list[tuple[uvicorn.Server, threading.Thread]] = []

    def start(app: ASGIApp) -> Client:
        listener = socket.create_server(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", http="h11", ws="none", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        running.append((server, thread))
        while not server.started:
            time.sleep(0.005)
        return Client(listener.getsockname()[1])

    yield start
    for server, thread in running:
        server.should_exit = True
        thread.join()


@pytest.fixture
def write_recording() -> WriteRecording:
    """Writes what makes a folder a recording."""

    def write(folder: Path, schema: object = 1) -> Path:
        folder.mkdir(parents=True)
        attributes = {"inscape": {"schema": schema, "version": "0.1.0"}}
        metadata = {"zarr_format": 3, "node_type": "group", "attributes": attributes}
        (folder / "zarr.json").write_text(json.dumps(metadata))
        return folder

    return write


@pytest.fixture
def recording(tmp_path: Path, write_recording: WriteRecording) -> Path:
    folder = write_recording(tmp_path / "runs" / "demo.inscape")
    chunk = folder / "checkpoints" / "0" / "layers" / "block%2Fconv" / "activation" / "c" / "0"
    chunk.mkdir(parents=True)
    (chunk / "0").write_bytes(bytes(range(256)) * 4)
    (folder / "empty").write_bytes(b"")
    (folder / "page.html").write_text("<script>alert(1)</script>")
    (folder / ".lock").write_text("secret")
    (folder / ".hidden").mkdir()
    (folder / ".hidden" / "file").write_text("secret")
    (tmp_path / "runs" / "secret.txt").write_text("secret")
    (tmp_path / "runs" / "demo.inscape-secret").mkdir()
    (tmp_path / "runs" / "demo.inscape-secret" / "file").write_text("secret")
    (folder / "out").symlink_to(tmp_path / "runs" / "secret.txt")
    (folder / "outside").symlink_to(tmp_path / "runs")
    (folder / "sibling").symlink_to(tmp_path / "runs" / "demo.inscape-secret")
    (folder / "circle").symlink_to(folder / "circle")
    (folder / "inside").symlink_to(chunk / "0")
    return folder


@pytest.fixture
def page(tmp_path: Path) -> Path:
    folder = tmp_path / "page"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>Inscape</title>")
    (folder / "assets" / "index-1a2b.js").write_text("export {}")
    (folder / ".sources").write_text("secret")
    return folder
