"""The Tour on the demo's recording, in a real browser: places, colors, time, keys, and nothing that should not be."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zarr
from playwright.sync_api import Browser, expect

Floats = np.ndarray[Any, Any]
Tour = Any
"""What `conftest.py` calls so."""
WIDTH, HEIGHT = 1280, 820


class Reference:
    """The projection of an embedding's step, from the recording by zarr-python: what the page must show."""

    def __init__(self, recording: Path, embedding: str) -> None:
        self.group = zarr.open_group(recording, mode="r")[f"embeddings/{embedding}"]
        self.attributes: Any = self.group.attrs["inscape"]
        self.dims: int = self.attributes["dims"]

    def aligned(self, layer: str, checkpoint: str) -> Floats:
        steps = self.attributes["steps"]
        i = next(i for i, s in enumerate(steps) if s["layer"] == layer and s["checkpoint"] == checkpoint)
        centered = self.group["coordinates"][i] - np.asarray(self.attributes["center"][i])
        aligned: Floats = centered @ self.group["alignment"][i]
        return aligned

    def basis(self, seed: int) -> Floats:
        return np.linalg.qr(np.random.default_rng(seed).normal(size=(self.dims, self.dims)))[0]


def on_stage(aligned: Floats, basis: Floats, view: dict[str, Any]) -> Floats:
    """Where samples lie in CSS pixels of the stage; see web/src/state/public-state.ts."""
    projected = aligned @ basis[:, :2]
    return np.asarray(view["center"]) + view["scale"] * projected * [1, -1]


def is_seen(picture: Floats, background: Floats) -> bool:
    return bool(np.abs(picture - background).sum() > 1000)


def centroid(picture: Floats, background: Floats) -> Floats:
    """The center of what differs from the background, weighted by how much, in pixels."""
    assert is_seen(picture, background), "no point is to be seen"
    ink = np.abs(picture - background).sum(axis=2)
    rows, columns = np.nonzero(ink)
    weights = ink[rows, columns]
    return np.array([(weights * (columns + 0.5)).sum(), (weights * (rows + 0.5)).sum()]) / weights.sum()


def color_of(tour: Tour, row: int) -> tuple[int, ...]:
    text: str = (
        tour.page.get_by_test_id(f"legend-{row}")
        .locator("xpath=..")
        .locator(".swatch")
        .evaluate("s => s.value || getComputedStyle(s).backgroundColor")
    )
    if text.startswith("#"):  # one that can be chosen
        return tuple(int(text[i : i + 2], 16) for i in (1, 3, 5))
    return tuple(int(part) for part in text.removeprefix("rgb(").removesuffix(")").split(","))


@pytest.mark.parametrize(
    ("layer", "checkpoint", "embedding", "count"),
    [("conv2", 8, "pca", 50), ("softmax", 3, "units-softmax", 10), ("fc1", 8, "umap", 10), ("conv2", 2.25, "pca", 10)],
)
def test_samples_are_where_the_reference_projection_says(
    tour: Tour, demo_recording: Path, layer: str, checkpoint: float, embedding: str, count: int
) -> None:
    reference = Reference(demo_recording, embedding)
    basis = reference.basis(3)
    # In two steps: the embedding is one of the layer's.
    tour.show(layer=layer, playing=False, filter=[])
    tour.show(embedding=embedding, checkpoint=checkpoint, basis=[float(x) for x in basis.ravel()])
    assert np.allclose(np.reshape(tour.state["basis"], basis.shape), basis, atol=1e-9)
    background = tour.pixels()
    view = tour.view
    assert view["points"] == 0
    # Between two checkpoints it is on the straight line from one place to the other.
    before, share = int(checkpoint), checkpoint % 1
    expected = np.zeros((len(reference.aligned(layer, f"epoch-{before}")), 2))
    for place, weight in [(before, 1 - share), (before + 1, share)][: 2 if share else 1]:
        tour.show(checkpoint=place)
        expected += weight * on_stage(reference.aligned(layer, f"epoch-{place}"), basis, tour.view)
    tour.show(checkpoint=checkpoint)
    inside = ((expected > 6) & (expected < [view["width"] - 6, view["height"] - 6])).all(axis=1)
    samples = np.random.default_rng(0).choice(np.nonzero(inside)[0], size=count, replace=False)
    for sample in samples:
        tour.show(filter=[int(sample)])

        def is_there(sample: int = sample) -> bool:
            nonlocal background
            picture = tour.pixels()
            seen = is_seen(picture, background)
            if seen and np.abs(centroid(picture, background) - expected[sample]).max() <= 1:
                return True
            # On a crowded machine the screen may be behind what the page drew: now, or when the background was seen.
            tour.show(filter=[])
            background = tour.pixels()
            tour.show(filter=[int(sample)])
            return False

        tour.wait(is_there, 3)
    assert tour.view["points"] == 1


