"""A model of other classes than the labels, recorded once: no accuracy is claimed, and its layers wrap in the grid."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits
from torch import nn

import inscape


@pytest.fixture(scope="module")
def of_other_classes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """300 digits with their ten classes, seen by a network of twenty."""
    images, labels = load_digits(return_X_y=True)
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(64, 16), nn.ReLU(), nn.Linear(16, 12), nn.ReLU(), nn.Linear(12, 20))
    rec = inscape.record(
        model,
        ((images[:300] / 16).astype(np.float32), labels[:300]),
        out=tmp_path_factory.mktemp("other") / "other.inscape",
        layers=["input", "*"],
        class_names=[f"digit {i}" for i in range(10)],
    )
    inscape.embed(rec, "pca", dims=4)
    return Path(rec.path)


@pytest.fixture
def other(of_other_classes: Path, run_server: Any, open_tour: Any) -> Iterator[Any]:
    tour = open_tour(run_server(of_other_classes)[0])
    tour.show(playing=False)
    yield tour
    assert tour.messages == []


def test_predictions_of_other_classes_are_not_taken_for_labels(other: Any, of_other_classes: Path) -> None:
    predictions = np.asarray(inscape.open(of_other_classes).prediction())
    offered = other.page.get_by_test_id("colour-by").locator("option").all_inner_texts()
    assert "confidence" in offered and not {"prediction", "correctness", "loss"} & set(offered)
    assert other.page.get_by_test_id("confusion-summary").count() == 0
    other.show(hover=7)
    other.wait(lambda: "class" in other.page.get_by_test_id("hover-card").inner_text())
    card = other.page.get_by_test_id("hover-card").inner_text()
    assert f"class {predictions[7]}" in card and "✗" not in card and "digit 7" in card
    other.show(selection=list(range(50)))
    other.page.get_by_test_id("selection-confidence").wait_for()
    assert other.page.get_by_test_id("selection-accuracy").count() == 0
    other.page.get_by_test_id("panes-two").click()
    other.wait(other.is_ready)
    assert other.page.get_by_test_id("pane-accuracy").count() == 0
    # It is found by its number.
    other.show(search=f"prediction = {predictions[7]}")
    found = int((predictions == predictions[7]).sum())
    other.wait(lambda: f"{found}" in other.page.get_by_test_id("search-said").inner_text())


def test_the_layers_of_one_checkpoint_wrap(other: Any) -> None:
    other.page.get_by_test_id("panes-grid").click()
    other.wait(other.is_ready)
    names = other.page.locator(".grid-name").all_inner_texts()
    assert names[0] == "input" and len(names) == len(other.page.evaluate("window.inscape.ways.layers"))
    boxes = [cell.bounding_box() for cell in other.page.locator(".grid-cell").all()]
    rows = {round(box["y"]) for box in boxes}
    assert 1 < len(rows) < len(boxes)
    # The canvas has the cells where the page has them: a sample is found in the last one as well.
    last = boxes[-1]
    canvas = other.page.locator(".grid-canvas canvas").bounding_box()
    assert last["x"] + last["width"] <= canvas["x"] + canvas["width"] + 1
    steps = [(x, y) for y in np.linspace(0.2, 0.8, 25) for x in np.linspace(0.2, 0.8, 25)]
    for x, y in steps:
        other.page.mouse.move(last["x"] + x * last["width"], last["y"] + y * last["height"])
        if other.state["hover"] is not None:
            break
    assert other.state["hover"] is not None
    rings = other.page.locator(".grid-canvas circle").all()
    assert len(rings) == len(boxes)
    for ring, box in zip(rings, boxes, strict=True):
        place = ring.bounding_box()
        assert box["x"] <= place["x"] + 5 <= box["x"] + box["width"]
        assert box["y"] <= place["y"] + 5 <= box["y"] + box["height"]
    other.page.locator(".grid-enter").first.click()
    other.wait(lambda: other.is_ready() and other.state["layer"] == "input")
