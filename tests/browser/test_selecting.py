"""Selecting on the stage in a real browser: lasso, rectangle, brush; by mouse, touch and keys; 70,000 samples too."""

from __future__ import annotations

import statistics
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zarr

from machine import while_ours

Floats = np.ndarray[Any, Any]
Tour = Any
"""What `conftest.py` calls so."""

CLOSE = 0.02
"""CSS pixels from an edge within which the page's float32 may say otherwise."""


def places_of(tour: Tour, recording: Path, embedding: str = "pca") -> Floats:
    """(sample, 2): where the recording and the page's basis say that samples are, in CSS pixels of the stage."""
    group = zarr.open_group(recording, mode="r")[f"embeddings/{embedding}"]
    state, view = tour.state, tour.view
    steps: Any = group.attrs["inscape"]
    named = (state["layer"], state["checkpointName"])
    step = next(i for i, s in enumerate(steps["steps"]) if (s["layer"], s["checkpoint"]) == named)
    aligned = group["screen"][step].astype(float) * group["scale"][step]
    basis = np.reshape(state["basis"], (aligned.shape[1], -1))
    placed: Floats = np.asarray(view["center"]) + view["scale"] * (aligned @ basis[:, :2]) * [1, -1]
    return placed


def corner(tour: Tour) -> Floats:
    box = tour.page.get_by_test_id("stage").bounding_box()
    return np.array([box["x"], box["y"]], dtype=float)


def draw(tour: Tour, path: Floats, keys: tuple[str, ...] = ()) -> None:
    """Drag the mouse along places of the stage, with keys held down."""
    zero, mouse = corner(tour), tour.page.mouse
    for key in keys:
        tour.page.keyboard.down(key)
    mouse.move(*(zero + path[0]))
    mouse.down()
    for place in path[1:]:
        mouse.move(*(zero + place))
    mouse.up()
    for key in keys:
        tour.page.keyboard.up(key)


def star(middle: Floats, radius: float, spikes: int = 5, places: int = 60) -> Floats:
    """(place, 2): a closed line around a middle, not convex, that does not cross itself."""
    angle = np.linspace(0, 2 * np.pi, places, endpoint=False)
    reach = radius * (1 + 0.3 * np.sin(spikes * angle))
    return np.asarray(middle) + reach[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)


def in_polygon(places: Floats, path: Floats) -> Floats:
    """(sample,): how many pieces of a closed line lie to the right of each is odd."""
    inside = np.zeros(len(places), dtype=bool)
    x, y = places.T
    for (ax, ay), (bx, by) in zip(path, np.roll(path, -1, axis=0), strict=True):
        crosses = (ay > y) != (by > y)
        inside ^= crosses & (x < ax + (y - ay) * (bx - ax) / np.where(by == ay, np.inf, by - ay))
    return inside


def from_line(places: Floats, path: Floats, closed: bool) -> Floats:
    """(sample,): the distance from a line of straight pieces."""
    nearest = np.full(len(places), np.inf)
    ends = np.roll(path, -1, axis=0) if closed else path[1:]
    for a, b in zip(path, ends, strict=False):
        along = np.clip((places - a) @ (b - a) / max(1e-12, (b - a) @ (b - a)), 0, 1)
        nearest = np.minimum(nearest, np.linalg.norm(places - a - along[:, None] * (b - a), axis=1))
    return nearest


def box_path(one: Any, other: Any) -> Floats:
    """The corners of a rectangle, for `in_polygon`."""
    return np.array([one, [other[0], one[1]], other, [one[0], other[1]]], dtype=float)


def check(tour: Tour, expected: Floats, doubtful: Floats) -> int:
    """The selection is what is expected, but for samples on an edge; in order, each once."""
    selection = tour.state["selection"]
    assert selection == sorted(set(selection))
    found = np.isin(np.arange(len(expected)), selection)
    assert (found == expected)[~doubtful].all(), np.nonzero((found != expected) & ~doubtful)[0]
    assert doubtful.sum() < 5
    assert tour.page.get_by_test_id("selection-count").inner_text() == f"{len(selection):,}"
    return len(selection)


