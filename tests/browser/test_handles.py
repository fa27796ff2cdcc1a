"""Handles in a real browser: they stay under the pointer, by mouse, touch and keys; and all of it can be undone."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zarr

Floats = np.ndarray[Any, Any]
Tour = Any
"""What `conftest.py` calls so."""

FRAME = "await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));"
CENTER = """
    const grip = document.querySelector(`[data-testid=handle-${i}]`).getBoundingClientRect();
    const stage = document.querySelector("[data-testid=stage]").getBoundingClientRect();
    const at = [grip.x + grip.width / 2 - stage.x, grip.y + grip.height / 2 - stage.y];
"""


def frame(tour: Tour) -> None:
    tour.page.evaluate(f"(async () => {{ {FRAME} }})()")


def center(tour: Tour, handle: int) -> Floats:
    """The middle of a handle in CSS pixels of the stage, in the newest frame."""
    return np.array(tour.page.evaluate(f"async i => {{ {FRAME} {CENTER} return at }}", handle))


def corner(tour: Tour) -> Floats:
    box = tour.page.get_by_test_id("stage").bounding_box()
    return np.array([box["x"], box["y"]])


def basis(tour: Tour) -> Floats:
    numbers = np.array(tour.state["basis"])
    return numbers.reshape(2 * [round(np.sqrt(len(numbers)))])


def dragged(tour: Tour, handle: int, path: Floats) -> None:
    """Drag a handle along places in CSS pixels of the stage."""
    mouse, zero = tour.page.mouse, corner(tour)
    mouse.move(*(zero + center(tour, handle)))
    mouse.down()
    for place in path:
        mouse.move(*(zero + place))
    mouse.up()


class Reference:
    """Points of the recording by zarr-python: what a handle must hold."""

    def __init__(self, recording: Path, embedding: str) -> None:
        self.recording = zarr.open_group(recording, mode="r")
        self.group = self.recording[f"embeddings/{embedding}"]
        self.attributes: Any = self.group.attrs["inscape"]
        self.labels = np.asarray(self.recording["samples/label"])

    def step(self, layer: str, checkpoint: int) -> int:
        steps = self.attributes["steps"]
        named = f"epoch-{checkpoint}"
        return next(i for i, s in enumerate(steps) if s["layer"] == layer and s["checkpoint"] == named)

    def aligned(self, layer: str, checkpoint: float) -> Floats:
        """(sample, dimension): between two checkpoints a mixture of them, by which each goes evenly on the stage."""
        before, share = int(checkpoint), checkpoint % 1
        clouds = [self.at(layer, place) for place in ([before, before + 1] if share else [before])]
        if not share:
            return clouds[0]
        weights = np.array([1 - share, share]) / [radius(cloud) for cloud in clouds]
        mixed: Floats = np.tensordot(weights / weights.sum(), clouds, axes=1)
        return mixed

    def at(self, layer: str, checkpoint: int) -> Floats:
        step = self.step(layer, checkpoint)
        cloud: Floats = self.group["screen"][step].astype(float) * self.group["scale"][step]
        return cloud

    def centroid(self, layer: str, checkpoint: float, label: int) -> Floats:
        mean: Floats = self.aligned(layer, checkpoint)[self.labels == label].mean(axis=0)
        return mean

    def axis_end(self, layer: str, checkpoint: int, axis: int) -> Floats:
        """Where the end of an axis is drawn, see web/src/tour/fit.ts."""
        aligned = self.aligned(layer, checkpoint)
        dims = aligned.shape[1]
        origin = -np.asarray(
            (self.attributes.get("center") or {self.step(layer, checkpoint): np.zeros(dims)})[
                self.step(layer, checkpoint)
            ]
        )
        if layer == "softmax":
            return np.eye(dims)[axis] + origin
        end: Floats = 0.9 * radius(aligned) * np.eye(dims)[axis] + origin
        return end


def radius(cloud: Floats) -> float:
    """What the stage's half side stands for, see web/src/tour/fit.ts."""
    norms = np.sort(np.linalg.norm(cloud, axis=1))
    found: float = (0.7 + 0.3 * np.sqrt(2 / cloud.shape[1])) * norms[int(0.98 * (len(norms) - 1))]
    return found