def test_all_samples_are_drawn_in_the_legend_s_colors(tour: Tour, demo_recording: Path) -> None:
    labels = np.asarray(zarr.open_group(demo_recording, mode="r")["samples/label"])
    assert tour.view["points"] == len(labels) == 2000
    rows = tour.page.locator("[data-testid^=legend-]")
    counts = [int(text.replace(",", "")) for text in rows.locator(".count").all_inner_texts()]
    assert counts == np.bincount(labels).tolist()
    colors = [color_of(tour, i) for i in range(len(counts))]
    assert len(set(colors)) == 10
    reference = Reference(demo_recording, "pca")
    basis = np.eye(reference.dims)
    tour.show(layer="conv2", playing=False, checkpoint=8, filter=[], basis=basis.ravel().tolist())
    empty = tour.pixels()
    for label in range(10):
        members = np.nonzero(labels == label)[0]
        tour.show(filter=members.tolist())
        assert tour.view["points"] == counts[label]
        picture = tour.pixels()
        # In a point's middle there is nothing but its color; every sample of the class lies on such a pixel.
        places = np.floor(on_stage(reference.aligned("conv2", "epoch-8")[members], basis, tour.view)).astype(int)
        height, width = picture.shape[:2]
        inside = (places >= 2).all(axis=1) & (places[:, 0] < width - 2) & (places[:, 1] < height - 2)
        assert inside.mean() > 0.95
        found = picture[places[inside, 1], places[inside, 0]]
        assert np.abs(found - colors[label]).max() <= 2
        # And no other class is there.
        drawn = np.abs(picture - empty).sum(axis=2) > 0
        strongest = np.abs(picture - colors[label]).max(axis=2) <= 2
        assert strongest.sum() > 0.25 * drawn.sum()


def test_scrubbing_a_checkpoint_moves_the_points_continuously(tour: Tour) -> None:
    tour.show(layer="fc1", playing=False, checkpoint=1, filter=[5])
    ground = np.full_like(tour.pixels(), 255)
    places = []
    for step in range(21):
        tour.input("checkpoint-slider", 1 + step / 20)
        tour.wait(lambda: tour.view["ready"])
        tour.page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        assert tour.state["checkpoint"] == pytest.approx(1 + step / 20, abs=1e-3)
        places.append(centroid(tour.pixels(), ground))
    moves = np.linalg.norm(np.diff(places, axis=0), axis=1)
    whole = np.linalg.norm(places[-1] - places[0])
    assert whole > 5, "the sample should move between two epochs"
    assert moves.max() < 0.2 * whole + 1
    assert "epoch-2" in tour.page.get_by_test_id("checkpoint-slider").get_attribute("aria-valuetext")


def test_a_change_of_layer_is_animated_and_ends(tour: Tour) -> None:
    # Without the lines of the axes: their edges are a shade lighter or darker from one screenshot to the next.
    tour.page.evaluate("document.querySelectorAll('.axes').forEach(svg => { svg.style.visibility = 'hidden' })")
    tour.show(layer="logits", playing=False, filter=[7])
    before = tour.pixels()
    tour.input("layer-slider", int(tour.page.get_by_test_id("layer-slider").get_attribute("max")))
    assert tour.state["layer"] == "softmax"
    between = [tour.pixels() for _ in range(3)]
    # On the way again before it has arrived: it goes on from where it is.
    tour.page.keyboard.press("k")
    tour.wait(lambda: tour.view["ready"])
    assert tour.state["layer"] == "logits" and tour.state["embedding"] == "units-logits"
    assert any(np.abs(picture - before).max() > 30 for picture in between)
    tour.wait(lambda: np.abs(tour.pixels() - before).max() <= 2, 3)  # back at the same layer, the same picture


