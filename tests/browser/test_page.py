"""The page around the Tour: the hand, the legend, keys, touch, accessibility, and the days when things go wrong."""

from __future__ import annotations

import io
import shutil
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zarr
from PIL import Image

import inscape
from machine import while_ours

OpenTour = Any
VIEWS = ["tour", "trails", "layers", "topology", "units", "features", "attack"]


def place_of(tour: Any, demo: Path, sample: int) -> tuple[float, float]:
    """Where a sample of the softmax lies on the page, in CSS pixels."""
    group = zarr.open_group(demo, mode="r")["embeddings/units-softmax"]
    step = [s["checkpoint"] for s in dict(group.attrs["inscape"])["steps"]].index("epoch-8")
    basis = np.reshape(tour.state["basis"], (10, 10))[:, :2]
    view, box = tour.view, tour.page.get_by_test_id("stage").bounding_box()
    x, y = np.asarray(view["center"]) + view["scale"] * (group["coordinates"][step][sample] @ basis) * [1, -1]
    return box["x"] + x, box["y"] + y


def test_the_card_tells_what_the_recording_holds(tour: Any, demo_recording: Path) -> None:
    tour.show(playing=False)
    recording = zarr.open_group(demo_recording, mode="r")
    prediction = np.asarray(recording["checkpoints/epoch-8/prediction"])
    label = np.asarray(recording["samples/label"])
    confidence = np.asarray(recording["checkpoints/epoch-8/confidence"])
    sample = int(np.flatnonzero(prediction != label)[3])
    tour.show(filter=[sample])  # alone: nothing else can be nearest
    tour.page.mouse.move(*place_of(tour, demo_recording, sample))
    card = tour.page.get_by_test_id("hover-card")
    card.wait_for()
    tour.wait(lambda: "confidence" in card.inner_text())
    words = card.inner_text().split()
    assert words[words.index("sample") + 1] == str(sample)
    assert words[words.index("label") + 1] == str(label[sample])
    assert words[words.index("prediction") + 1] == str(prediction[sample])
    assert words[words.index("confidence") + 1] == f"{100 * confidence[sample]:.1f}%"
    # Its picture is the sample: the digit as it was recorded, enlarged.
    read = """canvas => {
      const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', {willReadFrequently: true});
      copy.drawImage(canvas, 0, 0);
      return [...copy.getImageData(0, 0, canvas.width, canvas.height).data];
    }"""
    tour.wait(lambda: max(card.locator("canvas").first.evaluate(read)) > 0)
    shown = card.locator("canvas").first.evaluate(read)
    side = int(np.sqrt(len(shown) / 4))
    picture = np.reshape(shown, (side, side, 4))[:, :, 0]
    digit = np.asarray(recording["input/activation"])[sample].reshape(28, 28) * 255
    centers = ((np.arange(28) + 0.5) * side / 28).astype(int)
    assert np.abs(picture[np.ix_(centers, centers)] - digit).max() <= 3
    tour.page.mouse.down()
    tour.page.mouse.up()
    assert tour.state["selection"] == [sample]
    assert tour.page.get_by_test_id("selection-count").inner_text() == "1"


def test_the_wheel_brings_what_is_under_the_pointer_nearer(tour: Any, demo_recording: Path) -> None:
    # One view: where else an axis' handle would lie is where the hand takes hold below.
    tour.show(playing=False, basis=np.linalg.qr(np.random.default_rng(1).normal(size=(10, 10)))[0].ravel().tolist())
    before = np.asarray(place_of(tour, demo_recording, 7))
    tour.page.mouse.move(*before)
    tour.page.mouse.wheel(0, -400)
    tour.wait(lambda: tour.state["camera"]["zoom"] > 1.5)
    tour.show()
    # The pointer stands on a whole pixel, half a pixel from the point at most: that much is drawn out twofold.
    assert np.abs(np.asarray(place_of(tour, demo_recording, 7)) - before).max() < 1.2
    tour.page.mouse.move(before[0] + 80, before[1] + 120)
    tour.page.mouse.down()
    tour.page.mouse.move(before[0] + 140, before[1] + 90, steps=4)
    tour.page.mouse.up()
    tour.show()
    assert np.abs(np.asarray(place_of(tour, demo_recording, 7)) - before - [60, -30]).max() < 2.2
    assert tour.state["selection"] == []  # a drag selects nothing
    tour.page.keyboard.press("r")
    assert tour.state["camera"] == {"zoom": 1, "x": 0, "y": 0}


