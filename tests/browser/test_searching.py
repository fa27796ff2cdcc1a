"""Search, neighbors, the confusion matrix and the selection's panel, as a person uses them."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zarr
from playwright.sync_api import Route

import inscape

Ints = np.ndarray[Any, Any]
Tour = Any
"""What `conftest.py` calls so."""
LAST = "epoch-8"


class Truth:
    """Columns of the demo's recording, by zarr-python."""

    def __init__(self, recording: Path) -> None:
        self.group = zarr.open_group(recording, mode="r")
        self.label: Ints = np.asarray(self.group["samples/label"])

    def at(self, name: str, checkpoint: str = LAST) -> Ints:
        return np.asarray(self.group[f"checkpoints/{checkpoint}/{name}"])


@pytest.fixture(scope="module")
def truth(demo_recording: Path) -> Truth:
    return Truth(demo_recording)


@pytest.fixture
def own_demo(demo_recording: Path, tmp_path: Path) -> Path:
    """A copy that a test may write to."""
    return Path(shutil.copytree(demo_recording, tmp_path / "own.inscape"))


def said(tour: Tour) -> str:
    text: str = tour.page.get_by_test_id("search-said").inner_text()
    return text


def selected(tour: Tour) -> list[int]:
    return sorted(tour.state["selection"])


def ids(mask: Ints) -> list[int]:
    found: list[int] = np.flatnonzero(mask).tolist()
    return found


def search(tour: Tour, text: str) -> None:
    """Type a search as a person does, and close what is suggested."""
    tour.page.keyboard.press("/")
    tour.page.keyboard.type(text)


def test_a_search_counts_while_one_types_and_selects_by_keys(tour: Tour, truth: Truth) -> None:
    tour.show(playing=False)
    search(tour, "label = 3")
    threes = truth.label == 3
    tour.wait(lambda: said(tour) == f"{threes.sum()} found")
    assert selected(tour) == []
    tour.page.keyboard.press("Enter")
    tour.wait(lambda: selected(tour) == ids(threes))
    # The letters went into the field, and not to the page's keys.
    assert tour.state["playing"] is False
    assert tour.state["layer"] == "softmax"

    unsure = truth.at("confidence") < np.float32(0.9)
    tour.page.get_by_test_id("search").fill("confidence < 0.9")
    tour.wait(lambda: said(tour) == f"{unsure.sum()} found at {LAST}")
    tour.page.keyboard.press("Shift+Enter")
    tour.wait(lambda: selected(tour) == ids(threes | unsure))
    wrong = truth.at("prediction") != truth.label
    tour.page.get_by_test_id("search").fill("prediction != label")
    tour.wait(lambda: said(tour) == f"{wrong.sum()} found at {LAST}")
    tour.page.keyboard.press("Alt+Enter")
    tour.wait(lambda: selected(tour) == ids((threes | unsure) & ~wrong))

    tour.page.keyboard.press("Escape")
    assert tour.page.evaluate("document.activeElement === document.body")
    tour.page.keyboard.press("Control+z")
    assert selected(tour) == ids(threes | unsure)


def test_suggestions_are_taken_by_keys_and_by_the_pointer(tour: Tour, truth: Truth) -> None:
    tour.show(playing=False)
    field = tour.page.get_by_test_id("search")
    search(tour, "pred")
    options = tour.page.get_by_role("listbox", name="Suggestions").get_by_role("option")
    tour.wait(lambda: options.count() == 1)
    tour.page.keyboard.press("ArrowDown")
    assert field.get_attribute("aria-activedescendant") == "suggestion-0"
    tour.page.keyboard.press("Enter")
    assert field.input_value() == "prediction "
    tour.page.keyboard.type("!= la")
    options.filter(has_text="label").click()
    assert field.input_value() == "prediction != label "
    tour.wait(lambda: said(tour) == f"{(truth.at('prediction') != truth.label).sum()} found at {LAST}")
    assert field.evaluate("field => document.activeElement === field")
    # The first Escape closes the list, the second leaves the field.
    tour.page.keyboard.type("and c")
    tour.wait(lambda: options.count() > 0)
    tour.page.keyboard.press("Escape")
    tour.wait(lambda: options.count() == 0)
    assert field.evaluate("field => document.activeElement === field")
    tour.page.keyboard.press("Escape")
    assert not field.evaluate("field => document.activeElement === field")


