"""Images in place of points, in a real browser: their pixels, their frames, their room, their colors."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser

import inscape

Floats = np.ndarray[Any, Any]
Tour = Any
"""What `conftest.py` calls so."""


@pytest.fixture
def sharp(chrome: Browser, served_demo: str, open_tour: Callable[..., Tour]) -> Iterator[Tour]:
    """The page on a screen of two device pixels a CSS pixel; nothing is on the console at its end."""
    tour = open_tour(served_demo, device_scale_factor=2)
    yield tour
    assert tour.messages == []


def press_i(tour: Tour) -> None:
    tour.page.keyboard.press("i")
    settle(tour)


def settle(tour: Tour) -> None:
    frames = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
    tour.page.evaluate(frames)  # what was just done is drawn for the first time
    tour.wait(lambda: tour.view["ready"])
    tour.page.evaluate(frames)


def images(tour: Tour) -> list[int]:
    drawn: list[int] = tour.page.evaluate("window.inscape.images()")
    return drawn


def places(tour: Tour, samples: list[int]) -> Floats:
    """Where samples are, in CSS pixels of the stage."""
    return np.array(tour.page.evaluate("samples => samples.map(s => window.inscape.whereIs(s))", samples), dtype=float)


def swatch(tour: Tour, group: int) -> Floats:
    text: str = (
        tour.page.get_by_test_id(f"legend-{group}")
        .locator("xpath=..")
        .locator(".swatch")
        .evaluate("s => s.value || getComputedStyle(s).backgroundColor")
    )
    if text.startswith("#"):  # one that can be chosen
        return np.array([int(text[i : i + 2], 16) for i in (1, 3, 5)], dtype=float)
    return np.array([int(part) for part in text.removeprefix("rgb(").removesuffix(")").split(",")], dtype=float)


def alone_in_the_middle(tour: Tour, sample: int, zoom: float, **state: Any) -> Floats:
    """Show one sample alone, enlarged, in the middle of the stage; its place."""
    tour.show(layer="conv2", playing=False, filter=[sample], camera={"zoom": 1, "x": 0, "y": 0}, **state)
    view = tour.view
    half = 0.47 * min(view["width"], view["height"])
    off = (places(tour, [sample])[0] - view["center"]) / half * zoom
    tour.show(camera={"zoom": zoom, "x": -off[0], "y": -off[1]})
    place = places(tour, [sample])[0]
    assert np.allclose(place, [view["width"] / 2, view["height"] / 2], atol=1)
    return place


@pytest.mark.parametrize(("sample", "scheme"), [(0, "light"), (7, "dark"), (1999, "dark")])
def test_a_sample_is_its_own_image_in_a_frame_of_its_color(
    served_demo: str, open_tour: Callable[..., Tour], demo_recording: Path, sample: int, scheme: str
) -> None:
    tour = open_tour(served_demo, device_scale_factor=2, color_scheme=scheme)
    recording = inscape.open(demo_recording)
    wanted = recording.thumbnail(sample).astype(float)
    place = alone_in_the_middle(tour, sample, 16)
    point = tour.pixels()
    press_i(tour)
    assert tour.state["marks"] == "images" and images(tour) == [sample]
    side = tour.view["imageSide"]
    assert side == pytest.approx(2 * 28 + 2.5), "twice its own size, and the frame"
    picture = tour.pixels()
    # Each pixel of the thumbnail is four device pixels wide: its middle is not mixed with its neighbors.
    grid = (np.arange(28) + 0.5 - 14) * 2
    columns = np.floor((place[0] + grid) * 2).astype(int)
    rows = np.floor((place[1] + grid) * 2).astype(int)
    found = picture[np.ix_(rows, columns)]
    assert np.abs(found - wanted).max() <= 2
    assert wanted.max() > 200 and wanted.min() < 10, "a digit"
    # The frame: the legend's color all around, and the stage beyond it.
    label = int(recording.labels[sample])
    for direction in ([1, 0], [-1, 0], [0, 1], [0, -1]):
        along = [(place + np.array(direction) * (28 + reach)) * 2 for reach in np.arange(0, 4, 0.25)]
        colors = np.array([picture[int(y), int(x)] for x, y in along])
        assert np.abs(colors - swatch(tour, label)).max(axis=1).min() <= 3, f"no frame towards {direction}"
        assert np.abs(colors[-1] - picture[4, 4]).max() <= 3
    press_i(tour)
    assert tour.state["marks"] == "averages"
    press_i(tour)
    assert tour.state["marks"] == "points"
    assert np.abs(tour.pixels() - point).max() <= 2, "the points are back"
    assert tour.messages == []


def test_images_leave_each_other_room_and_the_rest_are_points(tour: Tour) -> None:
    tour.show(layer="conv2", playing=False)
    points = tour.pixels()
    press_i(tour)
    drawn = images(tour)
    assert tour.view["images"] == len(drawn) and 150 < len(drawn) < 1000
    side = tour.view["imageSide"]
    where = places(tour, drawn)
    assert overlap(where, side).max() <= 0.1, "of one image, by another"
    # What has no image has an image near, or it would have one.
    others = sorted(set(range(2000)) - set(drawn))
    away = np.abs(places(tour, others)[:, None] - where[None]).max(axis=2).min(axis=1)
    assert away.max() <= side
    # Points are still drawn where no image is.
    uncovered = [other for other, distance in zip(others, away, strict=True) if distance > side / 2 + 6]
    assert uncovered
    x, y = places(tour, uncovered)[0].astype(int)
    assert np.abs(tour.pixels()[y, x] - points[y, x]).max() <= 2
    note = tour.page.get_by_test_id("marks-note").inner_text()
    assert f"{len(drawn)} of 2,000" in note


def overlap(where: Floats, side: float) -> Floats:
    """The share of a square that each pair of squares has in common."""
    first, second = np.triu_indices(len(where), 1)
    common = np.clip(side - np.abs(where[first] - where[second]), 0, None)
    return common.prod(axis=1) / side**2


def test_nearer_there_are_larger_images_and_more_samples_have_one(tour: Tour) -> None:
    tour.show(layer="conv2", playing=False, marks="images")
    shares, sides = [], []
    for _ in range(4):
        where = places(tour, list(range(2000)))
        view = tour.view
        on_stage = ((where >= 0) & (where <= [view["width"], view["height"]])).all(axis=1).sum()
        shares.append(view["images"] / on_stage)
        sides.append(view["imageSide"])
        box = tour.page.get_by_test_id("stage").bounding_box()
        tour.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        tour.page.mouse.wheel(0, -500)
        settle(tour)
    assert shares == sorted(shares) and shares[-1] > 2 * shares[0]
    assert sides == sorted(sides) and sides[-1] > 1.8 * sides[0]


def test_the_whole_image_tells_of_its_sample_and_can_be_selected(sharp: Tour) -> None:
    place = alone_in_the_middle(sharp, 7, 16)
    box = sharp.page.get_by_test_id("stage").bounding_box()
    corner = (box["x"] + place[0] + 26, box["y"] + place[1] - 26)
    sharp.page.mouse.move(*corner)
    settle(sharp)
    assert sharp.state["hover"] is None, "no point is there"
    press_i(sharp)
    sharp.page.mouse.move(corner[0] + 1, corner[1])
    sharp.wait(lambda: sharp.state["hover"] == 7)
    card = sharp.page.get_by_test_id("hover-card")
    sharp.wait(lambda: "7" in card.inner_text())
    # The whole picture at 64 pixels or more, pixel by pixel; beside the image and not over it.
    sharp.wait(lambda: card.locator("canvas").first.evaluate("c => c.width") == 192)
    sharp.wait(lambda: abs(card.bounding_box()["x"] - box["x"] - place[0]) > 28)
    framed = sharp.pixels()
    sharp.page.mouse.click(*corner)
    sharp.wait(lambda: sharp.state["selection"] == [7])
    sharp.page.mouse.move(box["x"] + 5, box["y"] + 5)
    sharp.wait(lambda: sharp.state["hover"] is None)
    settle(sharp)
    selected = sharp.pixels()
    x, y = ((place + np.array([0, 29.2])) * 2).astype(int)
    assert np.abs(framed[y, x] - [0x0B, 0x62, 0xC4]).max() <= 3, "the accent while it is pointed at"
    assert np.abs(selected[y, x] - [0x1D, 0x21, 0x26]).max() <= 3, "ink while it is selected"
    assert sharp.page.locator(".markers circle").count() == 0, "no ring beside the frame"


def test_averages_are_the_mean_colors(tour: Tour, demo_recording: Path) -> None:
    recording = inscape.open(demo_recording)
    for sample in (0, 7, 1500):
        place = alone_in_the_middle(tour, sample, 16, marks="averages")
        mean = recording.thumbnail(sample).astype(float).mean(axis=(0, 1))
        x, y = place.astype(int)
        assert np.abs(tour.pixels()[y, x] - mean).max() <= 1.5
    assert "mean color" in tour.page.get_by_test_id("marks-note").inner_text()


def test_a_link_shows_the_same_images(tour: Tour) -> None:
    tour.show(layer="conv3", playing=False, checkpoint=2, camera={"zoom": 2, "x": 0.1, "y": 0})
    tour.page.get_by_test_id("marks-images").click()
    settle(tour)
    tour.page.get_by_test_id("stage").focus()  # not on the button, nor the pointer over the stage
    href: Callable[[], str] = lambda: tour.page.evaluate("location.href")  # noqa: E731
    tour.wait(lambda: "marks=images" in href())
    other = tour.page.context.new_page()
    other.goto(href())
    second = type(tour)(other, href())
    second.wait(lambda: other.evaluate("!!window.inscape?.view?.ready"))
    second.show()
    tour.page.evaluate("document.activeElement.blur()")
    assert second.state["marks"] == "images"
    assert images(second) == images(tour)
    assert np.array_equal(second.pixels(), tour.pixels())


def test_the_same_samples_stay_images_while_the_tour_moves(tour: Tour) -> None:
    tour.show(layer="conv2", playing=True, marks="images", speed=1)
    tour.wait(lambda: tour.view["images"] > 100)
    # Every half second of the tour's own time, of which a late frame lets a tenth pass.
    drawn_then = tour.page.evaluate(
        """async () => {
          const times = [inscape.images()];
          let [last, passed] = [performance.now(), 0];
          while (times.length < 9) {
            const now = await new Promise(done => requestAnimationFrame(done));
            passed += Math.min(0.1, Math.max(0, (now - last) / 1000));
            last = now;
            if (passed < 0.5) continue;
            passed = 0;
            times.push(inscape.images());
          }
          return times;
        }"""
    )
    shares = [len({*a} & {*b}) / len(a) for a, b in itertools.pairwise(drawn_then)]
    assert min(shares) > 0.6 and np.mean(shares) > 0.75, shares
    tour.page.keyboard.press("Space")
    settle(tour)
    drawn = images(tour)
    assert overlap(places(tour, drawn), tour.view["imageSide"]).max() <= 0.1, "at rest they have room again"


def test_a_preview_of_a_class_fades_the_images_of_others(tour: Tour, demo_recording: Path) -> None:
    label = int(inscape.open(demo_recording).labels[7])
    place = alone_in_the_middle(tour, 7, 16, marks="images")
    x, y = place.astype(int)
    black = tour.pixels()[y - 26, x - 26]
    assert black.max() < 30
    tour.page.get_by_test_id(f"legend-{8 if label == 9 else 9}").hover()
    settle(tour)
    faded = tour.pixels()[y - 26, x - 26]
    assert faded.min() > 200


def test_images_by_keyboard_and_reduced_motion(served_demo: str, open_tour: Callable[..., Tour]) -> None:
    tour = open_tour(served_demo, reduced_motion="reduce")
    for _ in range(60):
        tour.page.keyboard.press("Tab")
        if tour.page.evaluate("document.activeElement.dataset.testid") == "marks-images":
            break
    else:
        pytest.fail("the choice can't be reached by Tab")
    assert tour.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    tour.page.keyboard.press("Enter")
    settle(tour)
    assert tour.state["marks"] == "images" and tour.view["images"] > 10
    assert tour.page.get_by_test_id("marks-images").get_attribute("aria-pressed") == "true"
    assert tour.messages == []


def test_a_wrong_choice_is_refused(tour: Tour) -> None:
    said = tour.page.evaluate(
        "() => { try { window.inscape.state = {marks: 'cubes'} } catch (e) { return e.message } }"
    )
    assert "cubes" in said and "points, images, averages" in said
    assert tour.state["marks"] == "points"


def test_a_damaged_page_leaves_points_and_says_so_once(
    demo_recording: Path, tmp_path: Path, run_server: Any, open_tour: Callable[..., Tour]
) -> None:
    damaged = tmp_path / "damaged.inscape"
    shutil.copytree(demo_recording, damaged)
    (chunk,) = [path for path in (damaged / "samples" / "thumbnails" / "1" / "c").rglob("*") if path.is_file()]
    chunk.write_bytes(chunk.read_bytes()[:-5] + b"wrong")
    tour = open_tour(run_server(damaged)[0])
    tour.show(layer="conv2", playing=False, marks="images")
    drawn = images(tour)
    assert drawn and max(drawn) < 1024, "the first page has 1,024 samples"
    assert tour.page.get_by_text("Some images can't be read").count() == 1
    tour.show(marks="averages")
    assert tour.messages == []


def test_texts_stand_beside_their_points(tmp_path: Path, run_server: Any, open_tour: Callable[..., Tour]) -> None:
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(300, 16)).astype(np.float32)
    texts = [f"the {i}th of all the sentences that nobody has written" for i in range(len(rows))]
    address = run_server(small_recording(tmp_path / "texts.inscape", rows, columns={"text": texts}))[0]
    tour = open_tour(address)
    tour.show(playing=False)
    assert tour.page.get_by_test_id("marks-averages").count() == 0
    press_i(tour)
    assert tour.state["marks"] == "images"
    labels = tour.page.locator(".texts text")
    tour.wait(lambda: labels.count() == tour.view["images"])
    drawn = images(tour)
    assert 5 < len(drawn) <= 48
    said = [label.text_content() for label in labels.all()]
    assert all(sum(text.startswith(f"the {i}th of all") and text.endswith("…") for text in said) == 1 for i in drawn)
    boxes = [label.bounding_box() for label in labels.all()]
    for i, a in enumerate(boxes):
        for b in boxes[:i]:
            apart = a["x"] + a["width"] <= b["x"] + 1 or b["x"] + b["width"] <= a["x"] + 1
            assert apart or a["y"] + a["height"] <= b["y"] + 2 or b["y"] + b["height"] <= a["y"] + 2
    press_i(tour)
    assert tour.state["marks"] == "points" and labels.count() == 0
    assert tour.messages == []


def test_without_images_and_texts_there_is_no_choice(
    tmp_path: Path, run_server: Any, open_tour: Callable[..., Tour]
) -> None:
    rows = np.random.default_rng(0).normal(size=(100, 16)).astype(np.float32)
    tour = open_tour(run_server(small_recording(tmp_path / "rows.inscape", rows))[0])
    tour.page.keyboard.press("i")
    assert tour.state["marks"] == "points"
    assert tour.page.locator("[data-testid^=marks-]").count() == 0
    assert tour.messages == []


def small_recording(out: Path, rows: Floats, **settings: Any) -> Path:
    from collections import OrderedDict

    from torch import nn

    network = nn.Sequential(OrderedDict(points=nn.Identity()))
    recording = inscape.record(network, rows, out=out, layers=["points"], predictions=False, progress=False, **settings)
    inscape.embed(recording, "pca", dims=4, quality=False, progress=False)
    return out


def test_images_of_other_shapes_and_sizes(tmp_path: Path, run_server: Any, open_tour: Callable[..., Tour]) -> None:
    """64 × 48 pixels in color: smaller on the graphics card, of the same proportions and colors."""
    from torch import nn

    rng = np.random.default_rng(0)
    colors = rng.random((40, 3, 1, 1)).astype(np.float32)
    pictures = np.broadcast_to(colors, (40, 3, 64, 48)).copy()
    network = nn.Sequential(nn.AdaptiveAvgPool2d(4), nn.Flatten())
    recording = inscape.record(network, pictures, out=tmp_path / "c.inscape", layers=["1"], progress=False)
    inscape.embed(recording, "pca", dims=3, quality=False, progress=False)
    tour = open_tour(run_server(recording.path)[0])
    tour.show(playing=False, marks="images")
    picture = tour.pixels()
    drawn = images(tour)
    assert len(drawn) > 10
    side = tour.view["imageSide"]
    where = places(tour, drawn)
    free = np.abs(where[:, None] - where[None]).max(axis=2) + 1e9 * np.eye(len(where)) > 1.5 * side
    for i in np.nonzero(free.all(axis=1))[0]:
        (x, y), wanted = where[i], 255 * colors[drawn[i], :, 0, 0]
        for dx, dy in ([0, 0], [0.25, 0.35], [-0.25, -0.35]):
            assert np.abs(picture[int(y + dy * side), int(x + dx * side)] - wanted).max() <= 6
        # Narrower than high.
        assert np.abs(picture[int(y), int(x + 0.46 * side)] - wanted).max() > 6
    assert tour.messages == []


def test_images_come_back_with_a_lost_context(tour: Tour) -> None:
    tour.show(layer="conv2", playing=False, marks="images")
    before = tour.pixels()
    tour.page.evaluate(
        """() => { const gl = document.querySelector('canvas').getContext('webgl2');
                   window.lost = gl.getExtension('WEBGL_lose_context'); window.lost.loseContext() }"""
    )
    message = tour.page.get_by_test_id("message")
    message.wait_for()
    tour.page.keyboard.press("i")
    tour.page.keyboard.press("i")
    tour.page.keyboard.press("i")
    tour.page.evaluate("window.lost.restoreContext()")
    tour.wait(lambda: message.count() == 0 and tour.is_ready())
    tour.show()
    assert np.abs(tour.pixels() - before).max() == 0
    tour.messages[:] = [m for m in tour.messages if "CONTEXT_LOST" not in m]  # the browser's own note


def test_two_pictures_both_have_images(tour: Tour) -> None:
    tour.show(layer="conv2", playing=False, marks="images", panes="two", beside={"layer": "conv1"})
    beside: list[int] = tour.page.evaluate("window.inscape.images(true)")
    assert len(images(tour)) > 50 and len(beside) > 50 and beside != images(tour)
    assert tour.page.evaluate("window.inscape.viewBeside.images") == len(beside)
    tour.show(panes="grid")
    assert tour.page.get_by_test_id("marks-note").count() == 0, "the grid has points alone"
    tour.show(panes="one")
    assert len(images(tour)) > 100
