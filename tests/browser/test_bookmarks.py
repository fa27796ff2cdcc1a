"""The strip of saved views in a real browser: stepped through, kept, changed, moved, deleted, and put back."""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import inscape
from inscape.studies.bookmarks import write_bookmarks
from inscape.studies.demo import demo_study

Tour = Any
"""What `conftest.py` calls so."""

NAMES = ["Before training", "The classes part", "A confused pair", "Max pooling", "A misread digit", "The simplex"]


def linked(recording: Path, at: Path) -> Path:
    """A copy of its own: nothing but `people/` is written, and that by renames."""
    shutil.copytree(recording, at, copy_function=os.link)
    return at


@pytest.fixture
def own(demo_recording: Path, tmp_path: Path) -> Path:
    """The demo's recording, with its six views as they were written."""
    out = linked(demo_recording, tmp_path / "own.inscape")
    shutil.rmtree(out / "people", ignore_errors=True)
    (out / "receipts/bookmarks.json").unlink(missing_ok=True)
    rec = inscape.open(out)
    assert write_bookmarks(rec, demo_study(out).bookmarks) == NAMES
    return out


@pytest.fixture
def served(own: Path, run_server: Callable[..., Any]) -> str:
    address: str = run_server(own)[0]
    return address


@pytest.fixture
def told(served: str, open_tour: Callable[..., Tour]) -> Iterator[Tour]:
    """The page on it; at the end nothing was on the console."""
    tour = open_tour(served)
    strip(tour)
    yield tour
    # The answer to a change that somebody else was quicker with is told by the browser itself.
    assert [m for m in tour.messages if "409" not in m] == []


def strip(tour: Tour) -> Any:
    tour.page.get_by_test_id("bookmarks").wait_for()
    return tour.page.get_by_test_id("bookmarks")


def at(tour: Tour, testid: str) -> Any:
    return tour.page.get_by_test_id(testid)


def arrived(tour: Tour, seconds: float = 20) -> None:
    tour.wait(lambda: tour.view["ready"] or (tour.state["playing"] and at_rest(tour)), seconds)


def at_rest(tour: Tour) -> bool:
    """With the tour playing: the layer and the checkpoint stand still."""
    before = tour.state
    time.sleep(0.1)
    keys = ("layer", "checkpoint", "layerPlace", "camera")
    return all(before[key] == tour.state[key] for key in keys)


def still(own: Path) -> None:
    """Let every view stand still: a picture can then be compared."""
    rec = inscape.open(own)
    for mark in rec.bookmarks:
        rec.bookmarks.replace(mark, state={**mark.state, "playing": False})


def test_the_story_is_offered_and_told(told: Tour) -> None:
    assert at(told, "bookmark-title").inner_text() == "A story in six views."
    assert told.state["bookmark"] is None and told.state["layer"] == "softmax" and told.state["playing"]
    chips = strip(told).locator("ol > li > button")
    assert [re.sub(r"\s+", " ", text) for text in chips.all_inner_texts()] == [
        f"{i + 1} {n}" for i, n in enumerate(NAMES)
    ]
    height = at(told, "stage").bounding_box()["height"]

    at(told, "bookmark-start").click()
    assert at(told, "bookmark-count").inner_text() == "1 of 6"
    arrived(told)
    state = told.state
    assert (state["bookmark"], state["layer"], state["checkpointName"], state["playing"]) == (
        NAMES[0],
        "relu4",
        "epoch-0",
        True,
    )
    assert "one lump" in at(told, "bookmark-sentence").inner_text()
    assert at(told, "bookmark-previous").get_attribute("aria-disabled") == "true"
    assert strip(told).locator("[aria-current=step]").inner_text().endswith(NAMES[0])

    at(told, "bookmark-next").click()
    arrived(told)
    assert told.state["checkpointName"] == "epoch-1" and not told.state["playing"]
    told.page.keyboard.press(">")
    arrived(told)
    state = told.state
    assert state["bookmark"] == NAMES[2] and len(state["groups"]) == 2 and state["selection"]
    told.page.keyboard.press("<")
    arrived(told)
    assert told.state["bookmark"] == NAMES[1] and told.state["groups"] is None and told.state["selection"] == []
    at(told, "bookmark-3").click()
    arrived(told)
    assert told.state["layerPlace"] == pytest.approx(6.45) and "stand-in" in at(told, "caption").inner_text()
    assert at(told, "stage").bounding_box()["height"] == height  # nothing that is said moves the stage
    at(told, "bookmark-5").click()
    arrived(told)
    assert told.state["layerPlace"] == 12 and told.state["playing"]
    assert at(told, "bookmark-next").get_attribute("aria-disabled") == "true"
    told.page.keyboard.press(">")
    assert told.state["bookmark"] == NAMES[5]


