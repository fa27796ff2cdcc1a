"""Jobs, as a page asks for them: on the real server, done by the real worker, on a real recording."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import inscape
from machine import OwnTime

TOKEN = "a-token_for-jobs"
SAMPLES = 300


@dataclass
class Server:
    """`inscape serve` in a process of its own, spoken to as a page does."""

    process: subprocess.Popen[str]
    port: int

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)
        origin = {"Origin": f"http://127.0.0.1:{self.port}"}
        cookie = {"Cookie": f"{inscape_cookie()}={TOKEN}"}
        content = None if body is None else json.dumps(body)
        kind = {"Content-Type": "application/json"} if content is not None else {}
        connection.request(method, path, content, {**origin, **cookie, **kind, **headers})
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        try:
            return answer.status, json.loads(text)
        except ValueError:
            return answer.status, text

    def embed(self, **parameters: Any) -> dict[str, Any]:
        status, answer = self.ask(
            "POST", "/api/jobs", {"kind": "embed", "recording": "small", "parameters": parameters}
        )
        assert status in (200, 201), answer
        job: dict[str, Any] = answer["job"]
        return job

    def jobs(self) -> list[dict[str, Any]]:
        jobs: list[dict[str, Any]] = self.ask("GET", "/api/jobs")[1]["jobs"]
        return jobs

    def job(self, job_id: str) -> dict[str, Any]:
        return next(job for job in self.jobs() if job["id"] == job_id)

    def wait(self, job_id: str, *states: str, seconds: float = 120) -> dict[str, Any]:
        ours = OwnTime()
        while (job := self.job(job_id))["state"] not in states:
            assert ours.seconds() < seconds, job
            time.sleep(0.05)
        return job


def inscape_cookie() -> str:
    from inscape.view.security import cookie_name

    return cookie_name(TOKEN)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Two layers, three checkpoints, real digits."""
    images, labels = inscape.data.digits("test")
    torch.manual_seed(0)
    model = torch.nn.Sequential(
        torch.nn.Flatten(), torch.nn.Linear(784, 100), torch.nn.ReLU(), torch.nn.Linear(100, 10)
    )
    out = tmp_path / "small.inscape"
    with inscape.Recorder(model, (images[:SAMPLES], labels[:SAMPLES]), out=out, layers=["1", "3"]) as recorder:
        for name in ("a", "b", "c"):
            recorder.checkpoint(name)
            with torch.no_grad():
                model[1].weight += 0.01 * torch.randn_like(model[1].weight)
    return out


@pytest.fixture
def start(small: Path) -> Iterator[Callable[[], Server]]:
    """Starts the server on the small recording; whatever was started is ended."""
    running: list[Server] = []

    def begin() -> Server:
        process = subprocess.Popen(
            [sys.executable, "-m", "inscape", "serve", str(small), "--port", "0"],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "INSCAPE_TOKEN": TOKEN, "PYTHONUNBUFFERED": "1"},
        )
        assert process.stdout is not None
        for line in process.stdout:
            if "token=" in line:
                running.append(Server(process, int(line.split("127.0.0.1:")[1].split("/")[0])))
                return running[-1]
        raise AssertionError("no address was printed")

    yield begin
    for server in running:
        server.process.kill()
        server.process.wait()
        assert server.process.stdout is not None
        server.process.stdout.close()


