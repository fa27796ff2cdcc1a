"""A study with splits, and with a further recording of its training; trainings that go on after a kill."""

from __future__ import annotations

import gzip
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import inscape
from inscape.data import digits
from inscape.errors import WrongCall
from inscape.studies import Study, run

TRAINING = """
from pathlib import Path
from torch import nn
from inscape.data import from_path
from inscape.nets import Training
from inscape.studies import record_epochs

def make():
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 6), nn.ReLU(), nn.Linear(6, 10))

def train(model, checkpoint, folder, *, epochs, at=None):
    whole = next(from_path(Path(__file__).with_name("train-images-idx3-ubyte")).batches([(0, 600)]))
    record_epochs(Training(model, whole.inputs, whole.labels, epochs=epochs), checkpoint, folder, at=at)
"""

STUDY = """
[study]
title = "epochs"
out = "runs/epochs.inscape"

[model]
factory = "training.py:make"

[data]
splits = { test = "t10k-images-idx3-ubyte.gz" }
class_names = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]

[record]
layers = ["1", "3"]

[checkpoints]
train = "training.py:train"
restore = "inscape.studies:restore_epoch"
arguments = { epochs = 2 }

[[result]]
embed = "units"
layers = ["3"]

[[recording]]
title = "everything"
out = "runs/everything.inscape"
data = { splits = { train = "train-images-idx3-ubyte", test = "t10k-images-idx3-ubyte.gz" } }
record = { layers = ["*"] }

[[recording.result]]
embed = "pca"
dims = 4
"""