def test_keys_do_what_the_page_says(tour: Tour) -> None:
    layers = int(tour.page.get_by_test_id("layer-slider").get_attribute("max")) + 1
    assert tour.state["playing"] and tour.state["layer"] == "softmax" and tour.state["checkpoint"] == 8
    press = tour.page.keyboard.press
    press("Space")
    assert not tour.state["playing"]
    press("k")
    assert tour.state["layer"] == "logits"
    press("j")
    press("j")
    assert tour.state["layer"] == "softmax", f"the last of {layers} layers"
    press("h")
    tour.wait(lambda: tour.view["ready"])
    assert tour.state["checkpoint"] == 7
    press("l")
    tour.wait(lambda: tour.view["ready"])
    assert tour.state["checkpoint"] == 8
    turned = np.linalg.qr(np.random.default_rng(0).normal(size=(10, 10)))[0]
    tour.show(basis=turned.ravel().tolist())
    press("r")
    tour.wait(lambda: tour.view["ready"])
    # Units begin as a star: no axis hides another.
    angles = 2 * np.pi * np.arange(10) / 10
    star = np.sqrt(2 / 10) * np.stack([np.sin(angles), np.cos(angles)], axis=1)
    assert np.allclose(np.reshape(tour.state["basis"], (10, 10))[:, :2], star)
    # Every control can be reached, and each shows that it has the focus.
    reached = set()
    for _ in range(80):
        press("Tab")
        testid, outline = tour.page.evaluate(
            "[document.activeElement.dataset.testid, getComputedStyle(document.activeElement).outlineStyle]"
        )
        if testid:
            assert outline != "none", testid
            reached.add(testid)
    wanted = {
        "theme",
        "view-tour",
        "legend-0",
        "legend-9",
        "tour-play",
        "layer-slider",
        "checkpoint-play",
        "checkpoint-slider",
    }
    assert wanted <= reached


def test_the_tour_moves_when_it_plays_and_rests_when_it_does_not(tour: Tour) -> None:
    moved = tour.state["basis"]
    tour.wait(lambda: not np.allclose(tour.state["basis"], moved, atol=1e-3))
    tour.page.get_by_test_id("tour-play").click()
    tour.wait(lambda: tour.view["ready"])
    resting = tour.state["basis"]
    # At rest nothing is drawn: frames are counted where the page asks for them.
    tour.page.evaluate(
        "() => { const ask = requestAnimationFrame; window.frames_ = 0;"
        " window.requestAnimationFrame = f => { window.frames_ += 1; return ask(f) } }"
    )
    time.sleep(0.5)
    assert tour.page.evaluate("window.frames_") == 0
    assert tour.state["basis"] == resting


def test_checkpoints_play_to_the_end(tour: Tour) -> None:
    tour.show(checkpoint=7.5, playing=False)
    play = tour.page.get_by_test_id("checkpoint-play")
    assert play.evaluate("button => { button.click(); return window.inscape.state.checkpointPlaying }")
    tour.wait(lambda: tour.state["checkpoint"] == 8)
    tour.wait(lambda: not tour.state["checkpointPlaying"])


def test_a_link_shows_the_same_picture(tour: Tour) -> None:
    basis = np.linalg.qr(np.random.default_rng(4).normal(size=(16, 16)))[0]
    tour.show(layer="conv3", checkpoint=2.5, playing=False, basis=basis.ravel().tolist())

    def link() -> str:
        href: str = tour.page.evaluate("location.href")
        return href

    tour.wait(lambda: all(part in link() for part in ("conv3", "checkpoint=2.5", "basis=")))
    other = tour.page.context.new_page()
    other.goto(link())
    second = type(tour)(other, link())
    second.wait(lambda: other.evaluate("!!window.inscape?.view?.ready"))
    second.show()
    assert np.array_equal(second.pixels(), tour.pixels())


def test_a_wrong_state_is_refused_and_changes_nothing(tour: Tour) -> None:
    tour.show(playing=False)
    before = tour.state
    for wrong, said in [
        ({"layer": "conv9", "checkpoint": 0}, "no such layer"),
        ({"checkpoint": 99}, "no such checkpoint"),
        ({"basis": [1, 2, 3, 4]}, "orthonormal"),
        ({"filter": [2000]}, "list of samples"),
    ]:
        answer = tour.page.evaluate(
            "state => { try { window.inscape.state = state; return '' } catch (error) { return error.message } }", wrong
        )
        assert said in answer, wrong
    assert tour.state == before


