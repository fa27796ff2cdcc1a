"""Colors: numbers on a scale and its legend that filters, columns, movement, quality, colors of one's own."""

from __future__ import annotations

import io
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zarr
from PIL import Image
from playwright.sync_api import Error

import inscape
from inscape.data.arrays import Arrays

OpenTour = Any


def stored(demo: Path, name: str) -> np.ndarray[Any, Any]:
    return np.asarray(zarr.open_group(demo, mode="r")[name])


def point_color(tour: Any, sample: int) -> np.ndarray[Any, Any]:
    """The color on the screen at the middle of a sample, which is drawn alone."""
    tour.show(filter=[sample])
    x, y = tour.page.evaluate(f"window.inscape.whereIs({sample})")
    color: np.ndarray[Any, Any] = tour.pixels()[round(y - 0.5), round(x - 0.5)]
    return color


def bar_color(tour: Any, share: float) -> np.ndarray[Any, Any]:
    """The color on the screen at a share of the legend's bar."""
    page = tour.page
    ends = "visible => document.querySelectorAll('.bar-end').forEach(end => { end.style.visibility = visible })"
    page.evaluate(ends, "hidden")  # they lie over it
    pixels = np.asarray(Image.open(io.BytesIO(page.locator(".bar-colors").screenshot())).convert("RGB")).astype(float)
    page.evaluate(ends, "visible")
    color: np.ndarray[Any, Any] = pixels[5, min(pixels.shape[1] - 1, max(0, round(share * pixels.shape[1] - 0.5)))]
    return color


def legend_reason(tour: Any) -> str:
    reason = tour.page.get_by_test_id("legend-reason")
    reason.wait_for()
    return str(reason.inner_text())


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_points_have_the_colors_of_the_legend(
    open_tour: OpenTour, served_demo: str, demo_recording: Path, scheme: str
) -> None:
    tour = open_tour(served_demo, color_scheme=scheme)
    tour.show(playing=False)
    confidence = stored(demo_recording, "checkpoints/epoch-8/confidence")
    loss = stored(demo_recording, "checkpoints/epoch-8/loss")
    places = {
        "confidence": confidence,
        "loss": np.clip(np.log(np.maximum(loss, 1e-4) / 1e-4) / np.log(1e5), 0, 1),
    }
    for by, place in places.items():
        tour.page.get_by_test_id("colour-by").select_option(by)
        tour.wait(lambda: tour.view["ready"])
        order = np.argsort(place)
        seen = []
        for sample in order[np.linspace(0, len(order) - 1, 7).astype(int)].tolist():
            expected = bar_color(tour, place[sample])
            color = point_color(tour, sample)
            assert np.abs(color - expected).max() <= 8, (by, sample, place[sample], color, expected)
            seen.append(color)
        assert np.abs(seen[0] - seen[-1]).max() > 100
        tour.show(filter=None)
    assert tour.messages == []


def test_the_bar_filters_by_the_mouse(tour: Any, demo_recording: Path) -> None:
    tour.show(playing=False, colorBy="confidence")
    confidence = stored(demo_recording, "checkpoints/epoch-8/confidence")
    bar = tour.page.get_by_test_id("color-bar")
    box = bar.bounding_box()
    height = box["y"] + box["height"] - 20

    def drag(start: float, end: float, y: float = height) -> None:
        tour.page.mouse.move(box["x"] + start * box["width"], y)
        tour.page.mouse.down()
        tour.page.mouse.move(box["x"] + (start + end) / 2 * box["width"], y, steps=3)
        tour.page.mouse.move(box["x"] + end * box["width"], y, steps=3)
        tour.page.mouse.up()

    def inside() -> int:
        low, high = tour.state["range"]
        low, high = (-np.inf if low is None else low), (np.inf if high is None else high)
        return int(((confidence >= low) & (confidence <= high)).sum())

    drag(0.3, 0.9)
    assert tour.state["range"] == pytest.approx([0.3, 0.9], abs=0.01)
    tour.wait(lambda: tour.view["points"] == inside())
    assert 0 < tour.view["points"] < 2000
    words = tour.page.get_by_test_id("legend-range").inner_text()
    assert f"{inside():,} samples" in words
    # An end is taken hold of and moved; beyond the other end of the bar it is open.
    drag(0.9, 1.2, box["y"] + box["height"] - 4)
    assert tour.state["range"] == [pytest.approx(0.3, abs=0.01), None]
    tour.wait(lambda: tour.view["points"] == inside())
    # Backwards, too.
    drag(0.8, 0.5)
    assert tour.state["range"] == pytest.approx([0.5, 0.8], abs=0.01)
    tour.page.get_by_test_id("legend-all").click()
    assert tour.state["range"] is None
    tour.wait(lambda: tour.view["points"] == 2000)
    drag(0.1, 0.6)
    assert tour.state["range"] is not None
    bar.dblclick(position={"x": box["width"] / 2, "y": 10})
    assert tour.state["range"] is None
    # A click alone is no range, and another coloring has another.
    tour.page.mouse.click(box["x"] + 50, height)
    assert tour.state["range"] is None
    drag(0.1, 0.6)
    tour.page.get_by_test_id("colour-by").select_option("loss")
    tour.wait(lambda: tour.view["ready"] and tour.view["points"] == 2000)
    assert tour.state["range"] is None