def path_of(view: dict[str, Any], begin: Floats, moves: int, seed: int, reach: float) -> Floats:
    """A random walk over the stage, up to somewhat beyond the reach; reflected at the edges."""
    steps = np.random.default_rng(seed).normal(scale=min(32, reach / 4), size=(moves, 2))
    middle, size = np.array(view["center"]), np.array([view["width"], view["height"]])
    low, high = np.maximum(10, middle - 1.1 * reach), np.minimum(size - 10, middle + 1.1 * reach)
    walked = begin - low + np.cumsum(steps, axis=0)
    folded: Floats = low + (high - low) - np.abs(walked % (2 * (high - low)) - (high - low))
    return folded.round()


@pytest.mark.parametrize(
    ("kind", "layer", "embedding", "which", "checkpoint", "camera"),
    [
        ("axis", "softmax", "units-softmax", 3, 8, {"zoom": 1, "x": 0, "y": 0}),
        ("axis", "logits", "units-logits", 6, 8, {"zoom": 1, "x": 0, "y": 0}),
        ("class", "conv2", "pca", 7, 8, {"zoom": 1, "x": 0, "y": 0}),
        ("class", "conv2", "pca", 1, 4.25, {"zoom": 1.7, "x": 0.2, "y": -0.1}),
    ],
)
def test_a_handle_stays_under_the_pointer(
    tour: Tour, demo_recording: Path, kind: str, layer: str, embedding: str, which: int, checkpoint: float, camera: Any
) -> None:
    reference = Reference(demo_recording, embedding)
    tour.show(layer=layer, playing=False, camera=camera)
    tour.show(checkpoint=checkpoint)
    if kind == "class":
        tour.page.get_by_test_id("handles-classes").click()
        point = reference.centroid(layer, checkpoint, which)
    else:
        point = reference.axis_end(layer, int(checkpoint), which)
    view, zero = tour.view, corner(tour)
    origin, reach = np.array(view["center"]), view["scale"] * np.linalg.norm(point)
    begin = basis(tour)

    def expected(turned: Floats) -> Floats:
        place: Floats = origin + view["scale"] * (point @ turned[:, :2]) * [1, -1]
        return place

    assert np.abs(center(tour, which) - expected(begin)).max() < 0.5, "it begins over its point"
    mouse = tour.page.mouse
    mouse.move(*(zero + center(tour, which)))
    mouse.down()
    look = f"async i => {{ {FRAME} {CENTER} return [at, window.inscape.state.basis] }}"
    misses, beyond = [], 0
    for place in path_of(view, center(tour, which), 200, which, reach):
        mouse.move(*(zero + place))
        found, numbers = tour.page.evaluate(look, which)
        turned = np.reshape(numbers, begin.shape)
        assert np.abs(turned.T @ turned - np.eye(len(turned))).max() < 1e-6
        assert np.abs(found - expected(turned)).max() < 0.5, "it is over its point"
        distance = np.linalg.norm(place - origin)
        shown = tour.page.get_by_test_id("handle-limit").locator("g").get_attribute("visibility") == "visible"
        if distance <= reach:
            misses.append(np.abs(found - place).max())
        else:
            beyond += 1
            # As near as can be: where the way to the pointer meets the limit.
            assert np.abs(origin + (place - origin) * reach / distance - found).max() <= 1
            assert shown or distance < reach + 1
        assert not shown or distance > reach - 1
    assert len(misses) > 100 and max(misses) <= 1, (len(misses), max(misses))
    mouse.up()
    frame(tour)
    assert tour.page.get_by_test_id("handle-limit").locator("g").get_attribute("visibility") == "hidden"
    end = basis(tour)
    assert np.abs(end - begin).max() > 0.1
    assert tour.state["selection"] == [] and tour.state["camera"] == camera, "neither a click nor a pan"
    tour.page.get_by_test_id("undo").click()
    assert (basis(tour) == begin).all(), "one drag is one step, undone to the last bit"
    tour.wait(lambda: tour.view["ready"])
    assert np.abs(center(tour, which) - expected(begin)).max() < 0.5
    tour.page.get_by_test_id("redo").click()
    assert (basis(tour) == end).all()
    print(f"\n{kind} on {layer}: {len(misses)} reachable, worst {max(misses):.3f} px; {beyond} beyond")


