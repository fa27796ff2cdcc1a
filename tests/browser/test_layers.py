"""The Layers view: the matrix is what was measured; the hand and the keys on it; two models; nothing there yet."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import zarr
from sklearn.datasets import load_digits
from torch import nn

import inscape

Floats = np.ndarray[Any, Any]
Tour = Any
"""What `conftest.py` calls so."""

LAYERS = ["input", "pool", "fc1", "relu4", "logits", "softmax"]
STILL = {"view": "layers", "playing": False}


@pytest.fixture(scope="module")
def compared_demo(demo_recording: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's recording with the similarity of six of its layers at every checkpoint."""
    path = tmp_path_factory.mktemp("compared") / "demo.inscape"
    shutil.copytree(demo_recording, path)
    inscape.similarity(inscape.open(path), layers=LAYERS)
    return path


@pytest.fixture(scope="module")
def two_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A network over 300 small digits, compared with a wider one, which lent it its layers."""
    images, labels = load_digits(return_X_y=True)
    images = (images[:300] / 16).astype(np.float32).reshape(-1, 1, 8, 8)
    recordings = []
    for title, wide in [("Narrow", 4), ("Wide", 9)]:
        torch.manual_seed(wide)
        model = nn.Sequential(
            nn.Conv2d(1, wide, 3), nn.ReLU(), nn.Flatten(), nn.Linear(36 * wide, 12), nn.ReLU(), nn.Linear(12, 10)
        )
        out = tmp_path_factory.mktemp("models") / f"{title.lower()}.inscape"
        recordings.append(inscape.record(model, (images, labels[:300]), out=out, layers=["*"], title=title))
    here, other = recordings
    inscape.embed(here, "pca", dims=6)
    inscape.similarity(here)
    inscape.similarity(here, other)
    inscape.lend(here, other, "pca")
    return Path(here.path)


@pytest.fixture
def compared(compared_demo: Path, run_server: Any, open_tour: Any) -> Iterator[Tour]:
    """The Layers view of the demo; at the end its console is empty."""
    address, _ = run_server(compared_demo)
    tour = open_tour(address)
    tour.show(**STILL)
    yield tour
    assert tour.messages == []


@pytest.fixture
def models(two_models: Path, run_server: Any, open_tour: Any) -> Iterator[Tour]:
    address, _ = run_server(two_models)
    tour = open_tour(address)
    tour.show(**STILL)
    yield tour
    assert tour.messages == []


def stored(path: Path, name: str = "cka") -> tuple[dict[str, Any], Floats]:
    """The attributes and the values of a similarity, by zarr-python."""
    group = zarr.open_group(path, mode="r")[f"similarity/{name}"]
    return group.attrs["inscape"], np.asarray(group["values"])


def row_of(index: dict[str, Any], layer: str, checkpoint: str, side: str = "rows") -> int:
    return next(i for i, s in enumerate(index[side]) if (s["layer"], s["checkpoint"]) == (layer, checkpoint))


def place_of(tour: Tour, row: int, column: int) -> tuple[float, float]:
    """The middle of a cell on the page."""
    tour.wait(lambda: tour.view["ready"] and tour.view["matrix"])
    matrix = tour.view["matrix"]
    box = tour.page.get_by_test_id("similarity").bounding_box()
    across = (matrix["columns"].index(column) + 0.5) / len(matrix["columns"])
    down = (matrix["rows"].index(row) + 0.5) / len(matrix["rows"])
    return box["x"] + matrix["left"] + across * matrix["width"], box["y"] + matrix["top"] + down * matrix["height"]


def colors(tour: Tour, rows: list[int], columns: list[int]) -> Floats:
    """(row, column, 3): the color in the middle of each cell, as it is on the canvas."""
    places = [[place_of(tour, row, column) for column in columns] for row in rows]
    found: Floats = np.array(
        tour.page.evaluate(
            """places => {
                const canvas = document.querySelector('[data-testid=similarity] canvas');
                const box = canvas.getBoundingClientRect();
                const { data, width } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
                return places.map(row => row.map(([x, y]) => {
                    const ratio = width / box.width;
                    const at = 4 * (Math.floor((y - box.y) * ratio) * width + Math.floor((x - box.x) * ratio));
                    return [...data.slice(at, at + 3)];
                }));
            }""",
            places,
        )
    )
    return found


def said(tour: Tour) -> str:
    return str(tour.page.get_by_test_id("similarity-said").inner_text())


def test_the_matrix_has_the_colors_of_what_was_measured(compared: Tour, compared_demo: Path) -> None:
    index, values = stored(compared_demo)
    # Away from the chosen cell, and from the lines between the layers.
    rows = [row_of(index, layer, "epoch-4") for layer in LAYERS[1:]]
    drawn = colors(compared, rows, rows)
    value = values[np.ix_(rows, rows)]
    table: dict[float, tuple[float, ...]] = {}
    for v, color in zip(value.ravel(), drawn.reshape(-1, 3), strict=True):
        table[round(float(v), 4)] = tuple(color)
    # Symmetric, the diagonal is the brightest, and the scale is monotone: its green grows with the value.
    assert np.array_equal(drawn, drawn.transpose(1, 0, 2))
    ordered = [table[v] for v in sorted(table)]
    greens = [color[1] for color in ordered]
    assert greens == sorted(greens) and greens[-1] > greens[0] + 40
    assert "CKA" in compared.page.get_by_test_id("similarity-trust").inner_text()
    trust = compared.page.get_by_test_id("similarity-trust").inner_text()
    assert "2,000" in trust and "unbiased" in trust


def test_pointing_tells_both_names_the_value_and_the_best_partners(compared: Tour, compared_demo: Path) -> None:
    index, values = stored(compared_demo)
    row, column = row_of(index, "pool", "epoch-3"), row_of(index, "logits", "epoch-6")
    compared.page.mouse.move(*place_of(compared, row, column))
    compared.wait(lambda: "pool at epoch-3" in said(compared))
    text = said(compared)
    assert f"pool at epoch-3 and logits at epoch-6: {values[row, column]:.2f}" in text
    for partner in (index["partners"]["rows"][row], index["partners"]["columns"][column]):
        step = index["rows"][partner]
        assert f"{step['layer']} at {step['checkpoint']}" in text or step["layer"] == "input"
    compared.page.mouse.move(5, 300)
    compared.wait(lambda: "pool at epoch-3" not in said(compared))


def test_a_click_sets_both_pictures_which_stay_aligned(compared: Tour, compared_demo: Path) -> None:
    index, _ = stored(compared_demo)
    row, column = row_of(index, "pool", "epoch-3"), row_of(index, "logits", "epoch-6")
    compared.page.mouse.click(*place_of(compared, row, column))
    compared.wait(lambda: compared.state["layers"]["cell"] == [row, column] and compared.view["ready"])
    assert compared.state["layer"] == "pool" and compared.state["checkpointName"] == "epoch-3"
    beside = compared.state["beside"]
    assert (beside["layer"], beside["checkpoint"]) == ("logits", 6)
    assert compared.state["embedding"] == "pca"
    assert "aligned" in compared.page.get_by_test_id("layers-aligned").inner_text()
    # What is drawn: the stored, aligned coordinates of both steps, by one basis.
    group = zarr.open_group(compared_demo, mode="r")["embeddings/pca"]
    steps = [(s["layer"], s["checkpoint"]) for s in group.attrs["inscape"]["steps"]]
    basis = np.array(compared.state["basis"])
    screen = basis.reshape(2 * [round(np.sqrt(len(basis)))])[:, :2]
    samples = list(range(0, 2000, 211))
    for step, view, second in [(("pool", "epoch-3"), "view", False), (("logits", "epoch-6"), "viewBeside", True)]:
        i = steps.index(step)
        points = np.asarray(group["screen"][i], float)[samples] * np.asarray(group["scale"][i], float) @ screen
        drawn = compared.page.evaluate(
            "([samples, second]) => samples.map(s => window.inscape.whereIs(s, second))", [samples, second]
        )
        where = compared.page.evaluate(f"window.inscape.{view}")
        wanted = np.array(where["center"]) + where["scale"] * points * [1, -1]
        assert np.abs(np.array(drawn) - wanted).max() <= 1
    # The scrubber moves the row, and the cell with it.
    compared.show(checkpoint=7)
    assert compared.state["layers"]["cell"] == [row_of(index, "pool", "epoch-7"), column]


FRAMES = """sample => {
    window.frames_ = [];
    const note = () => {
        window.frames_.push([window.inscape.whereIs(sample), window.inscape.whereIs(sample, true)]);
        window.noting = requestAnimationFrame(note);
    };
    note();
}"""
"""Notes where a sample is in both pictures, frame by frame."""


def noted(tour: Tour) -> Floats:
    """(frame, picture, 2)"""
    frames, lost = tour.page.evaluate("(cancelAnimationFrame(window.noting), [window.frames_, window.contextsLost])")
    empty = [i for i, frame in enumerate(frames) if None in frame]
    assert not empty, f"frames {empty} of {len(frames)} had no picture; contexts lost: {lost}"
    return np.array(frames)


def test_both_pictures_set_out_together_and_nothing_jumps(compared: Tour, compared_demo: Path) -> None:
    index, _ = stored(compared_demo)
    compared.show(layers={"cell": [row_of(index, "softmax", "epoch-8"), row_of(index, "logits", "epoch-8")]})
    steps = zarr.open_group(compared_demo, mode="r")["embeddings/pca"].attrs["inscape"]["steps"]
    late = row_of({"rows": steps}, "fc1", "epoch-2")
    # The second picture's step comes late: the first one waits for it.
    compared.page.route(f"**/embeddings/pca/screen/c/{late}/**", lambda route: (time.sleep(1), route.continue_()))
    row, column = row_of(index, "pool", "epoch-1"), row_of(index, "fc1", "epoch-2")
    compared.page.evaluate(FRAMES, 5)
    compared.page.mouse.click(*place_of(compared, row, column))
    compared.wait(lambda: compared.state["layers"]["cell"] == [row, column] and compared.view["ready"])
    frames = noted(compared)
    moved = np.linalg.norm(frames - frames[0], axis=2) > 0.01
    assert moved[-1].all()
    assert abs(moved[:, 0].argmax() - moved[:, 1].argmax()) <= 1
    # The same layer at another checkpoint is gone to as well.
    compared.page.evaluate(FRAMES, 5)
    compared.page.mouse.click(*place_of(compared, row, row_of(index, "fc1", "epoch-8")))
    compared.wait(lambda: compared.state["beside"]["checkpoint"] == 8 and compared.view["ready"])
    way = np.linalg.norm(noted(compared)[:, 1] - noted(compared)[0, 1], axis=1)
    assert way[-1] > 1
    assert ((way > 0.05 * way[-1]) & (way < 0.95 * way[-1])).any()


def test_a_drag_draws_a_part_alone_and_escape_all_again(compared: Tour, compared_demo: Path) -> None:
    index, _ = stored(compared_demo)
    first, last = row_of(index, "fc1", "epoch-0"), row_of(index, "logits", "epoch-8")
    left, right = row_of(index, "relu4", "epoch-2"), row_of(index, "softmax", "epoch-3")
    compared.page.mouse.move(*place_of(compared, last, right))
    compared.page.mouse.down()
    compared.page.mouse.move(*place_of(compared, first, left), steps=6)
    compared.page.mouse.up()
    compared.wait(lambda: compared.state["layers"]["range"] is not None and compared.view["ready"])
    assert compared.state["layers"]["range"] == {
        "rows": list(range(first, last + 1)),
        "columns": list(range(left, right + 1)),
    }
    assert compared.view["matrix"]["rows"] == list(range(first, last + 1))
    # In another order the same rows are there.
    compared.page.get_by_test_id("order-likeness").click()
    compared.wait(lambda: compared.view["ready"] and compared.state["layers"]["order"] == "likeness")
    order = [i for i in index["order"]["rows"] if first <= i <= last]
    assert compared.view["matrix"]["rows"] == order
    compared.page.get_by_test_id("similarity").focus()
    compared.page.keyboard.press("Escape")
    compared.wait(lambda: compared.state["layers"]["range"] is None and compared.view["ready"])
    assert compared.view["matrix"]["rows"] == index["order"]["rows"]
    # A double click goes back as well, and so does the button.
    for back in ("double", "button"):
        compared.show(layers={"range": {"rows": [3, 4, 5], "columns": [3, 4, 5]}})
        if back == "double":
            compared.page.mouse.dblclick(*place_of(compared, 4, 4))
        else:
            compared.page.get_by_test_id("range-whole").click()
        compared.wait(lambda: compared.state["layers"]["range"] is None)


def test_rows_are_on_the_way_from_one_order_to_the_other(compared: Tour, compared_demo: Path) -> None:
    index, _ = stored(compared_demo)
    still = "document.querySelector('[data-testid=similarity] canvas').toDataURL()"
    place_of(compared, 0, 0)
    before = compared.page.evaluate(still)
    ready, between = compared.page.evaluate(
        """async () => {
          document.querySelector('[data-testid=order-likeness]').click();
          const {ready} = inscape.view;
          for (let i = 0; i < 4; i++) await new Promise(done => requestAnimationFrame(done));
          return [ready, """
        + still
        + """];
        }"""
    )
    assert not ready
    compared.wait(lambda: compared.view["ready"])
    after = compared.page.evaluate(still)
    assert len({before, between, after}) == 3
    assert compared.view["matrix"]["rows"] == index["order"]["rows"]
    compared.page.get_by_test_id("order-execution").click()
    compared.wait(lambda: compared.view["ready"])
    assert compared.page.evaluate(still) == before


def test_a_click_on_the_tree_draws_what_is_under_it_alone(compared: Tour, compared_demo: Path) -> None:
    index, _ = stored(compared_demo)
    under: list[list[int]] = [[i] for i in range(len(index["rows"]))]
    for a, b, *_ in index["tree"]["rows"]:
        under.append(sorted(under[int(a)] + under[int(b)]))
    compared.show(layers={"order": "likeness"})
    place_of(compared, 0, 0)
    matrix = compared.view["matrix"]
    box = compared.page.get_by_test_id("similarity").bounding_box()
    y = box["y"] + matrix["top"] + 0.4 * matrix["height"]
    pointer = "document.querySelector('[data-testid=similarity]').style.cursor"
    found = None
    for along in range(80, 4, -2):  # from the root to the leaves
        compared.page.mouse.move(box["x"] + matrix["left"] + matrix["width"] + along, y)
        if compared.page.evaluate(pointer) == "pointer":
            compared.page.mouse.down()
            compared.page.mouse.up()
            compared.wait(lambda: compared.view["ready"] and compared.view["matrix"])
            found = compared.state["layers"]["range"]
            if found:  # the outermost merge is the whole
                break
    assert found and found["rows"] == found["columns"]
    assert found["rows"] in under and 1 < len(found["rows"]) < len(index["rows"])


def test_it_can_be_used_by_keys_alone(compared: Tour, compared_demo: Path) -> None:
    index, values = stored(compared_demo)
    matrix = compared.page.get_by_test_id("similarity")
    compared.page.get_by_test_id("order-likeness").focus()
    compared.page.keyboard.press("Tab")
    for _ in range(5):
        if matrix.evaluate("box => box === document.activeElement"):
            break
        compared.page.keyboard.press("Tab")
    assert matrix.evaluate("box => box === document.activeElement")
    assert matrix.evaluate("box => getComputedStyle(box).outlineStyle") == "solid"
    row, column = compared.state["layers"]["cell"]
    for key in ("ArrowUp", "ArrowUp", "ArrowLeft"):
        compared.page.keyboard.press(key)
    row, column = row - 2, column - 1
    names = [index["rows"][i] for i in (row, column)]
    assert f": {values[row, column]:.2f}" in said(compared)
    assert all(f"{name['layer']} at {name['checkpoint']}" in said(compared) for name in names)
    compared.page.keyboard.press("Enter")
    compared.wait(lambda: compared.state["layers"]["cell"] == [row, column] and compared.view["ready"])
    for _ in range(3):
        compared.page.keyboard.press("Shift+ArrowUp")
    compared.page.keyboard.press("Shift+ArrowLeft")
    compared.page.keyboard.press("Enter")
    compared.wait(lambda: compared.state["layers"]["range"] is not None)
    assert compared.state["layers"]["range"] == {
        "rows": list(range(row - 3, row + 1)),
        "columns": [column - 1, column],
    }
    compared.page.keyboard.press("Escape")
    compared.wait(lambda: compared.state["layers"]["range"] is None)
    compared.page.keyboard.press("1")
    compared.wait(lambda: compared.state["view"] == "tour" and compared.view["ready"])
    # The Tour has one picture, as before.
    assert compared.state["panes"] == "one" and compared.state["layer"] == names[0]["layer"]
    compared.page.keyboard.press("3")
    compared.wait(lambda: compared.state["view"] == "layers" and compared.view["ready"])
    table = compared.page.get_by_test_id("similarity-table")
    assert table.locator("tbody tr").count() == len(LAYERS)


def test_a_link_shows_the_same(compared: Tour, compared_demo: Path, open_tour: Callable[..., Tour]) -> None:
    index, _ = stored(compared_demo)
    part = {"rows": [*range(5, 20), 30], "columns": list(range(2, 41))}
    cell = [row_of(index, "fc1", "epoch-2"), row_of(index, "relu4", "epoch-5")]
    compared.show(layers={"order": "likeness", "range": part, "cell": cell}, colorBy="difference")
    compared.wait(lambda: "layers=cka" in compared.page.evaluate("location.hash"))
    link = compared.address + compared.page.evaluate("location.hash")
    other = open_tour(link)
    other.wait(lambda: other.is_ready() and other.view["matrix"])
    for name in ("view", "layers", "layer", "checkpoint", "embedding", "colorBy"):
        assert other.state[name] == compared.state[name], name
    assert {**other.state["beside"], "basis": None} == {**compared.state["beside"], "basis": None}
    assert other.view["matrix"]["rows"] == [i for i in index["order"]["rows"] if i in part["rows"]]
    shots = [np.array(t.page.evaluate("window.inscape.whereIs(7, true)")) for t in (compared, other)]
    assert np.abs(shots[0] - shots[1]).max() < 0.01
    assert other.messages == []


def test_what_makes_no_sense_is_refused_in_words(compared: Tour) -> None:
    for wrong, words in [
        ({"name": "cka-with-nobody"}, "no such similarity"),
        ({"order": "random"}, "no such order"),
        ({"range": {"rows": [1000], "columns": [0]}}, "the range is"),
        ({"cell": [0, 4000]}, "the cell is [row, column]"),
    ]:
        told = compared.page.evaluate(
            "layers => { try { window.inscape.state = {layers}; return '' } catch (error) { return error.message } }",
            wrong,
        )
        assert words in told


def test_colors_are_one_click_away(compared: Tour) -> None:
    for by in ("difference", "movement", "label"):
        compared.page.get_by_test_id(f"layers-color-{by}").click()
        compared.wait(lambda by=by: compared.state["colorBy"] == by and compared.view["ready"])
        assert compared.page.get_by_test_id(f"layers-color-{by}").get_attribute("aria-pressed") == "true"


@pytest.mark.parametrize(("beside", "head"), [("", "head-row"), ("-beside", "head-column")])
def test_the_best_view_is_chosen_in_a_picture_s_head(compared: Tour, beside: str, head: str) -> None:
    compared.show(layer="conv2")
    button = compared.page.get_by_test_id(f"best-view{beside}")
    place, named = button.bounding_box(), compared.page.get_by_test_id(head).bounding_box()
    assert abs(place["y"] + place["height"] / 2 - named["y"] - named["height"] / 2) < 6
    assert named["x"] + named["width"] <= place["x"]
    button.click()
    choice = compared.page.get_by_test_id("best-view-variance")
    panel = choice.bounding_box()
    assert panel["x"] >= 0 and panel["x"] + panel["width"] <= 1280
    choice.click()
    compared.page.get_by_test_id(f"best-view-said{beside}").get_by_text("variance shown").wait_for()


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 390)])
def test_axe_finds_nothing_and_nothing_is_cut_off(
    compared_demo: Path, run_server: Any, open_tour: Callable[..., Tour], scheme: str, width: int
) -> None:
    import axe_playwright_python

    address, _ = run_server(compared_demo)
    tour = open_tour(address, viewport={"width": width, "height": 820}, color_scheme=scheme, bypass_csp=True)
    tour.show(**STILL)
    source = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text()
    tour.page.evaluate(source)
    found = tour.page.evaluate("axe.run()")
    serious = [v for v in found["violations"] if v["impact"] in ("serious", "critical")]
    assert serious == []
    assert tour.page.evaluate("document.documentElement.scrollWidth") == width
    matrix = tour.view["matrix"]
    box = tour.page.get_by_test_id("similarity").bounding_box()
    assert matrix["width"] >= (0.5 if width < 500 else 0.6) * min(box["width"], box["height"])
    assert box["x"] + matrix["left"] + matrix["width"] <= width
    if width > 1000:  # one screen: both pictures and the matrix lie in the window
        for testid in ("similarity", "pane", "pane-beside"):
            place = tour.page.get_by_test_id(testid).bounding_box()
            assert place["y"] >= 0 and place["y"] + place["height"] <= 820 and place["height"] > 150
    assert tour.messages == []


def test_two_models_show_the_other_s_layer_beside(models: Tour, two_models: Path) -> None:
    index, values = stored(two_models, "cka-with-wide")
    models.page.get_by_test_id("similarity-choice").select_option("cka-with-wide")
    models.wait(lambda: models.view["ready"] and models.state["layers"]["name"] == "cka-with-wide")
    assert models.view["matrix"]["columns"] == list(range(len(index["columns"])))
    row, column = row_of(index, "1", "0"), row_of(index, "3", "0", "columns")
    models.page.mouse.click(*place_of(models, row, column))
    models.wait(lambda: models.state["layers"]["cell"] == [row, column] and models.view["ready"])
    assert "Wide · 3" in models.page.get_by_test_id("head-column").inner_text()
    assert f"1 at 0 and Wide · 3 at 0: {values[row, column]:.2f}" in said(models)
    assert models.state["beside"]["lent"] == "Wide" and models.state["embedding"] == "pca-with-wide"
    assert "aligned" in models.page.get_by_test_id("layers-aligned").inner_text()
    # The other's layers are none of this recording's.
    assert models.page.evaluate("window.inscape.ways.layers") == [s["layer"] for s in index["rows"]]
    # It is the lent step that is drawn.
    group = zarr.open_group(two_models, mode="r")["embeddings/pca-with-wide"]
    steps = [(s["layer"], s.get("lent")) for s in group.attrs["inscape"]["steps"]]
    i = steps.index(("3", "Wide"))
    basis = np.array(models.state["basis"]).reshape(6, 6)[:, :2]
    points = np.asarray(group["screen"][i], float) * np.asarray(group["scale"][i], float) @ basis
    where = models.page.evaluate("window.inscape.viewBeside")
    wanted = np.array(where["center"]) + where["scale"] * points[:20] * [1, -1]
    drawn = models.page.evaluate("[...Array(20).keys()].map(s => window.inscape.whereIs(s, true))")
    assert np.abs(np.array(drawn) - wanted).max() <= 1
    # The difference from the aligned partner, and movement from layer to layer, are told of lent layers too.
    for by in ("difference", "movement"):
        models.page.get_by_test_id(f"layers-color-{by}").click()
        models.wait(lambda by=by: models.state["colorBy"] == by and models.view["ready"])
    models.show(movement="layer", colorBy="movement")
    models.show(colorBy="difference")
    models.wait(lambda: "Wide · 3 at 0" in models.page.locator(".legend").inner_text())


def test_a_link_to_two_models_begins_with_the_lent_layer(
    models: Tour, two_models: Path, open_tour: Callable[..., Tour]
) -> None:
    index, _ = stored(two_models, "cka-with-wide")
    cell = [row_of(index, "0", "0"), row_of(index, "4", "0", "columns")]
    models.show(layers={"name": "cka-with-wide", "cell": cell}, colorBy="difference")
    models.wait(lambda: "cka-with-wide" in models.page.evaluate("location.hash"))
    other = open_tour(models.address + models.page.evaluate("location.hash"))
    other.wait(lambda: other.is_ready() and other.view["matrix"])
    for name in ("layers", "layer", "embedding", "colorBy"):
        assert other.state[name] == models.state[name], name
    # A link has what is on the screen of a basis, its first two columns.
    assert {**other.state["beside"], "basis": None} == {**models.state["beside"], "basis": None}
    places = [t.page.evaluate("window.inscape.whereIs(3, true)") for t in (models, other)]
    assert np.abs(np.array(places[0]) - places[1]).max() < 0.01
    # In the Tour the pair can be kept: the second picture stays the other model's where the link says so.
    other.show(view="tour", beside=other.state["beside"])
    other.wait(lambda: "Wide · 4" in other.page.locator(".panes").inner_text())
    assert other.messages == []


def test_nothing_compared_yet_says_what_would_and_makes_it(
    demo_recording: Path, tmp_path: Path, run_server: Any, open_tour: Callable[..., Tour]
) -> None:
    images, labels = load_digits(return_X_y=True)
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(64, 16), nn.ReLU(), nn.Linear(16, 10))
    rec = inscape.record(
        model, ((images[:200] / 16).astype(np.float32), labels[:200]), out=tmp_path / "a.inscape", layers=["*"]
    )
    inscape.embed(rec, "pca", dims=4)
    address, _ = run_server(tmp_path / "a.inscape")
    tour = open_tour(address)
    tour.page.get_by_test_id("view-layers").click()
    empty = tour.page.get_by_test_id("layers-empty")
    assert "inscape similarity PATH" in empty.inner_text() and "3 layers" in empty.inner_text()
    tour.page.get_by_test_id("layers-make").click()
    tour.wait(lambda: tour.page.get_by_test_id("similarity").count() and tour.is_ready() and tour.view["matrix"], 90)
    assert tour.state["layers"]["name"] == "cka" and tour.state["panes"] == "two"
    assert tour.messages == []


def test_one_layer_at_one_checkpoint_says_so(tmp_path: Path, run_server: Any, open_tour: Callable[..., Tour]) -> None:
    images, labels = load_digits(return_X_y=True)
    rec = inscape.record(
        nn.Sequential(nn.Linear(64, 10)),
        ((images[:100] / 16).astype(np.float32), labels[:100]),
        out=tmp_path / "one.inscape",
        layers=["0"],
    )
    inscape.embed(rec, "pca", dims=3)
    address, _ = run_server(tmp_path / "one.inscape")
    tour = open_tour(address)
    tour.page.get_by_test_id("view-layers").click()
    assert "one layer" in tour.page.get_by_test_id("layers-empty").inner_text()
    assert tour.page.get_by_test_id("layers-make").count() == 0
    assert tour.messages == []


def test_what_can_t_be_read_says_so_and_is_tried_again(
    compared_demo: Path, run_server: Any, open_tour: Callable[..., Tour]
) -> None:
    address, _ = run_server(compared_demo)
    tour = open_tour(address)
    tour.show(playing=False)
    tour.page.route("**/similarity/cka/values/**", lambda route: route.fulfill(status=404))
    tour.page.get_by_test_id("view-layers").click()
    message = tour.page.locator(".layers-matrix [data-testid=message]")
    message.wait_for()
    assert "similarity/cka/values" in message.inner_text()
    tour.page.unroute("**/similarity/cka/values/**")
    message.get_by_role("button").click()
    tour.wait(lambda: tour.is_ready() and tour.view["matrix"])


def test_a_comparison_that_is_not_of_all_says_so(
    compared_demo: Path, tmp_path: Path, run_server: Any, open_tour: Callable[..., Tour]
) -> None:
    path = tmp_path / "part.inscape"
    shutil.copytree(compared_demo, path)
    inscape.similarity(inscape.open(path), layers=LAYERS, checkpoints=["epoch-0", "epoch-1"], force=True)
    address, _ = run_server(path)
    tour = open_tour(address)
    tour.show(**STILL)
    stale = tour.page.get_by_test_id("similarity-stale")
    assert "7 checkpoints and 7 layers" in stale.inner_text()
    # The last checkpoint is not there: the first picture goes to the nearest that is.
    assert tour.state["layers"]["cell"] is not None
    assert tour.messages == []
