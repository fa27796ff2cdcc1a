"""The page by the keyboard alone: each control is reached, is seen to be, has a name; walks through all there is."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zarr

import inscape

Tour = Any
"""What `conftest.py` calls so."""

# What can be worked with and is to be seen: the controls that Tab should come to.
CONTROLS = """
() => [...document.querySelectorAll("button, input, select, textarea, a[href], summary, [tabindex='0']")].filter(
    control => control.checkVisibility({visibilityProperty: true}) && control.getClientRects().length
        && !control.disabled && control.tabIndex >= 0
        && !(control.type === "radio" && !control.checked)
        && (!document.querySelector("dialog[open]") || control.closest("dialog[open]"))
)
"""

AT = """
() => {
    const control = document.activeElement;
    if (!control || control === document.body) return null;
    const seen = element => {
        const style = getComputedStyle(element);
        return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
    };
    control.dataset.reached = "yes";
    const box = control.getBoundingClientRect();
    const inside = box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth;
    const labels = (control.getAttribute("aria-labelledby") ?? "").split(" ").filter(Boolean);
    const texts = elements => elements.map(element => element?.textContent).join(" ");
    const name = control.getAttribute("aria-label") || texts(labels.map(id => document.getElementById(id)))
        || texts([...(control.labels ?? [])]) || control.textContent || control.title || "";
    const parent = control.parentElement;
    return {
        what: control.dataset.testid || control.outerHTML.slice(0, 120),
        seen: seen(control) || (parent && parent.matches(":focus-within") && seen(parent)),
        inside, name: name.trim(),
    };
}
"""

MISSED = f"""
() => ({CONTROLS})().filter(control => !control.dataset.reached).map(
    control => control.dataset.testid || control.outerHTML.slice(0, 160)
)
"""


def press(tour: Tour, *keys: str) -> None:
    for key in keys:
        tour.page.keyboard.press(key)


def focused(tour: Tour) -> str | None:
    testid: str | None = tour.page.evaluate("document.activeElement?.dataset?.testid ?? null")
    return testid


def go(tour: Tour, testid: str, key: str = "Tab") -> None:
    """To a control, as one does who has no mouse."""
    passed = []
    for _ in range(250):
        if focused(tour) == testid:
            return
        tour.page.keyboard.press(key)
        passed.append(focused(tour))
    pytest.fail(f"{testid} was not reached by {key}; passed: {passed}")


STATES: dict[str, dict[str, Any]] = {
    "plain": {"layer": "softmax"},
    "selection and handles": {
        "layer": "conv2",
        "selection": list(range(40)),
        "filter": list(range(0, 2000, 2)),
        "handles": [{"kind": "class", "group": 4, "name": "fours"}],
    },
    "flow": {"embedding": "flow:", "layerPlace": 6.5},
    "numbers": {"colorBy": "loss", "range": [0.01, None]},
    "two": {"panes": "two"},
    "grid": {"panes": "grid"},
    "units": {"view": "units"},
}


@pytest.mark.parametrize("name", STATES)
def test_every_control_is_reached_and_seen(name: str, tour: Tour) -> None:
    page = tour.page
    state = {"playing": False, **STATES[name]}
    if state.get("embedding") == "flow:":
        state["embedding"] = page.evaluate("window.inscape.ways.flows[0]")
    page.evaluate("state => { window.inscape.state = state }", state)
    if "view" not in state:
        tour.wait(lambda: tour.view["ready"])
    visit_all(tour)


DIALOGS: dict[str, tuple[tuple[str, ...], str]] = {
    "help": (("?",), "help"),
    "embed": (("embed-button", "Enter"), "embed-dialog"),
    "confusion": (("confusion-summary", "Enter", "confusion-larger", "Enter"), "confusion-dialog"),
    "bookmark": (("b",), "bookmark-dialog"),
}


@pytest.mark.parametrize("name", DIALOGS)
def test_a_dialog_keeps_the_focus_and_gives_it_back(name: str, tour: Tour) -> None:
    keys, dialog = DIALOGS[name]
    tour.show(playing=False, selection=[1, 2, 3])
    for key in keys:
        if "-" in key:
            tour.wait(lambda key=key: tour.page.get_by_test_id(key).count() == 1)
            go(tour, key)
        else:
            press(tour, key)
    tour.page.get_by_test_id(dialog).wait_for()
    opener = next((key for key in reversed(keys) if "-" in key), None)
    visit_all(tour)
    press(tour, "Escape")
    tour.wait(lambda: tour.page.get_by_test_id(dialog).count() == 0)
    if opener:
        tour.wait(lambda: focused(tour) == opener)


def visit_all(tour: Tour) -> None:
    """Tab through all there is, round to where it began."""
    page = tour.page
    count = page.evaluate(f"({CONTROLS})().length")
    assert count > 0
    for _ in range(2 * count + 10):
        press(tour, "Tab")
        at = page.evaluate(AT)
        if at is None:
            continue
        assert at["seen"], f"the focus is not to be seen on {at['what']}"
        assert at["inside"], f"the focus is out of sight on {at['what']}"
        assert at["name"], f"there is no name on {at['what']}"
        if not page.evaluate(MISSED):
            break
    assert page.evaluate(MISSED) == []


@pytest.fixture
def own(demo_recording: Path, tmp_path: Path) -> Path:
    """The demo's recording, to be written to; nobody has yet."""
    out = tmp_path / "own.inscape"
    shutil.copytree(demo_recording, out, copy_function=os.link)
    shutil.rmtree(out / "people", ignore_errors=True)
    return out