def test_the_tour_waits_while_one_drags(tour: Tour) -> None:
    # So slowly that the handle is still there when the hand takes hold of it.
    tour.show(speed=0.05)
    assert tour.state["playing"]
    mouse, zero = tour.page.mouse, corner(tour)
    mouse.move(*(zero + center(tour, 4)))
    under = "!!document.querySelector('[data-testid=handle-4]:hover')"
    tour.wait(lambda: tour.page.evaluate(under) or _follow(tour, 4))
    mouse.down()
    mouse.move(*(zero + np.array([430.0, 300.0])))
    mouse.move(*(zero + np.array([440.0, 310.0])))
    held = basis(tour)
    time.sleep(0.3)
    assert (basis(tour) == held).all()
    assert np.abs(center(tour, 4) - [440, 310]).max() <= 1
    # Time may go on: the handle stays where the pointer is.
    tour.page.keyboard.press("h")
    tour.wait(lambda: tour.state["checkpoint"] == 7)
    frame(tour)
    assert np.abs(center(tour, 4) - [440, 310]).max() <= 1
    mouse.wheel(0, 100)
    tour.wait(lambda: tour.state["camera"]["zoom"] < 1)
    frame(tour)
    assert np.abs(center(tour, 4) - [440, 310]).max() <= 1
    mouse.up()
    tour.wait(lambda: (basis(tour) != held).any())
    assert tour.page.get_by_test_id("undo").get_attribute("aria-disabled") == "false"


def _follow(tour: Tour, handle: int) -> bool:
    """The tour turns: the pointer goes after the handle."""
    tour.page.mouse.move(*(corner(tour) + center(tour, handle)))
    return False


def test_the_end_of_an_axis_is_not_in_the_way_of_samples(tour: Tour, demo_recording: Path) -> None:
    """Samples of a class gather at the end of its axis: pointing and clicking there are meant for them."""
    reference = Reference(demo_recording, "units-softmax")
    sure = int(reference.aligned("softmax", 8)[:, 4].argmax())
    tour.show(playing=False, filter=[sure])
    place = corner(tour) + center(tour, 4)
    tour.page.mouse.move(*place)
    tour.page.get_by_test_id("hover-card").wait_for()
    tour.page.mouse.down()
    tour.page.mouse.up()
    assert tour.state["selection"] == [sure]
    # Named, it is called so where it ends.
    tour.page.keyboard.press("Enter")
    tour.wait(lambda: tour.page.evaluate("document.activeElement.dataset.testid") == "handle-name")
    tour.page.keyboard.type("four")
    tour.page.keyboard.press("Enter")
    names = tour.page.locator(".names text")
    tour.wait(lambda: names.all_text_contents() == ["0", "1", "2", "3", "four", "5", "6", "7", "8", "9"])
    tour.page.keyboard.press("Control+z")
    tour.wait(lambda: names.all_text_contents()[4] == "4")
    assert tour.state["handles"] == []


def test_escape_lets_go_and_goes_back(tour: Tour) -> None:
    tour.show(playing=False)
    begin, zero, mouse = basis(tour), corner(tour), tour.page.mouse
    mouse.move(*(zero + center(tour, 2)))
    mouse.down()
    mouse.move(*(zero + np.array([400.0, 300.0])), steps=5)
    assert (basis(tour) != begin).any()
    tour.page.keyboard.press("Escape")
    assert (basis(tour) == begin).all()
    mouse.move(*(zero + np.array([420.0, 330.0])), steps=5)
    mouse.up()
    assert (basis(tour) == begin).all()
    assert tour.page.get_by_test_id("undo").get_attribute("aria-disabled") == "true"