def at_rest(tour: Tour, **state: Any) -> tuple[Floats, float]:
    """A cloud at rest: the middle of its stage, and half the stage's shorter side."""
    tour.show(layer="conv2", embedding="pca", playing=False, checkpoint=8, **state)
    view = tour.view
    return np.array([view["width"], view["height"]]) / 2, min(view["width"], view["height"]) / 2


@pytest.mark.parametrize("tool", ["lasso", "rectangle", "brush"])
def test_a_tool_takes_the_samples_in_what_it_draws(tour: Tour, demo_recording: Path, tool: str) -> None:
    middle, half = at_rest(tour, camera={"zoom": 1.3, "x": 0.1, "y": -0.05})
    tour.page.get_by_test_id(f"tool-{tool}").click()
    places = places_of(tour, demo_recording)
    zero = corner(tour)
    if tool == "lasso":
        path = np.round(zero + star(middle, 0.5 * half)) - zero
        expected, doubtful = in_polygon(places, path), from_line(places, path, closed=True) < CLOSE
    elif tool == "rectangle":
        path = np.round(zero + middle + half * np.array([[0.4, 0.3], [0.1, -0.1], [-0.5, -0.4]])) - zero
        outline = box_path(path[0], path[-1])
        expected, doubtful = in_polygon(places, outline), from_line(places, outline, closed=True) < CLOSE
    else:
        path = np.round(zero + middle + half * np.array([[-0.4, 0], [-0.2, 0.2], [0.1, 0.1], [0.4, -0.3]])) - zero
        distance = from_line(places, path, closed=False)
        expected, doubtful = distance <= 20, np.abs(distance - 20) < CLOSE
    before = tour.state["camera"]
    draw(tour, path)
    assert check(tour, expected, doubtful) > 50
    assert tour.state["camera"] == before, "the stage stays where it is"
    # One drawing is one step.
    tour.page.keyboard.press("Control+z")
    assert tour.state["selection"] == []
    tour.page.keyboard.press("Control+Shift+z")
    check(tour, expected, doubtful)


@pytest.mark.parametrize("by", ["buttons", "keys"])
@pytest.mark.parametrize("how", ["replace", "add", "subtract", "intersect"])
def test_what_is_drawn_joins_the_selection(tour: Tour, demo_recording: Path, how: str, by: str) -> None:
    middle, half = at_rest(tour)
    places = places_of(tour, demo_recording)
    zero = corner(tour)
    first = np.round(zero + middle + half * np.array([[-0.5, -0.5], [0.2, 0.2]])) - zero
    second = np.round(zero + middle + half * np.array([[-0.2, -0.2], [0.5, 0.5]])) - zero
    a, b = (in_polygon(places, box_path(*path)) for path in (first, second))
    doubtful = np.any([from_line(places, box_path(*path), closed=True) < CLOSE for path in (first, second)], axis=0)
    tour.page.keyboard.press("w")
    draw(tour, first)
    if by == "buttons":
        tour.page.get_by_test_id(f"combine-{how}").click()
        draw(tour, second)
    else:
        keys = {"replace": (), "add": ("Shift",), "subtract": ("Alt",), "intersect": ("Shift", "Alt")}[how]
        draw(tour, second, keys)
        assert tour.state["combine"] == "replace"
    expected = {"replace": b, "add": a | b, "subtract": a & ~b, "intersect": a & b}[how]
    assert len({(a & b).sum(), (a | b).sum(), a.sum(), b.sum(), 0}) == 5
    check(tour, expected, doubtful)
    tour.page.keyboard.press("Control+z")
    check(tour, a, doubtful)