def idx(array: np.ndarray[Any, np.dtype[np.uint8]]) -> bytes:
    """A file of the IDX format."""
    lengths = b"".join(length.to_bytes(4, "big") for length in array.shape)
    return bytes([0, 0, 8, array.ndim]) + lengths + array.tobytes()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study of 600 digits to train on and 200 to test with, as IDX pairs."""
    folder = tmp_path_factory.mktemp("study")
    for name, split, count in (("train", "train", 600), ("t10k", "test", 200)):
        images, labels = (array[:count] for array in digits(split))
        pictures = idx(np.round(images[:, 0] * 255).astype(np.uint8))
        packed = name == "t10k"
        (folder / f"{name}-images-idx3-ubyte{'.gz' * packed}").write_bytes(
            gzip.compress(pictures) if packed else pictures
        )
        (folder / f"{name}-labels-idx1-ubyte").write_bytes(idx(labels.astype(np.uint8)))
    (folder / "training.py").write_text(TRAINING)
    (folder / "study.toml").write_text(STUDY)
    return folder


@pytest.fixture
def study(files: Path, tmp_path: Path) -> Path:
    shutil.copytree(files, tmp_path / "study")
    return tmp_path / "study/study.toml"


def quiet(text: str) -> None:
    """Say nothing."""


def test_two_recordings_of_one_training(study: Path) -> None:
    told: list[str] = []
    report = run(Study.load(study), say=told.append)
    assert report.done == ["record", "units-3", "everything: record", "everything: pca"]
    assert "everything: a further recording" in told
    epochs, everything = (inscape.open(study.parent / f"runs/{name}.inscape") for name in ("epochs", "everything"))
    assert epochs.checkpoints == ["epoch-0", "epoch-1", "epoch-2"] and everything.checkpoints == ["epoch-2"]
    assert (len(epochs), len(everything)) == (200, 800)
    assert everything.info()["title"] == "everything" and everything.layers == ["0", "1", "2", "3"]
    assert epochs.class_names == list("0123456789") and everything.class_names is None
    split = everything.column("split")
    assert split.tolist() == ["train"] * 600 + ["test"] * 200 and set(epochs.column("split")) == {"test"}
    # The very weights of the training's end, and the very samples.
    assert everything.weights() == epochs.weights("epoch-2")
    np.testing.assert_allclose(everything.activation("3")[600:], epochs.activation("3")[:], atol=1e-5)
    np.testing.assert_array_equal(everything.labels[600:], epochs.labels)  # type: ignore[index]
    for rec in (epochs, everything):
        rec.verify()
    report = run(Study.load(study), say=quiet)
    assert not report.done and len(report.skipped) == 4


def test_accuracy_is_told_by_split(study: Path, command: Any) -> None:
    done = command("run", study, "--quiet")
    assert done.returncode == 0, done.stderr
    rec = inscape.open(study.parent / "runs/everything.inscape")
    (entry,) = rec.info()["checkpoints"]
    right = rec.prediction() == rec.labels
    split = rec.column("split")
    assert entry["splits"] == {name: pytest.approx(right[split == name].mean()) for name in ("train", "test")}
    assert entry["accuracy"] == pytest.approx(right.mean())
    said = command("info", rec.path).stdout
    train, test = (f"{name} accuracy {entry['splits'][name]:.2%}" for name in ("train", "test"))
    assert f"checkpoint epoch-2: {train}, {test}" in said
    again = command("run", study)
    assert f"inscape serve {study.parent / 'runs/epochs.inscape'} {rec.path}" in again.stdout


def test_it_goes_where_it_is_sent(study: Path, tmp_path: Path) -> None:
    sent = Study.load(study, out=tmp_path / "elsewhere/mine.inscape")
    run(sent, say=quiet)
    found = sorted(path.name for path in (tmp_path / "elsewhere").iterdir())
    assert found == ["everything.inscape", "mine.inscape", "mine.training"]
    assert not (study.parent / "runs").exists()


def test_chosen_checkpoints_and_only_changed_recordings_are_made(study: Path) -> None:
    run(Study.load(study), say=quiet)
    text = study.read_text().replace(
        'record = { layers = ["*"] }', 'record = { layers = ["3"] }\ncheckpoints = ["epoch-2", "epoch-0"]'
    )
    study.write_text(text)
    shutil.rmtree(study.parent / "runs/everything.inscape")
    report = run(Study.load(study), say=quiet)
    assert report.done == ["everything: record", "everything: pca"] and report.skipped == ["record", "units-3"]
    assert inscape.open(study.parent / "runs/everything.inscape").checkpoints == ["epoch-0", "epoch-2"]
    study.write_text(text.replace('"epoch-0"]', '"epoch-7"]'))
    with pytest.raises(WrongCall, match="epoch-7"):
        run(Study.load(study), say=quiet)


def test_states_to_record_are_chosen(study: Path) -> None:
    study.write_text(study.read_text().replace("{ epochs = 2 }", "{ epochs = 4, at = [0, 1] }"))
    run(Study.load(study), say=quiet)
    assert inscape.open(study.parent / "runs/epochs.inscape").checkpoints == ["epoch-0", "epoch-1", "epoch-4"]
    states = sorted(path.name for path in (study.parent / "runs/epochs.training").iterdir())
    assert states == ["epoch-0.pt", "epoch-1.pt", "epoch-4.pt"]
    study.write_text(study.read_text().replace("at = [0, 1]", "at = [9]"))
    with pytest.raises(WrongCall, match="choose from 0 to 4"):
        run(Study.load(study), say=quiet, overwrite=True)


def test_a_pair_is_relative_to_the_file(study: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    text = study.read_text().replace(
        'splits = { test = "t10k-images-idx3-ubyte.gz" }',
        'source = "t10k-images-idx3-ubyte.gz,t10k-labels-idx1-ubyte"',
    )
    study.write_text(text)
    monkeypatch.chdir(tmp_path)
    run(Study.load(study), say=quiet)
    rec = inscape.open(study.parent / "runs/epochs.inscape")
    assert rec.columns == ["label"] and rec.labels is not None and rec.labels.max() == 9
    assert "splits" not in rec.info()["checkpoints"][0]


RUN = """
import sys
from inscape.studies import Study, run
run(Study.load(sys.argv[1]), say=lambda text: None)
"""


def test_a_killed_run_goes_on(study: Path, files: Path, tmp_path: Path) -> None:
    folder = study.parent
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    for stone in ("runs/epochs.training/epoch-1.pt", "runs/everything.inscape"):
        process = subprocess.Popen([sys.executable, "-c", RUN, str(study)], env=environment, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 600
        while time.monotonic() < deadline and not (folder / stone).exists():
            assert process.poll() is None
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    run(Study.load(study), say=quiet)
    run(Study.load(files / "study.toml", out=tmp_path / "whole/epochs.inscape"), say=quiet)
    for name in ("epochs", "everything"):
        resumed, whole = inscape.open(folder / f"runs/{name}.inscape"), inscape.open(tmp_path / f"whole/{name}.inscape")
        assert resumed.complete and resumed.checkpoints == whole.checkpoints
        for checkpoint in whole.checkpoints:
            assert resumed.weights(checkpoint) == whole.weights(checkpoint)
        resumed.verify()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (('splits = { test = "t10k-images-idx3-ubyte.gz" }', ""), "no data.source"),
        (("[data]", '[data]\nsource = "digits"'), "both source and splits"),
        (("[data]", '[data]\nlabels = "labels.txt"'), "labels beside data.splits"),
        (('{ test = "t10k-images-idx3-ubyte.gz" }', '"t10k-images-idx3-ubyte.gz"'), "splits name the data"),
        (('out = "runs/everything.inscape"', ""), "recording.out"),
        (('out = "runs/everything.inscape"', 'out = "other/epochs.inscape"'), "one name"),
        (('title = "everything"', 'titel = "everything"'), "title"),
        (('record = { layers = ["*"] }', 'record = { layer = ["*"] }'), "recording.record.layer"),
        (('record = { layers = ["*"] }', "checkpoints = 3"), "recording.checkpoints"),
        (('restore = "inscape.studies:restore_epoch"', ""), "no restore"),
        (("[[recording]]\n", "[recording]\n"), r"\[\[recording\]\]|TOML"),
        (('embed = "pca"', 'embed = "pac"'), "pca, umap"),
    ],
)
def test_mistakes_in_the_file(study: Path, change: tuple[str, str], message: str) -> None:
    assert change[0] in study.read_text()
    study.write_text(study.read_text().replace(*change, 1))
    with pytest.raises(WrongCall, match=message):
        Study.load(study)
