"""Two pictures beside each other, and a grid of them: linked by hand, by one basis, by one selection."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import zarr
from torch import nn

import inscape

Floats = np.ndarray[Any, Any]
Tour = Any
"""What `conftest.py` calls so."""

SETTLED = {"playing": False}


@pytest.fixture(scope="module")
def two_models(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two networks over the same 400 images of two splits, and a third one over fewer."""
    folder = tmp_path_factory.mktemp("models")
    generator = np.random.default_rng(0)
    images = generator.random((400, 1, 14, 14), dtype=np.float32)
    labels = generator.integers(0, 10, 400)
    split = np.where(np.arange(400) % 4 == 0, "test", "train")
    paths = []
    for name, samples in [("first", 400), ("second", 400), ("short", 300)]:
        torch.manual_seed(7 if name == "second" else 0)
        model = nn.Sequential(
            nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 12 * 12, 10), nn.Softmax(dim=1)
        )
        rec = inscape.record(
            model,
            (images[:samples], labels[:samples]),
            out=folder / f"{name}.inscape",
            layers=["*"],
            columns={"split": split[:samples].tolist()},
        )
        inscape.embed(rec, "pca", dims=6)
        paths.append(folder / f"{name}.inscape")
    return paths


@pytest.fixture
def models(two_models: list[Path], run_server: Any, open_tour: Any) -> Tour:
    """The page on the two models; at the end its console is empty."""
    address, _ = run_server(*two_models)
    tour = open_tour(address)
    tour.show(**SETTLED)
    yield tour
    assert tour.messages == []


def aligned(recording: Path, embedding: str, layer: str, checkpoint: str) -> Floats:
    """(sample, dimension): what the page draws, by zarr-python."""
    group = zarr.open_group(recording, mode="r")[f"embeddings/{embedding}"]
    steps = [(step["layer"], step["checkpoint"]) for step in group.attrs["inscape"]["steps"]]
    step = steps.index((layer, checkpoint))
    screen: Floats = np.asarray(group["screen"][step], float) * np.asarray(group["scale"][step], float)
    return screen


def places(tour: Tour, samples: list[int], beside: bool = False) -> Floats:
    return np.array(
        tour.page.evaluate(
            "([samples, beside]) => samples.map(s => window.inscape.whereIs(s, beside))", [samples, beside]
        )
    )


def expected(tour: Tour, points: Floats, beside: bool = False) -> Floats:
    """Where the points are with the basis of the state, in CSS pixels."""
    view = tour.page.evaluate("window.inscape.viewBeside" if beside else "window.inscape.view")
    basis = np.array(tour.state["basis"])
    columns = basis.reshape(2 * [round(np.sqrt(len(basis)))])[:, :2]
    return np.array(view["center"]) + view["scale"] * (points @ columns) * [1, -1]


def test_two_layers_are_seen_by_one_basis_and_tour_together(tour: Tour, demo_recording: Path) -> None:
    tour.show(layer="conv3", **SETTLED)
    tour.page.get_by_test_id("panes-two").click()
    tour.wait(lambda: tour.view["ready"] and tour.state["panes"] == "two")
    tour.page.get_by_test_id("beside-layer").select_option("conv1")
    tour.wait(lambda: tour.view["ready"])
    embedding = tour.state["embedding"]
    samples = list(range(0, 2000, 97))
    for _ in range(2):
        for layer, beside in [("conv3", False), ("conv1", True)]:
            points = aligned(demo_recording, embedding, layer, "epoch-8")[samples]
            assert np.abs(places(tour, samples, beside) - expected(tour, points, beside)).max() <= 1
        before = tour.state["basis"]
        tour.show(playing=True)
        time.sleep(0.6)
        tour.show(playing=False)
        assert np.abs(np.array(before) - tour.state["basis"]).max() > 0.01


def test_what_is_left_open_follows_the_first_picture(tour: Tour, demo_recording: Path) -> None:
    tour.show(layer="logits", checkpoint=8, beside={"checkpoint": 0}, **SETTLED)
    samples = [3, 700, 1999]
    for place in (2, 5):
        tour.show(checkpoint=place)
        first = aligned(demo_recording, tour.state["embedding"], "logits", f"epoch-{place}")[samples]
        assert np.abs(places(tour, samples) - expected(tour, first)).max() <= 1
        begun = aligned(demo_recording, tour.state["embedding"], "logits", "epoch-0")[samples]
        assert np.abs(places(tour, samples, True) - expected(tour, begun, True)).max() <= 1
    tour.show(layer="softmax")
    begun = aligned(demo_recording, tour.state["embedding"], "softmax", "epoch-0")[samples]
    assert np.abs(places(tour, samples, True) - expected(tour, begun, True)).max() <= 1