def test_what_is_wrong_with_a_search_is_said_beneath_it(tour: Tour) -> None:
    search(tour, "confidance < 0.5")
    tour.wait(lambda: said(tour) == 'no such column; got "confidance"; did you mean confidence?')
    field = tour.page.get_by_test_id("search")
    assert field.get_attribute("aria-invalid") == "true"
    assert field.evaluate("field => document.activeElement === field")
    tour.page.keyboard.press("Enter")
    assert selected(tour) == []
    field.fill("confidence <")
    tour.wait(lambda: said(tour).startswith("after < comes a value; got nothing"))
    assert field.get_attribute("aria-invalid") == "false"
    field.fill("")
    tour.wait(lambda: said(tour) == "")


def test_a_search_is_of_the_checkpoint_that_is_shown_and_says_what_is_hidden(tour: Tour, truth: Truth) -> None:
    tour.show(playing=False)
    search(tour, "prediction != label")
    counts = {c: int((truth.at("prediction", c) != truth.label).sum()) for c in ("epoch-0", LAST)}
    assert counts["epoch-0"] != counts[LAST]
    tour.wait(lambda: said(tour) == f"{counts[LAST]:,} found at {LAST}")
    tour.show(checkpoint=0)
    tour.wait(lambda: said(tour) == f"{counts['epoch-0']:,} found at epoch-0")
    tour.show(groups=[4])
    hidden = int(((truth.at("prediction", "epoch-0") != truth.label) & (truth.label != 4)).sum())
    tour.wait(lambda: said(tour) == f"{counts['epoch-0']:,} found at epoch-0, {hidden:,} of them not shown")
    tour.show(search="id in 5..20")
    tour.page.get_by_test_id("search-replace").click()
    tour.wait(lambda: selected(tour) == list(range(5, 21)))
    with pytest.raises(Exception, match="a search is a text"):
        tour.page.evaluate("window.inscape.state = {search: 3}")


def test_neighbors_are_the_recording_s_where_it_has_them(tour: Tour, truth: Truth) -> None:
    tour.show(layer="conv1", playing=False, checkpoint=8)
    stored = np.asarray(truth.group["checkpoints/epoch-8/layers/conv1/neighbors/indices"])
    # The sample under the pointer, by a key.
    place = tour.page.evaluate("window.inscape.whereIs(42)")
    box = tour.page.get_by_test_id("stage").bounding_box()
    tour.page.mouse.move(box["x"] + place[0], box["y"] + place[1])
    tour.wait(lambda: tour.state["hover"] is not None)
    sample = tour.state["hover"]
    tour.page.keyboard.press("n")
    tour.wait(lambda: selected(tour) == sorted([sample, *stored[sample].tolist()]))
    where = tour.page.get_by_test_id("neighbors-where").inner_text()
    units = next(layer["units"] for layer in truth.group.attrs["inscape"]["layers"] if layer["name"] == "conv1")
    assert where == f"Sample {sample} and its {stored.shape[1]} nearest in all {units:,} units of conv1 at {LAST}."