def test_the_bar_filters_by_keys(tour: Any, demo_recording: Path) -> None:
    tour.show(playing=False, colorBy="loss")
    loss = stored(demo_recording, "checkpoints/epoch-8/loss")
    low = tour.page.get_by_test_id("range-low")
    low.focus()
    assert "from the least" in low.get_attribute("aria-valuetext")
    for _ in range(2):
        tour.page.keyboard.press("Shift+ArrowRight")
    tour.page.keyboard.press("ArrowRight")
    expected = 1e-4 * 10 ** (5 * 0.21)
    tour.wait(lambda: tour.state["range"] is not None and tour.state["range"][1] is None)
    assert tour.state["range"][0] == pytest.approx(expected, rel=1e-6)
    tour.wait(lambda: tour.view["points"] == (loss >= expected).sum())
    assert low.get_attribute("aria-valuetext") == "0.00112"
    tour.page.keyboard.press("Tab")
    tour.page.keyboard.press("Shift+ArrowLeft")
    assert tour.state["range"][1] == pytest.approx(10**0.5, rel=1e-6)
    tour.wait(lambda: tour.view["points"] == ((loss >= expected) & (loss <= 10**0.5)).sum())
    # The ends don't pass each other, and the tour was not moved by the arrows.
    for _ in range(10):
        tour.page.keyboard.press("Shift+ArrowLeft")
    assert tour.state["range"][1] == pytest.approx(tour.state["range"][0])
    tour.page.keyboard.press("End")
    assert tour.state["range"] == [pytest.approx(expected, rel=1e-6), None]
    low.focus()
    tour.page.keyboard.press("Home")
    assert tour.state["range"] is None
    tour.page.keyboard.press("Shift+ArrowRight")
    assert tour.state["range"] is not None
    tour.page.keyboard.press("Escape")
    assert tour.state["range"] is None
    tour.wait(lambda: tour.view["points"] == 2000)
    assert tour.state["camera"] == {"zoom": 1, "x": 0, "y": 0}


def test_a_range_travels_in_the_address(tour: Any, open_tour: OpenTour) -> None:
    tour.show(playing=False, layer="conv3", checkpoint=4, colorBy="movement", movement="layer", colorScale="cividis")
    tour.show(range=[None, 0.2])
    tour.wait(lambda: "range" in tour.page.evaluate("location.hash"))
    token = tour.address.split("?")[1]
    other = open_tour(tour.page.evaluate("location.href").replace("/#", f"/?{token}#"), color_scheme="light")
    other.wait(lambda: other.view and other.view["ready"] and other.state["range"] == [None, 0.2])
    told = ("colorBy", "movement", "colorScale", "range", "layer", "checkpoint")
    assert [other.state[name] for name in told] == [tour.state[name] for name in told]
    other.wait(lambda: other.view["points"] == tour.view["points"] < 2000)
    time.sleep(0.4)
    other.show()
    tour.show()
    assert np.abs(other.pixels() - tour.pixels()).max() == 0