def test_training_stands_beside_test_with_an_accuracy_each(models: Tour, two_models: list[Path]) -> None:
    rec = inscape.open(two_models[0])
    split = (
        np.asarray(rec.column("split"))
        if hasattr(rec, "column")
        else np.where(np.arange(400) % 4 == 0, "test", "train")
    )
    right = np.asarray(zarr.open_group(two_models[0], mode="r")["checkpoints/0/prediction"]) == np.asarray(rec.labels)
    models.page.keyboard.press("v")
    # Which column parts the samples is read behind the first picture.
    models.page.get_by_test_id("part").wait_for()
    models.page.keyboard.press("v")
    models.page.keyboard.press("v")
    models.wait(lambda: models.state["panes"] == "two" and models.view["ready"])
    parts = [models.state["part"], models.state["beside"]["part"]]
    assert {part["value"] for part in parts} == {"train", "test"}
    for part, pane, view in zip(parts, ["pane", "pane-beside"], ["view", "viewBeside"], strict=True):
        of = split == part["value"]
        assert models.page.evaluate(f"window.inscape.{view}")["points"] == of.sum()
        head = models.page.get_by_test_id(pane).locator("xpath=..").locator("h3")
        models.wait(lambda head=head, of=of: f"accuracy {100 * right[of].mean():.1f}%" in head.inner_text())
    # A sample of the other part is not under the pointer of this one.
    models.page.get_by_test_id("part").select_option("")
    models.wait(lambda: models.view["points"] == 400)


def test_a_handle_dragged_in_the_second_picture_turns_both_and_is_undone_bit_for_bit(tour: Tour) -> None:
    tour.show(layer="softmax", beside={"checkpoint": 3}, **SETTLED)
    before = tour.state["basis"]
    for testid in ("beside-handle-3", "handle-5"):
        box = tour.page.get_by_test_id(testid).bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        tour.page.mouse.move(x, y)
        tour.page.mouse.down()
        tour.page.mouse.move(x - 12, y - 17, steps=6)
        tour.page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        held = tour.page.get_by_test_id(testid).bounding_box()
        assert abs(held["x"] + 12 - box["x"]) <= 1 and abs(held["y"] + 17 - box["y"]) <= 1
        # The same handle of the other picture went along: one basis, one scale.
        one, two = (
            tour.page.get_by_test_id(name).bounding_box()
            for name in (testid, testid.removeprefix("beside-") if "beside" in testid else f"beside-{testid}")
        )
        stages = [
            tour.page.get_by_test_id("pane-beside" if "beside" in testid else "pane").bounding_box(),
            tour.page.get_by_test_id("pane" if "beside" in testid else "pane-beside").bounding_box(),
        ]
        assert abs((one["x"] - stages[0]["x"]) - (two["x"] - stages[1]["x"])) <= 1.5
        tour.page.mouse.up()
    assert np.abs(np.array(before) - tour.state["basis"]).max() > 0.01
    tour.page.keyboard.press("Control+z")
    tour.page.keyboard.press("Control+z")
    tour.wait(lambda: tour.state["basis"] == before and tour.view["ready"])


def test_with_views_of_their_own_handles_can_go_together(tour: Tour) -> None:
    tour.show(layer="softmax", beside={"checkpoint": 3}, **SETTLED)
    tour.page.get_by_test_id("beside-bases").select_option("own")
    place = lambda testid: np.array(list(tour.page.get_by_test_id(testid).bounding_box().values())[:2])  # noqa: E731

    def drag(testid: str) -> None:
        x, y = place(testid) + 12
        tour.page.mouse.move(x, y)
        tour.page.mouse.down()
        tour.page.mouse.move(x + 9, y + 14, steps=5)
        tour.page.mouse.up()
        tour.page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")

    first = place("handle-2")
    drag("beside-handle-2")
    assert np.abs(place("handle-2") - first).max() < 0.01
    tour.page.get_by_test_id("beside-bases").select_option("mirrored")
    drag("beside-handle-2")
    stages = [place("stage"), place("stage-beside")]
    assert np.abs((place("handle-2") - stages[0]) - (place("beside-handle-2") - stages[1])).max() <= 1
    moved = place("beside-handle-2")
    tour.page.keyboard.press("Control+z")
    tour.wait(lambda: tour.view["ready"] and np.abs(place("beside-handle-2") - moved).max() > 3)


