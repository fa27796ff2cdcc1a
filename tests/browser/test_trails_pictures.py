"""Pictures and films of the Trails view: from the command line and from the page, compared with the stage."""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, expect

import inscape
from inscape.errors import WrongCall
from inscape.recording import results
from inscape.recording.names import to_folder
from inscape.view.render import Asked
from inscape.view.render.page import Driven, opened
from inscape.view.render.rendering import frames
from inscape.view.render.served import only_recording, served

Floats = Any
SVG = "{http://www.w3.org/2000/svg}"
PAPER = {"light": (255, 255, 255), "dark": (16, 18, 22)}
THROUGH_LAYERS = "layers-at-epoch-8-pca"


@pytest.fixture(scope="module")
def trailed(demo_recording: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's recording with trails through its checkpoints, and through its layers."""
    path = tmp_path_factory.mktemp("trails") / "demo.inscape"
    shutil.copytree(demo_recording, path)
    recording = inscape.open(path)
    for name in recording.trails:
        results.remove(path, f"trails/{to_folder(name)}")
    inscape.trails(recording, "fc1", method="pca", progress=False)
    inscape.trails(recording, along="layers", method="pca", progress=False)
    return path


@pytest.fixture(scope="module")
def address(trailed: Path) -> Iterator[str]:
    with served(*only_recording(trailed)) as served_at:
        yield served_at


def pixels(png: bytes | Path) -> Floats:
    with Image.open(io.BytesIO(png) if isinstance(png, bytes) else png) as image:
        return np.asarray(image.convert("RGB")).astype(int)


def driven(chrome: Browser, address: str, out: str, *, state: dict[str, Any] | None = None, **asked: Any) -> Any:
    wanted = Asked(Path(out), **{"size": (480, 360), "state": {"view": "trails"} | (state or {}), **asked})
    return opened(chrome, address, wanted), wanted


def inked(picture: Floats, theme: str = "light") -> Floats:
    """(row, column): where anything is drawn."""
    there: Floats = np.abs(picture - PAPER[theme]).max(axis=-1) > 24
    return there


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_png_shows_the_trails_alone(theme: str, trailed: Path, tmp_path: Path, command: Any) -> None:
    out = tmp_path / "a.png"
    options = ("--state", '{"view": "trails"}', "--theme", theme, "--size", "640x480")
    done = command("render", trailed, "--out", out, *options)
    assert done.returncode == 0, done.stderr
    picture = pixels(out)
    assert picture.shape == (480, 640, 3)
    assert tuple(picture[0, 0]) == tuple(picture[-1, -1]) == PAPER[theme]
    there = inked(picture, theme)
    assert 0.05 < there.mean() < 0.7
    # Over the whole picture, not in a part of it that the page left free.
    rows, columns = np.nonzero(there)
    assert rows.max() - rows.min() > 0.6 * 480 or columns.max() - columns.min() > 0.6 * 640
    assert abs((rows.max() + rows.min()) / 2 - 240) < 60 and abs((columns.max() + columns.min()) / 2 - 320) < 60
    # Heads in the color of the first class of the legend.
    assert (picture == (0, 114, 178)).all(axis=-1).sum() > 50


def test_a_film_lets_the_trails_grow_and_is_always_the_same(chrome: Browser, demo_recording: Path) -> None:
    with served(*only_recording(demo_recording)) as address:
        grows_and_is_the_same(chrome, address)


def grows_and_is_the_same(chrome: Browser, address: str) -> None:
    made: list[list[Floats]] = []
    for _ in range(2):
        opening, wanted = driven(chrome, address, "a.gif", seconds=1.2, fps=10.0)
        with opening as page:
            made.append([pixels(png) for png in frames(page, wanted)])
            assert page.state["checkpoint"] == 8
    first, again = made
    assert len(first) == 12 and all((a == b).all() for a, b in zip(first, again, strict=True))
    ink = [inked(frame).mean() for frame in first]
    assert ink[0] > 0.002  # the heads at the beginning: nobody has gone anywhere
    grown = inked(first[-1]) & ~inked(first[0])
    assert grown.mean() > 0.02 and ink[-1] > 1.1 * ink[0]
    assert len({frame.tobytes() for frame in first}) >= 9
    opening, _ = driven(chrome, address, "a.png", state={"checkpoint": 8})
    with opening as page:
        page.frame(0)
        assert (pixels(page.png()) == first[-1]).all()


def test_a_film_of_trails_through_layers(chrome: Browser, address: str) -> None:
    state = {"trails": {"name": THROUGH_LAYERS}}
    opening, wanted = driven(chrome, address, "a.gif", state=state, seconds=1.0, fps=8.0)
    with opening as page:
        places = [(page.state["trails"]["place"], inked(pixels(png))) for png in frames(page, wanted)]
        assert places[0][0] == 0 and places[-1][0] == page.ways["trails"][1] > 5
    assert [place for place, _ in places] == sorted(place for place, _ in places)
    assert (places[-1][1] & ~places[0][1]).mean() > 0.02
    opening, wanted = driven(chrome, address, "a.gif", state=state, play=("checkpoints",))
    with opening as page, pytest.raises(WrongCall, match="these trails go through layers"):
        next(frames(page, wanted))


@pytest.mark.parametrize(("theme", "checkpoint", "ends"), [("light", 8, "plain"), ("dark", 3.4, "arrows")])
def test_an_svg_is_the_same_picture(theme: str, checkpoint: float, ends: str, chrome: Browser, address: str) -> None:
    state = {"checkpoint": checkpoint, "selection": [1, 2, 3], "trails": {"strength": 0.6, "ends": ends}}
    opening, _ = driven(chrome, address, "a.svg", state=state, theme=theme, size=(640, 480))
    with opening as page:
        page.frame(0)
        content, png = page.svg(), pixels(page.png())
        heads = page._page.evaluate("[...Array(2000).keys()].map((i) => window.inscape.whereIs(i))")
        shown = drawn(page, content)
    root = ElementTree.fromstring(content)
    title = root.findtext(f"{SVG}title") or ""
    assert "fc1" in title and "Trails of 2,000 samples" in (root.findtext(f"{SVG}desc") or "")
    lines = [path for group in root.findall(f"{SVG}g[@class='trails']") for path in group]
    assert len(lines) % 2000 == 0 and len(lines) >= 2000 * 3
    # Each way ends at its head: the last pieces, one a sample.
    ends_at = np.array([[float(x) for x in re.findall(r"[-\d.]+", path.get("d", ""))[-2:]] for path in lines])
    gaps = np.abs(ends_at[:, None, :] - np.array(heads)[None, ::100, :]).max(axis=2).min(axis=0)
    assert gaps.max() < 0.11  # one decimal
    assert len({path.get("stroke") for path in lines}) > 20  # by class, and dark early
    # The browser that draws it gives the stage again, but for how edges are smoothed.
    assert (np.abs(shown - png).max(axis=-1) > 100).mean() < 0.03
    assert abs(inked(shown, theme).mean() - inked(png, theme).mean()) < 0.05


def drawn(page: Driven, svg: str) -> Floats:
    """An SVG as the browser draws it, over the whole window."""
    context = page._page.context.browser
    assert context is not None
    viewer = context.new_page(viewport={"width": 640, "height": 480})
    viewer.set_content(f"<style>body {{ margin: 0 }} svg {{ display: block }}</style>{svg}")
    picture = pixels(viewer.screenshot())
    viewer.close()
    return picture


def test_the_trails_are_saved_from_the_page(trailed: Path, run_server: Any, open_tour: Any, tmp_path: Path) -> None:
    tour = open_tour(run_server(trailed)[0], color_scheme="light")
    tour.show(view="trails", checkpoint=8, playing=False)
    before = tour.pixels()
    content: dict[str, Path] = {}
    for extension in ("svg", "png"):
        with tour.page.expect_download() as download:
            tour.page.get_by_test_id("save-picture").click()
            tour.page.get_by_test_id(f"save-picture-{extension}").click()
        assert download.value.suggested_filename == f"demo-trails-fc1-epoch-8.{extension}"
        content[extension] = tmp_path / f"a.{extension}"
        download.value.save_as(content[extension])
    assert len(list(ElementTree.parse(content["svg"]).getroot().iter(f"{SVG}path"))) >= 2000 * 8
    saved = pixels(content["png"])
    height, width = before.shape[:2]
    assert abs(saved.shape[0] - 2 * height) <= 2 and abs(saved.shape[1] - 2 * width) <= 2
    small = Image.fromarray(saved.astype(np.uint8)).resize((width, height), Image.Resampling.BOX)
    assert (np.abs(np.asarray(small).astype(int) - before).max(axis=-1) > 110).mean() < 0.01
    # The stage is as it was.
    assert (tour.pixels() == before).all()
    assert tour.messages == []


def test_what_can_not_be_saved_says_so(tour: Any) -> None:
    tour.show(view="units", playing=False)
    tour.page.get_by_test_id("save-picture").click()
    expect(tour.page.get_by_test_id("save-refused")).to_contain_text("can't be saved by itself")
    expect(tour.page.get_by_test_id("save-picture-svg")).to_have_count(0)
    tour.page.keyboard.press("Escape")
    expect(tour.page.get_by_test_id("save-refused")).to_have_count(0)