def test_the_combination_and_the_number_are_shown_while_one_draws(tour: Tour, demo_recording: Path) -> None:
    middle, half = at_rest(tour)
    page, zero = tour.page, corner(tour)
    pressed = '[data-testid^=combine-][aria-pressed="true"]'
    assert page.locator(pressed).count() == 0, "there is nothing to combine with the stage in the hand"
    page.keyboard.press("w")
    assert page.locator(pressed).get_attribute("data-testid") == "combine-replace"
    page.mouse.move(*(zero + middle - 0.4 * half))
    page.mouse.down()
    page.mouse.move(*(zero + middle + 0.4 * half), steps=4)
    inside = int(page.get_by_test_id("region-count").inner_text().replace(",", ""))
    page.keyboard.down("Shift")
    assert page.locator(pressed).get_attribute("data-testid") == "combine-add"
    assert page.get_by_test_id("region-count").inner_text() == f"+ {inside:,}"
    page.keyboard.down("Alt")
    assert page.locator(pressed).get_attribute("data-testid") == "combine-intersect"
    page.keyboard.up("Shift")
    assert page.locator(pressed).get_attribute("data-testid") == "combine-subtract"
    page.keyboard.up("Alt")
    assert tour.state["selection"] == []
    page.mouse.up()
    assert len(tour.state["selection"]) == inside > 100
    assert page.get_by_test_id("region-count").count() == 0
    assert page.get_by_test_id("selection-status").inner_text() == f"{inside:,} of 2,000 samples selected"


def test_shift_draws_with_the_stage_in_the_hand(tour: Tour, demo_recording: Path) -> None:
    middle, half = at_rest(tour, selection=[0, 1, 2])
    places, zero = places_of(tour, demo_recording), corner(tour)
    path = np.round(zero + star(middle, 0.3 * half)) - zero
    draw(tour, path, ("Shift",))
    check(tour, in_polygon(places, path) | (np.arange(2000) < 3), from_line(places, path, closed=True) < CLOSE)
    assert tour.state["tool"] == "move" and tour.state["camera"] == {"zoom": 1, "x": 0, "y": 0}
    selection = tour.state["selection"]
    draw(tour, path[:30])
    assert tour.state["selection"] == selection and tour.state["camera"] != {"zoom": 1, "x": 0, "y": 0}


def test_only_what_is_shown_is_taken(tour: Tour, demo_recording: Path) -> None:
    middle, half = at_rest(tour)
    label = np.asarray(zarr.open_group(demo_recording, mode="r")["samples/label"])
    tour.page.get_by_test_id("legend-3").click()
    tour.page.keyboard.press("w")
    draw(tour, np.array([middle + half * np.array([-0.95, 0.9]), middle + half * np.array([0.95, -0.95])]))
    selection = tour.state["selection"]
    assert set(label[selection]) == {3} and len(selection) > 0.9 * (label == 3).sum()
    tour.show(groups=None, filter=[5, 6, 7])
    draw(tour, np.array([middle + half * np.array([-0.95, 0.9]), middle + half * np.array([0.95, -0.95])]))
    assert tour.state["selection"] == [5, 6, 7]


def test_the_selection_is_shown_alone_and_all_again(tour: Tour) -> None:
    at_rest(tour, selection=list(range(40)))
    page = tour.page
    assert page.get_by_test_id("shown-count").count() == 0
    page.keyboard.press("f")
    tour.wait(lambda: tour.view["points"] == 40)
    assert page.get_by_test_id("shown-count").inner_text().split("\n")[0].startswith("40 of 2,000 shown")
    page.keyboard.press("f")
    tour.wait(lambda: tour.view["points"] == 2000)
    page.keyboard.press("Control+z")
    tour.wait(lambda: tour.view["points"] == 40)
    page.get_by_test_id("show-all").click()
    tour.wait(lambda: tour.view["points"] == 2000)
    assert tour.state["selection"] == list(range(40)) and page.get_by_test_id("shown-count").count() == 0
    page.keyboard.press("Control+z")
    page.keyboard.press("Escape")
    tour.wait(lambda: tour.view["points"] == 2000)
    page.keyboard.press("c")
    page.keyboard.press("f")
    assert "Nothing is selected" in page.get_by_test_id("banner").inner_text()
    assert tour.state["filter"] is None