def test_an_embedding_is_made_behind_the_page_and_published(start: Callable[[], Server], small: Path) -> None:
    server = start()
    job = server.embed(method="pca", dims=8)
    assert (job["state"], job["title"]) == ("queued", "PCA of every layer")
    assert server.embed(method="pca", dims=8)["id"] == job["id"]  # asked for twice, done once
    done = server.wait(job["id"], "done", "failed")
    assert done["state"] == "done", done
    assert done["progress"]["done"] == done["progress"]["total"] == 6
    embedding = inscape.open(small).embedding("pca")
    assert embedding.coordinates.shape == (6, SAMPLES, 8)
    # One layer more of the same kind is added to what is there; of another size it is another embedding.
    server.wait(server.embed(method="pca", dims=8, layers=["3"], quality=False)["id"], "done")
    assert len(inscape.open(small).embedding("pca").steps) == 6
    server.wait(server.embed(method="pca", dims=4, layers=["3"], quality=False)["id"], "done")
    assert sorted(inscape.open(small).embeddings) == ["pca", "pca-4"]
    server.wait(server.embed(method="tsne", layers=["3"], joint=True, quality=False)["id"], "done")
    assert inscape.open(small).embedding("tsne-joint-3").sequence == "joint"


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"kind": "shell", "recording": "small"}, "no such kind"),
        ({"kind": ["embed"], "recording": "small"}, "no such kind"),
        ({"kind": "embed", "recording": "../small", "parameters": {"method": "pca"}}, "no such recording"),
        ({"kind": "embed", "recording": "small", "parameters": {"method": "os.system"}}, "no such method"),
        ({"kind": "embed", "recording": "small", "parameters": {"method": "pca", "name": "x"}}, "no such parameter"),
        ({"kind": "embed", "recording": "small", "parameters": {"method": "pca", "dims": 65}}, "from 2 to 64"),
        ({"kind": "embed", "recording": "small", "parameters": {"method": "pca", "dims": True}}, "from 2 to 64"),
        ({"kind": "embed", "recording": "small", "parameters": {"method": "pca", "layers": ["9"]}}, "no such layer"),
        ({"kind": "embed", "recording": "small", "parameters": {"method": "pca", "layers": []}}, "list of names"),
        ({"kind": "embed", "recording": "small", "parameters": {"method": "units", "layers": ["1"]}}, "raw units"),
        ({"kind": "embed", "recording": "small", "parameters": {"method": "pca", "joint": True}}, "joint layout"),
        ({"kind": "embed", "recording": "small", "parameters": {"method": "tsne", "joint": 1}}, "joint layout"),
        ({"kind": "embed", "recording": "small", "parameters": {"method": "tsne", "dims": 3}}, "2 dimensions"),
        ({"kind": "embed", "recording": "small", "parameters": [1]}, "object"),
        ({"kind": "embed", "recording": "small", "more": 1}, "object"),
        ([], "object"),
    ],
)
def test_nothing_else_is_ever_started(start: Callable[[], Server], body: Any, says: str) -> None:
    server = start()
    status, answer = server.ask("POST", "/api/jobs", body)
    assert status == 422
    assert says in answer["error"]["what"] and answer["error"]["remedy"]
    assert server.jobs() == []


def test_only_a_page_of_this_origin_may_ask(start: Callable[[], Server]) -> None:
    server = start()
    body = {"kind": "embed", "recording": "small", "parameters": {"method": "pca"}}
    assert server.ask("POST", "/api/jobs", body, Origin="http://evil.example")[0] == 403
    assert server.ask("POST", "/api/jobs", body, Origin="null")[0] == 403
    assert server.ask("POST", "/api/jobs", body, **{"Sec-Fetch-Site": "cross-site"})[0] == 403
    assert server.ask("POST", "/api/jobs", body, Cookie="")[0] == 403
    assert server.ask("POST", "/api/jobs", body, **{"Content-Type": "text/plain"})[0] == 415
    assert server.ask("POST", "/api/recordings", body)[0] == 405
    assert server.ask("POST", f"/api/jobs?token={TOKEN}", body, Origin="http://evil.example")[0] == 403
    assert server.jobs() == []


def test_a_job_is_cancelled_within_a_second_and_the_queue_goes_on(start: Callable[[], Server], small: Path) -> None:
    server = start()
    long = server.embed(method="umap", dims=15)
    waiting = server.embed(method="pca", dims=5, quality=False)
    server.wait(long["id"], "running")
    time.sleep(1.0)
    ours = OwnTime()
    assert server.ask("DELETE", f"/api/jobs/{long['id']}")[1]["job"]["state"] == "cancelled"
    assert ours.seconds() < 1.0
    # Another page, or this one after a reload, sees the same queue.
    assert server.jobs()[0]["id"] == long["id"] and server.jobs()[0]["state"] == "cancelled"
    assert server.wait(waiting["id"], "done", "failed")["state"] == "done"
    inscape.open(small).verify()


def test_a_worker_that_dies_fails_its_job_alone(start: Callable[[], Server]) -> None:
    server = start()
    job = server.embed(method="umap")
    server.wait(job["id"], "running")
    os.kill(_worker(server), signal.SIGKILL)
    failed = server.wait(job["id"], "failed")
    assert "died" in failed["error"]["what"] and "start it again" in failed["error"]["remedy"]
    again = server.ask("POST", f"/api/jobs/{job['id']}/again", {})[1]["job"]
    assert again["id"] != job["id"] and again["state"] in ("queued", "running")