def test_neighbors_are_measured_on_the_stage_s_coordinates_where_the_recording_has_none(
    tour: Tour, truth: Truth
) -> None:
    tour.show(layer="conv2", playing=False, checkpoint=8, selection=[7])
    count = tour.page.get_by_test_id("neighbors-count")
    count.fill("60")
    count.press("Enter")
    tour.page.get_by_test_id("neighbors-select").click()
    tour.wait(lambda: len(selected(tour)) == 61)
    pca = truth.group["embeddings/pca"]
    attributes: Any = pca.attrs["inscape"]
    steps = attributes["steps"]
    step = next(i for i, s in enumerate(steps) if (s["layer"], s["checkpoint"]) == ("conv2", LAST))
    coordinates = np.asarray(pca["coordinates"][step])
    nearest = np.argsort(np.linalg.norm(coordinates - coordinates[7], axis=1), kind="stable")[:61]
    # The page's coordinates are rounded to int16: a tie at the edge may fall the other way.
    assert len(set(nearest.tolist()) & set(selected(tour))) >= 60
    where = tour.page.get_by_test_id("neighbors-where").inner_text()
    share = 100 * steps[step]["explained"]
    assert where.startswith(f"Sample 7 and its 60 nearest in the {attributes['dims']} dimensions of this PCA at {LAST}")
    assert f"which hold {share:.0f}% of the variance" in where
    # Another number is asked of the same sample; without one sample the page says what it needs.
    count.fill("5")
    count.press("Enter")
    tour.wait(lambda: len(selected(tour)) == 6)
    tour.show(selection=[1, 2])
    tour.page.keyboard.press("Escape")
    tour.page.get_by_test_id("stage").focus()
    tour.page.keyboard.press("n")
    tour.wait(lambda: "Neighbors are those of one sample" in tour.page.locator("body").inner_text())


def cell(tour: Tour, label: int, prediction: int) -> dict[str, float]:
    """Where a cell of the matrix lies; -1 is the strip of the names."""
    chart = tour.page.get_by_test_id("confusion").first
    gutter, side = float(chart.get_attribute("data-gutter")), float(chart.get_attribute("data-cell"))

    def middle(i: int) -> float:
        return gutter / 2 if i < 0 else gutter + (i + 0.5) * side

    return {"x": middle(prediction), "y": middle(label)}


def open_confusion(tour: Tour) -> Any:
    tour.page.get_by_test_id("confusion-summary").click()
    chart = tour.page.get_by_test_id("confusion")
    tour.wait(lambda: chart.count() == 1 and float(chart.get_attribute("data-cell")) > 5)
    return chart


def test_the_confusion_matrix_marks_and_selects(tour: Tour, truth: Truth) -> None:
    tour.show(playing=False)
    chart = open_confusion(tour)
    note = tour.page.get_by_test_id("confusion-said")
    label, prediction = truth.label, truth.at("prediction")
    wrong = int((label != prediction).sum())
    assert note.inner_text() == f"{wrong} of {len(label):,} wrong at {LAST}"
    assert f"{wrong} of {len(label):,} wrong" in chart.get_attribute("aria-label")
    counts = np.zeros((10, 10), int)
    np.add.at(counts, (label, prediction), 1)
    errors = counts - np.diag(np.diag(counts))
    row, column = (int(i) for i in np.unravel_index(errors.argmax(), errors.shape))
    members = (label == row) & (prediction == column)

    before = tour.pixels()
    chart.hover(position=cell(tour, row, column))
    tour.wait(lambda: note.inner_text() == f"{row} taken for {column}: {errors.max()}")
    tour.wait(lambda: np.abs(tour.pixels() - before).sum() > 1000)
    chart.click(position=cell(tour, row, column))
    tour.wait(lambda: selected(tour) == ids(members))
    chart.click(position=cell(tour, 4, -1), modifiers=["Shift"])
    tour.wait(lambda: selected(tour) == ids(members | (label == 4)))
    chart.click(position=cell(tour, -1, 5))
    tour.wait(lambda: selected(tour) == ids(prediction == 5))
    # The errors are told in words too.
    first = tour.page.get_by_role("list", name="The most frequent errors").get_by_role("button").first
    first.click()
    tour.wait(lambda: len(selected(tour)) == errors.max())