@pytest.fixture
def walk(own: Path, run_server: Callable[..., Any], open_tour: Callable[..., Tour]) -> Iterator[Tour]:
    """The page on it. No mouse is here, and nothing is set by a script."""
    tour = open_tour(run_server(own)[0])
    yield tour
    assert tour.messages == []


def ready(tour: Tour) -> None:
    tour.wait(lambda: tour.view["ready"])


def basis(tour: Tour) -> list[float]:
    found: list[float] = tour.state["basis"]
    return found


def test_a_walk_through_the_tour(walk: Tour) -> None:
    """Time, layers, checkpoints, the stage, handles, images, colors."""
    assert walk.state["playing"]
    press(walk, " ")
    assert not walk.state["playing"]
    ready(walk)
    # Layers and checkpoints, by keys and by their sliders.
    press(walk, "k")
    ready(walk)
    assert walk.state["layer"] == "logits"
    press(walk, "j", "h")
    ready(walk)
    assert (walk.state["layer"], walk.state["checkpoint"]) == ("softmax", 7)
    go(walk, "checkpoint-slider")
    press(walk, "Home")
    ready(walk)
    assert walk.state["checkpointName"] == "epoch-0"
    go(walk, "checkpoint-play", "Shift+Tab")
    press(walk, "Enter")
    walk.wait(lambda: walk.state["checkpoint"] > 0.3)
    press(walk, "Enter")
    assert not walk.state["checkpointPlaying"]
    go(walk, "layer-slider", "Shift+Tab")
    press(walk, "Home")
    ready(walk)
    assert walk.state["layer"] == "input"
    press(walk, "End", "l")
    ready(walk)
    go(walk, "speed-slider")
    speed = walk.state["speed"]
    press(walk, "ArrowRight")
    assert walk.state["speed"] > speed
    go(walk, "tour-play", "Shift+Tab")
    press(walk, "Enter", "Enter")
    assert not walk.state["playing"]

    # The stage: nearer, moved, a sample pointed at and selected.
    go(walk, "stage")
    press(walk, "+", "ArrowLeft", "ArrowUp")
    camera = walk.state["camera"]
    assert camera["zoom"] == pytest.approx(1.25) and camera["x"] != 0 and camera["y"] != 0
    press(walk, ".", ".", "Enter")
    walk.page.get_by_test_id("hover-card").wait_for()
    assert walk.state["selection"] == [1]
    press(walk, "Escape", "c", "r")
    ready(walk)
    assert walk.state["camera"] == {"zoom": 1, "x": 0, "y": 0} and walk.state["selection"] == []

    # Handles: of the axes, turned, taken back bit for bit; of a selection, named, pinned, kept, removed.
    if not walk.page.get_by_test_id("handle-0").count():
        press(walk, "a")
    begin = basis(walk)
    go(walk, "handle-0")
    press(walk, "ArrowRight", "ArrowDown", "Shift+ArrowLeft")
    assert basis(walk) != begin
    press(walk, "Control+z")
    assert basis(walk) == begin
    press(walk, "Control+Shift+z")
    assert basis(walk) != begin
    press(walk, "/")
    walk.page.keyboard.type("label = 3")
    walk.wait(lambda: "found" in walk.page.get_by_test_id("search-said").inner_text())
    press(walk, "Enter")
    walk.wait(lambda: len(walk.state["selection"]) > 100)
    press(walk, "Escape", "a", "d")
    walk.wait(lambda: len(walk.state["handles"]) == 1)
    go(walk, "handle-0")
    press(walk, "p", "Enter")
    walk.wait(lambda: focused(walk) == "handle-name")
    walk.page.keyboard.type("threes")
    press(walk, "Enter")
    walk.wait(lambda: walk.state["handles"][0]["name"] == "threes" and walk.state["handles"][0]["pinned"])
    go(walk, "handles-keep")
    press(walk, "Enter")
    walk.wait(lambda: focused(walk) == "handle-set-name")
    walk.page.keyboard.type("one of threes")
    press(walk, "Enter")
    walk.page.get_by_role("button", name="one of threes 1").wait_for()
    go(walk, "handle-0")
    press(walk, "x")
    assert walk.state["handles"] == []

    # Images and averages in place of points.
    for marks in ("images", "averages", "points"):
        press(walk, "i")
        assert walk.state["marks"] == marks
        ready(walk)

    # Colors: another quantity by the letters of its name, a range of it; a class alone.
    go(walk, "colour-by")
    walk.page.keyboard.type("Loss")
    walk.wait(lambda: walk.state["colorBy"] == "loss" and walk.view["ready"])
    go(walk, "range-low")
    press(walk, "Shift+ArrowRight", "Shift+ArrowRight")
    walk.wait(lambda: 0 < walk.view["points"] < 2000)
    press(walk, "Escape")
    assert walk.state["range"] is None
    go(walk, "colour-by", "Shift+Tab")
    walk.page.keyboard.type("Label")
    walk.wait(lambda: walk.state["colorBy"] == "label" and walk.view["ready"])
    go(walk, "legend-3")
    press(walk, "Enter")
    assert walk.state["groups"] == [3]
    go(walk, "show-all")
    press(walk, "Enter")
    assert walk.state["groups"] is None


