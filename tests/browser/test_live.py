"""A training watched while it goes on; and many who watch at once."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

import inscape
from machine import OwnTime

TRAIN = """
import json, sys, time
import torch
import inscape
from inscape.nets import DigitsNet, Training

torch.set_num_threads(1)
images, labels = inscape.data.digits("train")
test = inscape.data.digits("test")
model = DigitsNet()
training = Training(model, images[:1500], labels[:1500], epochs=5, seed=0)
data = (test[0][:500], test[1][:500])
with inscape.Recorder(model, data, out=sys.argv[1], layers=["fc1", "logits", "softmax"],
                      class_names=[str(i) for i in range(10)]) as recorder:
    for epoch in range(6):
        recorder.checkpoint(f"epoch-{epoch}")
        print(json.dumps({"checkpoint": epoch, "at": time.time()}), flush=True)
        sys.stdin.readline()
        if epoch < 5:
            training.epoch()
"""


def test_a_training_is_watched_live(run_server: Any, open_tour: Any, tmp_path: Path) -> None:
    out = tmp_path / "live.inscape"
    training = subprocess.Popen(
        [sys.executable, "-c", TRAIN, str(out)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert training.stdin is not None
    assert training.stdout is not None
    try:
        told = json.loads(training.stdout.readline())
        address, _ = run_server(out)
        tour = open_tour(address)
        assert tour.state["layer"] == "softmax" and tour.state["checkpointName"] == "epoch-0"
        assert tour.page.get_by_test_id("growing").is_visible()
        slider = tour.page.get_by_test_id("checkpoint-slider")
        late = []
        for epoch in range(1, 6):
            training.stdin.write("\n")
            training.stdin.flush()
            told, ours = json.loads(training.stdout.readline()), OwnTime()
            under_way = time.time() - told["at"]
            tour.wait(lambda epoch=epoch: slider.get_attribute("max") == str(epoch), seconds=10)
            late.append(under_way + ours.seconds())
            # Who looked at the newest checkpoint is taken along.
            tour.wait(lambda epoch=epoch: tour.state["checkpointName"] == f"epoch-{epoch}" and tour.view["ready"])
        print("seconds from publishing to the open page:", [round(s, 2) for s in late])
        assert max(late) <= 2
        training.stdin.write("\n")
        training.stdin.flush()
        training.wait(timeout=300)
        tour.wait(lambda: tour.page.get_by_test_id("growing").count() == 0)
        # What must be computed was laid out behind the page, as it came.
        tour.wait(lambda: _has_all(out), seconds=90)
        tour.page.evaluate("window.inscape.state = {layer: 'fc1', playing: false}")
        tour.wait(lambda: tour.state["embedding"] == "pca" and tour.is_ready())
        assert slider.get_attribute("max") == "5"
        # The points are where the activations are.
        tour.show(layer="softmax", checkpoint="epoch-5", playing=False)
        assert tour.view["points"] == 500
        assert tour.messages == []
    finally:
        training.kill()
        training.wait()
        training.stdin.close()
        training.stdout.close()


def _has_all(out: Path) -> bool:
    recording = inscape.open(out)
    if "pca" not in recording.embeddings:
        return False
    steps = recording.embedding("pca").steps
    return len([s for s in steps if s.layer == "fc1"]) == 6


def test_fifty_pages_at_once(run_server: Any, chrome: Any, open_tour: Any, tmp_path: Path) -> None:
    import torch

    out = tmp_path / "large.inscape"
    data = np.random.default_rng(0).normal(size=(70_000, 15)).astype(np.float32)
    labels = np.random.default_rng(1).integers(0, 10, 70_000)
    inscape.embed(
        inscape.record(torch.nn.Identity(), (data, labels), out=out, layers=["output"], predictions=False),
        "units",
        quality=False,
    )
    address, process = run_server(out)
    pages = []
    contexts = [chrome.new_context(viewport={"width": 200, "height": 200}, reduced_motion="reduce") for _ in range(5)]
    messages: list[str] = []
    for i in range(50):  # ten tabs in each of five windows: more than the six connections that a window has
        page = contexts[i % 5].new_page()
        page.on("console", lambda message: messages.append(message.text))
        page.on("pageerror", lambda error: messages.append(str(error)))
        page.goto(address, wait_until="commit")
        pages.append(page)
    ours = OwnTime()
    for page in pages:
        while not page.evaluate("window.inscape?.view?.points === 70000"):
            assert ours.seconds() < 240, page.locator("body").inner_text()
            time.sleep(0.05)
        # Each of them hears the server, those too that have no stream of their own.
        while page.get_by_test_id("banner").count():
            assert ours.seconds() < 240, page.locator("body").inner_text()
            time.sleep(0.05)
    status = Path(f"/proc/{process.pid}/status").read_text()
    peak = int(status.split("VmHWM:")[1].split()[0]) / 1024
    print(f"peak memory of the server with 50 pages: {peak:.0f} MB")
    assert peak <= 500
    assert messages == []
    for context in contexts:
        context.close()