def test_the_confusion_matrix_by_keys_and_of_what_is_shown(tour: Tour, truth: Truth) -> None:
    tour.show(playing=False)
    tour.page.get_by_test_id("confusion-summary").focus()
    tour.page.keyboard.press("Enter")
    chart = tour.page.get_by_test_id("confusion")
    tour.wait(lambda: chart.count() == 1)
    note = tour.page.get_by_test_id("confusion-said")
    tour.page.keyboard.press("Tab")
    assert chart.evaluate("chart => document.activeElement === chart")
    for key in ["ArrowDown", "ArrowDown", "ArrowRight"]:
        tour.page.keyboard.press(key)
    label, prediction = truth.label, truth.at("prediction")
    tour.wait(lambda: note.inner_text().startswith("2 taken for 1: "))
    assert tour.state["layer"] == "softmax"
    tour.page.keyboard.press("Enter")
    tour.wait(lambda: selected(tour) == ids((label == 2) & (prediction == 1)))
    tour.page.keyboard.press("ArrowLeft")
    tour.page.keyboard.press("ArrowLeft")
    tour.page.keyboard.press("Shift+Enter")
    tour.wait(lambda: selected(tour) == ids(label == 2))

    # It counts what is shown, at the checkpoint that is shown.
    tour.show(groups=[3], checkpoint=0)
    chart.blur()
    early = truth.at("prediction", "epoch-0")
    text = f"{((label == 3) & (early != 3)).sum()} of {(label == 3).sum()} wrong at epoch-0"
    tour.wait(lambda: note.inner_text() == text)
    # Larger, with the keys of a dialog.
    tour.page.get_by_test_id("confusion-larger").press("Enter")
    dialog = tour.page.get_by_test_id("confusion-dialog")
    tour.wait(lambda: float(dialog.get_by_test_id("confusion").get_attribute("data-cell")) > 30)
    tour.page.keyboard.press("Escape")
    tour.wait(lambda: dialog.count() == 0)


def test_the_panel_tells_what_is_selected(tour: Tour, truth: Truth) -> None:
    generator = np.random.default_rng(0)
    chosen = np.sort(generator.choice(2000, size=150, replace=False))
    tour.show(layer="logits", playing=False, checkpoint=8, selection=chosen.tolist())
    page = tour.page
    assert page.get_by_test_id("selection-count").inner_text() == "150"
    assert page.get_by_test_id("selection-share").inner_text() == "7.5%"
    label, prediction = truth.label[chosen], truth.at("prediction")[chosen]
    tour.wait(lambda: page.get_by_test_id("selection-accuracy").count() == 1)
    assert page.get_by_test_id("selection-accuracy").inner_text() == f"{100 * (label == prediction).mean():.1f}%"
    mean = truth.at("confidence")[chosen].astype(float).mean()
    assert page.get_by_test_id("selection-confidence").inner_text() == f"{100 * mean:.1f}%"
    bars = page.get_by_role("list", name="Classes of the selection").locator("li")
    told = dict(zip(bars.locator(".name").all_inner_texts(), bars.locator(".count").all_inner_texts(), strict=True))
    assert told == {str(c): str(n) for c, n in enumerate(np.bincount(label, minlength=10).tolist()) if n}

    pictures = page.get_by_role("list", name="Selected samples").locator("button")
    assert pictures.count() == 24
    page.get_by_test_id("members-more").click()
    assert pictures.count() == 120
    logits = np.asarray(truth.group[f"checkpoints/{LAST}/layers/logits/activation"])[chosen]
    order = chosen[np.argsort(np.linalg.norm(logits - logits.mean(axis=0), axis=1))]

    def members(name: str) -> list[int]:
        return [
            int(b.get_attribute("data-sample")) for b in page.get_by_role("list", name=name).locator("button").all()
        ]

    page.get_by_test_id("extremes-where").wait_for()
    assert members("Most typical") == order[:6].tolist()
    assert members("Most odd") == order[:-7:-1].tolist()
    assert page.get_by_test_id("extremes-where").inner_text().endswith(f"in all 10 units of logits at {LAST}.")
    page.get_by_role("list", name="Most odd").locator("button").first.hover()
    tour.wait(lambda: tour.state["hover"] == int(order[-1]))