def test_by_keys_alone(told: Tour) -> None:
    """Tab reaches the strip, Enter goes, and the focus stays where the next step is."""
    for _ in range(60):
        told.page.keyboard.press("Tab")
        if told.page.evaluate("document.activeElement?.dataset.testid") == "bookmark-start":
            break
    told.page.keyboard.press("Enter")
    arrived(told)
    assert told.state["bookmark"] == NAMES[0]
    at(told, "bookmark-1").focus()
    told.page.keyboard.press("Enter")
    arrived(told)
    assert told.state["bookmark"] == NAMES[1]
    assert told.page.evaluate("document.activeElement.dataset.testid") == "bookmark-1"
    assert told.page.evaluate("document.activeElement.getAttribute('aria-current')") == "step"
    assert (
        strip(told).get_attribute("aria-label") == "Saved views" and strip(told).evaluate("e => e.localName") == "nav"
    )


def pixels_of(tour: Tour) -> Any:
    tour.page.mouse.move(5, 5)
    tour.page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return tour.pixels()


def test_the_picture_is_that_of_the_state(own: Path, served: str, open_tour: Callable[..., Tour]) -> None:
    """Whichever way it is come by, the view is the one that its state makes on a page that was just opened."""
    still(own)
    marks = {mark.name: mark.state for mark in inscape.open(own).bookmarks}
    plain, told = open_tour(served), open_tour(served)
    strip(told)
    strip(plain)
    for name in (*NAMES[:4], NAMES[2], NAMES[5], NAMES[3], NAMES[4]):
        at(told, f"bookmark-{NAMES.index(name)}").click()
        arrived(told, 30)
        if name == NAMES[3]:
            plain.reload()  # a place between two layers depends on the stop that it is entered from
            strip(plain)
        plain.show(**marks[name])
        difference = np.abs(pixels_of(told) - pixels_of(plain)).max(axis=2)
        assert np.mean(difference > 24) < 2e-4, name
        one, two = told.state, plain.state
        for key in ("layer", "checkpoint", "groups", "selection", "colorBy", "filter", "camera", "layerPlace"):
            assert one[key] == two[key], (name, key)


WATCH = """
async samples => {
    const [places, times] = [[], []];
    const first = performance.now();
    // It begins once the page is on its way.
    while (window.inscape.view.ready && performance.now() < first + 15000) await new Promise(requestAnimationFrame);
    const look = async () => {
        times.push(await new Promise(done => requestAnimationFrame(done)));
        places.push(samples.map(sample => window.inscape.whereIs(sample)));
    };
    // On a busy machine it takes longer: then until the page says that it rests.
    const end = performance.now() + 1500;
    const under = () => !window.inscape.view.ready && performance.now() < end + 15000;
    while (performance.now() < end || under()) await look();
    await look();
    return {places, times};
}
"""


def test_nothing_jumps(own: Path, served: str, open_tour: Callable[..., Tour]) -> None:
    still(own)
    tour = open_tour(served)
    strip(tour)
    tour.page.evaluate("window.inscape.state = {playing: false}")
    at(tour, "bookmark-0").click()
    arrived(tour)
    samples = list(range(0, 2000, 40))
    watching = "window.watched = (" + WATCH + f")({samples})"
    for place in (1, 2):
        tour.page.evaluate(f"{{ {watching}; 0 }}")
        at(tour, f"bookmark-{place}").click()
        seen = tour.page.evaluate("window.watched")
        places = np.array(seen["places"], dtype=float)
        steps = np.linalg.norm(np.diff(places, axis=0), axis=2).max(axis=1)
        way = np.linalg.norm(places[-1] - places[0], axis=1).max()
        assert way > 80 and np.count_nonzero(steps > 0.5) > 3
        # A smoothstep of 0.7 s is at most 1.5 times as fast as an even movement, and there are two of them.
        seconds = np.diff(seen["times"]) / 1000
        # The page may draw a frame before or behind the one that looks.
        seconds = np.maximum(seconds, np.concatenate([[0], seconds[:-1]]))
        assert np.all(steps < way * (0.03 + 3 / 0.7 * seconds)), (steps / way, seconds)
        assert steps[-1] < 1e-6