def test_the_legend_filters_and_counts(tour: Any, demo_recording: Path) -> None:
    recording = zarr.open_group(demo_recording, mode="r")
    label = np.asarray(recording["samples/label"])
    prediction = np.asarray(recording["checkpoints/epoch-8/prediction"])
    tour.show(playing=False)
    tour.page.get_by_test_id("legend-3").click()
    tour.wait(lambda: tour.view["points"] == (label == 3).sum())
    tour.page.get_by_test_id("legend-5").click()
    tour.wait(lambda: tour.view["points"] == np.isin(label, [3, 5]).sum())
    tour.page.get_by_test_id("legend-all").click()
    tour.wait(lambda: tour.view["points"] == 2000)
    tour.page.get_by_test_id("colour-by").select_option("correctness")
    wrong = tour.page.get_by_test_id("legend-1")
    tour.wait(lambda: wrong.inner_text().split() == ["wrong", str((label != prediction).sum())])
    wrong.click()
    tour.wait(lambda: tour.view["points"] == (label != prediction).sum())
    tour.page.get_by_test_id("colour-by").select_option("prediction")
    row = tour.page.get_by_test_id("legend-4")
    tour.wait(lambda: row.inner_text().split() == ["4", str((prediction == 4).sum())])
    # At another checkpoint the model said something else.
    first = np.asarray(recording["checkpoints/epoch-0/prediction"])
    tour.show(checkpoint=0)
    tour.wait(lambda: row.inner_text().split() == ["4", str((first == 4).sum())])


def test_the_whole_state_travels_in_the_address(tour: Any, open_tour: OpenTour) -> None:
    tour.show(
        layer="conv3", playing=False, checkpoint=4.25, colorBy="prediction", camera={"zoom": 1.7, "x": 0.1, "y": -0.2}
    )
    tour.show(groups=[1, 2, 3], selection=[5, 6])
    tour.wait(lambda: "groups" in tour.page.evaluate("location.hash"))
    time.sleep(0.5)
    tour.show()
    token = tour.address.split("?")[1]
    other = open_tour(tour.page.evaluate("location.href").replace("/#", f"/?{token}#"), color_scheme="light")
    other.wait(lambda: other.view and other.view["ready"] and other.state["colorBy"] == "prediction")
    other.wait(lambda: other.state["groups"] == [1, 2, 3])
    time.sleep(0.5)
    other.show()
    assert {**other.state, "basis": 0} == {**tour.state, "basis": 0}
    assert np.abs(other.pixels() - tour.pixels()).max() == 0


def test_it_can_be_used_by_keyboard_alone(tour: Any) -> None:
    page = tour.page
    page.keyboard.press("Tab")
    reached = set()
    for _ in range(120):
        reached.add(page.evaluate("document.activeElement?.dataset?.testid ?? ''"))
        page.keyboard.press("Tab")
    expected = {
        "stage",
        "tour-play",
        "layer-slider",
        "checkpoint-slider",
        "checkpoint-play",
        "legend-0",
        "legend-9",
        "colour-by",
    }
    assert expected <= reached
    assert {f"view-{name}" for name in VIEWS} | {"share", "theme", "help-button", "embed-button"} <= reached
    page.get_by_test_id("stage").focus()
    page.keyboard.press("+")
    assert tour.state["camera"]["zoom"] == pytest.approx(1.25)
    page.keyboard.press(".")
    page.keyboard.press(".")
    assert tour.state["hover"] == 1
    page.get_by_test_id("hover-card").wait_for()
    page.keyboard.press("Enter")
    assert tour.state["selection"] == [1]
    page.keyboard.press("Escape")
    assert tour.state["hover"] is None
    page.keyboard.press("c")
    assert tour.state["selection"] == []
    page.keyboard.press("?")
    page.get_by_test_id("help").wait_for()
    page.keyboard.press("Escape")
    tour.wait(lambda: page.get_by_test_id("help").count() == 0)
    for number, name in enumerate(VIEWS, 1):
        page.keyboard.press(str(number))
        assert tour.state["view"] == name
        if name in ("topology", "features", "attack"):  # still to come
            assert "inscape " in page.get_by_test_id("coming").inner_text()
    page.keyboard.press("1")
    tour.wait(lambda: tour.view is not None)