def test_a_walk_through_selections(walk: Tour, own: Path) -> None:
    """Tools, search, neighbors, the matrix, the panel, what is kept and carried away."""
    recording = inscape.open(own)
    stored = zarr.open_group(own, mode="r")
    label = np.asarray(stored["samples/label"])
    prediction = np.asarray(stored["checkpoints/epoch-8/prediction"])
    press(walk, " ")
    ready(walk)
    go(walk, "stage")
    press(walk, "w", "Enter", "ArrowLeft", "Shift+ArrowRight", "Shift+ArrowUp", "Enter")
    first = walk.state["selection"]
    assert 0 < len(first) < 2000
    press(walk, "Escape", "e", "]", "Enter", "Shift+ArrowDown", "Shift+Enter")
    assert set(first) <= set(walk.state["selection"])
    press(walk, "Escape", "f")
    assert len(walk.state["filter"]) == len(walk.state["selection"])
    ready(walk)
    go(walk, "show-all")
    press(walk, "Enter")
    assert walk.state["filter"] is None

    press(walk, "/")
    walk.page.keyboard.type("prediction != label")
    walk.wait(lambda: "found" in walk.page.get_by_test_id("search-said").inner_text())
    press(walk, "Enter")
    wrong = np.flatnonzero(prediction != label).tolist()
    walk.wait(lambda: sorted(walk.state["selection"]) == wrong)
    press(walk, "Escape")
    go(walk, "save-name")
    walk.page.keyboard.type("misread")
    press(walk, "Enter")
    walk.page.get_by_test_id("saved-misread").wait_for()
    assert recording.selections["misread"].tolist() == wrong
    go(walk, "export-json")
    with walk.page.expect_download() as waiting:
        press(walk, "Enter")
    assert json.loads(Path(waiting.value.path()).read_text())["ids"] == wrong

    go(walk, "stage")
    press(walk, "c", ".", "Enter", "n")
    walk.wait(lambda: len(walk.state["selection"]) > 1)
    go(walk, "confusion-summary")
    press(walk, "Enter")
    walk.page.get_by_test_id("confusion").wait_for()
    press(walk, "Tab")
    walk.wait(lambda: focused(walk) == "confusion")
    press(walk, "ArrowDown", "ArrowDown", "ArrowRight", "Enter")
    walk.wait(lambda: sorted(walk.state["selection"]) == np.flatnonzero((label == 2) & (prediction == 1)).tolist())
    press(walk, "Control+z")
    walk.wait(lambda: len(walk.state["selection"]) > 1)
    press(walk, "c")


