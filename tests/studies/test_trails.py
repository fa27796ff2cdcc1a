"""Trails of a recording: what is stored, what the page reads of it, when it is stale, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import inscape
from inscape.cli import main
from inscape.errors import UnknownLayer, UnknownName, WrongCall
from inscape.recording.arrays import LazyArray
from inscape.shape import parting
from inscape.studies import Study, run
from inscape.view.jobs.kinds import validate


def record(out: Path, labels: Any, names: list[str] | None, checkpoints: int = 4, samples: int = 300) -> Any:
    """A small network on real digits, whose weights drift from checkpoint to checkpoint."""
    from torch import nn

    images, _ = inscape.data.digits("test")
    torch.manual_seed(0)
    model = nn.Sequential(nn.Flatten(), nn.Linear(784, 16), nn.ReLU(), nn.Linear(16, 10))
    data = images[:samples] if labels is None else (images[:samples], labels[:samples])
    with inscape.Recorder(model, data, out=out, layers=["input", "*"], class_names=names) as recorder:
        for i in range(checkpoints):
            recorder.checkpoint(f"epoch-{i}")
            with torch.no_grad():
                model[1].weight += 0.01 * torch.randn_like(model[1].weight)
    return inscape.open(out)


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Any:
    _, labels = inscape.data.digits("test")
    names = [f"digit {i}" for i in range(10)]
    return record(tmp_path_factory.mktemp("trails") / "a.inscape", labels, names)


def test_the_trails_are_the_aligned_places_of_every_checkpoint(digits: Any) -> None:
    made = inscape.trails(digits, "2", method="pca")
    assert made.name == "2-pca" and made.name in digits.trails and made.embedding == "pca-2d-2"
    assert [step.checkpoint for step in made.steps] == digits.checkpoints
    assert made.paths.shape == (300, 4, 2) and made.paths.dtype == np.float32
    # Of each step the distances between the samples are those in the embedding: it was only moved and turned.
    layout = digits.embedding("pca-2d-2").coordinates
    for t in range(4):
        for pair in ((0, 1), (7, 200)):
            here = np.linalg.norm(made.paths[pair[0], t] - made.paths[pair[1], t])
            there = np.linalg.norm(layout[t, pair[0]] - layout[t, pair[1]])
            assert here == pytest.approx(there, rel=1e-4, abs=1e-4)
    # And turned so that the steps lie next to each other: no turn of one brings it nearer to the next.
    for t in range(3):
        a, b = (made.paths[:, i] - made.paths[:, i].mean(axis=0) for i in (t, t + 1))
        nuclear = np.linalg.svd(a.T @ b, compute_uv=False).sum()
        assert np.trace(a.T @ b) == pytest.approx(nuclear, rel=1e-4)
    np.testing.assert_allclose(made.paths.min(axis=(0, 1)), -made.paths.max(axis=(0, 1)), atol=1e-4)


def test_the_page_reads_whole_numbers_on_one_scale(digits: Any) -> None:
    made = inscape.trails(digits, "2", method="pca")
    folder = "trails/2-pca"
    assert made.times.tolist() == np.linspace(0, 3, 64, dtype=np.float32).tolist()
    for kind in ("raw", "class", "together"):
        screen = LazyArray(digits.path, f"{folder}/screen_{kind}")
        assert screen.dtype == np.int16 and screen.shape == (300, 64, 2)
        assert screen.dimensions == ("sample", "point", "axis")
    raw = made.points("raw")
    scale = LazyArray(digits.path, f"{folder}/scale")[...]
    assert np.abs(raw[:, ::21] - made.paths).max() <= scale.max()
    for kind in ("class", "together"):
        assert np.abs(made.points(kind)[:, [0, -1]] - made.paths[:, [0, -1]]).max() <= scale.max()
    expected = inscape.shape.bundle(made.paths, digits.labels)
    assert np.abs(made.points("class") - expected).max() <= scale.max()
    assert digits.verify()["receipts"] > 0


def test_classes_are_ranked_by_the_activations(digits: Any) -> None:
    made = inscape.trails(digits, "2", method="pca")
    partings = [parting(np.asarray(digits.activation("2", c)), digits.labels) for c in digits.checkpoints]
    means = np.mean([found.separation for found in partings], axis=0)
    assert made.ranking == np.argsort(means).tolist()
    worst = made.classes[0]
    assert worst.name == f"digit {worst.label}" and worst.samples == int((digits.labels == worst.label).sum())
    np.testing.assert_allclose(worst.parting, [found.separation[worst.label] for found in partings], atol=1e-6)
    np.testing.assert_allclose(worst.apart, [found.apart[worst.label] for found in partings], atol=1e-6)
    seen = parting(made.paths[:, -1], digits.labels)
    assert worst.parting_in_picture[-1] == pytest.approx(float(seen.separation[worst.label]), abs=1e-5)


def test_switches_are_counted_among_the_neighbors_in_the_activations(digits: Any) -> None:
    made = inscape.trails(digits, "2", method="pca")
    last, count = np.full(300, -1), np.zeros(300, int)
    for t, checkpoint in enumerate(digits.checkpoints):
        X = np.asarray(digits.activation("2", checkpoint), dtype=np.float64)
        near = digits.labels[inscape.shape.neighbors(X, k=15).indices]
        votes = np.stack([(near == label).sum(axis=1) for label in range(10)], axis=1)
        best = votes.argmax(axis=1)
        stays = votes[np.arange(300), last] == votes.max(axis=1) if t else np.zeros(300, bool)
        cluster = np.where(stays, last, best)
        count += (cluster != last) & (t > 0)
        last = cluster
    np.testing.assert_array_equal(made.switches, count)
    lengths = np.linalg.norm(np.diff(made.paths, axis=1), axis=2).sum(axis=1)
    np.testing.assert_allclose(made.traveled, lengths, rtol=1e-5)


def test_trails_go_through_the_layers_of_a_checkpoint(digits: Any) -> None:
    made = inscape.trails(digits, along="layers", checkpoint="epoch-1", method="pca")
    assert made.name == "layers-at-epoch-1-pca" and made.fixed == "epoch-1"
    assert [step.layer for step in made.steps] == digits.layers
    # Layers whose activations are of other sizes are brought to one.
    sizes = [np.linalg.norm(made.paths[:, t] - made.paths[:, t].mean(axis=0)) for t in range(len(made.steps))]
    assert max(sizes) < 1.01 * min(sizes)
    some = inscape.trails(digits, along="layers", layers=["1", "2"], method="pca", name="two")
    assert [(step.layer, step.checkpoint) for step in some.steps] == [("1", "epoch-3"), ("2", "epoch-3")]


def test_a_stored_embedding_of_more_dimensions_is_seen_in_its_widest_plane(digits: Any) -> None:
    inscape.embed(digits, "pca", layers=["2"], dims=6, name="six")
    made = inscape.trails(digits, "2", embedding="six", name="from-six")
    assert made.content["dims"] == 6 and made.paths.shape == (300, 4, 2)
    stacked = digits.embedding("six").aligned.reshape(-1, 6).astype(np.float64)
    stacked -= stacked.mean(axis=0)
    widest = np.linalg.svd(stacked, compute_uv=False)[:2]
    found = made.paths.reshape(-1, 2) - made.paths.reshape(-1, 2).mean(axis=0)
    assert np.linalg.norm(found) == pytest.approx(np.linalg.norm(widest), rel=1e-3)
    measured = inscape.shape.quality(np.asarray(digits.activation("2", "epoch-3")), made.paths[:, -1])
    assert made.quality[-1]["recall"] == pytest.approx(measured.recall, abs=1e-6)


def test_the_same_trails_are_not_made_again_and_changed_ones_are_stale(tmp_path: Path) -> None:
    _, labels = inscape.data.digits("test")
    rec = record(tmp_path / "b.inscape", labels, None, checkpoints=2, samples=60)
    inscape.embed(rec, "pca", layers=["2"], dims=2, name="mine")
    made = inscape.trails(rec, "2", embedding="mine")
    folder = rec.path / "trails" / "2-mine" / "zarr.json"
    before = folder.stat().st_mtime_ns
    assert not inscape.trails(rec, "2", embedding="mine").stale and folder.stat().st_mtime_ns == before
    np.testing.assert_array_equal(inscape.trails(rec, "2", embedding="mine", force=True).paths, made.paths)
    inscape.embed(rec, "pca", layers=["2", "3"], dims=3, name="mine")
    assert rec.trail("2-mine").stale
    assert not inscape.trails(rec, "2", embedding="mine").stale


def test_without_labels_there_are_trails_and_no_ranking(tmp_path: Path) -> None:
    rec = record(tmp_path / "c.inscape", None, None, checkpoints=2, samples=60)
    made = inscape.trails(rec, "2", method="pca")
    assert made.classes == [] and made.ranking == [] and made.switches is None
    assert made.content["unranked"] == "the samples have no labels"
    np.testing.assert_array_equal(made.points("class"), made.points("together"))


def test_of_one_class_the_ranking_says_so(tmp_path: Path) -> None:
    rec = record(tmp_path / "d.inscape", np.full(60, 3), None, checkpoints=2, samples=60)
    made = inscape.trails(rec, "2", method="pca")
    assert made.ranking == [] and made.content["unranked"] == "all samples are of one class, 3"
    assert made.switches is not None and made.switches.max() == 0


def test_what_has_no_trails_is_said(digits: Any, tmp_path: Path) -> None:
    with pytest.raises(UnknownLayer, match="no such layer"):
        inscape.trails(digits, "9")
    with pytest.raises(WrongCall, match="data is the same at every checkpoint"):
        inscape.trails(digits, "input")
    with pytest.raises(WrongCall, match="at least two checkpoints"):
        inscape.trails(digits, "2", checkpoints=["epoch-1"])
    with pytest.raises(WrongCall, match="at least two layers"):
        inscape.trails(digits, along="layers", layers=["2"])
    with pytest.raises(WrongCall, match="choose from checkpoints, layers"):
        inscape.trails(digits, "2", along="epochs")
    with pytest.raises(WrongCall, match="of one checkpoint"):
        inscape.trails(digits, "2", along="layers")
    with pytest.raises(WrongCall, match="of one layer"):
        inscape.trails(digits, layers=["2"])
    with pytest.raises(UnknownName, match="no such embedding"):
        inscape.trails(digits, "2", embedding="nothing")
    inscape.embed(digits, "pca", layers=["1"], dims=2, name="of-another")
    with pytest.raises(UnknownName, match="2 at epoch-0"):
        inscape.trails(digits, "2", embedding="of-another")
    with pytest.raises(UnknownName, match="no such trails"):
        digits.trail("nothing")
    _, labels = inscape.data.digits("test")
    alone = record(tmp_path / "e.inscape", labels, None, checkpoints=1, samples=60)
    with pytest.raises(WrongCall, match="at least two checkpoints"):
        inscape.trails(alone, "2")
    with pytest.raises(WrongCall, match="at least two checkpoints"):
        validate("trails", {"layer": "2"}, json.loads((alone.path / "zarr.json").read_text())["attributes"]["inscape"])


def test_the_command_line_says_which_class_parts_worst(digits: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trails", str(digits.path), "--layer", "2", "--method", "pca", "--quiet"]) == 0
    said = capsys.readouterr().out
    worst = digits.trail("2-pca").classes[0]
    assert said.splitlines()[1].split("  ")[2] == worst.name
    assert "inscape serve" in said
    assert main(["trails", str(digits.path), "--layer", "2", "--method", "pca", "--json"]) == 0
    content = json.loads(capsys.readouterr().out)
    assert content["ranking"] == digits.trail("2-pca").ranking and len(content["steps"]) == 4
    assert main(["trails", str(digits.path), "--layer", "nine"]) == 2
    assert main(["info", str(digits.path)]) == 0
    assert "trails     2-pca" in capsys.readouterr().out


def test_a_page_may_ask_for_trails(digits: Any) -> None:
    from inscape.view.jobs.worker import WORK

    index = json.loads((digits.path / "zarr.json").read_text())["attributes"]["inscape"]
    parameters, title = validate("trails", {"layer": "1", "method": "pca"}, index)
    assert title == "Trails of 1" and parameters["along"] == "checkpoints"
    told: list[tuple[int, int]] = []
    WORK["trails"](str(digits.path), parameters, lambda done, total, unit, doing: told.append((done, total)))
    digits.refresh()
    assert "1-pca" in digits.trails and told[-1][0] == told[-1][1] > 0
    for bad in ({"layer": "nine"}, {"layer": 3}, {"along": "x"}, {"joint": 1}, {"method": "x"}, {"embedding": 2}):
        with pytest.raises((WrongCall, UnknownName)):
            validate("trails", bad, index)


def test_a_study_makes_trails(tmp_path: Path) -> None:
    (tmp_path / "training.py").write_text(
        "def train(model, checkpoint, folder):\n"
        "    for i in range(2):\n"
        "        checkpoint(f'epoch-{i}')\n"
        "        model[1].weight.data += 0.1\n"
        "def make():\n"
        "    from torch import nn\n"
        "    return nn.Sequential(nn.Flatten(), nn.Linear(784, 8), nn.ReLU())\n"
    )
    images, labels = inscape.data.digits("test")
    np.savez(tmp_path / "some.npz", images=images[:60], labels=labels[:60])
    (tmp_path / "study.toml").write_text(
        '[study]\nout = "a.inscape"\n[model]\nfactory = "training.py:make"\n[data]\nsource = "some.npz"\n'
        '[record]\nlayers = ["*"]\n[checkpoints]\ntrain = "training.py:train"\n'
        '[[result]]\ntrails = "mine"\nlayer = "2"\nmethod = "pca"\n'
    )
    study = Study.load(tmp_path / "study.toml")
    assert run(study, say=lambda text: None).done == ["record", "mine"]
    assert inscape.open(study.out).trail("mine").fixed == "2"
    assert run(study, say=lambda text: None).skipped == ["record", "mine"]
    (tmp_path / "bad.toml").write_text((tmp_path / "study.toml").read_text() + "lanes = 3\n")
    with pytest.raises(WrongCall, match="unknown"):
        Study.load(tmp_path / "bad.toml")