def test_whoever_takes_hold_stops_it(told: Tour) -> None:
    at(told, "bookmark-3").click()
    arrived(told)
    at(told, "bookmark-4").click()  # a way of seven seconds, through five layers
    told.wait(lambda: told.state["layerPlace"] > 7.2)
    box = at(told, "stage").bounding_box()
    told.page.mouse.move(box["x"] + 30, box["y"] + 30)
    told.page.mouse.wheel(0, -50)
    told.wait(lambda: told.view["ready"])
    place = told.state["layerPlace"]
    assert 7.2 < place < 10.8
    time.sleep(0.3)
    assert told.state["layerPlace"] == place
    assert "Back to this view" in at(told, "bookmark-sentence").inner_text()
    at(told, "bookmark-back").click()
    arrived(told)
    assert told.state["layerPlace"] == 11 and at(told, "bookmark-back").count() == 0
    at(told, "legend-0").click()  # another picture than the sentence's
    assert at(told, "bookmark-back").is_visible()


def test_with_reduced_motion_it_is_there_at_once(own: Path, served: str, open_tour: Callable[..., Tour]) -> None:
    tour = open_tour(served, reduced_motion="reduce")
    strip(tour)
    tour.page.evaluate(
        """() => {
          window.placesSeen = new Set();
          const look = () => { placesSeen.add(inscape.state.layerPlace); requestAnimationFrame(look) };
          look();
        }"""
    )
    at(tour, "bookmark-4").click()
    tour.wait(lambda: tour.state["layerPlace"] == 11 and tour.is_ready(), 3)
    at(tour, "bookmark-5").click()
    tour.wait(lambda: tour.state["layerPlace"] == 12 and tour.is_ready(), 3)
    assert not tour.state["playing"]
    # The layer that it began with is none of a flow.
    assert set(tour.page.evaluate("[...placesSeen]")) == {None, 11, 12}


def kept(tour: Tour, name: str, sentence: str) -> None:
    """Keep the present view, as a person does."""
    tour.page.keyboard.press("b")
    at(tour, "bookmark-dialog").wait_for()
    at(tour, "bookmark-name").fill(name)
    at(tour, "bookmark-text").fill(sentence)
    at(tour, "bookmark-save").click()
    at(tour, "bookmark-dialog").wait_for(state="detached")


def test_a_view_is_kept_for_everybody(own: Path, served: str, open_tour: Callable[..., Tour]) -> None:
    shutil.rmtree(own / "people")
    tour, other = open_tour(served), open_tour(served)
    assert at(tour, "bookmarks").count() == 0  # nothing is kept: nothing is shown
    tour.show(
        playing=False,
        layer="conv2",
        embedding="pca",
        checkpoint=2.5,
        selection=[3, 4],
        groups=[1, 3],
        camera={"zoom": 2, "x": 0.1, "y": 0},
    )
    before = pixels_of(tour)
    at(tour, "keep").click()
    tour.wait(lambda: tour.page.evaluate("document.activeElement.dataset.testid") == "bookmark-text", 3)
    at(tour, "bookmark-name").fill("Zwei Ziffern")
    at(tour, "bookmark-text").fill("1 and 3, halfway\nthrough an epoch")
    at(tour, "bookmark-save").click()
    at(tour, "bookmark-dialog").wait_for(state="detached")

    mark = inscape.open(own).bookmarks[0]
    assert (mark.name, mark.sentence) == ("Zwei Ziffern", "1 and 3, halfway through an epoch")
    assert {k: mark.state[k] for k in ("layer", "embedding", "checkpoint", "selection", "groups")} == {
        "layer": "conv2", "embedding": "pca", "checkpoint": 2.5, "selection": [3, 4], "groups": [1, 3],
    }  # fmt: skip
    assert len(mark.state["basis"]) == 256 and not {"recording", "speed", "bookmark"} & set(mark.state)
    assert tour.state["bookmark"] == "Zwei Ziffern" and at(tour, "bookmark-count").inner_text() == "1 of 1"

    strip(other)  # it appears there by itself
    other.show(playing=False)
    at(other, "bookmark-start").click()
    arrived(other)
    stage, wide = pixels_of(tour), pixels_of(other)
    assert stage.shape == wide.shape and np.mean(np.abs(stage - wide).max(axis=2) > 24) < 2e-4
    assert stage.shape[0] < before.shape[0]  # the strip took its place once, at the bottom

    other.reload()
    strip(other)
    assert other.state["bookmark"] == "Zwei Ziffern"  # the address has it
    assert "halfway" in at(other, "bookmark-sentence").inner_text()
    assert tour.messages == other.messages == []


