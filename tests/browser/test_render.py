"""Pictures and films from the command line, looked at again: what is in them, and that they are always the same."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import av
import numpy as np
import pytest
from PIL import Image, ImageSequence
from playwright.sync_api import Browser, expect

import inscape
from inscape.errors import RenderFailed
from inscape.view.render import Asked
from inscape.view.render.page import Driven, opened
from inscape.view.render.rendering import frames
from inscape.view.render.served import only_recording, served

Floats = Any
SVG = "{http://www.w3.org/2000/svg}"
PAPER = {"light": (255, 255, 255), "dark": (16, 18, 22)}


@pytest.fixture(scope="module")
def address(demo_recording: Path) -> Iterator[str]:
    with served(*only_recording(demo_recording)) as served_at:
        yield served_at


@contextmanager
def driven(
    chrome: Browser, address: str, out: str, *, throttled: int = 1, **asked: Any
) -> Iterator[tuple[Driven, Asked]]:
    wanted = Asked(Path(out), **{"size": (480, 360), **asked})
    with opened(chrome, address, wanted) as page:
        if throttled > 1:
            page._session.send("Emulation.setCPUThrottlingRate", {"rate": throttled})
        yield page, wanted


def pixels(png: bytes | Path) -> Floats:
    with Image.open(io.BytesIO(png) if isinstance(png, bytes) else png) as image:
        return np.asarray(image.convert("RGB")).astype(int)


def render(command: Any, recording: Path, out: Path, *options: str, status: int = 0) -> Any:
    done = command("render", recording, "--out", out, "--json", *options)
    assert done.returncode == status, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_png_shows_the_stage_alone_in_its_theme(
    theme: str, demo_recording: Path, tmp_path: Path, command: Any
) -> None:
    out = tmp_path / "a.png"
    told = render(command, demo_recording, out, "--theme", theme, "--size", "640x480", "--scale", "1.5")
    assert told["layer"] == "softmax" and told["bytes"] == out.stat().st_size and told["frames"] == 1
    picture = pixels(out)
    assert picture.shape == (720, 960, 3) == (told["height"], told["width"], 3)
    assert tuple(picture[0, 0]) == tuple(picture[-1, -1]) == PAPER[theme]
    drawn = np.abs(picture - PAPER[theme]).max(axis=-1) > 40
    assert 0.003 < drawn.mean() < 0.3
    # The first class has its color, and an axis its name: ink where no point is.
    assert (picture == (0, 114, 178)).all(axis=-1).sum() > 50


def test_a_png_of_the_page_has_its_legend(demo_recording: Path, tmp_path: Path, command: Any) -> None:
    render(command, demo_recording, tmp_path / "page.png", "--page", "--layer", "fc1", "--color-by", "correctness")
    render(command, demo_recording, tmp_path / "stage.png", "--layer", "fc1", "--color-by", "correctness")
    page, stage = pixels(tmp_path / "page.png"), pixels(tmp_path / "stage.png")
    assert page.shape == stage.shape == (820, 1280, 3)
    header = np.abs(page[:50] - 255).max(axis=-1) > 60
    assert header.sum() > 500  # words
    assert (page[:, 1044:] == (143, 180, 204)).all(axis=-1).sum() > 60  # the swatch of what is right
    assert (np.abs(stage[:20] - 255).max(axis=-1) > 60).sum() == 0


def test_a_transparent_png_has_no_ground(demo_recording: Path, tmp_path: Path, command: Any) -> None:
    render(command, demo_recording, tmp_path / "a.png", "--transparent", "--size", "480x360")
    with Image.open(tmp_path / "a.png") as image:
        alpha = np.asarray(image.convert("RGBA"))[..., 3]
    assert alpha[0, 0] == 0 and (alpha == 0).mean() > 0.7
    assert (alpha == 255).sum() > 100


@pytest.mark.parametrize(("theme", "layer"), [("light", "softmax"), ("dark", "conv2")])
def test_an_svg_is_the_same_picture_as_vectors(theme: str, layer: str, chrome: Browser, address: str) -> None:
    state = {"layer": layer, "selection": [1, 2, 3], "handles": [{"kind": "class", "group": 3, "name": "threes"}]}
    with driven(chrome, address, "a.svg", theme=theme, state=state, size=(640, 480)) as (page, _):
        page.frame(0)
        content, png = page.svg(), page.png()
        places = page._page.evaluate("[...Array(2000).keys()].map((i) => window.inscape.whereIs(i))")
    root = ElementTree.fromstring(content)
    assert (root.get("width"), root.get("viewBox")) == ("640", "0 0 640 480")
    title, description = root.findtext(f"{SVG}title"), root.findtext(f"{SVG}desc")
    assert title is not None and title.startswith(f"{layer} at epoch-8")
    assert description is not None and "2,000 samples" in description and "Each point is one sample" in description
    drawn = root.findall(f"{SVG}g[@class='samples']/{SVG}circle")
    circles = [circle for circle in drawn if circle.get("class") != "ring"]
    assert len(drawn) - len(circles) == 3
    found = np.array([[float(c.get("cx", "")), float(c.get("cy", ""))] for c in circles])
    last = [1, 2, 3]  # what is selected lies over the others
    ordered = [places[i] for i in [*(i for i in range(2000) if i not in last), *last]]
    inside = [p for p in ordered if -4 < p[0] < 644 and -4 < p[1] < 484]
    assert len(found) == len(inside) >= 1900
    assert np.abs(found - np.array(inside)).max() < 0.02  # two decimals
    assert len({c.get("fill") for c in circles}) == 10
    words = [text.text for text in root.iter(f"{SVG}text")]
    assert "threes" in words
    if layer == "softmax":
        assert {str(digit) for digit in range(10)} <= set(words)
    # An ordinary viewer shows what the page shows.
    viewer = chrome.new_context(viewport={"width": 640, "height": 480})
    try:
        leaf = viewer.new_page()
        leaf.set_content(f"<style>body{{margin:0}}svg{{display:block}}</style>{content}")
        seen = pixels(leaf.screenshot())
    finally:
        viewer.close()
    differing = np.abs(seen - pixels(png)).max(axis=-1) > 90
    assert differing.mean() < 0.004, differing.mean()
    assert tuple(seen[0, 0]) == PAPER[theme]


def test_two_pictures_are_one_svg_and_a_grid_is_none(chrome: Browser, address: str) -> None:
    state = {"panes": "two", "layer": "fc1", "beside": {"layer": "conv1"}}
    with driven(chrome, address, "a.svg", state=state, size=(800, 400)) as (page, _):
        page.frame(0)
        content = page.svg()
        places = [
            page._page.evaluate(f"[...Array(2000).keys()].map((i) => window.inscape.whereIs(i, {beside}))")
            for beside in ("false", "true")
        ]
        page.set({"panes": "grid"})
        page.frame(0)
        with pytest.raises(RenderFailed, match="can't be drawn"):
            page.svg()
    parts = ElementTree.fromstring(content).findall(f"{SVG}svg")
    first, second = (float(part.get("x", "")) for part in parts)
    assert first == 0 < second
    for part, seen in zip(parts, places, strict=True):
        width = float(part.get("width", ""))
        inside = [p for p in seen if -3.2 < p[0] < width + 3.2 and -3.2 < p[1] < 403.2]
        found = [[float(c.get("cx", "")), float(c.get("cy", ""))] for c in part.iter(f"{SVG}circle")]
        assert 1500 < len(found) <= 2000 and abs(len(found) - len(inside)) <= 2
        if len(found) == len(inside):
            assert np.abs(np.array(found) - np.array(inside)).max() < 0.02


CODECS = {"mp4": "h264", "webm": "vp9"}


@pytest.mark.parametrize("extension", ["webm", "mp4", "gif"])
def test_a_film_is_decoded_again(
    extension: str, chrome: Browser, address: str, demo_recording: Path, tmp_path: Path, command: Any
) -> None:
    out = tmp_path / f"a.{extension}"
    options = ["--layer", "fc1", "--seconds", "1.2", "--fps", "10", "--size", "480x360"]
    told = render(command, demo_recording, out, *options)
    assert (told["frames"], told["fps"], told["format"]) == (12, 10, extension)
    assert list(tmp_path.iterdir()) == [out]
    if extension == "gif":
        with Image.open(out) as image:
            decoded = []
            for frame in ImageSequence.Iterator(image):
                decoded.append(np.asarray(frame.convert("RGB")).astype(int))
                assert image.info["duration"] == 100
    else:
        with av.open(str(out)) as container:
            stream = container.streams.video[0]
            assert stream.codec_context.name == CODECS[extension]
            assert stream.codec_context.pix_fmt == "yuv420p"
            assert stream.average_rate == 10
            decoded = [frame.to_ndarray(format="rgb24").astype(int) for frame in container.decode(video=0)]
    assert len(decoded) == 12
    assert {frame.shape for frame in decoded} == {(360, 480, 3)}
    assert np.abs(decoded[0] - decoded[-1]).mean() > 1
    # What was encoded is what the page draws, its colors too.
    with driven(chrome, address, "a.png", state={"layer": "fc1"}) as (page, _):
        page.frame(0)
        still = pixels(page.png())
    assert np.abs(decoded[0] - still).mean() < (0.5 if extension == "gif" else 3)
    assert np.abs(decoded[0][0, 0] - 255).max() <= 2


def test_a_film_is_the_same_however_slow_the_machine(chrome: Browser, address: str) -> None:
    asked: dict[str, Any] = {"play": ("tour", "checkpoints"), "seconds": 0.6, "fps": 10.0}
    state = {"layer": "conv2", "colorBy": "prediction"}
    made: list[list[Floats]] = []
    for throttled, seed in ((1, 0), (6, 0), (1, 5)):
        with driven(chrome, address, "a.gif", throttled=throttled, state=state, seed=seed, **asked) as (page, wanted):
            film = []
            for i, png in enumerate(frames(page, wanted)):
                film.append(pixels(png))
                if throttled > 1 and i % 2:
                    time.sleep(0.3)  # nobody waits for the clock on the wall
            made.append(film)
    first, slow, other = made
    assert len(first) == 6
    assert all((a == b).all() for a, b in zip(first, slow, strict=True))
    assert (first[0] == other[0]).all()  # the way differs, not where it begins
    assert (first[-1] != other[-1]).any()


def test_the_checkpoints_go_from_first_to_last(chrome: Browser, address: str) -> None:
    stills = []
    for checkpoint in (0, 8):
        with driven(chrome, address, "a.png", state={"layer": "fc1", "checkpoint": checkpoint}) as (page, _):
            page.frame(0)
            stills.append(pixels(page.png()))
    asked: dict[str, Any] = {"play": ("checkpoints",), "seconds": 1.0, "fps": 10.0}
    with driven(chrome, address, "a.gif", state={"layer": "fc1"}, **asked) as (page, wanted):
        film = [pixels(png) for png in frames(page, wanted)]
    assert (film[0] == stills[0]).all()
    assert (film[-1] == stills[1]).all()
    assert len({frame.tobytes() for frame in film}) >= 8


@pytest.mark.parametrize("embedding", [None, "pca"])
def test_the_layers_go_from_first_to_last(embedding: str | None, chrome: Browser, address: str) -> None:
    state = {} if embedding is None else {"embedding": embedding, "layer": "fc1"}
    with driven(chrome, address, "a.gif", state=state, play=("layers",), seconds=4.0, fps=5.0) as (page, wanted):
        seen = []
        for png in frames(page, wanted):
            seen.append((page.state["layer"], page.state["embedding"], pixels(png)))
    assert (seen[0][0], seen[-1][0]) == ("input", "softmax")
    assert len({layer for layer, _, _ in seen}) >= 9
    assert seen[0][1] == (embedding or "flow:flow")
    if embedding is None:
        assert {name for _, name, _ in seen} == {"flow:flow"}
    assert len({picture.tobytes() for _, _, picture in seen}) >= 12


def test_a_state_a_bookmark_and_a_link_say_what_is_shown(demo_recording: Path, tmp_path: Path, command: Any) -> None:
    size = ("--size", "320x240")
    bookmarks = inscape.open(demo_recording).bookmarks
    kept = bookmarks.append("Threes alone", {"layer": "fc1", "checkpoint": 4, "groups": [3], "playing": True})
    try:
        by_name = render(command, demo_recording, tmp_path / "a.png", "--bookmark", "Threes alone", *size)
        place = str(kept.position + 1)
        render(command, demo_recording, tmp_path / "b.png", "--bookmark", place, "--theme", "dark", *size)
    finally:
        bookmarks.remove(kept)
    assert (by_name["layer"], by_name["checkpoint"]) == ("fc1", "epoch-4")
    link = "http://127.0.0.1:7860/#recording=mine&layer=fc1&checkpoint=4&groups=3"
    render(command, demo_recording, tmp_path / "c.png", "--link", link, *size)
    options = ["--layer", "fc1", "--checkpoint", "epoch-4"]
    (tmp_path / "state.json").write_text(json.dumps({"groups": [3]}))
    render(command, demo_recording, tmp_path / "d.png", "--state", f"@{tmp_path / 'state.json'}", *options, *size)
    a, c, d = (pixels(tmp_path / f"{name}.png") for name in "acd")
    assert (a == c).all() and (a == d).all()
    assert (pixels(tmp_path / "b.png") != a).any()
    assert (a == (213, 94, 0)).all(axis=-1).sum() > 50 and not (a == (0, 114, 178)).all(axis=-1).any()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--layer", "fc9"], "no such layer"),
        (["--checkpoint", "epoch-99"], "no such checkpoint"),
        (["--color-by", "mood"], "no such coloring"),
        (["--state", '{"basis": [1, 2]}'], "the basis is square"),
        (["--state", '{"view": "layers"}'], "only the Tour and the Trails have a stage"),
        (["--state", '{"view": "units"}'], "only the Tour and the Trails have a stage"),
    ],
)
def test_what_the_recording_has_not(
    options: list[str], said: str, demo_recording: Path, tmp_path: Path, command: Any
) -> None:
    done = command("render", demo_recording, "--out", tmp_path / "a.png", *options)
    assert done.returncode == 2
    assert said in done.stderr and "remedy" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_recording_that_is_not_laid_out_and_one_that_is_damaged(
    network: Any, images: Any, tmp_path: Path, command: Any
) -> None:
    recording = tmp_path / "wide.inscape"
    made = inscape.record(network, images, out=recording, layers=["0"])  # 784 units: no page tours them as they are
    told = render(command, recording, tmp_path / "a.png", status=1)
    assert told["got"] == "nothing is laid out yet" and "inscape embed" in told["remedy"]
    inscape.embed(made, "pca", dims=4)
    render(command, recording, tmp_path / "a.png", "--size", "320x240")
    (tmp_path / "a.png").unlink()
    [chunk] = [p for p in (recording / "embeddings/pca/screen").rglob("*") if p.is_file() and p.name != "zarr.json"]
    content = bytearray(chunk.read_bytes())
    content[100] ^= 1
    chunk.write_bytes(content)
    told = render(command, recording, tmp_path / "a.png", status=1)
    assert told["error"] == "RenderFailed" and re.search("checksum|damaged|bytes", told["got"]), told
    assert not (tmp_path / "a.png").exists()


def test_ctrl_c_leaves_nothing(demo_recording: Path, tmp_path: Path) -> None:
    options = ["--out", str(tmp_path / "a.webm"), "--seconds", "60", "--size", "320x240"]
    # A group of its own, all of which gets the signal, as from a terminal.
    process = subprocess.Popen(
        [sys.executable, "-m", "inscape", "render", str(demo_recording), *options],
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        end = time.monotonic() + 300
        while not any(part.stat().st_size for part in tmp_path.glob(".a.webm.*.partial")):
            assert process.poll() is None and time.monotonic() < end
            time.sleep(0.1)
        os.killpg(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=300)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 1
    assert "stopped; nothing was written" in said and "Traceback" not in said
    assert list(tmp_path.iterdir()) == []


def test_a_script_lets_time_pass_on_the_page(tour: Any) -> None:
    basis = lambda: tour.state["basis"]  # noqa: E731
    tour.wait(lambda: tour.state["playing"])
    tour.page.evaluate("window.inscape.hold(3)")
    held = basis()
    time.sleep(0.3)
    assert basis() == held
    tour.page.evaluate("window.inscape.frame(0.5)")
    moved = basis()
    assert moved != held
    time.sleep(0.3)
    assert basis() == moved
    with pytest.raises(Exception, match="a frame takes from 0 to 60 seconds"):
        tour.page.evaluate("window.inscape.frame(-1)")
    tour.page.evaluate("window.inscape.release()")
    tour.wait(lambda: basis() != moved)


@pytest.mark.parametrize("by", ["mouse", "keyboard"])
def test_the_picture_is_saved_from_the_page(by: str, tour: Any, tmp_path: Path) -> None:
    tour.show(playing=False, layer="fc1", checkpoint=3, selection=[4, 5])
    shown = tour.pixels()
    content: dict[str, Path] = {}
    for extension in ("svg", "png"):
        with tour.page.expect_download() as download:
            if by == "mouse":
                tour.page.get_by_test_id("save-picture").click()
                tour.page.get_by_test_id(f"save-picture-{extension}").click()
            else:
                tour.page.get_by_test_id("save-picture").focus()
                tour.page.keyboard.press("Enter")
                for _ in range(1 if extension == "svg" else 2):
                    tour.page.keyboard.press("Tab")
                tour.page.keyboard.press("Enter")
        assert download.value.suggested_filename == f"{tour.state['recording']}-fc1-epoch-3.{extension}"
        content[extension] = tmp_path / f"a.{extension}"
        download.value.save_as(content[extension])
    assert len(list(ElementTree.parse(content["svg"]).getroot().iter(f"{SVG}circle"))) >= 1900
    saved = pixels(content["png"])
    height, width = shown.shape[:2]
    assert abs(saved.shape[0] - 2 * height) <= 2 and abs(saved.shape[1] - 2 * width) <= 2
    small = np.asarray(Image.fromarray(saved.astype(np.uint8)).resize((width, height), Image.Resampling.BOX)).astype(
        int
    )
    assert (np.abs(small - shown).max(axis=-1) > 90).mean() < 0.004
    # Escape closes the choice, and the button has the focus again.
    tour.page.get_by_test_id("save-picture").click()
    tour.page.keyboard.press("Escape")
    expect(tour.page.get_by_test_id("save-picture-svg")).to_have_count(0)
    expect(tour.page.get_by_test_id("save-picture")).to_be_focused()
