"""The Units view on a copy of the demo's recording: its map, powers, a unit in the Tour, chosen units, links, jobs."""

from __future__ import annotations

import base64
import io
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

import inscape
from inscape import shape
from inscape.recording import Recording, results

OpenTour = Callable[..., Any]


@pytest.fixture(scope="module")
def mapped(demo_recording: Path, tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """A copy that has maps of fc1 and relu4 at the last checkpoint, and no other."""
    path = tmp_path_factory.mktemp("units") / "demo.inscape"
    shutil.copytree(demo_recording, path)
    rec = inscape.open(path)
    for name in rec.units:
        results.remove(rec.path, f"units/{name.replace('@', '%40')}")
    for layer in ("fc1", "relu4"):
        inscape.units(rec, layer, trees=20, progress=False)
    return inscape.open(path)


@pytest.fixture
def units(open_tour: OpenTour, run_server: Any, mapped: Recording) -> Iterator[Any]:
    """The view of fc1's units."""
    tour = open_tour(run_server(mapped.path)[0])
    tour.show(view="units", layer="fc1", checkpoint="epoch-8", playing=False)
    yield tour
    assert tour.messages == []


def power(tour: Any) -> dict[int, float]:
    """What the list tells of the units."""
    rows = tour.page.get_by_test_id("units-list").locator("li").all()
    words = [row.inner_text().split() for row in rows]
    return {int(word[0]): float(word[-1]) for word in words if word[-1] != "dead"}


def places_of(tour: Any) -> list[tuple[float, float]]:
    """Where the units are on the stage, once it is drawn: until then it tells of none."""
    tour.wait(tour.is_ready)
    places: list[tuple[float, float]] = tour.view["units"]
    return places


def unit_color(tour: Any, unit: int) -> np.ndarray[Any, Any]:
    """The color in the middle of a unit on the screen."""
    x, y = places_of(tour)[unit]
    png = tour.page.get_by_test_id("units-stage").screenshot()
    image = np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)
    color: np.ndarray[Any, Any] = image[round(y), round(x)]
    return color


def test_the_map_and_the_list_are_those_of_the_recording(units: Any, mapped: Recording) -> None:
    stored = mapped.unit_map("fc1@epoch-8")
    view, state = units.view, units.state
    assert view["ready"] and len(view["units"]) == 64
    assert state["units"] == {"name": "fc1@epoch-8", "class": None, "power": "auc", "unit": None, "chosen": []}
    # The picture is the stored map, scaled alike in both directions.
    shown = np.array(view["units"]) * [1, -1]
    stretched = (shown - shown.mean(axis=0)) / (stored.places - stored.places.mean(axis=0))
    assert np.abs(stretched / np.median(stretched) - 1).max() < 0.05
    auc = stored.auc[0]
    found = power(units)
    assert list(found) == np.argsort(-np.abs(auc - 0.5), kind="stable")[:40].tolist()
    assert all(abs(value - auc[unit]) < 6e-4 for unit, value in found.items())
    # Blue falls for the class, orange rises for it.
    best, worst = int(auc.argmax()), int(auc.argmin())
    red, _, blue = unit_color(units, best)
    assert red > blue + 30
    red, _, blue = unit_color(units, worst)
    assert blue > red + 30
    trust = units.page.get_by_test_id("units-trust").inner_text()
    assert f"{stored.quality['trustworthiness']:.3f}" in trust and "stale" not in trust
    assert "No unit is there twice" in units.page.get_by_test_id("units-named").inner_text()


def test_another_class_and_the_trees(units: Any, mapped: Recording) -> None:
    stored = mapped.unit_map("fc1@epoch-8")
    units.page.get_by_test_id("units-class").select_option("7")
    units.wait(lambda: units.view["ready"])
    assert units.state["units"]["class"] == 7
    assert next(iter(power(units))) == int(np.abs(stored.auc[7] - 0.5).argmax())
    units.page.get_by_test_id("units-power-trees").click()
    rows = units.page.get_by_test_id("units-list").locator("button").all()
    order = np.argsort(-stored.trees[7], kind="stable")[:40]
    assert [int(row.get_attribute("data-unit") or -1) for row in rows] == order.tolist()
    assert "20 extremely randomized trees" in units.page.get_by_test_id("units-gloss").inner_text()


