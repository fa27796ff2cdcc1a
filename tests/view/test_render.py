"""Calls of `inscape render` that are answered before a browser is started, and what films are made of."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from inscape.errors import WrongCall
from inscape.view.render.asked import Asked, size_of
from inscape.view.render.gif import Gif
from inscape.view.render.playing import place_at

BAD = [
    (["--out", "a.avi"], "a.avi", ".webm"),
    (["--out", "picture"], "picture", ".png"),
    (["--out", "a.png", "--size", "wide"], "'wide'", "1280x820"),
    (["--out", "a.png", "--size", "10x10"], "10x10", "64"),
    (["--out", "a.png", "--size", "4000x3000", "--scale", "4"], "4 pixels each", "8192"),
    (["--out", "a.mp4", "--size", "641x480"], "641x480", "--size 642x480"),
    (["--out", "a.webm", "--size", "801x601", "--scale", "1"], "801x601", "--size 802x602"),
    (["--out", "a.png", "--theme", "pink"], "'pink'", "light or dark"),
    (["--out", "a.gif", "--play", "dice"], "dice", "tour, checkpoints, layers"),
    (["--out", "a.gif", "--fps", "60"], "60", "50"),
    (["--out", "a.mp4", "--seconds", "0"], "0 s", "--seconds"),
    (["--out", "a.mp4", "--seconds", "nan"], "nan s", "--seconds"),
    (["--out", "a.mp4", "--transparent"], "a.mp4", ".svg"),
    (["--out", "a.svg", "--page"], "--page", ".png"),
    (["--out", "a.png", "--link", "http://127.0.0.1:7860/?token=x"], "token=x", "Share"),
    (["--out", "a.png", "--seed", "-1"], "-1", "0"),
    (["--out", "a.png", "--state", "{"], "{", "window.inscape.state"),
    (["--out", "a.png", "--state", "[1]"], "[1]", "window.inscape.state"),
    (["--out", "a.png", "--state", "@nowhere.json"], "nowhere.json", "@FILE"),
]


@pytest.fixture
def served_alone(tmp_path: Path, write_recording: Any) -> Path:
    """A recording, as far as the server knows one."""
    return Path(write_recording(tmp_path / "a.inscape"))


@pytest.mark.parametrize(("options", "got", "remedy"), BAD, ids=[" ".join(options[1:]) for options, _, _ in BAD])
def test_bad_calls_say_what_got_and_remedy(
    options: list[str], got: str, remedy: str, tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from inscape.cli import main

    monkeypatch.chdir(tmp_path)
    assert main(["render", "missing.inscape", *options]) == 2
    said = capsys.readouterr().err
    assert got in said and remedy in said
    assert list(tmp_path.iterdir()) == []


def test_a_recording_that_is_not_there(tmp_path: Path, command: Any) -> None:
    done = command("render", tmp_path / "no.inscape", "--out", tmp_path / "a.png", "--json")
    assert done.returncode == 2
    assert '"error": "RecordingNotFound"' in done.stdout


def test_a_folder_that_is_not_there(served_alone: Path, tmp_path: Path, command: Any) -> None:
    done = command("render", served_alone, "--out", tmp_path / "nowhere" / "a.png")
    assert done.returncode == 2
    assert "no such folder" in done.stderr


def test_several_recordings_are_one_too_many(served_alone: Path, write_recording: Any, command: Any) -> None:
    write_recording(served_alone.with_name("b.inscape"))
    done = command("render", served_alone.parent, "--out", served_alone.parent / "a.png")
    assert done.returncode == 2
    assert "a folder of a, b" in done.stderr


def test_a_bookmark_that_is_not_there(served_alone: Path, command: Any, tmp_path: Path) -> None:
    done = command("render", served_alone, "--out", tmp_path / "a.png", "--bookmark", "first")
    assert done.returncode == 2
    assert "no such bookmark" in done.stderr


def test_a_missing_browser_has_a_remedy(served_alone: Path, tmp_path: Path) -> None:
    pytest.importorskip("playwright")
    done = run_main(served_alone, tmp_path / "a.png", INSCAPE_CHROME=str(tmp_path / "no-chrome"))
    assert done.returncode == 1
    assert "INSCAPE_CHROME names no program" in done.stderr and "no-chrome" in done.stderr


def test_a_missing_package_has_a_remedy(served_alone: Path, tmp_path: Path) -> None:
    done = run_main(served_alone, tmp_path / "a.png", "sys.modules['playwright.sync_api'] = None; ")
    assert done.returncode == 1
    assert "inscape[render]" in done.stderr


def run_main(recording: Path, out: Path, before: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    code = f"import sys; {before}from inscape.cli import main; sys.exit(main(sys.argv[1:]))"
    return subprocess.run(
        [sys.executable, "-c", code, "render", str(recording), "--out", str(out)],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
    )


def test_what_is_asked_for_has_defaults_by_its_format() -> None:
    assert Asked(Path("a.gif")).rate == 20
    assert Asked(Path("A.MP4")).frames == 240
    assert Asked(Path("a.png"), scale=2).pixels == (2560, 1640)
    with pytest.raises(WrongCall, match="a size is width x height"):
        size_of("12×")


def test_a_passage_rests_at_both_ends_and_never_goes_back() -> None:
    places = [place_at(i / 99, 2, 7) for i in range(100)]
    assert places[0] == places[5] == 2 and places[-1] == places[-9] == 7
    assert (np.diff(places) >= 0).all() and np.diff(places).max() < 0.07


def test_a_gif_keeps_what_is_plain_exact_and_lasts_as_long_as_it_should(tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    gif = Gif(tmp_path / "a.gif", 30)
    frames = []
    for i in range(9):
        frame = np.full((40, 60, 3), (253, 255, 254), np.uint8)
        frame[5:20, 5 + i : 25 + i] = (0, 114, 178)
        frame[30:, :20] = generator.integers(0, 256, (10, 20, 3))  # more colors than a palette holds
        frames.append(frame)
        content = io.BytesIO()
        Image.fromarray(frame).save(content, "png")
        gif.add(content.getvalue())
    gif.close()
    with Image.open(tmp_path / "a.gif") as image:
        assert image.n_frames == 9  # type: ignore[attr-defined]
        lasted = 0
        for i, frame in enumerate(frames):
            image.seek(i)
            lasted += image.info["duration"]
            decoded = np.asarray(image.convert("RGB"))
            assert (decoded[:30] == frame[:30]).all()
            assert np.abs(decoded[30:, :20].astype(int) - frame[30:, :20]).mean() < 30
        assert lasted == 300
        assert image.info["loop"] == 0