def test_what_is_pinned_keeps_its_place(tour: Tour) -> None:
    tour.show(layer="conv2", playing=False)
    tour.page.get_by_test_id("handles-classes").click()
    for handle in (0, 1):
        tour.page.get_by_test_id(f"handle-{handle}").focus()
        tour.page.keyboard.press("p")
    assert [handle["pinned"] for handle in tour.state["handles"]] == [True, True] + 8 * [False]
    before = [center(tour, handle) for handle in (0, 1)]
    free = center(tour, 7)
    mouse, zero = tour.page.mouse, corner(tour)
    mouse.move(*(zero + free))
    mouse.down()
    for place in path_of(tour.view, free, 40, 3, reach=150):
        mouse.move(*(zero + place))
        for handle in (0, 1):
            assert np.abs(center(tour, handle) - before[handle]).max() <= 1
    mouse.up()
    assert np.abs(center(tour, 7) - free).max() > 5
    assert tour.page.get_by_test_id("handle-0").get_attribute("aria-label") == "0, middle of the group, pinned"


def test_handles_by_keyboard_alone(tour: Tour) -> None:
    tour.show(layer="conv2", playing=False, selection=[3, 4, 5])
    press = tour.page.keyboard.press

    def focused() -> str:
        testid: str = tour.page.evaluate("document.activeElement.dataset.testid ?? ''")
        return testid

    tour.page.get_by_test_id("handles-classes").focus()
    press("Enter")
    assert len(tour.state["handles"]) == 10
    tour.page.get_by_test_id("stage").focus()
    press("Tab")
    assert focused() == "handle-0", "one of them is a stop of the Tab key"
    assert tour.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    press("Tab")
    assert not focused().startswith("handle-")
    press("Shift+Tab")
    press(".")
    press(".")
    press(",")
    assert focused() == "handle-1"
    begin, at = basis(tour), center(tour, 1)
    for key, move in [
        ("ArrowRight", [8, 0]),
        ("ArrowDown", [0, 8]),
        ("Shift+ArrowLeft", [-1, 0]),
        ("ArrowUp", [0, -8]),
    ]:
        press(key)
        at = at + move
        assert np.abs(center(tour, 1) - at).max() <= 1, key
    assert tour.state["camera"] == {"zoom": 1, "x": 0, "y": 0}
    press("Control+z")
    assert (basis(tour) == begin).all(), "presses in a row are one step"
    press("Control+Shift+z")
    press("Control+z")
    tour.wait(lambda: tour.view["ready"])
    press("p")
    assert tour.state["handles"][1]["pinned"] and focused() == "handle-1"
    press("Enter")
    name = tour.page.get_by_test_id("handle-name")
    tour.wait(lambda: focused() == "handle-name")
    tour.page.keyboard.type("strokes jk")
    press("Enter")
    name.wait_for(state="detached")
    tour.wait(lambda: focused() == "handle-1")
    assert tour.state["handles"][1]["name"] == "strokes jk" and tour.state["layer"] == "conv2"
    press("Enter")
    tour.wait(lambda: focused() == "handle-name")
    tour.page.keyboard.type("something else")
    press("Escape")
    tour.wait(lambda: focused() == "handle-1")
    assert tour.state["handles"][1]["name"] == "strokes jk"
    press("x")
    assert [handle["group"] for handle in tour.state["handles"]] == [0, *range(2, 10)]
    assert focused() == "handle-1", "the next one takes its place"
    press("Control+z")
    assert tour.state["handles"][1]["name"] == "strokes jk"
    press("Control+z")
    assert tour.state["handles"][1]["name"] == "1" and tour.state["handles"][1]["pinned"]
    press("Escape")
    assert focused() == "stage"
    assert tour.state["selection"] == [3, 4, 5]