def test_what_is_selected_is_told_from_the_rest(units: Any, mapped: Recording) -> None:
    chosen = np.flatnonzero((mapped.labels == 4) | (mapped.labels == 9))
    units.show(units={"class": "selection"})
    assert "Select some samples" in units.page.get_by_test_id("units-gloss").inner_text()
    units.show(selection=chosen.tolist())
    expected = shape.unit_auc(mapped.activation("fc1"), np.isin(np.arange(2000), chosen))[0]
    found = power(units)
    assert len(found) == 40 and all(abs(value - expected[unit]) < 6e-4 for unit, value in found.items())
    assert (
        f"of {len(chosen)} samples against {2000 - len(chosen):,}"
        in units.page.get_by_test_id("units-measured").inner_text()
    )
    assert units.page.get_by_test_id("selection-count").inner_text() == f"{len(chosen)}"


def test_a_unit_is_looked_at_and_colors_the_tour(units: Any, mapped: Recording) -> None:
    page = units.page
    X = np.asarray(mapped.activation("fc1"))
    x, y = places_of(units)[17]
    page.get_by_test_id("units-stage").hover(position={"x": x, "y": y})
    expect(page.get_by_test_id("unit-card")).to_contain_text("unit 17")
    expect(page.get_by_test_id("unit-card")).to_contain_text(f"{X[:, 17].mean():.2f}"[:4])
    page.get_by_test_id("units-stage").click(position={"x": x, "y": y})
    units.wait(lambda: units.view["ready"])
    assert units.state["units"]["unit"] == 17 and units.state["colorBy"] == "unit:fc1:17"
    detail = page.get_by_test_id("unit-detail")
    expect(detail.get_by_role("list", name="Highest")).to_be_visible()
    high = [
        int(b.get_attribute("data-sample") or -1)
        for b in detail.get_by_role("list", name="Highest").locator("button").all()
    ]
    low = [
        int(b.get_attribute("data-sample") or -1)
        for b in detail.get_by_role("list", name="Lowest").locator("button").all()
    ]
    order = np.argsort(X[:, 17], kind="stable")
    assert set(high) == set(order[-8:].tolist()) and set(low) == set(order[:8].tolist())
    assert page.get_by_test_id("unit-histogram").locator("rect").count() > 30
    detail.get_by_role("list", name="Highest").locator("button").first.hover()
    assert units.state["hover"] == high[0]
    page.get_by_test_id("unit-in-tour").click()
    units.wait(lambda: units.is_ready() and units.state["view"] == "tour")
    assert page.get_by_test_id("colour-by").locator("option:checked").inner_text() == "unit 17 of fc1"
    units.show(hover=high[0])
    value = page.get_by_test_id("hover-coloring").inner_text()
    assert "unit 17 of fc1" in value and f"{X[high[0], 17]:.3g}" in value
    # Another coloring takes its place, and it is offered no more.
    page.get_by_test_id("colour-by").select_option("label")
    units.wait(lambda: units.is_ready())
    assert page.get_by_test_id("colour-by").locator("option").all_inner_texts().count("unit 17 of fc1") == 0