def test_a_tool_by_touch(open_tour: Any, served_demo: str, demo_recording: Path) -> None:
    tour = open_tour(served_demo, viewport={"width": 390, "height": 820}, has_touch=True, is_mobile=True)
    middle, half = at_rest(tour)
    tour.page.get_by_test_id("tool-lasso").tap()
    places, zero = places_of(tour, demo_recording), corner(tour)
    session = tour.page.context.new_cdp_session(tour.page)

    def touch(kind: str, *fingers: Floats) -> None:
        points = [{"x": float(at[0]), "y": float(at[1]), "id": i} for i, at in enumerate(fingers)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    path = np.round(zero + star(middle, 0.4 * half, places=40)) - zero
    touch("touchStart", zero + path[0])
    for place in path[1:]:
        touch("touchMove", zero + place)
    assert tour.page.get_by_test_id("region-count").count() == 1
    touch("touchEnd")
    assert check(tour, in_polygon(places, path), from_line(places, path, closed=True) < CLOSE) > 50
    # A second finger: what was begun is left, and the stage comes nearer.
    selection = tour.state["selection"]
    left, right = zero + middle - [30, 0], zero + middle + np.array([30, 0])
    touch("touchStart", left)
    touch("touchMove", left + np.array([0, 12]))
    touch("touchStart", left + np.array([0, 12]), right)
    for apart in (10, 20, 30):
        touch("touchMove", left + np.array([-apart, 12]), right + np.array([apart, 0]))
    touch("touchEnd")
    assert tour.state["camera"]["zoom"] > 1.5
    assert tour.state["selection"] == selection and tour.page.get_by_test_id("region-count").count() == 0
    # A tap is one on a sample.
    tour.show(camera={"zoom": 1, "x": 0, "y": 0})
    place = zero + places[17]
    tour.page.touchscreen.tap(*place)
    (near,) = tour.state["selection"]
    assert np.linalg.norm(places[near] - places[17]) < 2
    assert tour.messages == []


def test_a_region_by_keys(tour: Tour, demo_recording: Path) -> None:
    middle, half = at_rest(tour)
    places, page = places_of(tour, demo_recording), tour.page
    page.get_by_test_id("stage").focus()
    for key in ("w", "Enter"):
        page.keyboard.press(key)
    status = page.get_by_test_id("selection-status")
    assert "samples inside" in status.inner_text()
    for key in ("ArrowLeft", "ArrowLeft", "ArrowUp", "Shift+ArrowRight", "Shift+ArrowUp", "Shift+ArrowUp"):
        page.keyboard.press(key)
    said = status.inner_text()
    assert tour.state["selection"] == [] and tour.state["camera"] == {"zoom": 1, "x": 0, "y": 0}
    page.keyboard.press("Enter")
    side = round(half / 3)
    at = middle + np.array([-20, -10])
    outline = box_path(at - [side + 10, side + 20], at + np.array([side + 10, side + 20]))
    expected, doubtful = in_polygon(places, outline), from_line(places, outline, closed=True) < CLOSE
    count = check(tour, expected, doubtful)
    assert count > 50 and said.endswith(f": {count:,} samples inside")
    assert said.startswith(f"{2 * side + 20} by {2 * side + 40} pixels around {round(at[0])}, {round(at[1])}")
    assert status.inner_text() == f"{count:,} of 2,000 samples selected"
    # The brush stands still in the same way; Shift and Enter add, Alt and Enter take away.
    for key in ("e", "]", "]", "Enter", "ArrowDown", "Shift+ArrowUp", "Shift+Enter"):
        page.keyboard.press(key)
    radius = tour.state["brush"]
    assert radius > 35
    distance = np.linalg.norm(places - middle - [0, 10], axis=1)
    expected, doubtful = expected | (distance <= radius), doubtful | (np.abs(distance - radius) < CLOSE)
    assert check(tour, expected, doubtful) >= count
    page.keyboard.press("Enter")
    page.keyboard.press("Alt+Enter")
    distance = np.linalg.norm(places - middle, axis=1)
    check(tour, expected & (distance > radius), doubtful | (np.abs(distance - radius) < CLOSE))
    # Esc leaves the region, then the tool, and last the selection.
    page.keyboard.press("Enter")
    for tool, regions, empty in (("brush", 0, False), ("move", 0, False), ("move", 0, True)):
        page.keyboard.press("Escape")
        assert tour.state["tool"] == tool and page.get_by_test_id("region-count").count() == regions
        assert (tour.state["selection"] == []) == empty


def test_tools_by_keys_and_the_size_of_the_brush(tour: Tour) -> None:
    at_rest(tour)
    page = tour.page
    for key, tool in (
        ("q", "lasso"),
        ("w", "rectangle"),
        ("e", "brush"),
        ("e", "move"),
        ("q", "lasso"),
        ("Escape", "move"),
    ):
        page.keyboard.press(key)
        assert tour.state["tool"] == tool
        assert page.get_by_test_id(f"tool-{tool}").get_attribute("aria-pressed") == "true"
    page.keyboard.press("e")
    before = tour.state["brush"]
    page.keyboard.press("]")
    assert tour.state["brush"] == round(1.25 * before)
    assert page.get_by_test_id("brush-size").inner_text() == f"{2 * tour.state['brush']} px"
    page.get_by_test_id("brush-smaller").click()
    assert tour.state["brush"] == before
    for _ in range(30):
        page.keyboard.press("[")
    assert tour.state["brush"] == 3
    # It follows the pointer, and the wheel brings the stage nearer all the same.
    box = page.get_by_test_id("stage").bounding_box()
    page.mouse.move(box["x"] + 200, box["y"] + 220)
    assert page.locator(".region path").get_attribute("d").startswith("M197 ")
    page.mouse.wheel(0, -300)
    tour.wait(lambda: tour.state["camera"]["zoom"] > 1.2)
    page.mouse.move(box["x"] + 200, box["y"] - 40)
    assert page.locator(".region path").get_attribute("d") == ""


def test_the_tour_waits_while_one_draws_and_esc_leaves_it(tour: Tour) -> None:
    tour.show(layer="conv2", embedding="pca", playing=True, selection=[4])
    page, zero = tour.page, corner(tour)
    page.keyboard.press("q")
    page.mouse.move(*(zero + 120))
    page.mouse.down()
    page.mouse.move(*(zero + np.array([320, 130])), steps=5)
    held = tour.state["basis"]
    time.sleep(0.3)
    assert tour.state["basis"] == held and tour.state["playing"]
    page.mouse.move(*(zero + np.array([300, 330])), steps=5)
    page.keyboard.press("Escape")
    tour.wait(lambda: tour.state["basis"] != held)
    page.mouse.up()
    assert tour.state["selection"] == [4] and tour.state["tool"] == "lasso"
    draw(tour, np.array([[120, 120], [320, 130], [300, 330]]))
    held = tour.state["basis"]
    tour.wait(lambda: tour.state["basis"] != held)


def test_a_tool_draws_over_handles(tour: Tour) -> None:
    tour.show(layer="softmax", embedding="units-softmax", playing=False, checkpoint=8)
    basis = tour.state["basis"]
    grip = tour.page.get_by_test_id("handle-0").bounding_box()
    at = np.array([grip["x"] + grip["width"] / 2, grip["y"] + grip["height"] / 2]) - corner(tour)
    tour.page.keyboard.press("w")
    draw(tour, np.array([at, at + np.array([-60, 60]), at + np.array([70, 90])]))
    assert tour.state["basis"] == basis and len(tour.state["selection"]) > 0


def test_the_second_picture_is_drawn_on_as_well(tour: Tour, demo_recording: Path) -> None:
    at_rest(tour, beside={"layer": "conv1"})
    page = tour.page
    group = zarr.open_group(demo_recording, mode="r")["embeddings/pca"]
    steps: Any = group.attrs["inscape"]["steps"]
    step = next(i for i, s in enumerate(steps) if (s["layer"], s["checkpoint"]) == ("conv1", "epoch-8"))
    aligned = group["screen"][step].astype(float) * group["scale"][step]
    view = page.evaluate("window.inscape.viewBeside")
    basis = np.reshape(tour.state["basis"], (aligned.shape[1], -1))
    places = np.asarray(view["center"]) + view["scale"] * (aligned @ basis[:, :2]) * [1, -1]
    page.keyboard.press("q")
    box = page.get_by_test_id("stage-beside").bounding_box()
    zero = np.array([box["x"], box["y"]], dtype=float)
    path = np.round(zero + star(np.median(places, axis=0), 0.4 * view["width"] / 2)) - zero
    page.mouse.move(*(zero + path[0]))
    page.mouse.down()
    for place in path[1:]:
        page.mouse.move(*(zero + place))
    number = page.get_by_test_id("region-count")
    assert number.count() == 1 and number.bounding_box()["x"] > box["x"]
    page.mouse.up()
    assert check(tour, in_polygon(places, path), from_line(places, path, closed=True) < CLOSE) > 50
    # By keys too, and what is begun there goes with the picture.
    page.get_by_test_id("stage-beside").focus()
    page.keyboard.press("Enter")
    assert number.bounding_box()["x"] > box["x"]
    page.get_by_test_id("panes-one").click()
    tour.wait(lambda: number.count() == 0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_selected_has_rings_and_the_rest_is_faded(
    open_tour: Any, served_demo: str, demo_recording: Path, scheme: str
) -> None:
    tour = open_tour(served_demo, color_scheme=scheme)
    at_rest(tour, camera={"zoom": 3, "x": 0, "y": 0})
    places = places_of(tour, demo_recording)
    view = tour.view
    inside = np.nonzero(
        ((places > 20) & (places < [view["width"] - 20, view["height"] - 60])).all(axis=1) & (places[:, 1] > 50)
    )[0]
    # Those that stand alone: between two of them there is nothing.
    apart = np.linalg.norm(places[inside, None] - places[inside], axis=2)
    np.fill_diagonal(apart, np.inf)
    alone = inside[apart.min(axis=1) > 20]
    assert len(alone) >= 6
    chosen, others = alone[::2], alone[1::2]
    plain = tour.pixels()
    tour.show(selection=chosen.tolist())
    ringed = tour.pixels()
    ground = plain[60, -5]
    ink = np.array([0x1D, 0x21, 0x26] if scheme == "light" else [0xE6, 0xE8, 0xEB], dtype=float)

    def color(picture: Floats, sample: int, off: float = 0) -> Floats:
        x, y = places[sample] + np.array([off, 0])
        value: Floats = picture[int(np.floor(y)), int(np.floor(x))]
        return value

    radius = 0.5 * 6.4 * 3**0.3
    for sample in chosen:
        assert np.abs(color(ringed, sample) - color(plain, sample)).max() <= 2, "the middle keeps its color"
        assert np.abs(color(plain, sample, radius + 0.9) - ink).max() > 60
        nearest = min(np.abs(color(ringed, sample, radius + off) - ink).max() for off in (0.5, 0.9, 1.3))
        assert nearest < 60, "around it is a ring of ink"
    for sample in others:
        full, faded = color(plain, sample), color(ringed, sample)
        # What is drawn is a mixture with the ground, and can still be seen on it.
        share = np.abs(faded - ground).sum() / np.abs(full - ground).sum()
        assert 0.3 < share < 0.5
    tour.show(selection=[])
    assert np.abs(tour.pixels() - plain).max() == 0
    assert tour.messages == []


def test_the_state_of_the_tools_is_public(tour: Tour) -> None:
    tour.show(tool="brush", combine="subtract", brush=31)
    state = tour.state
    assert (state["tool"], state["combine"], state["brush"]) == ("brush", "subtract", 31)
    assert tour.page.get_by_test_id("combine-subtract").get_attribute("aria-pressed") == "true"
    for wrong, said in (({"tool": "pen"}, "lasso"), ({"combine": "xor"}, "intersect"), ({"brush": 999}, "200")):
        error = tour.page.evaluate(
            "state => { try { window.inscape.state = state } catch (e) { return e.message } }", wrong
        )
        assert said in error
    assert tour.state["brush"] == 31


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """70,000 samples of 15 dimensions, in ten clusters."""
    import torch

    import inscape

    generator = np.random.default_rng(0)
    labels = generator.integers(0, 10, 70_000)
    centers = generator.normal(scale=2, size=(10, 15))
    data = (centers[labels] + generator.normal(size=(70_000, 15))).astype(np.float32)
    out = tmp_path_factory.mktemp("large") / "large.inscape"
    recording = inscape.record(
        torch.nn.Identity(), (data, labels), out=out, layers=["output"], predictions=False, batch_size=8192
    )
    inscape.embed(recording, "pca", dims=15, quality=False)
    return out


TIMES = """() => {
  window.times = {pointerup: [], pointermove: []};
  for (const [type, list] of Object.entries(window.times)) {
    let began = 0;
    window.addEventListener(type, () => (began = performance.now()), true);
    window.addEventListener(type, () => {
      const [at, one] = [began, {handled: performance.now() - began}];
      list.push(one);
      requestAnimationFrame(() => (one.drawn = performance.now() - at));
    });
  }
}"""
"""Milliseconds from an event to the end of what answers it, and to the end of the frame that draws the answer."""


def test_thirty_thousand_of_seventy_thousand(run_server: Any, open_tour: Any, large: Path) -> None:
    address, _ = run_server(large)
    tour = open_tour(address, color_scheme="light")
    tour.show(embedding="pca", playing=False)
    page = tour.page
    view = tour.view
    places = places_of(tour, large)
    middle = np.median(places, axis=0)
    # About 30,000 of those that the stage shows.
    path = star(middle, float(np.sort(np.linalg.norm(places - middle, axis=1))[30_000]))
    zero = corner(tour)
    path = np.clip(np.round(zero + path), zero + 1, zero + np.array([view["width"] - 1, view["height"] - 1])) - zero
    expected = in_polygon(places, path)
    page.evaluate(TIMES)
    page.keyboard.press("q")
    for _ in range(4):
        draw(tour, path)
        tour.wait(lambda: tour.view["ready"])
        found = np.isin(np.arange(70_000), tour.state["selection"])
        assert (found != expected).sum() <= 5
        page.keyboard.press("c")
    assert 25_000 < expected.sum() < 35_000
    page.evaluate("new Promise(done => setTimeout(done, 200))")
    lassos = page.evaluate("times.pointerup")
    print(f"\nlasso of {expected.sum():,} of 70,000: ms {lassos}")
    # The aim is 100 ms; this machine may be doing other things.
    assert min(lasso["drawn"] for lasso in lassos) <= 200
    # Everything behind a selection of so many: a handle, the filter, undo, the address.
    draw(tour, path)
    page.keyboard.press("d")
    page.keyboard.press("d")
    assert [len(handle["samples"]) for handle in tour.state["handles"]] == [len(tour.state["selection"])]
    page.keyboard.press("Escape")
    page.get_by_test_id("stage").focus()
    page.keyboard.press("f")
    tour.wait(lambda: tour.view["points"] == len(tour.state["selection"]))
    page.keyboard.press("Control+z")
    tour.wait(lambda: tour.view["points"] == 70_000)
    assert "selection" not in page.evaluate("location.hash")
    # Pointing at samples, with so many selected, at rest and while the tour plays.
    page.keyboard.press("Escape")
    for playing in (False, True):
        tour.show(playing=playing)

        def median_of_hovers(playing: bool = playing) -> float:
            page.evaluate("times.pointermove.length = 0")
            for step in range(60):
                page.mouse.move(*(zero + middle + np.array([2 * step - 60, 40 * np.sin(step)])))
            page.evaluate("new Promise(done => setTimeout(done, 200))")
            assert tour.state["hover"] is not None
            hovers = [move["handled"] for move in page.evaluate("times.pointermove")]
            print(f"hover, playing {playing}: median {statistics.median(hovers):.1f} ms, longest {max(hovers):.1f} ms")
            return statistics.median(hovers)

        assert while_ours(median_of_hovers) <= 16
    assert tour.messages == []