def test_it_can_be_used_by_touch(open_tour: OpenTour, served_demo: str, demo_recording: Path) -> None:
    tour = open_tour(
        served_demo, viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True, device_scale_factor=2
    )
    tour.show(playing=False, filter=[7])
    x, y = place_of(tour, demo_recording, 7)
    tour.page.touchscreen.tap(x, y)
    tour.page.get_by_test_id("hover-card").wait_for()
    assert tour.state["selection"] == [7]
    touch = tour.page.context.new_cdp_session(tour.page)
    box = tour.page.get_by_test_id("stage").bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def fingers(kind: str, apart: float) -> None:
        points = [{"x": middle[0] - apart, "y": middle[1], "id": 1}, {"x": middle[0] + apart, "y": middle[1], "id": 2}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points if kind != "touchEnd" else []})

    fingers("touchStart", 30)
    for apart in (40, 50, 60):
        fingers("touchMove", apart)
    fingers("touchEnd", 60)
    assert tour.state["camera"]["zoom"] == pytest.approx(2, rel=0.1)
    assert tour.messages == []


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 390)])
def test_axe_finds_nothing_serious(open_tour: OpenTour, served_demo: str, scheme: str, width: int) -> None:
    import axe_playwright_python

    source = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text()
    tour = open_tour(served_demo, viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True)
    tour.show(playing=False, selection=[1, 2], hover=1)
    tour.page.get_by_test_id("hover-card").wait_for()

    def serious() -> list[str]:
        tour.page.evaluate(source)
        found = tour.page.evaluate("axe.run()")
        return [
            f"{violation['id']}: {node['target']} {node['failureSummary']}"
            for violation in found["violations"]
            if violation["impact"] in ("serious", "critical")
            for node in violation["nodes"]
        ]

    assert serious() == []
    tour.page.get_by_test_id("embed-button").click()
    tour.page.get_by_test_id("embed-dialog").wait_for()
    assert serious() == []
    tour.page.keyboard.press("Escape")
    tour.page.keyboard.press("4")
    tour.page.get_by_test_id("coming").wait_for()
    assert serious() == []


LOSE = """selector => {
  const gl = document.querySelector(selector).getContext('webgl2');
  window.lost = gl.getExtension('WEBGL_lose_context');
  window.lost.loseContext();
}"""


def test_a_lost_context_comes_back(tour: Any) -> None:
    tour.show(playing=False, layer="conv2")
    before = tour.pixels()
    tour.page.evaluate(LOSE, "canvas")
    message = tour.page.get_by_test_id("message")
    message.wait_for()
    assert "drawn again" in message.inner_text()
    tour.page.evaluate("window.lost.restoreContext()")
    tour.wait(lambda: message.count() == 0 and tour.is_ready())
    tour.show()
    assert np.abs(tour.pixels() - before).max() == 0
    tour.messages[:] = [m for m in tour.messages if "CONTEXT_LOST" not in m]  # the browser's own note