def test_chosen_units_are_toured_alone_and_a_link_shows_the_same(
    units: Any, mapped: Recording, open_tour: OpenTour
) -> None:
    page = units.page
    for unit in (3, 40):
        if page.get_by_test_id("units-more").count():
            page.get_by_test_id("units-more").click()
        page.get_by_label(f"Choose unit {unit} for the Tour").check()
    x, y = places_of(units)[17]
    page.get_by_test_id("units-stage").click(position={"x": x, "y": y}, modifiers=["Shift"])
    assert units.state["units"]["chosen"] == [3, 17, 40]
    page.get_by_test_id("units-tour").click()
    units.wait(lambda: units.is_ready() and units.state["view"] == "tour")
    assert units.state["embedding"] == "units:fc1:3.17.40" and len(units.state["basis"]) == 9
    assert "3 of the 64 units of fc1" in page.get_by_test_id("caption").inner_text()
    units.show(basis=np.eye(3).ravel().tolist(), camera={"zoom": 1, "x": 0, "y": 0})
    X = np.asarray(mapped.activation("fc1"))[:, [3, 17, 40]].astype(float)
    view = units.view
    places = np.array([page.evaluate("s => window.inscape.whereIs(s)", s) for s in range(0, 2000, 100)])
    shown = (places - view["center"]) / view["scale"] * [1, -1]
    centered = X[::100, :2] - X[:, :2].mean(axis=0)
    offset = (shown - centered).mean(axis=0)
    assert np.abs(shown - centered - offset).max() < 0.01 * np.abs(centered).max()
    # The address follows a moment later: it is that of this picture once it has its axes.
    axes = base64.urlsafe_b64encode(np.eye(3)[:2].tobytes()).decode().rstrip("=")
    units.wait(lambda: f"basis={axes}" in page.evaluate("location.hash"))
    assert "units%3Afc1%3A3.17.40" in page.evaluate("location.hash")
    again = open_tour(units.address + page.evaluate("location.hash"))
    again.wait(lambda: again.is_ready() and again.state["embedding"] == "units:fc1:3.17.40")
    assert again.state["units"]["chosen"] == [3, 17, 40]
    assert np.allclose(again.state["basis"][:2], units.state["basis"][:2], atol=1e-6)
    # The checkpoint scrubber goes on through the same units.
    again.show(checkpoint=2)
    assert again.state["embedding"] == "units:fc1:3.17.40" and again.state["checkpointName"] == "epoch-2"
    assert again.messages == []


def test_a_lasso_chooses_what_it_goes_around(units: Any) -> None:
    places = np.array(places_of(units))
    box = units.page.get_by_test_id("units-stage").bounding_box()
    assert box is not None
    left = places[:, 0] < np.median(places[:, 0])
    edge = float(np.sort(places[:, 0])[31:33].mean())
    corners = [(2, 2), (edge, 2), (edge, box["height"] - 2), (2, box["height"] - 2)]
    mouse = units.page.mouse
    mouse.move(box["x"] + corners[0][0], box["y"] + corners[0][1])
    mouse.down()
    for x, y in corners[1:]:
        mouse.move(box["x"] + x, box["y"] + y, steps=4)
    mouse.up()
    assert units.state["units"]["chosen"] == np.flatnonzero(left).tolist()
    units.page.get_by_test_id("units-none").click()
    assert units.state["units"]["chosen"] == []


def test_it_can_be_used_by_keyboard(units: Any) -> None:
    page = units.page
    stage = page.get_by_test_id("units-stage")
    stage.focus()
    page.keyboard.press("ArrowRight")
    first = page.get_by_test_id("unit-card").inner_text()
    assert first.startswith("unit ")
    reached = set()
    for key in ("ArrowRight", "ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp", "ArrowUp"):
        page.keyboard.press(key)
        reached.add(page.get_by_test_id("unit-card").inner_text().split("\n")[0])
    assert len(reached) >= 4
    page.keyboard.press("Enter")
    units.wait(lambda: units.state["units"]["unit"] is not None)
    page.keyboard.press("Shift+Enter")
    assert units.state["units"]["chosen"] == [units.state["units"]["unit"]]
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    assert units.state["units"]["unit"] is None and units.state["colorBy"] == "label"
    page.keyboard.press("Escape")
    assert units.state["units"]["chosen"] == []
    # In the list up and down go from row to row.
    rows = page.get_by_test_id("units-list").locator("button")
    rows.nth(0).focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert units.state["units"]["unit"] == int(rows.nth(2).get_attribute("data-unit") or -1)


def test_dead_units_lie_in_a_row_and_are_named(units: Any, mapped: Recording) -> None:
    stored = mapped.unit_map("relu4@epoch-8")
    assert stored.dead  # of a ReLU's units some never fire
    units.show(layer="relu4")
    assert units.state["units"]["name"] == "relu4@epoch-8"
    said = units.page.get_by_test_id("units-dead").inner_text()
    assert f"{len(stored.dead)} dead unit" in said and f" {stored.dead[0]}" in said
    places = np.array(places_of(units))
    live = np.setdiff1d(np.arange(64), stored.dead)
    assert places[stored.dead, 1].min() > places[live, 1].max()
    assert np.ptp(places[stored.dead, 1]) < 1e-3