def test_many_samples_are_kept_as_a_selection(own: Path, told: Tour) -> None:
    told.show(playing=False, selection=list(range(600)), filter=list(range(0, 1800, 2)))
    kept(told, "Many", "The first 600, of every second one.")
    rec = inscape.open(own)
    state = rec.bookmarks[-1].state
    assert (state["selection"], state["filter"]) == ("Many", "Many: filter")
    assert rec.selections["Many"].tolist() == list(range(600)) and len(rec.selections["Many: filter"]) == 900
    told.show(selection=[], filter=None)
    at(told, "bookmark-6").click()
    arrived(told)
    assert told.state["selection"] == list(range(600)) and len(told.state["filter"]) == 900
    del rec.selections["Many"]
    told.wait(lambda: at(told, "bookmark-6").click() or at(told, "bookmark-problem").count() == 1)
    assert "“Many” is gone" in at(told, "bookmark-problem").inner_text()
    arrived(told)
    assert len(told.state["filter"]) == 900


def edited(tour: Tour, place: int) -> None:
    at(tour, f"bookmark-{place}").click()
    arrived(tour)
    at(tour, "bookmark-edit").click()
    at(tour, "bookmark-dialog").wait_for()


def saved(tour: Tour) -> None:
    at(tour, "bookmark-save").click()
    at(tour, "bookmark-dialog").wait_for(state="detached")


def test_it_is_changed_moved_deleted_and_put_back(own: Path, told: Tour) -> None:
    rec = inscape.open(own)
    edited(told, 2)
    at(told, "bookmark-name").fill("The pair")
    at(told, "bookmark-text").fill("They touch.")
    at(told, "bookmark-position").select_option(label="1")
    saved(told)
    assert [mark.name for mark in rec.bookmarks][:3] == ["The pair", NAMES[0], NAMES[1]]
    assert rec.bookmarks[0].sentence == "They touch." and rec.bookmarks[0].state["checkpoint"] == "epoch-8"
    assert told.state["bookmark"] == "The pair" and at(told, "bookmark-count").inner_text() == "1 of 6"

    told.show(layer="conv1", embedding="pca", selection=[7])
    at(told, "bookmark-edit").click()
    at(told, "bookmark-replace").check()
    saved(told)
    assert rec.bookmarks[0].state["layer"] == "conv1" and rec.bookmarks[0].state["selection"] == [7]
    assert at(told, "bookmark-back").count() == 0

    at(told, "bookmark-edit").click()
    at(told, "bookmark-name").fill(NAMES[0])
    at(told, "bookmark-save").click()
    assert "of this name already" in at(told, "bookmark-refusal").inner_text()
    told.page.keyboard.press("Escape")
    at(told, "bookmark-dialog").wait_for(state="detached")

    mark = rec.bookmarks[0]
    at(told, "bookmark-edit").click()
    at(told, "bookmark-delete").click()
    at(told, "bookmark-dialog").wait_for(state="detached")
    assert [m.name for m in rec.bookmarks] == [NAMES[0], NAMES[1], *NAMES[3:]]
    assert "“The pair” is deleted" in strip(told).inner_text()
    at(told, "bookmark-undo").click()
    told.wait(lambda: len(rec.bookmarks) == 6)
    back = rec.bookmarks[0]
    assert (back.name, back.sentence, back.state) == (mark.name, mark.sentence, mark.state)
    assert at(told, "bookmark-count").inner_text() == "1 of 6"


def test_the_last_one_can_be_put_back(own: Path, told: Tour) -> None:
    rec = inscape.open(own)
    for name in NAMES[1:]:
        rec.bookmarks.remove(name)
    told.wait(lambda: at(told, "bookmark-1").count() == 0)
    assert at(told, "bookmark-title").inner_text() == "One saved view."
    edited(told, 0)
    at(told, "bookmark-delete").click()
    at(told, "bookmark-dialog").wait_for(state="detached")
    assert len(rec.bookmarks) == 0
    at(told, "bookmark-undo").click()
    told.wait(lambda: len(rec.bookmarks) == 1)


def test_nobody_is_written_over_unseen(own: Path, told: Tour) -> None:
    rec = inscape.open(own)
    edited(told, 1)
    rec.bookmarks.replace(1, sentence="Somebody was quicker.")
    at(told, "bookmark-text").fill("Mine.")
    at(told, "bookmark-save").click()
    told.wait(lambda: "Somebody was quicker." in (at(told, "bookmark-refusal").all_inner_texts() or [""])[0])
    assert rec.bookmarks[1].sentence == "Somebody was quicker."
    saved(told)  # after it was read
    assert rec.bookmarks[1].sentence == "Mine."

    at(told, "bookmark-edit").click()
    state = rec.bookmarks[1].state
    rec.bookmarks.remove(1)
    at(told, "bookmark-text").fill("Still mine.")
    at(told, "bookmark-save").click()
    told.wait(lambda: "deleted this view" in (at(told, "bookmark-refusal").all_inner_texts() or [""])[0])
    saved(told)
    again = rec.bookmarks[1]
    assert (again.name, again.sentence, again.state) == (NAMES[1], "Still mine.", state)