def aligned(demo: Path, embedding: str, layer: str, checkpoint: str) -> np.ndarray[Any, Any]:
    """(sample, dimension): what the picture shows, from what the method returned."""
    group = zarr.open_group(demo, mode="r")[f"embeddings/{embedding}"]
    content: Any = dict(group.attrs["inscape"])
    step = [(s["layer"], s["checkpoint"]) for s in content["steps"]].index((layer, checkpoint))
    coordinates = np.asarray(group["coordinates"][step], np.float64)
    center = 0 if content["center"] is None else np.asarray(content["center"][step])
    aligned: np.ndarray[Any, Any] = (coordinates - center) @ np.asarray(group["alignment"][step], np.float64)
    return aligned


def radius(cloud: np.ndarray[Any, Any]) -> float:
    return float(np.sqrt(((cloud - cloud.mean(0)) ** 2).sum(1).mean()))


@pytest.mark.parametrize(
    ("layer", "embedding", "checkpoint", "movement"),
    [("conv3", "pca", 5, "checkpoint"), ("softmax", "units-softmax", 3, "checkpoint"), ("conv3", "pca", 8, "layer")],
)
def test_movement_is_what_numpy_finds(
    tour: Any, demo_recording: Path, layer: str, embedding: str, checkpoint: int, movement: str
) -> None:
    after = aligned(demo_recording, embedding, layer, f"epoch-{checkpoint}")
    if movement == "checkpoint":
        before = aligned(demo_recording, embedding, layer, f"epoch-{checkpoint - 1}")
        expected = np.linalg.norm(after - before, axis=1) / radius(after)
    else:
        before = aligned(demo_recording, embedding, "relu2", f"epoch-{checkpoint}")
        expected = np.linalg.norm(
            (after - after.mean(0)) / radius(after) - (before - before.mean(0)) / radius(before), axis=1
        )
    tour.show(
        playing=False, layer=layer, embedding=embedding, checkpoint=checkpoint, colorBy="movement", movement=movement
    )
    gloss = tour.page.get_by_test_id("legend-gloss").inner_text()
    assert "radius" in gloss and ("relu2" if movement == "layer" else f"epoch-{checkpoint - 1}") in gloss
    # The page says of no sample a number that is farther off than a thousandth: it is in the range, and not beyond it.
    order = np.argsort(expected)
    for sample in order[np.linspace(0, 1999, 9).astype(int)].tolist():
        value = float(expected[sample])
        for given, points in (([value - 1e-3, value + 1e-3], 1), ([value + 1e-3, None], 0), ([None, value - 1e-3], 0)):
            if given[1] is not None and given[1] < 0:
                continue
            tour.show(filter=[sample], range=given)
            assert tour.view["points"] == points, (sample, value, given)
    sample = int(order[1000])
    tour.show(filter=None, range=None, hover=sample)
    said = tour.page.get_by_test_id("hover-coloring").inner_text().split()
    assert said[0] == "movement" and float(said[1]) == pytest.approx(expected[sample], rel=0.006)


def test_where_nothing_is_before_it_the_legend_says_so(tour: Any) -> None:
    tour.show(playing=False, layer="conv3", embedding="pca", checkpoint=0, colorBy="movement")
    assert "epoch-0 is the first checkpoint of conv3" in legend_reason(tour)
    assert tour.page.get_by_test_id("color-bar").count() == 0
    assert tour.view["points"] == 2000
    tour.page.get_by_test_id("movement-layer").click()
    tour.wait(lambda: tour.page.get_by_test_id("color-bar").count() == 1)
    assert tour.state["movement"] == "layer"
    tour.show(layer="input")
    assert "input is the first layer" in legend_reason(tour)
    tour.show(movement="checkpoint")
    assert "does not move" in legend_reason(tour)
    tour.show(layer="softmax", checkpoint=8, embedding="units-softmax", movement="layer")
    assert "logits, the layer before, is not in this layout" in legend_reason(tour)