def test_a_handle_from_the_selection(tour: Tour, demo_recording: Path) -> None:
    tour.show(layer="conv2", playing=False)
    tour.page.keyboard.press("d")
    assert "Nothing is selected" in tour.page.locator(".banner").inner_text()
    assert tour.state["handles"] == []
    samples = [5, 17, 900, 1400]
    tour.show(selection=samples)
    tour.page.keyboard.press("d")
    made = {"kind": "samples", "samples": samples, "name": "4 samples", "pinned": False}
    assert tour.state["handles"] == [made]
    tour.page.keyboard.press("d")
    assert tour.state["handles"] == [made], "it is there already"
    tour.wait(lambda: tour.page.evaluate("document.activeElement.dataset.testid") == "handle-0")
    # It holds the samples on every layer, at every checkpoint.
    for layer, embedding, checkpoint in [("conv2", "pca", 8), ("fc1", "pca", 2.5), ("logits", "units-logits", 3)]:
        reference = Reference(demo_recording, embedding)
        tour.show(layer=layer, axisHandles=False)
        tour.show(embedding=embedding, checkpoint=checkpoint)
        point = reference.aligned(layer, checkpoint)[samples].mean(axis=0)
        view = tour.view
        wanted = np.array(view["center"]) + view["scale"] * (point @ basis(tour)[:, :2]) * [1, -1]
        assert np.abs(center(tour, 0) - wanted).max() < 0.5, layer
        dragged(tour, 0, np.linspace(wanted, wanted + 0.2 * (np.array(view["center"]) - wanted), 10))
        assert np.abs(center(tour, 0) - wanted - 0.2 * (np.array(view["center"]) - wanted)).max() <= 1
    tour.page.get_by_test_id("handles-remove").click()
    assert tour.state["handles"] == []
    # Three drags, and two steps of the handles: all the way back.
    for _ in range(5):
        tour.page.keyboard.press("Control+z")
    tour.wait(lambda: tour.view["ready"])
    assert tour.state["handles"] == [] and tour.state["layer"] == "conv2"
    assert tour.page.get_by_test_id("undo").get_attribute("aria-disabled") == "true"


def test_selection_and_reset_are_undone(tour: Tour) -> None:
    tour.show(playing=False)
    begin = np.linalg.qr(np.random.default_rng(2).normal(size=(10, 10)))[0]
    tour.show(basis=begin.ravel().tolist())
    begin = basis(tour)
    stage, press = tour.page.get_by_test_id("stage"), tour.page.keyboard.press
    stage.focus()
    for key in (".", "Enter", ".", "Shift+Enter"):
        press(key)
    assert tour.state["selection"] == [0, 1]
    press("r")
    tour.wait(lambda: tour.view["ready"])
    assert np.abs(basis(tour) - begin).max() > 0.1
    press("c")
    assert tour.state["selection"] == []
    press("Control+z")
    assert tour.state["selection"] == [0, 1]
    press("Control+z")
    assert (basis(tour) == begin).all()
    press("Control+z")
    assert tour.state["selection"] == [0]
    press("Control+y")
    assert tour.state["selection"] == [0, 1]


def test_handles_by_touch(open_tour: Any, served_demo: str) -> None:
    tour = open_tour(served_demo, viewport={"width": 390, "height": 820}, has_touch=True, is_mobile=True)
    tour.show(layer="conv2", playing=False)
    tour.page.get_by_test_id("handles-classes").tap()
    tour.page.evaluate("scrollTo(0, 0)")
    begin, zero = center(tour, 0), corner(tour)
    before = basis(tour)
    session = tour.page.context.new_cdp_session(tour.page)

    def touch(kind: str, place: Floats | None) -> None:
        points = [] if place is None else [{"x": float(place[0]), "y": float(place[1])}]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", zero + begin)
    # Downward: where a finger beside the handle would scroll the page.
    for share in np.linspace(0.1, 1, 10):
        touch("touchMove", zero + begin + share * np.array([-60, 50]))
    assert np.abs(center(tour, 0) - begin - [-60, 50]).max() <= 1
    touch("touchEnd", None)
    assert tour.page.evaluate("scrollY") == 0 and tour.state["camera"]["zoom"] == 1
    tour.page.wait_for_timeout(500)  # sooner, a browser takes the next tap for the second half of a double one
    tour.page.get_by_test_id("undo").tap()
    tour.wait(lambda: (basis(tour) == before).all())
    assert tour.messages == []


