"""The Trails view in a real browser, on real trails: where they are drawn, how they grow, are bundled and selected."""

from __future__ import annotations

import io
import itertools
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zarr
from PIL import Image

import inscape
from inscape.recording import results
from inscape.recording.names import to_folder
from machine import while_ours

Floats = np.ndarray[Any, Any]
Tour = Any
"""What `conftest.py` calls so."""
OpenTour = Callable[..., Tour]
Served = Callable[[Path], str]

THROUGH_TRAINING = "fc1-pca"
THROUGH_LAYERS = "layers-at-epoch-8-pca"


def without_trails(path: Path) -> None:
    """Take the demo's own trails out of a copy of its recording."""
    for name in inscape.open(path).trails:
        results.remove(path, f"trails/{to_folder(name)}")


@pytest.fixture(scope="module")
def trailed(demo_recording: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's recording with trails through its checkpoints, and through its layers."""
    path = tmp_path_factory.mktemp("trails") / "demo.inscape"
    shutil.copytree(demo_recording, path)
    without_trails(path)
    recording = inscape.open(path)
    inscape.trails(recording, "fc1", method="pca", progress=False)
    inscape.trails(recording, along="layers", method="pca", progress=False)
    assert recording.trails == [THROUGH_TRAINING, THROUGH_LAYERS]
    return path


@pytest.fixture(scope="module")
def served_trails(served: Served, trailed: Path) -> str:
    return served(trailed)


@pytest.fixture
def trails(open_tour: OpenTour, served_trails: str) -> Iterator[Tour]:
    """The Trails view at rest; at the end nothing was on the console."""
    tour = open_tour(served_trails, color_scheme="light")
    tour.show(view="trails", playing=False, trails={"name": THROUGH_TRAINING})
    yield tour
    assert tour.messages == []


class Stored:
    """The trails as they are stored, and where the page's view says that they are drawn."""

    def __init__(self, path: Path, name: str = THROUGH_TRAINING) -> None:
        group = zarr.open_group(path, mode="r")[f"trails/{name}"]
        self.times: Floats = np.asarray(group["times"][:])
        scale = np.asarray(group["scale"][:], dtype=float)
        self.kinds = {kind: group[f"screen_{kind}"][:] * scale for kind in ("raw", "class", "together")}
        self.paths: Floats = np.asarray(group["paths"][:])
        self.traveled: Floats = np.asarray(group["traveled"][:])
        self.switches: Floats = np.asarray(group["switches"][:])
        self.content: Any = group.attrs["inscape"]

    def at(self, now: float, strength: float = 0.8, bundled: str = "class") -> Floats:
        """(sample, 2): the places at a time, straight between two points."""
        points = (1 - strength) * self.kinds["raw"] + strength * self.kinds[bundled]
        after = min(len(self.times) - 1, int(np.searchsorted(self.times, now)))
        before = max(0, after - 1)
        share = 0.0 if after == before else (now - self.times[before]) / (self.times[after] - self.times[before])
        found: Floats = points[:, before] + share * (points[:, after] - points[:, before])
        return found

    @staticmethod
    def on_stage(view: dict[str, Any], places: Floats) -> Floats:
        """In CSS pixels of the stage."""
        pixels: Floats = np.asarray(view["center"]) + view["scale"] * places * [1, -1]
        return pixels


def near(pixels: Floats, place: Floats, color: Floats, reach: int = 12, within: float = 12) -> Floats:
    """(pixel, 2): the middles of the pixels of a color around a place."""
    x, y = np.round(place).astype(int)
    top, left = max(0, y - reach), max(0, x - reach)
    part = pixels[top : y + reach + 1, left : x + reach + 1]
    rows, columns = np.nonzero(np.abs(part - color).max(axis=2) <= within)
    return np.stack([left + columns + 0.5, top + rows + 0.5], axis=1)


def colors(tour: Tour) -> Floats:
    """(class, 3): of the legend."""
    found = [tour.page.get_by_test_id(f"color-{i}").input_value() for i in range(10)]
    return np.array([[int(color[i : i + 2], 16) for i in (1, 3, 5)] for color in found], dtype=float)


def labels(path: Path) -> Floats:
    return np.asarray(inscape.open(path).labels)


def corner(tour: Tour) -> Floats:
    box = tour.page.get_by_test_id("stage").bounding_box()
    return np.array([box["x"], box["y"]], dtype=float)


def in_polygon(places: Floats, path: Floats) -> Floats:
    """(sample,): how many pieces of a closed line lie to the right of each is odd."""
    inside = np.zeros(len(places), dtype=bool)
    x, y = places.T
    for (ax, ay), (bx, by) in zip(path, np.roll(path, -1, axis=0), strict=True):
        crosses = (ay > y) != (by > y)
        inside ^= crosses & (x < ax + (y - ay) * (bx - ax) / np.where(by == ay, np.inf, by - ay))
    return inside


def where(tour: Tour, sample: int) -> list[float] | None:
    """The place of a head in CSS pixels of the stage."""
    place: list[float] | None = tour.page.evaluate("s => window.inscape.whereIs(s)", sample)
    return place


@pytest.mark.parametrize(
    ("checkpoint", "strength", "bundled"), [(2, 0, "class"), (3.4, 0.7, "class"), (1.5, 1, "together")]
)
def test_heads_are_drawn_where_the_data_says(
    trails: Tour, trailed: Path, checkpoint: float, strength: float, bundled: str
) -> None:
    stored = Stored(trailed)
    samples = [3, 500, 1234, 1999]
    places = stored.at(checkpoint, strength, bundled)
    legend, of = colors(trails), labels(trailed)
    for sample in samples:
        trails.show(checkpoint=checkpoint, trails={"strength": strength, "bundled": bundled}, filter=[sample])
        expected = stored.on_stage(trails.view, places[sample])
        # The page may just be reading the index of the recording anew.
        trails.wait(lambda sample=sample: where(trails, sample) is not None)
        assert np.abs(np.asarray(where(trails, sample)) - expected).max() < 0.05
        found = near(trails.pixels(), expected, legend[of[sample]])
        assert len(found) >= 12, "a head of the color of the legend"
        assert np.abs(found.mean(axis=0) - expected).max() < 1


def test_a_trail_goes_through_its_places_and_no_farther_than_now(trails: Tour, trailed: Path) -> None:
    stored = Stored(trailed)
    sample = int(np.argmax(stored.traveled))
    for now in (0, 3, 6, 8):
        trails.show(checkpoint=now, trails={"strength": 0}, filter=[sample])
        pixels = trails.pixels()
        head = stored.on_stage(trails.view, stored.at(now, 0)[sample])
        steps = stored.on_stage(trails.view, stored.paths[sample])
        for step, (x, y) in enumerate(steps):
            drawn = np.abs(pixels[int(y) - 1 : int(y) + 3, int(x) - 1 : int(x) + 3] - 255).max() > 40
            if step <= now:
                assert drawn, (now, step)
            # A later place may lie on what is drawn already.
            elif min(np.linalg.norm(steps[step] - place) for place in [head, *steps[: now + 1]]) > 60:
                assert not drawn or _on_the_way(steps[: now + 1], steps[step]), (now, step)


def _on_the_way(steps: Floats, place: Floats) -> bool:
    """Whether a place lies on a line of straight pieces, but for some pixels."""
    for a, b in itertools.pairwise(steps):
        along = np.clip((place - a) @ (b - a) / max(1e-9, (b - a) @ (b - a)), 0, 1)
        if np.linalg.norm(place - a - along * (b - a)) < 8:
            return True
    return False


def test_the_scrubber_grows_the_trails(trails: Tour) -> None:
    inked: list[int] = []
    for place in (0, 1.5, 4, 8):
        trails.input("checkpoint-slider", place)
        trails.wait(lambda place=place: trails.state["checkpoint"] == place and trails.is_ready())
        trails.show()
        inked.append(int((np.abs(trails.pixels() - 255).max(axis=2) > 12).sum()))
    assert all(a < b for a, b in itertools.pairwise(inked)), inked
    trails.input("checkpoint-slider", 0)
    trails.page.get_by_test_id("stage").focus()
    trails.page.keyboard.press("Space")
    trails.wait(lambda: 0 < trails.state["checkpoint"] < 8)
    assert trails.page.get_by_test_id("checkpoint-play").get_attribute("aria-pressed") == "true"
    trails.page.keyboard.press("Space")
    trails.wait(lambda: trails.page.get_by_test_id("checkpoint-play").get_attribute("aria-pressed") == "false")
    assert trails.state["playing"] is False, "the tour is none of it"


def test_play_on_the_way_to_a_checkpoint_begins_there(trails: Tour) -> None:
    trails.input("checkpoint-slider", 4)
    trails.wait(lambda: trails.state["checkpoint"] == 4)
    first, last, playing = trails.page.evaluate(
        """async () => {
          const slider = document.querySelector('[data-testid=checkpoint-slider]');
          slider.value = 1;
          slider.dispatchEvent(new Event('input', {bubbles: true}));
          document.querySelector('[data-testid=checkpoint-play]').click();
          const places = [];
          do {
            await new Promise(done => requestAnimationFrame(done));
            places.push(inscape.state.checkpoint);
          } while (places.at(-1) <= places.at(-2) || places.at(-1) < 2 || !places.at(-2));
          return [Math.min(...places), places.at(-1), inscape.state.checkpointPlaying];
        }"""
    )
    assert 1 <= first < 1.5 and 2 <= last < 3 and playing is True


# Called behind the page's own drawing, in the very next frame: later the canvas can't be read.
NEXT_FRAME = """async (value) => {
  const slider = document.querySelector('[data-testid=trails-strength]');
  slider.value = value;
  slider.dispatchEvent(new Event('input', {bubbles: true}));
  const canvas = document.querySelector('[data-testid=stage] canvas');
  const copy = document.createElement('canvas');
  [copy.width, copy.height] = [canvas.width, canvas.height];
  const context = copy.getContext('2d', {willReadFrequently: true});
  const read = () => {
    context.drawImage(canvas, 0, 0);
    const {data} = context.getImageData(0, 0, copy.width, copy.height);
    let sum = 0;
    for (let i = 0; i < data.length; i++) sum = (31 * sum + data[i]) % 2147483647;
    return sum;
  };
  return new Promise((done) => requestAnimationFrame(() => done([read(), window.inscape.view.points])));
}"""


def test_the_strength_answers_in_the_next_frame(trails: Tour) -> None:
    seen: dict[int, Any] = {}

    def median_of_frames() -> float:
        """Milliseconds: of the last frames, those of the slider's movements the newest."""
        seen.update({value: trails.page.evaluate(NEXT_FRAME, value) for value in (0, 40, 100)})
        return float(trails.page.evaluate("window.inscape.frameTime.median"))

    assert while_ours(median_of_frames) < 16
    assert len({0, *(picture for picture, _ in seen.values())}) == 4
    # A machine that can't draw all trails within a frame draws some of them, and all of them at rest.
    assert all(200 < drawn <= 2000 for _, drawn in seen.values())
    trails.wait(trails.is_ready)
    assert trails.page.get_by_test_id("trails-strength-value").inner_text() == "100%"
    assert trails.view["points"] == 2000 and trails.page.get_by_test_id("trails-seen").count() == 0


def test_what_is_drawn_over_many_frames_is_what_is_drawn_at_once(trails: Tour) -> None:
    """At rest a slow machine draws the trails part by part out of sight: the same pixels, in the same order."""
    trails.show(trails={"strength": 0.5}, selection=[3, 4, 5])
    rested = trails.pixels()
    assert (np.abs(rested - 255).max(axis=2) > 12).mean() > 0.02
    trails.page.evaluate("window.inscape.frame(0)")
    assert np.array_equal(trails.pixels(), rested)
    trails.page.evaluate("window.inscape.release()")
    trails.wait(trails.is_ready)
    # A picture that was drawn at once rests as it is.
    trails.page.evaluate("window.inscape.state = {trails: {strength: 0.3}}; window.inscape.frame(0)")
    trails.page.evaluate("window.inscape.release()")
    trails.wait(trails.is_ready)
    assert trails.view["points"] == 2000
    # Some stand for all only as long as a picture changes: under the pointer it stays whole.
    trails.show(trails={"strength": 0.5})
    x, y = np.array(where(trails, 3)) + corner(trails)
    trails.page.mouse.move(x, y)
    trails.wait(lambda: trails.state["hover"] is not None and trails.is_ready())
    assert trails.view["points"] == 2000 and not np.array_equal(trails.pixels(), rested)
    trails.page.mouse.move(2, 2)
    trails.wait(lambda: trails.state["hover"] is None and trails.is_ready())
    trails.show()
    assert np.array_equal(trails.pixels(), rested)


def test_the_words_beside_the_strength_tell_how_far_bundling_draws(trails: Tour, trailed: Path) -> None:
    raw, bundled = (stored_width(trails, trailed, strength) for strength in (0, 1))
    assert "every position is drawn where it is" in raw
    stored = Stored(trailed)
    far = np.linalg.norm(stored.kinds["class"] - stored.kinds["raw"], axis=2).max()
    every = np.concatenate([kind[..., 0].ravel() for kind in stored.kinds.values()])
    share = 100 * far / np.ptp(every)
    assert f"up to {share:.1f}%" in bundled or f"up to {share:.0f}%" in bundled, (bundled, share)


def stored_width(tour: Tour, path: Path, strength: float) -> str:
    tour.show(trails={"strength": strength})
    return str(tour.page.get_by_test_id("trails-drift").inner_text())


@pytest.mark.parametrize("tool", ["lasso", "rectangle"])
def test_a_region_takes_the_trails_whose_heads_are_in_it_now(trails: Tour, trailed: Path, tool: str) -> None:
    stored = Stored(trailed)
    taken: list[list[int]] = []
    for now in (1, 7):
        trails.show(checkpoint=now, selection=[], tool=tool)
        zero, view = corner(trails), trails.view
        places = stored.on_stage(view, stored.at(now))
        middle = np.median(places, axis=0)
        angle = np.linspace(0, 2 * np.pi, 40, endpoint=False)
        if tool == "lasso":
            path = middle + 90 * (1 + 0.3 * np.sin(5 * angle))[:, None] * np.stack([np.cos(angle), np.sin(angle)], 1)
            outline = path = np.round(zero + path) - zero
        else:
            path = np.round(zero + middle + np.array([[-80, -60], [10, 10], [70, 90]])) - zero
            (left, top), (right, bottom) = path[0], path[-1]
            outline = np.array([[left, top], [right, top], [right, bottom], [left, bottom]])
        mouse = trails.page.mouse
        mouse.move(*(zero + path[0]))
        mouse.down()
        for place in path[1:]:
            mouse.move(*(zero + place))
        mouse.up()
        trails.wait(lambda: trails.state["selection"])
        expected = set(np.nonzero(in_polygon(places, outline))[0])
        found = set(trails.state["selection"])
        doubtful = set(np.nonzero(np.abs(in_polygon(places, outline + 0.05) ^ in_polygon(places, outline - 0.05)))[0])
        assert len(found) > 20 and found ^ expected <= doubtful
        assert trails.page.get_by_test_id("selection-count").inner_text() == f"{len(found):,}"
        taken.append(sorted(found))
    assert taken[0] != taken[1], "who is there changes with time"


def test_what_is_selected_lies_on_top_and_the_others_are_faint(trails: Tour, trailed: Path) -> None:
    before = trails.pixels()
    trails.show(selection=[5])
    after = trails.pixels()
    ink = [float((255 - picture).mean()) for picture in (before, after)]
    assert ink[1] < 0.5 * ink[0]
    stored = Stored(trailed)
    x, y = stored.on_stage(trails.view, stored.at(8)[5])
    assert np.abs(after[int(y), int(x)] - colors(trails)[labels(trailed)[5]]).max() <= 3
    trails.page.get_by_test_id("stage").focus()
    trails.page.keyboard.press("f")
    trails.wait(lambda: trails.state["filter"] == [5] and trails.is_ready())
    assert trails.view["points"] == 1
    trails.page.get_by_test_id("show-all").click()
    trails.wait(lambda: trails.view["points"] == 2000)


def test_pointing_at_a_head_or_a_line_tells_of_the_sample(trails: Tour, trailed: Path) -> None:
    stored = Stored(trailed)
    sample = int(np.argmax(stored.traveled))
    trails.show(filter=[sample, (sample + 1) % 2000], trails={"strength": 0.5})
    zero = corner(trails)
    trails.page.mouse.move(*(zero + stored.on_stage(trails.view, stored.at(8, 0.5)[sample])))
    trails.wait(lambda: trails.state["hover"] == sample)
    card = trails.page.get_by_test_id("hover-card")
    card.wait_for()
    assert str(sample) in card.inner_text()
    trails.page.mouse.move(5, 5)
    trails.wait(lambda: trails.state["hover"] is None)
    # In the middle of its way, far from both heads.
    trails.show(filter=[sample])
    times = np.linspace(0.5, 7.5, 60)
    ways = np.array([stored.on_stage(trails.view, stored.at(t, 0.5)[sample]) for t in times])
    head = stored.on_stage(trails.view, stored.at(8, 0.5)[sample])
    middle = ways[np.argmax(np.linalg.norm(ways - head, axis=1))]
    assert np.linalg.norm(middle - head) > 30
    trails.page.mouse.move(*(zero + middle))
    trails.wait(lambda: trails.state["hover"] == sample)
    trails.page.mouse.down()
    trails.page.mouse.up()
    assert trails.state["selection"] == [sample]


def test_the_lists_name_who_stands_out(trails: Tour, trailed: Path) -> None:
    stored, of = Stored(trailed), labels(trailed)
    rows = trails.page.get_by_test_id("parting").locator("button")
    assert [row.get_attribute("data-testid") for row in rows.all()] == [
        f"parting-{i}" for i in stored.content["ranking"]
    ]
    worst = stored.content["ranking"][0]
    rows.first.click()
    assert trails.state["selection"] == np.nonzero(of == worst)[0].tolist()
    for testid, values in (("switching", stored.switches), ("traveling", stored.traveled)):
        listed = [
            int(b.get_attribute("data-sample"))
            for b in trails.page.get_by_test_id(testid).locator("[data-sample]").all()
        ]
        assert sorted(values[listed], reverse=True) == sorted(values, reverse=True)[: len(listed)]
        trails.page.get_by_test_id(testid).locator("[data-sample]").first.click()
        assert trails.state["selection"] == [listed[0]]
        trails.page.get_by_test_id(testid).get_by_role("button", name="Select these").click()
        assert trails.state["selection"] == sorted(listed)
    # Of one class alone, once the legend has it so.
    trails.page.get_by_test_id("legend-4").click()
    trails.wait(
        lambda: all(
            of[int(b.get_attribute("data-sample"))] == 4
            for b in trails.page.get_by_test_id("traveling").locator("[data-sample]").all()
        )
    )
    trails.wait(lambda: trails.view["points"] == int((of == 4).sum()))


def test_trails_through_layers_follow_the_page_s_layer(trails: Tour, trailed: Path) -> None:
    stored = Stored(trailed, THROUGH_LAYERS)
    names = [step["layer"] for step in stored.content["steps"]]
    trails.page.get_by_test_id("trails-choice").select_option(THROUGH_LAYERS)
    trails.wait(lambda: trails.state["trails"]["name"] == THROUGH_LAYERS and trails.is_ready())
    trails.show(layer=names[2])
    assert trails.state["trails"]["place"] == 2
    trails.page.get_by_test_id("stage").focus()
    trails.page.keyboard.press("j")
    trails.wait(lambda: trails.state["trails"]["place"] == 3 and trails.is_ready())
    assert trails.state["layer"] == names[3]
    trails.input("layer-slider", 4.25)
    trails.wait(lambda: trails.state["trails"]["place"] == 4.25 and trails.is_ready())
    assert trails.state["layer"] == names[4]
    expected = stored.on_stage(trails.view, stored.at(4.25)[17])
    assert np.abs(np.asarray(trails.page.evaluate("window.inscape.whereIs(17)")) - expected).max() < 0.05
    trails.page.keyboard.press("1")
    trails.wait(lambda: trails.state["layer"] == names[4] and trails.is_ready())


def test_a_link_shows_the_same_picture(trails: Tour, open_tour: OpenTour, served_trails: str) -> None:
    camera = {"zoom": 1.5, "x": 0.2, "y": -0.1}
    look = {"strength": 0.35, "bundled": "together", "ends": "arrows", "camera": camera}
    trails.show(checkpoint=4.5, selection=[3, 9], groups=[1, 2, 9], trails=look)
    trails.wait(lambda: "0.35" in trails.page.evaluate("location.hash"))
    address = trails.page.evaluate("location.href")
    token = served_trails.split("?")[1]
    other = open_tour(
        address.replace("#", f"?{token}#", 1) if "token" not in address else address, color_scheme="light"
    )
    other.wait(other.is_ready)
    other.show()
    for key in ("view", "trails", "checkpoint", "selection", "groups"):
        assert other.state[key] == trails.state[key], key
    assert np.abs(other.pixels() - trails.pixels()).max() == 0
    assert other.messages == []


def test_the_state_refuses_what_makes_no_sense(trails: Tour) -> None:
    for wrong in (
        {"strength": 2},
        {"bundled": "by size"},
        {"ends": "round"},
        {"name": "none"},
        {"camera": {"zoom": 0}},
    ):
        said = trails.page.evaluate(
            "trails => { try { window.inscape.state = {trails} } catch (error) { return String(error) } }", wrong
        )
        assert "TypeError" in said and "got" in said, wrong
    assert trails.state["trails"]["strength"] == 0.8


def test_zoom_and_pan_and_back(trails: Tour) -> None:
    before = trails.pixels()
    zero = corner(trails)
    # Of pointers the page hears whole pixels.
    at = np.round(zero + np.array([300, 200])) - zero
    trails.page.mouse.move(*(zero + at))
    sample_at = trails.where_is(7)
    trails.page.mouse.wheel(0, -400)
    trails.wait(lambda: trails.state["trails"]["camera"]["zoom"] > 1.5)
    zoom = trails.state["trails"]["camera"]["zoom"]
    trails.wait(trails.is_ready)
    # What was under the pointer stays there.
    assert trails.where_is(7) == pytest.approx(at + zoom * (sample_at - at), abs=0.1)
    trails.page.get_by_test_id("stage").focus()
    trails.page.keyboard.press("ArrowLeft")
    trails.wait(lambda: trails.state["trails"]["camera"]["x"] != 0)
    assert trails.state["camera"] == {"zoom": 1, "x": 0, "y": 0}, "the Tour's own is another"
    trails.page.keyboard.press("r")
    trails.wait(lambda: trails.state["trails"]["camera"] == {"zoom": 1, "x": 0, "y": 0} and trails.is_ready())
    trails.page.mouse.move(5, 5)
    trails.show(hover=None)
    assert np.abs(trails.pixels() - before).max() == 0


def test_a_lost_context_comes_back(trails: Tour) -> None:
    before = trails.pixels()
    trails.page.evaluate(
        """() => { const gl = document.querySelector('[data-testid=stage] canvas').getContext('webgl2');
                   window.lost = gl.getExtension('WEBGL_lose_context'); window.lost.loseContext() }"""
    )
    message = trails.page.get_by_test_id("message")
    message.wait_for()
    assert not trails.is_ready()
    trails.page.evaluate("window.lost.restoreContext()")
    trails.wait(lambda: message.count() == 0 and trails.is_ready())
    trails.show()
    assert np.abs(trails.pixels() - before).max() == 0
    trails.messages[:] = [m for m in trails.messages if "CONTEXT_LOST" not in m]  # the browser's own note


def test_both_grounds_show_early_and_late(trails: Tour) -> None:
    for scheme, ground in (("light", 255.0), ("dark", 17.0)):
        trails.page.emulate_media(color_scheme=scheme)
        trails.wait(lambda scheme=scheme: trails.page.evaluate("document.documentElement.dataset.theme") == scheme)
        trails.show(checkpoint=8, trails={"strength": 0.8})
        away = np.abs(trails.pixels() - ground).max(axis=2)
        assert (away > 60).mean() > 0.01, scheme


def test_without_trails_a_button_makes_them(open_tour: OpenTour, served: Served, tmp_path: Path) -> None:
    tour = open_tour(served(recorded_digits(tmp_path / "digits.inscape", checkpoints=3)))
    tour.page.get_by_test_id("view-trails").click()
    empty = tour.page.get_by_test_id("trails-empty")
    empty.wait_for()
    assert "inscape trails PATH --layer" in empty.inner_text()
    assert tour.view["ready"]
    tour.page.get_by_test_id("trails-method").select_option("pca")
    tour.page.get_by_test_id("trails-make").click()
    tour.page.get_by_test_id("trails-job").wait_for()
    tour.wait(lambda: tour.state["trails"] is not None and tour.is_ready(), seconds=120)
    assert tour.view["points"] == 200
    assert empty.count() == 0
    # And others beside them.
    tour.page.get_by_test_id("trails-more").click()
    tour.page.get_by_test_id("trails-layer").wait_for()
    assert tour.messages == []


def test_one_checkpoint_is_no_trail(open_tour: OpenTour, served: Served, tmp_path: Path) -> None:
    tour = open_tour(served(recorded_digits(tmp_path / "one.inscape", checkpoints=1)))
    tour.page.get_by_test_id("view-trails").click()
    said = tour.page.get_by_test_id("trails-single").inner_text()
    assert "two checkpoints" in said and "has one" in said
    assert "--along layers" in tour.page.get_by_test_id("trails-empty").inner_text()
    assert tour.messages == []


def recorded_digits(out: Path, checkpoints: int) -> Path:
    """A small network on real digits, whose weights drift from checkpoint to checkpoint; with a PCA to tour."""
    import torch
    from torch import nn

    images, classes = inscape.data.digits("test")
    torch.manual_seed(0)
    model = nn.Sequential(nn.Flatten(), nn.Linear(784, 16), nn.ReLU(), nn.Linear(16, 10))
    with inscape.Recorder(model, (images[:200], classes[:200]), out=out, layers=["input", "*"]) as recorder:
        for i in range(checkpoints):
            recorder.checkpoint(f"epoch-{i}")
            with torch.no_grad():
                model[1].weight += 0.01 * torch.randn_like(model[1].weight)
    inscape.embed(inscape.open(out), "pca", progress=False)
    return out


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_axe_finds_nothing_serious_and_nothing_overflows(
    open_tour: OpenTour, served_trails: str, served_demo: str, scheme: str, width: int
) -> None:
    import axe_playwright_python

    source = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text()
    for address in (served_trails, served_demo):
        tour = open_tour(address, viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True)
        tour.show(view="trails", playing=False, selection=[1, 2])
        tour.page.evaluate(source)
        found = tour.page.evaluate("axe.run()")
        serious = [
            f"{violation['id']}: {node['target']} {node['failureSummary']}"
            for violation in found["violations"]
            if violation["impact"] in ("serious", "critical")
            for node in violation["nodes"]
        ]
        assert serious == []
        assert tour.page.evaluate("document.documentElement.scrollWidth") <= width
        assert tour.messages == []


def test_the_stage_says_in_words_what_it_shows(trails: Tour) -> None:
    trails.show(checkpoint=2.5, trails={"strength": 0.5})
    said = trails.page.get_by_test_id("stage").locator("canvas").get_attribute("aria-label")
    for words in (
        "2,000 samples",
        "9 checkpoints",
        "PCA of fc1",
        "epoch-2 → epoch-3",
        "10 groups",
        "bundled 50% by class",
    ):
        assert words in said, words
    png = trails.page.get_by_test_id("stage").screenshot()
    assert Image.open(io.BytesIO(png)).size[0] > 500