def test_the_difference_of_two_pictures_is_what_numpy_finds(
    tour: Any, open_tour: OpenTour, demo_recording: Path
) -> None:
    first, second = (aligned(demo_recording, "pca", "fc1", f"epoch-{epoch}") for epoch in (8, 1))
    a, b = ((cloud - cloud.mean(0)) / radius(cloud) for cloud in (first, second))
    u, _, vt = np.linalg.svd(a.T @ b)
    expected = np.linalg.norm(a @ (u @ vt) - b, axis=1)
    tour.show(playing=False, layer="fc1", embedding="pca", checkpoint=8)
    tour.show(panes="two", beside={"checkpoint": 1})
    tour.page.get_by_test_id("colour-by").select_option("difference")
    tour.page.get_by_test_id("color-bar").wait_for()
    assert "fc1 at epoch-8 and fc1 at epoch-1" in tour.page.get_by_test_id("legend-gloss").inner_text()
    order = np.argsort(expected)
    for place in (0, 700, 1999):
        value = float(expected[order[place]])
        tour.show(filter=[int(order[place])], range=[max(0, value - 1e-3), value + 1e-3])
        assert tour.view["points"] == 1
        tour.show(range=[value + 1e-3, None])
        assert tour.view["points"] == 0
    # A link opens the second picture before it colors by what is other there.
    tour.wait(lambda: "difference" in tour.page.evaluate("location.hash"))
    token = tour.address.split("?")[1]
    other = open_tour(tour.page.evaluate("location.href").replace("/#", f"/?{token}#"))
    other.wait(lambda: other.state["colorBy"] == "difference" and other.view["ready"])
    # With one picture there is nothing to compare.
    tour.show(panes="one", filter=None, range=None)
    assert "one picture" in legend_reason(tour)
    tour.page.get_by_test_id("colour-by").select_option("label")
    tour.wait(lambda: tour.page.locator("option[value=difference]").count() == 0)


def test_quality_is_the_recording_s_and_says_where_it_is_measured(tour: Any, demo_recording: Path) -> None:
    group = zarr.open_group(demo_recording, mode="r")["embeddings/pca"]
    content: Any = dict(group.attrs["inscape"])
    steps = [(s["layer"], s["checkpoint"]) for s in content["steps"]]
    quality = np.asarray(group["quality"][steps.index(("conv3", "epoch-8"))])
    assert np.isnan(np.asarray(group["quality"][steps.index(("conv3", "epoch-3"))])).all()
    tour.show(playing=False, layer="conv3", embedding="pca", checkpoint=8, colorBy="quality")
    assert "15 nearest neighbors" in tour.page.get_by_test_id("legend-gloss").inner_text()
    threshold = float(np.median(quality)) + 1e-4
    tour.show(range=[None, threshold])
    assert tour.view["points"] == (quality <= threshold).sum()
    tour.show(range=None, hover=3)
    said = tour.page.get_by_test_id("hover-coloring").inner_text().split()
    assert said == ["neighbor", "recall", f"{round(100 * float(quality[3]), 1):g}%"]
    tour.show(checkpoint=3, hover=None)
    reason = legend_reason(tour)
    assert "not measured at epoch-3" in reason and "epoch-8" in reason
    assert f"inscape embed {tour.state['recording']}.inscape pca --dims 16" in reason
    assert tour.view["points"] == 2000
    # Units as they are lose nothing.
    tour.show(layer="softmax", embedding="units-softmax", checkpoint=8, range=[1, None])
    assert tour.view["points"] == 2000


def test_a_coloring_that_is_not_there_is_refused(tour: Any) -> None:
    for wrong in ("hue", "column:nothing", "difference", "column:label"):
        with pytest.raises(
            Error,
            match="choose from label, prediction, correctness, confidence, loss, movement, quality, .*column:split",
        ):
            tour.page.evaluate("by => { window.inscape.state = {colorBy: by} }", wrong)
    with pytest.raises(Error, match="least, most"):
        tour.page.evaluate("window.inscape.state = {range: [2, 1]}")
    with pytest.raises(Error, match="choose from viridis, cividis"):
        tour.page.evaluate("window.inscape.state = {colorScale: 'jet'}")
    with pytest.raises(Error, match="choose from checkpoint, layer"):
        tour.page.evaluate("window.inscape.state = {movement: 'epoch'}")
    assert tour.state["colorBy"] == "label"


def test_a_coloring_that_cannot_be_read_leaves_the_old_one(tour: Any) -> None:
    tour.show(playing=False, colorBy="correctness")
    tour.page.route("**/loss/c/**", lambda route: route.fulfill(status=500))
    tour.page.get_by_test_id("colour-by").select_option("loss")
    banner = tour.page.get_by_test_id("banner")
    banner.wait_for()
    assert "loss" in banner.inner_text()
    tour.wait(lambda: tour.state["colorBy"] == "correctness" and tour.view["ready"])
    assert tour.page.get_by_test_id("colour-by").input_value() == "correctness"
    assert "right" in tour.page.get_by_test_id("legend-0").inner_text()
    tour.page.unroute("**/loss/c/**")
    tour.page.get_by_test_id("colour-by").select_option("loss")
    tour.page.get_by_test_id("color-bar").wait_for()
    tour.messages[:] = [m for m in tour.messages if "500" not in m and "loss/c/" not in m]  # the browser's own