def test_a_selection_is_exported(open_tour: Callable[..., Tour], served_demo: str, truth: Truth) -> None:
    tour = open_tour(served_demo, permissions=["clipboard-read", "clipboard-write"])
    chosen = [900, 4, 17]
    tour.show(playing=False, checkpoint=3, selection=chosen)
    with tour.page.expect_download() as waiting:
        tour.page.get_by_test_id("export-csv").click()
    text = Path(waiting.value.path()).read_bytes().decode()
    assert waiting.value.suggested_filename.endswith("-selection.csv")
    assert text.count("\r\n") == text.count("\n") == 4
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [int(row["id"]) for row in rows] == sorted(chosen)
    split = np.asarray(truth.group["samples/split"])
    for row in rows:
        sample = int(row["id"])
        assert row["label"] == str(truth.label[sample])
        assert row["split"] == split[sample]
        assert row["prediction"] == str(truth.at("prediction", "epoch-3")[sample])
        for name in ("confidence", "loss"):
            assert np.float32(row[name]) == truth.at(name, "epoch-3")[sample]
    with tour.page.expect_download() as waiting:
        tour.page.get_by_test_id("export-json").click()
    content = json.loads(Path(waiting.value.path()).read_text())
    assert content == {"recording": tour.state["recording"], "checkpoint": "epoch-3", "ids": sorted(chosen)}
    tour.page.get_by_test_id("copy-ids").click()
    tour.wait(lambda: tour.page.evaluate("navigator.clipboard.readText()") == "4, 17, 900")
    assert tour.messages == []


def test_saved_selections_are_rows_of_the_recording(
    open_tour: Callable[..., Tour], run_server: Callable[..., Any], own_demo: Path
) -> None:
    recording = inscape.open(own_demo)
    address, _ = run_server(own_demo)
    tour = open_tour(address)
    page = tour.page
    tour.show(playing=False, selection=[5, 6, 7, 1999])
    page.get_by_test_id("save-name").fill('odd "ones"')
    page.keyboard.press("Enter")
    row = page.get_by_test_id('saved-odd "ones"')
    tour.wait(lambda: row.count() == 1)
    assert recording.selections['odd "ones"'].tolist() == [5, 6, 7, 1999]

    # What Python writes appears by itself; it is selected by a click and found by its name.
    recording.selections["from Python"] = [1, 2, 3]
    other = page.get_by_test_id("saved-from Python")
    tour.wait(lambda: other.count() == 1)
    assert other.locator(".count").inner_text() == "3"
    other.locator(".row").click()
    tour.wait(lambda: selected(tour) == [1, 2, 3])
    search(tour, 'in "from Python" or in \'odd "ones"\'')
    tour.wait(lambda: said(tour) == "7 found")
    page.keyboard.press("Enter")
    tour.wait(lambda: selected(tour) == [1, 2, 3, 5, 6, 7, 1999])
    page.keyboard.press("Escape")

    page.get_by_test_id("saved-update").click()
    tour.wait(lambda: other.locator(".count").inner_text() == "7")
    assert recording.selections["from Python"].tolist() == [1, 2, 3, 5, 6, 7, 1999]
    page.get_by_test_id("saved-rename").click()
    page.keyboard.press("Control+a")
    page.keyboard.type("all seven")
    page.keyboard.press("Enter")
    tour.wait(lambda: page.get_by_test_id("saved-all seven").count() == 1)
    assert sorted(recording.selections) == ["all seven", 'odd "ones"']
    page.get_by_test_id("saved-remove").click()
    tour.wait(lambda: list(recording.selections) == ['odd "ones"'])
    page.get_by_test_id("saved-undo").click()
    tour.wait(lambda: "all seven" in recording.selections)
    assert recording.selections["all seven"].tolist() == [1, 2, 3, 5, 6, 7, 1999]
    tour.wait(lambda: page.get_by_test_id("saved-all seven").count() == 1)
    # A name that is taken is nobody's loss.
    page.get_by_test_id("save-name").fill("all seven")
    page.keyboard.press("Enter")
    tour.wait(lambda: "is there already" in page.get_by_test_id("saved-said").inner_text())
    assert tour.messages == []