@pytest.mark.parametrize("panes", ["one", "two", "grid"])
def test_a_context_lost_on_the_move_comes_back_without_a_complaint(tour: Any, panes: str) -> None:
    """Frames are asked for all the while: none may be drawn with what was made in the context that was lost."""
    where = ".grid-canvas canvas" if panes == "grid" else "canvas"
    tour.show(playing=True, layer="conv2", panes=panes)
    for _ in range(3):
        tour.page.evaluate(LOSE, where)
        message = tour.page.get_by_test_id("message")
        message.wait_for()
        tour.page.evaluate("window.inscape.state = {playing: true}")
        tour.page.wait_for_timeout(100)
        tour.page.evaluate("window.lost.restoreContext()")
        tour.wait(lambda message=message: message.count() == 0 and tour.is_ready())
    tour.show(playing=False)
    picture = Image.open(io.BytesIO(tour.page.locator(where).first.screenshot())).convert("RGB")
    assert len(np.unique(np.asarray(picture).reshape(-1, 3), axis=0)) > 10, "empty"
    tour.messages[:] = [m for m in tour.messages if "CONTEXT_LOST" not in m]  # the browser's own note


def test_without_webgl2_the_page_says_so(open_tour: OpenTour, chrome: Any, served_demo: str) -> None:
    context = chrome.new_context()
    page = context.new_page()
    page.add_init_script("HTMLCanvasElement.prototype.getContext = () => null")
    page.goto(served_demo)
    message = page.get_by_test_id("message").filter(has_text="WebGL2")
    message.wait_for()
    assert "2,000 samples" in message.inner_text()  # the text alternative
    context.close()


def test_twice_as_large_letters_lose_nothing(open_tour: OpenTour, served_demo: str) -> None:
    # 200% zoom of a 1280 px window is a window of 640 CSS pixels at twice the ratio.
    tour = open_tour(served_demo, viewport={"width": 640, "height": 400}, device_scale_factor=2)
    tour.show(playing=False)
    assert tour.page.evaluate("document.documentElement.scrollWidth") <= 640
    for name in ("stage", "tour-play", "layer-slider", "checkpoint-slider", "legend-0"):
        tour.page.get_by_test_id(name).scroll_into_view_if_needed()
        assert tour.page.get_by_test_id(name).is_visible()


def test_who_prefers_reduced_motion_gets_none(open_tour: OpenTour, served_demo: str) -> None:
    tour = open_tour(served_demo, reduced_motion="reduce")
    tour.wait(tour.is_ready)
    basis = tour.state["basis"]
    tour.page.keyboard.press("k")
    tour.wait(lambda: tour.state["layer"] == "logits" and tour.view["ready"], seconds=5)
    tour.page.keyboard.press("j")
    tour.wait(lambda: tour.view["ready"])
    assert tour.state["basis"] == basis


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A recording of one's own, that a test may spoil."""
    import torch

    images, labels = inscape.data.digits("test")
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(784, 10), torch.nn.Softmax(dim=1))
    out = tmp_path / "mine.inscape"
    recording = inscape.record(model, (images[:300], labels[:300]), out=out, layers=["input", "*"])
    inscape.embed(recording, "pca", quality=False)
    return out


def test_a_server_that_stops_and_comes_back(run_server: Any, open_tour: OpenTour, copy: Path) -> None:
    address, process = run_server(copy)
    tour = open_tour(address)
    other = open_tour(address)  # two pages on one recording
    process.kill()
    process.wait()
    banner = tour.page.get_by_test_id("banner")
    tour.wait(banner.is_visible, seconds=15)
    assert "does not answer" in banner.inner_text()
    other.wait(other.page.get_by_test_id("banner").is_visible, seconds=15)
    assert tour.view["points"] == 300  # what is loaded stays
    port = int(address.split(":")[2].split("/")[0])
    again, process = run_server(copy, port=port)
    assert again == address
    tour.wait(lambda: banner.count() == 0, seconds=30)
    other.wait(lambda: other.page.get_by_test_id("banner").count() == 0, seconds=30)
    # Started anew with another token, it is another server: the page must be told by a person where that is.
    process.kill()
    process.wait()
    run_server(copy, port=port, token="another-token")
    tour.wait(lambda: "open the address" in (banner.inner_text() if banner.count() else ""), seconds=30)