def test_pointing_at_the_bar_lights_what_is_near(tour: Any) -> None:
    tour.show(playing=False, colorBy="movement", layer="conv3", embedding="pca", checkpoint=2)
    before = tour.pixels()
    box = tour.page.get_by_test_id("color-bar").bounding_box()
    tour.page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 10)
    tour.wait(lambda: (np.abs(tour.pixels() - before).max(2) > 40).mean() > 0.01)
    tour.page.mouse.move(400, 500)
    tour.show(hover=None)
    tour.wait(lambda: np.abs(tour.pixels() - before).max() == 0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_the_legend(open_tour: OpenTour, served_demo: str, scheme: str) -> None:
    import axe_playwright_python

    source = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text()
    tour = open_tour(served_demo, color_scheme=scheme, bypass_csp=True)
    tour.page.evaluate(source)
    for state in (
        {"colorBy": "loss", "range": [None, 0.01]},
        {"colorBy": "quality", "layer": "conv3", "checkpoint": 3},
    ):
        tour.show(playing=False, **state)
        found = tour.page.evaluate("axe.run('.legend')")
        assert [(v["id"], [n["failureSummary"] for n in v["nodes"]]) for v in found["violations"]] == []


@pytest.fixture
def columned(tmp_path: Path) -> Path:
    """A recording whose samples have columns of every kind."""
    import torch

    images, labels = inscape.data.digits("test")
    samples = 300
    columns = {
        "ink": images[:samples].reshape(samples, -1).mean(1).astype(np.float64),
        "tilt": np.linspace(-2, 4, samples).astype(np.float32),
        "odd": np.arange(samples) % 2 == 1,
        "writer": np.array([f"writer {i % 7}" for i in range(samples)], dtype=object),
        "file": np.array([f"{i % 180}.png" for i in range(samples)], dtype=object),
        "score": np.where(np.arange(samples) % 3 == 0, np.nan, np.arange(samples)).astype(np.float32),
    }
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(784, 10), torch.nn.Softmax(dim=1))
    data = Arrays(images[:samples], labels=labels[:samples], columns=columns)
    out = tmp_path / "columns.inscape"
    inscape.record(model, data, out=out, layers=["*"])
    return out


def test_any_column_colors_the_points(run_server: Any, open_tour: OpenTour, columned: Path) -> None:
    address, _ = run_server(columned)
    tour = open_tour(address, color_scheme="light")
    tour.show(playing=False)
    page = tour.page
    choose = page.get_by_test_id("colour-by")
    names = choose.locator("optgroup[label=Columns] option").all_inner_texts()
    assert sorted(name.strip() for name in names) == ["file", "ink", "odd", "score", "tilt", "writer"]
    choose.select_option("column:ink")
    page.get_by_test_id("color-bar").wait_for()
    ink = stored(columned, "samples/ink")
    middle = float(np.median(ink))
    tour.show(range=[middle, None])
    assert tour.view["points"] == (ink >= middle).sum()
    # Numbers on both sides of zero have it in the middle, in another scale.
    choose.select_option("column:tilt")
    tour.wait(lambda: tour.view["ready"] and tour.view["points"] == 300)
    assert page.get_by_test_id("scale-viridis").count() == 0
    low, zero, high = bar_color(tour, 0.05), bar_color(tour, 0.5), bar_color(tour, 0.95)
    assert low[2] > low[0] + 60 and high[0] > high[2] + 60 and np.ptp(zero) < 24
    # Without a value they are drawn, until a range is chosen.
    choose.select_option("column:score")
    none = page.get_by_test_id("legend-none")
    none.wait_for()
    assert none.inner_text().strip().startswith("100 samples have no value")
    tour.show(range=[10, 20], hover=3)
    assert tour.view["points"] == sum(10 <= i <= 20 and i % 3 != 0 for i in range(300))
    assert "no value" in page.get_by_test_id("hover-coloring").inner_text()
    choose.select_option("column:odd")
    rows = [page.get_by_test_id(f"legend-{i}") for i in range(2)]
    tour.wait(lambda: [row.inner_text().split() for row in rows] == [["false", "150"], ["true", "150"]])
    rows[1].click()
    tour.wait(lambda: tour.view["points"] == 150)
    choose.select_option("column:writer")
    tour.wait(lambda: page.get_by_test_id("legend-6").inner_text().split() == ["writer", "6", "42"])
    assert tour.state["groups"] is None
    page.get_by_test_id("handles-classes").click()
    tour.wait(lambda: len(tour.state["handles"]) == 7)
    choose.select_option("column:file")
    tour.wait(lambda: page.get_by_test_id("legend-100").inner_text().split()[0] == "other")
    assert page.get_by_test_id("legend-101").count() == 0
    # Numbers have no groups: handles of classes are of other colorings.
    choose.select_option("column:ink")
    page.get_by_test_id("color-bar").wait_for()
    page.get_by_test_id("handles-classes").click()
    page.get_by_test_id("banner").wait_for()
    assert "no groups" in page.get_by_test_id("banner").inner_text()
    assert tour.messages == []