def test_handles_travel_in_state_and_address(tour: Tour, open_tour: Any) -> None:
    tour.show(layer="softmax", playing=False)
    given = [
        {"kind": "axis", "axis": 2},
        {"kind": "class", "group": 4, "of": "label", "name": "fours, all of them", "pinned": True},
        {"kind": "class", "group": 4, "of": "prediction"},
        {"kind": "samples", "samples": [7, 8]},
    ]
    tour.show(handles=given, axisHandles=False)
    assert tour.state["handles"] == [
        {"kind": "axis", "axis": 2, "of": None, "name": "axis 2", "pinned": False},
        {"kind": "class", "group": 4, "of": "label", "name": "fours, all of them", "pinned": True},
        {"kind": "class", "group": 4, "of": "prediction", "name": "group 4", "pinned": False},
        {"kind": "samples", "samples": [7, 8], "name": "2 samples", "pinned": False},
    ]
    assert tour.page.get_by_test_id("handle-count").inner_text() == "3", "that of the other coloring is hidden"
    for wrong in (
        [{"kind": "axis"}],
        [{"kind": "samples", "samples": [2000]}],
        [{"kind": "class", "group": 1, "name": 5}],
        7,
    ):
        answer = tour.page.evaluate(
            "handles => { try { window.inscape.state = {handles}; return '' } catch (error) { return error.message } }",
            wrong,
        )
        assert "got" in answer and len(tour.state["handles"]) == 4, wrong
    tour.wait(lambda: "axes=plain" in tour.page.evaluate("location.hash"))
    time.sleep(0.5)
    token = tour.address.split("?")[1]
    other = open_tour(tour.page.evaluate("location.href").replace("/#", f"/?{token}#"), color_scheme="light")
    other.wait(lambda: other.view and other.view["ready"] and len(other.state["handles"]) == 4)
    assert other.state["handles"] == tour.state["handles"] and other.state["axisHandles"] is False
    # Too many samples for a link: the rest of the link holds.
    tour.show(handles=[{"kind": "samples", "samples": list(range(2000))}])
    tour.wait(lambda: "handles=" not in tour.page.evaluate("location.hash"))


def test_handles_wait_for_a_change_of_layer(tour: Tour) -> None:
    tour.show(layer="conv2", playing=False)
    tour.page.get_by_test_id("handles-classes").click()
    away = "document.querySelector('.handles').classList.contains('away')"
    assert not tour.page.evaluate(away)
    tour.page.evaluate(
        """() => {
          const handles = document.querySelector('.handles');
          const look = () => (window.wasAway ||= handles.classList.contains('away'));
          new MutationObserver(look).observe(handles, {attributes: true});
        }"""
    )
    tour.page.keyboard.press("j")
    tour.wait(lambda: tour.page.evaluate("window.wasAway"), seconds=2)
    tour.wait(lambda: tour.view["ready"] and not tour.page.evaluate(away))
    # The ends of axes are taken where they are shown: not of a layout by variance.
    tour.page.keyboard.press("a")
    assert "directions of its own" in tour.page.locator(".banner").inner_text()
    tour.show(layer="logits")
    assert tour.page.get_by_test_id("handle-count").inner_text() == "20"
    tour.page.keyboard.press("a")
    assert tour.page.get_by_test_id("handle-count").inner_text() == "10"
    assert tour.page.get_by_test_id("handles-axes").get_attribute("aria-pressed") == "false"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_handles_look_right_in(
    open_tour: Any, served_demo: str, tmp_path_factory: Any, scheme: Any, width: int
) -> None:
    """Screenshots to be looked at; and that what lies on the stage does not widen the page."""
    tour = open_tour(served_demo, viewport={"width": width, "height": 820}, color_scheme=scheme)
    folder = tmp_path_factory.mktemp(f"handles-{scheme}-{width}", numbered=False)
    tour.show(layer="conv2", playing=False, selection=[5, 17, 900])
    tour.page.keyboard.press("d")
    tour.page.get_by_test_id("handles-classes").click()
    tour.page.evaluate("scrollTo(0, 0)")  # the switch lies below, on a narrow page
    frame(tour)
    tour.page.screenshot(path=folder / "classes.png")
    tour.show(layer="softmax", handles=[])
    mouse, zero, view = tour.page.mouse, corner(tour), tour.view
    mouse.move(*(zero + center(tour, 2)))
    mouse.down()
    mouse.move(*(zero + np.array([view["width"] - 4, view["height"] / 2 + 40])), steps=4)
    frame(tour)
    tour.page.screenshot(path=folder / "limit.png")
    mouse.up()
    assert tour.page.evaluate("document.documentElement.scrollWidth") <= width
    assert tour.messages == []
