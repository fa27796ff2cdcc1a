"""The server as a process: what it prints, how soon, and how it ends."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from inscape.errors import RecordingNotFound, WrongCall
from inscape.view.serve import forwarding_command, listen, serve

SCRIPT = """
import sys
from pathlib import Path
from inscape.view.serve import serve
serve([Path(sys.argv[1])], port=int(sys.argv[2]))
print("ended", flush=True)
"""


@contextmanager
def serving(recording: Path, port: int = 0, **environment: str) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """A server in a process of its own, and the lines that it printed up to the last before it serves."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SSH_")}
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(recording), str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=clean | environment,
    )
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if "Ctrl-C" in line:
            break
    try:
        yield process, lines
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def address(lines: list[str]) -> tuple[int, str]:
    found = [re.fullmatch(r"  Inscape is at http://127\.0\.0\.1:(\d+)/\?token=([\w-]{32})\n", line) for line in lines]
    (match,) = [match for match in found if match is not None]
    return int(match[1]), match[2]


def status(port: int, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()


def test_the_printed_address_works_and_control_c_ends_quietly(recording: Path) -> None:
    with serving(recording) as (process, lines):
        port, token = address(lines)
        assert status(port, f"/api/recordings?token={token}") == 200
        assert status(port, "/api/recordings") == 403
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=60)
    assert (process.returncode, output, errors) == (0, "ended\n", "")


def test_a_server_with_an_open_page_ends_too(recording: Path) -> None:
    with serving(recording) as (process, lines):
        port, token = address(lines)
        with socket.create_connection(("127.0.0.1", port)) as page:
            page.sendall(f"GET /api/recordings?token={token} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
            assert page.recv(4096).startswith(b"HTTP/1.1 200")
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=60)
    assert process.returncode == 0


def test_two_servers_have_two_ports_and_two_tokens(recording: Path) -> None:
    with serving(recording) as (_, first):
        port, token = address(first)
        with serving(recording, port) as (_, second):
            assert f"Port {port} is taken" in second[0]
            other_port, other_token = address(second)
            assert (other_port != port, other_token != token) == (True, True)
            assert status(other_port, f"/api/recordings?token={token}") == 403


def test_over_ssh_it_says_how_to_reach_it(recording: Path) -> None:
    with serving(recording, SSH_CONNECTION="10.0.0.2 51000 10.0.0.5 2222", USER="ada") as (_, lines):
        port, _ = address(lines)
    assert any(f"ssh -N -L {port}:127.0.0.1:{port} -p 2222 ada@10.0.0.5" in line for line in lines)


def test_at_home_there_is_nothing_to_forward() -> None:
    assert forwarding_command(7860, {"USER": "ada"}) is None
    assert forwarding_command(7860, {"SSH_CONNECTION": "odd"}) is None


def test_serving_needs_nothing_heavy(recording: Path) -> None:
    heavy = {"torch", "zarr", "umap", "numba", "scipy", "sklearn", "numpy"}
    script = "import sys, inscape.view.serve, inscape.view.server, uvicorn; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert heavy.isdisjoint(done.stdout.split())


def test_a_port_that_is_taken_gives_a_free_one() -> None:
    with listen("127.0.0.1", 0) as first, listen("127.0.0.1", first.getsockname()[1]) as second:
        assert first.getsockname() != second.getsockname()


@pytest.mark.parametrize(("host", "port"), [("203.0.113.1", 0), ("no such host", 0), ("127.0.0.1", 70000)])
def test_where_nobody_can_listen(host: str, port: int) -> None:
    with pytest.raises(WrongCall, match="cannot listen"):
        listen(host, port)


def test_a_token_that_would_break_the_address(recording: Path) -> None:
    with pytest.raises(WrongCall, match="token"):
        serve([recording], token="a&b=c")


def test_a_wrong_path_is_answered_at_once(tmp_path: Path) -> None:
    with pytest.raises(RecordingNotFound):
        serve([tmp_path])