def test_a_change_that_was_not_seen_is_not_overwritten(
    open_tour: Callable[..., Tour], run_server: Callable[..., Any], own_demo: Path
) -> None:
    recording = inscape.open(own_demo)
    recording.selections["mine"] = [1, 2]
    address, _ = run_server(own_demo)
    tour = open_tour(address)
    row = tour.page.get_by_test_id("saved-mine")
    tour.wait(lambda: row.count() == 1)
    row.locator(".row").click()
    tour.show(selection=[8])

    old = tour.page.evaluate("fetch('/api/recordings/own/people').then(answer => answer.text())")

    def unheard(route: Route) -> None:
        route.fulfill(status=200, content_type="application/json", body=old)

    # The page does not hear of the change, as if the news were on its way.
    tour.page.route("**/api/recordings/*/people", unheard)
    recording.selections["mine"] = [3, 4, 5]
    tour.page.get_by_test_id("saved-update").click()
    told = tour.page.get_by_test_id("saved-said")
    tour.wait(lambda: told.count() == 1 and "“mine” was changed meanwhile" in told.inner_text())
    assert recording.selections["mine"].tolist() == [3, 4, 5]


def test_texts_are_searched_and_shown(
    open_tour: Callable[..., Tour], run_server: Callable[..., Any], tmp_path: Path
) -> None:
    import torch
    from torch import nn

    torch.manual_seed(0)
    generator = np.random.default_rng(0)
    texts = [f'{"snow" if i % 7 == 0 else "rain"}, line {i}, "quoted"' for i in range(60)]
    columns = {"text": texts, "age of it": generator.integers(0, 90, 60), "is odd": generator.random(60) > 0.5}
    data = generator.normal(size=(60, 5)).astype(np.float32)
    names = ["Ankle boot", "Bag", "Coat"]
    labels = generator.integers(0, 3, 60)
    path = tmp_path / "texts.inscape"
    network = nn.Sequential(nn.Linear(5, 3), nn.Softmax(dim=1))
    inscape.record(network, data, labels=labels, out=path, layers=["*"], columns=columns, class_names=names)
    address, _ = run_server(path)
    tour = open_tour(address)
    tour.show(playing=False)
    search(tour, "snow")
    tour.wait(lambda: said(tour) == "9 found")
    tour.page.keyboard.press("Enter")
    tour.wait(lambda: selected(tour) == list(range(0, 60, 7)))
    lines = tour.page.get_by_role("list", name="Selected samples").locator("button")
    tour.wait(lambda: lines.all_inner_texts() == texts[::7])
    for typed, mask in {
        'text contains "line 5"': np.array(["line 5" in text for text in texts]),
        '"age of it" >= 45 and "is odd" = true': (columns["age of it"] >= 45) & columns["is odd"],
        'label = "Ankle boot"': labels == 0,
        "boot or bag": labels < 2,
    }.items():
        tour.page.get_by_test_id("search").fill(typed)
        tour.wait(lambda mask=mask: said(tour) == f"{mask.sum()} found")
        tour.page.keyboard.press("Enter")
        tour.wait(lambda mask=mask: selected(tour) == ids(mask))
    with tour.page.expect_download() as waiting:
        tour.page.get_by_test_id("export-csv").click()
    rows = list(csv.DictReader(io.StringIO(Path(waiting.value.path()).read_bytes().decode(), newline="")))
    assert [row["text"] for row in rows] == [texts[i] for i in ids(labels < 2)]
    assert tour.messages == []


def test_on_a_narrow_screen_everything_is_there(open_tour: Callable[..., Tour], served_demo: str) -> None:
    tour = open_tour(served_demo, viewport={"width": 390, "height": 844}, has_touch=True)
    tour.show(playing=False)
    tour.page.get_by_test_id("search").fill("prediction != label")
    tour.wait(lambda: "found" in said(tour))
    tour.page.get_by_test_id("search-replace").tap()
    tour.wait(lambda: len(selected(tour)) > 10)
    tour.page.get_by_test_id("confusion-summary").tap()
    chart = tour.page.get_by_test_id("confusion")
    tour.wait(lambda: chart.count() == 1 and float(chart.get_attribute("data-cell")) > 20)
    chart.tap(position=cell(tour, 7, 7))
    tour.wait(lambda: len(selected(tour)) > 150)
    assert tour.page.evaluate("document.documentElement.scrollWidth") <= 390
    assert tour.messages == []
