"""Training and test samples in one recording: the time bar tells the accuracy of each by itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import inscape


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """A small network before and after its training, with samples of both kinds."""
    from inscape.data import Joined, digits
    from inscape.nets import DigitsNet, Training

    model = DigitsNet()
    (seen, seen_labels), (new, new_labels) = digits("train"), digits("test")
    training = Training(model, seen[:400], seen_labels[:400], epochs=6, batch_size=50)
    data = Joined({"train": (seen[:400], seen_labels[:400]), "test": (new[:300], new_labels[:300])})
    with inscape.Recorder(model, data, out=tmp_path / "splits.inscape", layers=["softmax"], progress=False) as recorder:
        recorder.checkpoint("before")
        while training.done < 6:
            training.epoch()
        recorder.checkpoint("after")
    return tmp_path / "splits.inscape"


def test_each_split_has_its_accuracy(
    open_tour: Callable[..., Any], run_server: Callable[..., Any], recording: Path
) -> None:
    splits = [entry["splits"] for entry in inscape.open(recording).info()["checkpoints"]]
    assert splits[1]["train"] != splits[1]["test"]
    address, _ = run_server(recording)
    before, after = (f"train {100 * s['train']:.1f}% · test {100 * s['test']:.1f}%" for s in splits)
    tour = open_tour(address)
    said = tour.page.locator(".checkpoint output small")
    tour.page.get_by_test_id("checkpoint-slider").focus()
    tour.page.keyboard.press("h")
    tour.wait(lambda: said.inner_text() == before)
    tour.page.keyboard.press("l")
    tour.wait(lambda: said.inner_text() == after)
    box, frame = said.bounding_box(), tour.page.locator(".timebar").bounding_box()
    assert box is not None and frame is not None and box["x"] + box["width"] <= frame["x"] + frame["width"]
    tour.input("checkpoint-slider", 0.5)
    tour.wait(lambda: re.fullmatch(r"train \d+ → \d+% · test \d+ → \d+%", said.inner_text()))
    box = said.bounding_box()
    assert box is not None and box["x"] + box["width"] <= frame["x"] + frame["width"]
    assert not tour.messages