def test_two_models_over_the_same_samples_are_linked(models: Tour, two_models: list[Path]) -> None:
    models.show(layer="3", embedding="pca")
    models.page.get_by_test_id("panes-two").click()
    for testid in ("part", "beside-part"):
        models.page.get_by_test_id(testid).select_option("")
    models.page.get_by_test_id("beside-recording").select_option("second")
    models.wait(lambda: models.state["beside"]["recording"] == "second" and models.view["ready"])
    models.page.get_by_test_id("beside-layer").select_option("3")
    models.wait(lambda: models.view["ready"])
    samples = list(range(0, 400, 31))
    for path, beside in zip(two_models, (False, True), strict=False):
        points = aligned(path, models.state["embedding"], "3", "0")[samples]
        assert np.abs(places(models, samples, beside) - expected(models, points, beside)).max() <= 1
    # What is pointed at in one is ringed in both; the card is where the pointer is.
    stage = models.page.get_by_test_id("stage-beside").bounding_box()
    x, y = places(models, [31], True)[0]
    models.page.mouse.move(stage["x"] + x, stage["y"] + y)
    models.wait(lambda: models.state["hover"] is not None)
    hovered = models.state["hover"]
    assert models.page.get_by_test_id("pane-beside").get_by_test_id("hover-card").count() == 1
    assert models.page.get_by_test_id("pane").get_by_test_id("hover-card").count() == 0
    models.page.mouse.down()
    models.page.mouse.up()
    assert models.state["selection"] == [hovered]


def test_recordings_of_other_samples_are_refused(models: Tour) -> None:
    models.page.get_by_test_id("panes-two").click()
    models.page.get_by_test_id("beside-recording").select_option("short")
    models.wait(lambda: "300 samples, not of 400" in models.page.locator("body").inner_text())
    assert models.state["beside"]["recording"] is None


def test_a_link_shows_the_same_two_pictures(tour: Tour, open_tour: Any, served_demo: str) -> None:
    wanted = {"layer": "logits", "method": None, "checkpoint": 2, "recording": None, "part": None, "bases": "one"}
    tour.show(layer="conv2", checkpoint=7, beside=wanted, hover=None, **SETTLED)
    tour.wait(lambda: all(part in tour.page.evaluate("location.hash") for part in ("beside=", "checkpoint=7")))
    link = tour.page.evaluate("location.href")
    again = open_tour(f"{served_demo}#{link.partition('#')[2]}", color_scheme="light")
    again.wait(lambda: again.page.evaluate("!!window.inscape?.view?.ready") and again.state["panes"] == "two")
    # The first picture's PCA was chosen by itself, that of the link was named: the second's own method is told.
    assert {**again.state["beside"], "basis": None} == {**wanted, "method": "units", "basis": None}
    again.wait(lambda: again.view["ready"] and again.state["beside"]["basis"] is not None)
    again.page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert np.abs(places(again, [5, 6], True) - places(tour, [5, 6], True)).max() < 0.01
    assert again.messages == []


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ({"panes": "three"}, "no such arrangement"),
        ({"part": {"column": "split", "value": "x"}}, "no such part|"),
        ({"part": 5}, "a part of the samples is"),
        ({"beside": {"layer": "conv9"}}, "no such layer"),
        ({"beside": {"checkpoint": 99}}, "no such checkpoint"),
        ({"beside": {"bases": "x"}}, "no such way"),
        ({"beside": {"recording": "x"}}, "no such recording"),
    ],
)
def test_what_can_not_be_shown_is_refused(tour: Tour, state: dict[str, Any], said: str) -> None:
    answer = tour.page.evaluate(
        "state => { try { window.inscape.state = state } catch (error) { return error.message } return '' }", state
    )
    assert any(words in answer for words in said.split("|")), answer


def test_a_grid_of_layers_by_checkpoints_is_brushed_and_entered(tour: Tour, demo_recording: Path) -> None:
    tour.show(**SETTLED)
    tour.page.keyboard.press("g")
    tour.wait(lambda: tour.state["panes"] == "grid" and tour.view["ready"])
    canvas = tour.page.locator(".grid-canvas canvas")
    box = canvas.bounding_box()
    columns = tour.page.locator(".grid-column").count()
    assert columns == 9 and tour.page.locator(".grid-row").count() == 13
    side = box["width"] / columns
    # The middle of a cloud: whoever is there is ringed in each of the 117 cells.
    tour.page.mouse.move(box["x"] + side * 4.5, box["y"] + side * 0.5)
    tour.wait(lambda: tour.page.locator(".grid-canvas circle").count() == 9 * 13)
    tour.page.mouse.down()
    tour.page.mouse.move(box["x"] + side * 4.7, box["y"] + side * 0.6, steps=6)
    tour.page.mouse.up()
    brushed = tour.state["selection"]
    assert len(brushed) > 5
    tour.page.keyboard.press("Control+z")
    tour.wait(lambda: tour.state["selection"] == [])
    tour.page.get_by_label("Show conv2 at epoch-3 alone").focus()
    tour.page.keyboard.press("Enter")
    tour.wait(lambda: tour.view["ready"] and tour.state["panes"] == "one")
    assert (tour.state["layer"], tour.state["checkpointName"]) == ("conv2", "epoch-3")
    points = aligned(demo_recording, tour.state["embedding"], "conv2", "epoch-3")[[1, 50]]
    assert np.abs(places(tour, [1, 50]) - expected(tour, points)).max() <= 1