def test_a_walk_through_pictures_and_views(walk: Tour, own: Path) -> None:
    """Two pictures, the grid, the flow, a kept view, a saved picture, the page's own buttons."""
    recording = inscape.open(own)
    press(walk, " ")
    ready(walk)
    press(walk, "v")
    walk.wait(lambda: walk.state["panes"] == "two" and walk.view["ready"])
    go(walk, "beside-checkpoint")
    walk.page.keyboard.type("epoch-0")
    walk.wait(lambda: walk.state["beside"]["checkpoint"] == 0)
    go(walk, "beside-layer")
    walk.page.keyboard.type("conv1")
    walk.wait(lambda: walk.state["beside"]["layer"] == "conv1")
    go(walk, "beside-bases")
    press(walk, "ArrowDown")
    walk.wait(lambda: walk.state["beside"]["bases"] == "own")
    go(walk, "stage-beside")
    press(walk, "v")
    walk.wait(lambda: walk.state["panes"] == "one")
    press(walk, "g")
    walk.wait(lambda: walk.state["panes"] == "grid" and walk.view["ready"])
    for _ in range(250):
        if walk.page.evaluate("document.activeElement.getAttribute('aria-label')") == "Show conv2 at epoch-3 alone":
            break
        press(walk, "Tab")
    press(walk, "Enter")
    walk.wait(lambda: walk.state["panes"] == "one" and walk.view["ready"])
    assert (walk.state["layer"], walk.state["checkpointName"]) == ("conv2", "epoch-3")

    go(walk, "embedding-flow")
    press(walk, "Enter")
    ready(walk)
    place = walk.state["layerPlace"]
    press(walk, "j")
    ready(walk)
    assert walk.state["layerPlace"] == place + 1
    assert walk.page.get_by_test_id("caption").inner_text()

    press(walk, "b")
    walk.page.get_by_test_id("bookmark-dialog").wait_for()
    walk.wait(lambda: focused(walk) == "bookmark-text")
    walk.page.keyboard.type("After the second convolution.")
    go(walk, "bookmark-save")
    press(walk, "Enter")
    walk.page.get_by_test_id("bookmark-0").wait_for()
    assert [mark.sentence for mark in recording.bookmarks] == ["After the second convolution."]
    press(walk, "k")
    ready(walk)
    go(walk, "bookmark-0")
    press(walk, "Enter")
    ready(walk)
    assert walk.state["layerPlace"] == place + 1
    go(walk, "bookmark-edit")
    press(walk, "Enter")
    walk.page.get_by_test_id("bookmark-dialog").wait_for()
    go(walk, "bookmark-delete")
    press(walk, "Enter")
    walk.wait(lambda: len(recording.bookmarks) == 0)
    go(walk, "bookmark-undo")
    press(walk, "Enter")
    walk.wait(lambda: len(recording.bookmarks) == 1)

    go(walk, "save-picture")
    press(walk, "Enter")
    with walk.page.expect_download() as waiting:
        go(walk, "save-picture-svg")
        press(walk, "Enter")
    assert waiting.value.suggested_filename.endswith(".svg")
    theme = walk.page.evaluate("getComputedStyle(document.body).backgroundColor")
    go(walk, "theme")
    press(walk, "Enter")
    walk.wait(lambda: walk.page.evaluate("getComputedStyle(document.body).backgroundColor") != theme)
    press(walk, "?")
    walk.page.get_by_test_id("help").wait_for()
    press(walk, "Escape")
    walk.wait(lambda: walk.page.get_by_test_id("help").count() == 0)
    for key, view in zip("71", ("attack", "tour"), strict=True):
        press(walk, key)
        assert walk.state["view"] == view