def test_a_color_of_one_s_own_is_kept_in_the_recording(run_server: Any, open_tour: OpenTour, columned: Path) -> None:
    address, _ = run_server(columned)
    tour = open_tour(address, color_scheme="light")
    tour.show(playing=False)
    recording = inscape.open(columned)
    sample = int(np.flatnonzero(stored(columned, "samples/label") == 3)[0])
    page = tour.page
    page.get_by_test_id("color-3").fill("#ff00aa")
    tour.wait(lambda: dict(recording.colors) == {"3": "#ff00aa"})
    assert np.abs(point_color(tour, sample) - [255, 0, 170]).max() <= 2
    tour.show(filter=None, selection=[sample])
    shown = page.locator(".selection [style*=background-color]").first.evaluate(
        "e => getComputedStyle(e).backgroundColor"
    )
    assert shown == "rgb(255, 0, 170)"
    # It is that of the prediction of the same name, and it is there again.
    tour.reload()
    tour.show(playing=False, colorBy="prediction", selection=[])
    tour.wait(lambda: page.get_by_test_id("color-3").input_value() == "#ff00aa")
    # Set elsewhere, it comes by itself.
    recording.colors["4"] = "#00C0FF"
    tour.wait(lambda: page.get_by_test_id("color-4").input_value() == "#00c0ff")
    # What is right or wrong is no class.
    page.get_by_test_id("colour-by").select_option("correctness")
    tour.wait(lambda: page.get_by_test_id("color-0").count() == 0)
    page.get_by_test_id("colour-by").select_option("label")
    page.get_by_test_id("colors-reset").click()
    tour.wait(lambda: dict(recording.colors) == {})
    tour.wait(lambda: page.get_by_test_id("colors-reset").count() == 0)
    assert np.abs(point_color(tour, sample) - [255, 0, 170]).max() > 50
    assert tour.messages == []


def test_the_dot_is_reached_by_keys(tour: Any) -> None:
    tour.show(playing=False)
    tour.page.get_by_test_id("legend-2").focus()
    tour.page.keyboard.press("Tab")
    assert tour.page.evaluate("document.activeElement.dataset.testid") == "color-3"
    assert tour.page.evaluate("document.activeElement.getAttribute('aria-label')") == "Color of 3"
    # Keys that are typed there are not those of the page.
    tour.page.keyboard.press("j")
    assert tour.state["layer"] == "softmax"


def test_where_the_recording_cannot_be_written_a_color_holds_on_the_page(
    run_server: Any, open_tour: OpenTour, columned: Path
) -> None:
    address, _ = run_server(columned)
    tour = open_tour(address, color_scheme="light")
    tour.page.route("**/people", lambda route: route.fulfill(status=404))
    tour.reload()
    tour.show(playing=False)
    tour.page.get_by_test_id("color-3").fill("#ff00aa")
    local = tour.page.get_by_test_id("colors-local")
    local.wait_for()
    assert "on this page alone" in local.inner_text()
    sample = int(np.flatnonzero(stored(columned, "samples/label") == 3)[0])
    assert np.abs(point_color(tour, sample) - [255, 0, 170]).max() <= 2
    assert dict(inscape.open(columned).colors) == {}
    tour.page.get_by_test_id("colors-reset").click()
    tour.wait(lambda: local.count() == 0)