def test_a_job_that_fails_says_why(start: Callable[[], Server], small: Path) -> None:
    chunk = next((small / "checkpoints/b/layers/1/activation/c").rglob("0"))
    chunk = chunk if chunk.is_file() else next(path for path in chunk.rglob("*") if path.is_file())
    content = bytearray(chunk.read_bytes())
    content[100] ^= 1
    chunk.write_bytes(content)
    server = start()
    failed = server.wait(server.embed(method="pca", quality=False)["id"], "done", "failed")
    assert failed["state"] == "failed"
    assert "checkpoints/b/layers/1/activation" in " ".join(failed["error"].values())


def test_a_server_that_was_killed_tells_what_was_lost(start: Callable[[], Server], small: Path) -> None:
    server = start()
    running = server.embed(method="umap")
    waiting = server.embed(method="pca", dims=6)
    worker = _worker(server)
    server.process.send_signal(signal.SIGKILL)
    server.process.wait()
    ours = OwnTime()
    while Path(f"/proc/{worker}").exists():  # the worker ends with the server that it worked for
        assert ours.seconds() < 10
        time.sleep(0.05)
    other = start()
    jobs = {job["id"]: job for job in other.jobs()}
    assert jobs[running["id"]]["state"] == jobs[waiting["id"]]["state"] == "interrupted"
    assert "lost" in jobs[running["id"]]["error"]["got"]
    assert "nothing had been done" in jobs[waiting["id"]]["error"]["got"]
    again = other.ask("POST", f"/api/jobs/{waiting['id']}/again", {})[1]["job"]
    assert other.wait(again["id"], "done", "failed")["state"] == "done"
    assert np.isfinite(inscape.open(small).embedding("pca").coordinates).all()


def test_ctrl_c_in_the_terminal_ends_the_server_and_its_worker_quietly(small: Path) -> None:
    """A terminal sends the signal to every process of its foreground group."""
    process = subprocess.Popen(
        [sys.executable, "-m", "inscape", "serve", str(small), "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "INSCAPE_TOKEN": TOKEN, "PYTHONUNBUFFERED": "1"},
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        line = next(line for line in process.stdout if "token=" in line)
        server = Server(process, int(line.split("127.0.0.1:")[1].split("/")[0]))
        server.embed(method="umap")
        worker = _worker(server)
        os.killpg(process.pid, signal.SIGINT)
        said, complained = process.communicate(timeout=200)
        assert "Traceback" not in said + complained and "KeyboardInterrupt" not in said + complained
        assert not Path(f"/proc/{worker}").exists()
    finally:
        process.kill()
        process.communicate()
    recording = inscape.open(small)
    recording.verify()
    assert recording.embeddings == []


def test_what_happens_is_told_as_a_stream(start: Callable[[], Server], small: Path) -> None:
    server = start()
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.request("GET", f"/api/events?token={TOKEN}")
    stream = connection.getresponse()
    assert stream.getheader("content-type", "").startswith("text/event-stream")
    events = _events(stream)
    name, hello = next(events)
    assert name == "hello" and hello["recordings"]["small"]["checkpoints"] == 3 and hello["jobs"] == []
    job = server.embed(method="pca", quality=False)
    seen: dict[str, list[Any]] = {"job": [], "recording": []}
    while not (seen["recording"] and seen["job"] and seen["job"][-1]["state"] == "done"):
        name, content = next(events)
        seen[name].append(content)
    assert {told["id"] for told in seen["job"]} == {job["id"]}
    states = list(dict.fromkeys(told["state"] for told in seen["job"]))
    assert states == ["queued", "running", "done"]
    assert seen["recording"][0]["name"] == "small" and seen["recording"][0]["tag"]
    connection.close()


def _events(stream: http.client.HTTPResponse) -> Iterator[tuple[str, Any]]:
    name = ""
    for line in stream:
        if line.startswith(b"event: "):
            name = line[7:].strip().decode()
        elif line.startswith(b"data: "):
            yield name, json.loads(line[6:])


def _worker(server: Server) -> int:
    """The process that does a server's jobs, once it is at work."""
    ours = OwnTime()
    while ours.seconds() < 30:
        for job in server.jobs():
            if job["progress"]["doing"]:
                for folder in Path("/proc").glob("[0-9]*"):
                    try:
                        parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
                    except OSError:
                        continue
                    if parent == server.process.pid:
                        return int(folder.name)
        time.sleep(0.05)
    raise AssertionError(f"no worker was at work: {server.jobs()}")