def test_where_there_is_no_map_it_can_be_made(
    open_tour: OpenTour, run_server: Any, mapped: Recording, tmp_path: Path
) -> None:
    path = tmp_path / "own.inscape"
    shutil.copytree(mapped.path, path)
    tour = open_tour(run_server(path)[0])
    tour.show(view="units", layer="logits", checkpoint="epoch-3", playing=False)
    page = tour.page
    empty = page.get_by_test_id("units-empty")
    assert "inscape units own.inscape --layer logits --checkpoint epoch-3" in empty.inner_text()
    assert "fc1 at epoch-8" in page.get_by_test_id("units-others").inner_text()
    assert tour.state["units"]["name"] is None and tour.view["units"] == []
    page.get_by_test_id("units-make").click()
    tour.wait(lambda: tour.state["units"]["name"] == "logits@epoch-3" and tour.view["ready"], seconds=120)
    assert len(tour.view["units"]) == 10
    made = inscape.open(path).unit_map("logits@epoch-3")
    assert not made.stale and made.provenance.parameters["trees"] == 100
    # From a checkpoint without a map one goes to where there is one.
    tour.show(layer="fc1", checkpoint="epoch-2")
    page.get_by_test_id("units-others").get_by_role("button", name="fc1 at epoch-8").click()
    tour.wait(lambda: tour.state["units"]["name"] == "fc1@epoch-8" and tour.view["ready"])
    assert tour.state["checkpoint"] == 8
    assert tour.messages == []


def test_a_stale_map_says_so(open_tour: OpenTour, run_server: Any, mapped: Recording, tmp_path: Path) -> None:
    path = tmp_path / "stale.inscape"
    shutil.copytree(mapped.path, path)
    digest = mapped.activation("fc1").digest
    assert digest
    for file in (path / "zarr.json", path / "checkpoints" / "epoch-8" / "layers" / "fc1" / "zarr.json"):
        file.write_text(file.read_text().replace(digest, "0" * len(digest)))
    tour = open_tour(run_server(path)[0])
    tour.show(view="units", layer="fc1", checkpoint="epoch-8", playing=False)
    expect(tour.page.get_by_test_id("units-stale")).to_contain_text(
        "inscape units stale.inscape --layer fc1 --checkpoint epoch-8"
    )
    assert tour.messages == []


def test_bad_state_is_refused_in_words(units: Any) -> None:
    def refused(**wanted: Any) -> str:
        return str(
            units.page.evaluate(
                "s => { try { window.inscape.state = {units: s} } catch (error) { return error.message } return '' }",
                wanted,
            )
        )

    assert "no such unit of fc1" in refused(unit=64)
    assert "no such map of units" in refused(name="fc9@x") and "fc1@epoch-8" in refused(name="fc9@x")
    assert "no such class" in refused(**{"class": "nine"})
    assert "choose from auc, trees" in refused(power="gini")
    assert "chosen" in refused(chosen=[1, 99])
    assert refused(unit=3, chosen=[5, 3, 3]) == ""
    assert units.state["units"]["chosen"] == [3, 5]
    units.show(units={"name": "relu4@epoch-8"})
    assert units.state["layer"] == "relu4" and units.state["units"]["unit"] is None
    units.show(layer="fc1")
    assert units.state["units"]["unit"] is None or units.state["units"]["unit"] == 3


@pytest.mark.parametrize(
    ("width", "height", "scheme"), [(1280, 820, "light"), (1280, 820, "dark"), (390, 780, "light"), (390, 780, "dark")]
)
def test_it_is_accessible_and_fits(
    open_tour: OpenTour, run_server: Any, mapped: Recording, width: int, height: int, scheme: str
) -> None:
    tour = open_tour(
        run_server(mapped.path)[0], viewport={"width": width, "height": height}, color_scheme=scheme, bypass_csp=True
    )
    tour.show(view="units", layer="relu4", checkpoint="epoch-8", playing=False, units={"unit": 8, "chosen": [8, 18]})
    import axe_playwright_python

    tour.page.evaluate(Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text())
    found = tour.page.evaluate("axe.run()")
    serious = [
        (v["id"], [n["target"] for n in v["nodes"]][:3])
        for v in found["violations"]
        if v["impact"] in ("serious", "critical")
    ]
    assert serious == []
    assert tour.page.evaluate("document.documentElement.scrollWidth") <= width
    stage = tour.page.get_by_test_id("units-stage").bounding_box()
    assert stage is not None and stage["width"] >= 300 and stage["height"] >= 300
    assert tour.messages == []