def test_a_recording_that_is_removed_or_replaced(
    run_server: Any, open_tour: OpenTour, copy: Path, tmp_path: Path
) -> None:
    address, _ = run_server(copy)
    tour = open_tour(address)
    tour.show(playing=False)
    away = tmp_path / "away"
    copy.rename(away)
    banner = tour.page.get_by_test_id("banner")
    tour.wait(banner.is_visible, seconds=10)
    assert "removed" in banner.inner_text() and tour.view["points"] == 300
    away.rename(copy)
    tour.wait(lambda: banner.count() == 0)
    import torch

    time.sleep(1.1)  # recordings are told apart by the second in which they were begun
    shutil.rmtree(copy)
    images, labels = inscape.data.digits("test")
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(784, 10))
    inscape.record(model, (images[:120], labels[:120]), out=copy, layers=["*"])
    tour.wait(lambda: (tour.view or {"points": 0})["points"] == 120, seconds=20)
    assert "replaced" in banner.inner_text()


def test_an_embedding_asked_for_on_the_page_appears(run_server: Any, open_tour: OpenTour, copy: Path) -> None:
    address, _ = run_server(copy)
    tour = open_tour(address)
    tour.show(layer="input", playing=False)
    tour.page.get_by_test_id("embed-button").click()
    tour.page.get_by_test_id("embed-submit").click()
    tour.page.get_by_test_id("jobs-button").wait_for()
    tour.reload()  # the queue is the server's
    tour.page.get_by_test_id("jobs-button").click()
    assert "UMAP of input" in tour.page.get_by_test_id("job-0").inner_text()
    tour.wait(tour.page.locator("[data-testid=job-0][data-state=done]").is_visible, seconds=120)
    tour.show(layer="input")
    tour.wait(tour.page.get_by_test_id("embedding-umap").is_visible, seconds=10)
    tour.page.get_by_test_id("embedding-umap").click()
    tour.wait(lambda: tour.state["embedding"] == "umap" and tour.view["ready"])
    assert "15-dimensional UMAP" in tour.page.locator(".caption").inner_text()


def test_the_front_end_s_tour_is_the_reference_s(tour: Any) -> None:
    """Both run here: 1,000 steps from one seed and basis, in the browser and in Python."""
    from inscape import shape

    for dims, seed in ((4, 0), (10, 3), (16, 7)):
        start = np.linalg.qr(np.random.default_rng(seed).normal(size=(dims, dims)))[0]
        mine = shape.GrandTour(dims, seed=seed, basis=start)
        for _ in range(1000):
            mine.step(1 / 60)
        theirs = tour.page.evaluate(
            """([dims, seed, basis]) => {
                const tour = new window.inscape.GrandTour(dims, seed, { basis });
                for (let i = 0; i < 1000; i++) tour.step(1 / 60);
                return [...tour.basis];
            }""",
            [dims, seed, start.ravel().tolist()],
        )
        assert np.abs(np.reshape(theirs, (dims, dims)) - mine.basis).max() <= 1e-5


def test_the_frame_s_time_is_shown_where_it_is_asked_for(open_tour: OpenTour, served_demo: str) -> None:
    tour = open_tour(served_demo + "&debug=1")
    shown = tour.page.get_by_test_id("frame-time")
    tour.wait(lambda: "ms a frame" in shown.inner_text())

    def median_of_frames() -> float:
        """Milliseconds: of the last 120 frames, 30 of them new."""
        before = tour.page.evaluate("window.inscape.frameTime.frames")
        tour.wait(lambda: tour.page.evaluate("window.inscape.frameTime.frames") >= before + 30, seconds=60)
        return float(tour.page.evaluate("window.inscape.frameTime.median"))

    assert while_ours(median_of_frames) < 16
