"""The demo: the main job, by the real command."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import xarray

import inscape
from machine import OwnTime


def test_it_learns_and_says_so(demo_recording: Path) -> None:
    said = (demo_recording.parent / "demo.log").read_text()
    accuracies = [float(a) for a in re.findall(r"epoch-\d+  test accuracy (\d+\.\d+)%", said)]
    assert len(accuracies) == 9 and accuracies[0] < 30 and accuracies[-1] >= 97
    assert str(demo_recording) in said and "inscape serve" in said


def test_its_recording_is_whole(demo_recording: Path) -> None:
    rec = inscape.open(demo_recording)
    assert len(rec) == 2000 and rec.checkpoints == [f"epoch-{i}" for i in range(9)]
    assert rec.layers[0] == "input" and rec.layers[-2:] == ["logits", "softmax"] and len(rec.layers) >= 9
    assert set(rec.embeddings) == {"pca", "umap", "units-softmax", "units-logits", "umap-2d-relu4"}
    assert rec.trails == ["relu4"] and rec.units == ["fc1@epoch-8"]
    assert not rec.trail("relu4").stale and not rec.unit_map("fc1@epoch-8").stale
    umap = rec.embedding("umap")
    assert umap.coordinates.shape[-1] == 15 and {s.checkpoint for s in umap.steps} == {"epoch-8"}
    assert all(q is not None for q in umap.quality)
    pca = rec.embedding("pca")
    assert len(pca.steps) == (len(rec.layers) - 1) * 9 + 1
    rec.verify()


def test_any_reader_of_zarr_reads_it(demo_recording: Path) -> None:
    tree = xarray.open_datatree(demo_recording, engine="zarr")
    softmax = tree["checkpoints/epoch-8/layers/softmax/activation"]
    assert softmax.dims == ("sample", "unit") and softmax.shape == (2000, 10)
    assert tree["embeddings/pca/coordinates"].dims == ("step", "sample", "dimension")
    assert tree["samples/label"].dims == ("sample",)
    accuracy = float((softmax.argmax("unit") == tree["samples/label"]).mean())
    assert accuracy >= 0.97


def test_a_second_demo_does_nothing_again(demo_recording: Path, command: Any) -> None:
    ours = OwnTime()
    done = command("demo", "--out", demo_recording, "--no-serve")
    assert done.returncode == 0 and "nothing is trained again" in done.stdout
    assert "made" not in done.stdout
    assert ours.seconds() < 30  # it takes two; a slow machine may take longer, training takes much longer


def test_it_ends_by_serving(demo_recording: Path) -> None:
    command = [sys.executable, "-m", "inscape", "demo", "--out", str(demo_recording), "--port", "0", "--quiet"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
    ) as process:
        said = []
        assert process.stdout is not None
        for line in process.stdout:  # ends when the process does
            said.append(line)
            if "http://127.0.0.1:" in line:
                break
        process.terminate()
    assert "?token=" in said[-1], "".join(said)


def test_the_three_lines_work_when_pasted(demo_recording: Path, tmp_path: Path, command: Any) -> None:
    said = (demo_recording.parent / "demo.log").read_text()
    lines = [line.strip() for line in said[said.index("your own model") :].splitlines()[1:4]]
    assert lines[0] == "import inscape" and len(lines) == 3
    done = subprocess.run([sys.executable, "-c", "\n".join(lines)], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert inscape.open(tmp_path / "runs/mine.inscape").embeddings == ["pca"]