def test_a_hand_that_keeps_still_finds_a_cloud_that_comes_later(tour: Tour) -> None:
    tour.show(**SETTLED)
    # The cells are read only once the hand is there.
    held: list[Any] = []
    waits = True
    tour.page.route("**/embeddings/**", lambda route: held.append(route) if waits else route.continue_())
    tour.page.keyboard.press("g")
    canvas = tour.page.locator(".grid-canvas canvas")
    tour.wait(lambda: canvas.count() and canvas.evaluate("canvas => canvas.style.width") and held)
    box = canvas.bounding_box()
    tour.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 26)
    tour.wait(lambda: tour.page.evaluate("document.querySelector('.grid-canvas canvas').matches(':hover')"))
    assert tour.state["hover"] is None and not tour.view["ready"]
    waits = False
    for route in held:
        route.continue_()
    tour.wait(lambda: tour.page.locator(".grid-canvas circle").count() == 9 * 13)
    # Who lets go of it by a key is not given it again.
    tour.wait(lambda: tour.view["ready"])
    tour.page.keyboard.press("Escape")
    tour.wait(lambda: tour.page.locator(".grid-canvas circle").count() == 0)


def test_the_cells_of_a_grid_turn_as_fast_as_one_picture(tour: Tour) -> None:
    """Many pictures of one space share a tour: it must not be turned once by each."""

    def turned(panes: str) -> np.ndarray[Any, Any]:
        tour.show(panes=panes, layer="conv2", playing=False)
        tour.page.keyboard.press("r")
        tour.wait(tour.is_ready)
        basis = tour.page.evaluate(
            """async () => {
              await inscape.hold();
              inscape.state = {playing: true};
              for (let i = 0; i < 10; i++) await inscape.frame(0.1);
              const {basis} = inscape.state;
              inscape.state = {playing: false};
              inscape.release();
              return basis;
            }"""
        )
        return np.array(basis)

    one, grid = turned("one"), turned("grid")
    assert np.abs(one - np.eye(16).ravel()).max() > 0.1
    assert np.allclose(one, grid, atol=1e-9)


def test_narrow_and_dark_and_by_keyboard(open_tour: Callable[..., Tour], served_demo: str) -> None:
    tour = open_tour(served_demo, viewport={"width": 390, "height": 844}, color_scheme="dark")
    tour.show(**SETTLED)
    tour.page.keyboard.press("v")
    tour.wait(lambda: tour.view["ready"] and tour.state["panes"] == "two")
    first, second = (tour.page.get_by_test_id(name).bounding_box() for name in ("stage", "stage-beside"))
    assert second["y"] >= first["y"] + first["height"]
    assert tour.page.evaluate("document.documentElement.scrollWidth") <= 390
    tour.page.keyboard.press("v")
    tour.wait(lambda: tour.state["panes"] == "one")
    assert tour.messages == []


def test_sets_of_handles_are_kept_in_the_recording(
    tour: Tour, demo_recording: Path, open_tour: Callable[..., Tour], served_demo: str
) -> None:
    tour.show(
        layer="softmax",
        handles=[
            {"kind": "class", "group": 4, "name": "fours", "pinned": True},
            {"kind": "samples", "samples": [3, 9]},
        ],
        **SETTLED,
    )
    handles = tour.state["handles"]
    tour.page.get_by_test_id("handles-keep").click()
    tour.page.get_by_test_id("handle-set-name").fill("my handles")
    tour.page.keyboard.press("Enter")
    kept = inscape.open(demo_recording).handles
    tour.wait(lambda: "my handles" in kept)
    try:
        assert [handle["kind"] for handle in kept["my handles"]] == ["class", "samples"]
        assert kept["my handles"][0]["group"] == "4"
        tour.show(handles=[])
        tour.page.get_by_role("button", name="my handles 2").click()
        tour.wait(lambda: len(tour.state["handles"]) == 2)
        assert [{**handle, "of": None} for handle in tour.state["handles"]] == [
            {**handle, "of": None} for handle in handles
        ]
        tour.page.keyboard.press("Control+z")
        tour.wait(lambda: tour.state["handles"] == [])
        # What is kept is on every page, and what one page removes goes from the others.
        other = open_tour(served_demo)
        button = other.page.get_by_role("button", name="my handles 2")
        button.wait_for()
        tour.page.get_by_label("Remove the handles my handles from the recording").click()
        button.wait_for(state="detached")
        assert list(kept) == []
    finally:
        for name in list(kept):
            del kept[name]