def test_what_does_not_apply_is_said(own: Path, told: Tour) -> None:
    rec = inscape.open(own)
    rec.bookmarks.append(
        "Of another network.",
        {"layer": "attention", "embedding": "pca", "checkpoint": "epoch-3", "basis": [1, 0, 0, 1]},
        name="Other",
    )
    rec.bookmarks.append(
        "Too many.",
        {"layer": "fc1", "embedding": "tsne", "selection": [5000], "groups": [2], "checkpoint": "epoch-99"},
        name="Large",
    )
    told.wait(lambda: at(told, "bookmark-7").count() == 1)
    told.show(playing=False)
    at(told, "bookmark-6").click()
    arrived(told)
    said = at(told, "bookmark-problem").inner_text()
    assert "Not as it was kept" in said and "attention" in said
    assert told.state["checkpointName"] == "epoch-3" and told.state["layer"] == "softmax"
    at(told, "bookmark-7").click()
    arrived(told)
    said = at(told, "bookmark-problem").inner_text()
    assert all(word in said for word in ("tsne", "5000", "epoch-99"))
    assert told.state["layer"] == "fc1" and told.state["groups"] == [2]


def test_a_selection_of_one_s_own_comes_back(told: Tour) -> None:
    told.show(selection=[10, 20, 30], playing=False)
    at(told, "bookmark-1").click()
    arrived(told)
    assert told.state["selection"] == []
    told.page.keyboard.press("Control+z")
    assert told.state["selection"] == [10, 20, 30]


def test_on_a_narrow_screen(served: str, open_tour: Callable[..., Tour]) -> None:
    tour = open_tour(served, viewport={"width": 390, "height": 844}, has_touch=True)
    strip(tour)
    at(tour, "bookmark-start").tap()
    arrived(tour)
    sentence, bar = at(tour, "bookmark-sentence").bounding_box(), tour.page.locator(".timebar").bounding_box()
    assert sentence["y"] + 60 < bar["y"]  # the beginning of it is read without scrolling
    assert tour.page.evaluate("document.documentElement.scrollWidth") <= 390
    for place in range(6):
        box = at(tour, f"bookmark-{place}").bounding_box()
        assert box["height"] >= 30 and box["width"] >= 30
    at(tour, "bookmark-next").tap()
    arrived(tour)
    assert tour.state["bookmark"] == NAMES[1]
    assert tour.messages == []


def obey_permissions() -> None:
    """What root may write to is what the permissions say, as for anybody else."""
    if os.geteuid() == 0:
        drop_capability, override = 24, 1  # PR_CAPBSET_DROP, CAP_DAC_OVERRIDE
        assert ctypes.CDLL(None).prctl(drop_capability, override, 0, 0, 0) == 0


def test_a_copy_that_can_only_be_read(demo_recording: Path, own: Path, open_tour: Callable[..., Tour]) -> None:
    """Served by somebody who may not write to it."""
    folder = Path(tempfile.mkdtemp(prefix="inscape-"))
    try:
        folder.chmod(0o755)
        copy = linked(own, folder / "read.inscape")
        copy.chmod(0o555)
        process = subprocess.Popen(
            [sys.executable, "-m", "inscape", "serve", str(copy), "--port", "0"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, preexec_fn=obey_permissions,
            env={**os.environ, "PYTHONUNBUFFERED": "1", "HOME": str(folder)},
        )  # fmt: skip
        assert process.stdout is not None
        try:
            found = next(
                (m for line in process.stdout if (m := re.search(r"http://127\.0\.0\.1:\d+/\?token=\S+", line))), None
            )
            assert found
            tour = open_tour(found.group())
            strip(tour)
            at(tour, "bookmark-1").click()
            arrived(tour)
            assert tour.state["bookmark"] == NAMES[1]
            assert at(tour, "bookmark-edit").count() == 0 and at(tour, "keep").count() == 0
            tour.page.keyboard.press("b")
            assert "can only be read" in at(tour, "banner").inner_text() and at(tour, "bookmark-dialog").count() == 0
            assert tour.messages == []
        finally:
            process.kill()
            process.wait()
            process.stdout.close()
    finally:
        for path in (folder / "read.inscape", folder):
            path.chmod(0o755)
        shutil.rmtree(folder)