def test_pointing_at_a_class_brings_it_out(tour: Tour) -> None:
    tour.show(layer="conv2", playing=False)
    plain = tour.pixels()
    tour.page.get_by_test_id("legend-3").hover()
    tour.page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    brought = tour.pixels()
    wanted = np.array(color_of(tour, 3))
    other = np.array(color_of(tour, 0))
    assert (np.abs(brought - wanted).max(axis=2) <= 2).sum() >= (np.abs(plain - wanted).max(axis=2) <= 2).sum() > 0
    assert (np.abs(brought - other).max(axis=2) <= 2).sum() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_it_looks_right_in(open_tour: Any, served_demo: str, tmp_path_factory: Any, scheme: Any, width: int) -> None:
    """Screenshots to be looked at; and what can be checked of them: the ground, no overflow, all that a frame has."""
    tour = open_tour(served_demo, viewport={"width": width, "height": 820}, color_scheme=scheme)
    folder = tmp_path_factory.mktemp(f"{scheme}-{width}", numbered=False)
    for layer in ("conv2", "softmax"):
        tour.show(layer=layer, playing=False)
        tour.page.screenshot(path=folder / f"{layer}.png")
    ground = tour.pixels()[2, 2]
    assert (ground > 250).all() if scheme == "light" else (ground < 30).all()
    assert tour.page.evaluate("document.documentElement.scrollWidth") <= width
    assert tour.page.get_by_role("img").get_attribute("aria-label").startswith("Scatter plot: 2,000 samples")
    tour.page.get_by_test_id("theme").click()
    tour.show()
    assert (tour.pixels()[2, 2] > 250).all() == (scheme == "dark")
    assert tour.messages == []


@pytest.mark.parametrize("width", [870, 1000, 1070, 1280])
def test_the_time_bar_says_all_of_a_place_between_two_checkpoints(open_tour: Any, served_demo: str, width: int) -> None:
    tour = open_tour(served_demo, viewport={"width": width, "height": 640})
    tour.show(layer="conv2", playing=False, checkpoint=2.5)
    said = tour.page.locator(".control.checkpoint output")
    expect(said).to_contain_text("epoch-2 → epoch-3")
    over = said.evaluate("o => Math.max(...[...o.children].map(c => c.getBoundingClientRect().right)) - innerWidth")
    assert over <= 0
    slider = tour.page.get_by_test_id("checkpoint-slider").bounding_box()
    assert slider["width"] >= 60 and slider["x"] + slider["width"] <= said.bounding_box()["x"]


def test_a_flipped_byte_is_an_error_that_names_the_array(tour: Tour) -> None:
    page = tour.page

    # By then the page is connected: when it is told so it tries again by itself.
    tour.wait(tour.is_ready)
    time.sleep(1)
    broken = True

    def flip(route: Any) -> None:
        if not broken:
            route.continue_()
            return
        answer = route.fetch()
        body = bytearray(answer.body())
        body[1234] ^= 4
        route.fulfill(response=answer, body=bytes(body))

    page.route("**/embeddings/pca/screen/**", flip)
    page.evaluate("window.inscape.state = {layer: 'conv3', playing: false}")
    message = page.get_by_test_id("message")
    message.wait_for()
    assert "embeddings/pca/screen" in message.inner_text() and "checksum" in message.inner_text()
    tour.wait(lambda: tour.view is None)  # no picture is better than a wrong one
    broken = False
    message.get_by_role("button", name="Try again").click()
    tour.wait(lambda: tour.view is not None and tour.view["ready"])
    assert tour.state["layer"] == "conv3" and message.count() == 0


def test_an_empty_server_says_what_makes_a_recording(chrome: Browser, served_demo: str) -> None:
    context = chrome.new_context(viewport={"width": 900, "height": 700})
    page = context.new_page()
    page.route("**/api/recordings", lambda route: route.fulfill(body=json.dumps({"recordings": [], "version": "0"})))
    page.goto(served_demo)
    expect(page.get_by_test_id("message")).to_contain_text("inscape demo")
    context.close()
