"""Sequences of layouts: each goes on from another, is brought next to it, grows, and survives a kill."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import inscape
from inscape import shape
from inscape.errors import ArrayError, InscapeWarning, WrongCall
from inscape.studies.embedding_results import Step
from inscape.studies.sequences import plan_starts


@pytest.fixture
def recorded(tmp_path: Path, record_digits: Any) -> Any:
    return record_digits(tmp_path / "a.inscape", 3)


def steps_of(rec: Any, *wanted: tuple[str, str]) -> list[Step]:
    return [Step(layer, time, rec.activation(layer, time).digest or "") for layer, time in wanted]


def test_each_step_starts_where_it_should(recorded: Any) -> None:
    grid = [("input", "c2"), *((layer, time) for layer in "12" for time in ("c0", "c1", "c2"))]
    steps = steps_of(recorded, *grid)
    starts = plan_starts(recorded, steps, {}, set())
    named = {grid[i]: None if s is None else grid[s] for i, s in enumerate(starts)}
    assert named == {
        ("input", "c2"): None,
        ("1", "c0"): ("input", "c2"),
        ("1", "c1"): ("1", "c0"),
        ("1", "c2"): ("1", "c1"),
        ("2", "c0"): ("1", "c0"),
        ("2", "c1"): ("2", "c0"),
        ("2", "c2"): ("2", "c1"),
    }


def test_what_is_added_goes_on_from_the_nearest_that_is_known(recorded: Any) -> None:
    steps = steps_of(recorded, ("1", "c0"), ("1", "c1"), ("1", "c2"), ("3", "c0"))
    # c0 and c2 were laid out, c2 from c0; c1 comes between them, layer 3 behind.
    starts = plan_starts(recorded, steps, {("1", "c0"): None, ("1", "c2"): ("1", "c0")}, {steps[0].key, steps[2].key})
    assert starts == [None, 0, 0, 0]
    # Only a later one is known.
    assert plan_starts(recorded, steps[:2], {("1", "c1"): None}, {steps[1].key}) == [1, None]
    # One whose activation has changed since is not known.
    assert plan_starts(recorded, steps[:2], {("1", "c0"): None, ("1", "c1"): ("1", "c0")}, set()) == [None, 0]


@pytest.mark.parametrize("method", ["umap", "tsne"])
def test_a_sequence_is_nearer_than_independent_runs_and_as_good(recorded: Any, method: str) -> None:
    settings: dict[str, Any] = {
        "layers": ["1"],
        "checkpoints": recorded.checkpoints,
        "dims": 2 if method == "tsne" else 15,
    }
    made = inscape.embed(recorded, method, **settings)
    assert made.sequence == "sequence" and [s.start for s in made.steps] == [None, ["1", "c0"], ["1", "c1"]]
    assert made.provenance.parameters["sequence"] == "sequence"
    alone = inscape.embed(recorded, method, **settings, sequence=False, name="alone")
    assert alone.sequence == "independent" and all(step.start is None for step in alone.steps)

    def moved(embedding: Any) -> float:
        unit = [Y / np.sqrt((Y**2).sum(1).mean()) for Y in embedding.aligned]
        return float(np.mean([np.linalg.norm(b - a, axis=1).mean() for a, b in pairwise(unit)]))

    assert moved(made) < moved(alone)  # both begin by principal components, which hardly move here
    for ours, theirs in zip(made.quality, alone.quality, strict=True):
        assert ours["trustworthiness"] > theirs["trustworthiness"] - 0.01


def test_each_step_is_brought_to_the_one_it_started_from(recorded: Any) -> None:
    made = inscape.embed(recorded, "umap", layers=["1", "3"], checkpoints=["c0", "c1"], dims=4, quality=False)
    places = {(s.layer, s.checkpoint): i for i, s in enumerate(made.steps)}
    for i, step in enumerate(made.steps):
        np.testing.assert_allclose(made.alignment[i] @ made.alignment[i].T, np.eye(4), atol=1e-5)
        if step.start is not None:
            reference = made.aligned[places[tuple(step.start)]]
            centered = made.coordinates[i] - made.coordinates[i].mean(axis=0)
            np.testing.assert_allclose(made.alignment[i], shape.procrustes(centered, reference), atol=1e-4)


def test_coordinates_are_the_same_for_the_same_seed(recorded: Any, tmp_path: Path, record_digits: Any) -> None:
    other = record_digits(tmp_path / "b.inscape", 3)
    for method in ("umap", "tsne"):
        settings: dict[str, Any] = {"layers": ["1", "3"], "checkpoints": ["c0", "c1"], "dims": 2, "quality": False}
        first, second = (inscape.embed(rec, method, seed=3, **settings) for rec in (recorded, other))
        np.testing.assert_array_equal(first.coordinates, second.coordinates)
        np.testing.assert_array_equal(first.alignment, second.alignment)
    free = inscape.embed(recorded, "umap", seed=None, name="free", **settings)
    assert free.provenance.seed is None and np.isfinite(free.coordinates).all()


def test_a_growing_sequence_goes_on(tmp_path: Path, record_digits: Any) -> None:
    path = tmp_path / "a.inscape"
    rec = record_digits(path, 2)
    layers = ["input", "1"]
    first = inscape.embed(rec, "umap", layers=layers, checkpoints=rec.checkpoints, dims=3, quality=False)
    rec = record_digits(path, 3, only=2)
    assert rec.checkpoints == ["c0", "c1", "c2"]
    grown = inscape.embed(rec, "umap", layers=layers, checkpoints=["c2"], dims=3, quality=False, add=True)
    assert grown.name == "umap" and len(grown.steps) == 4
    np.testing.assert_array_equal(grown.coordinates[:3], first.coordinates)
    np.testing.assert_allclose(grown.alignment[:3], first.alignment, atol=1e-6)
    assert [s.start for s in grown.steps] == [None, ["input", "c2"], ["1", "c0"], ["1", "c1"]]
    whole = inscape.embed(rec, "umap", layers=layers, checkpoints=rec.checkpoints, dims=3, quality=False, name="whole")
    np.testing.assert_array_equal(grown.coordinates, whole.coordinates)


def test_a_killed_sequence_goes_on_at_the_last_finished_step(tmp_path: Path, record_digits: Any) -> None:
    rec = record_digits(tmp_path / "a.inscape", 9)
    arguments = ["umap", "--layers", "1", "2", "3", "--checkpoints", *rec.checkpoints, "--dims", "3"]
    patched = (
        "import sys; from inscape.studies import embed; import inscape.cli;"
        "module = sys.modules['inscape.studies.embed']; module.PUBLISHED_EVERY = 0.0;"
        "module.WRITING_SHARE = float('inf'); sys.exit(inscape.cli.main(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", patched, "embed", str(rec.path), *arguments]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        deadline = time.monotonic() + 1200
        while time.monotonic() < deadline and process.poll() is None:
            rec.refresh()
            if "umap" in rec.embeddings and len(rec.embedding("umap").steps) >= 2:
                break
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
    finally:
        process.kill()
        process.communicate()
    assert process.returncode == -signal.SIGKILL, "it was done before it could be killed"
    rec.verify()
    rec.refresh()
    left = rec.embedding("umap")
    kept = len(left.steps)
    assert 2 <= kept < 27 and left.provenance.parameters["unfinished"] == 27 - kept
    before = left.coordinates
    told: list[str] = []
    whole = inscape.embed(
        rec, "umap", layers=["1", "2", "3"], checkpoints=rec.checkpoints, dims=3,
        progress=lambda done, total, unit, doing: told.append(doing),
    )  # fmt: skip
    assert len(whole.steps) == 27 and "unfinished" not in whole.provenance.parameters
    np.testing.assert_array_equal(whole.coordinates[:kept], before)
    once = inscape.embed(
        rec, "umap", layers=["1", "2", "3"], checkpoints=rec.checkpoints, dims=3, quality=False, name="once"
    )
    np.testing.assert_array_equal(whole.coordinates, once.coordinates)
    np.testing.assert_allclose(whole.alignment, once.alignment, atol=1e-6)


def test_few_samples_one_checkpoint_and_constant_units(tmp_path: Path) -> None:
    from torch import nn

    class Dead(nn.Module):
        """All units are the same for every sample."""

        def forward(self, x: Any) -> Any:
            return torch.zeros(len(x), 5)

    images, _ = inscape.data.digits("test")
    few = inscape.record(
        nn.Sequential(nn.Flatten(), nn.Linear(784, 5), Dead()), images[:9], out=tmp_path / "few.inscape",
        layers=["input", "1", "2"],
    )  # fmt: skip
    for method in ("umap", "tsne"):
        with pytest.warns(InscapeWarning, match="every sample has the same activation in 2 at 0: "):
            made = inscape.embed(few, method, dims=2)
        assert made.coordinates.shape == (3, 9, 2) and np.isfinite(made.coordinates).all()
        assert made.quality == [None] * 3
        assert np.isfinite(made.aligned).all()


def test_what_can_not_be_laid_out_is_said(recorded: Any, tmp_path: Path) -> None:
    with pytest.raises(WrongCall, match="2 dimensions"):
        inscape.embed(recorded, "tsne", dims=3)
    with pytest.raises(WrongCall, match="from 2 to 64"):
        inscape.embed(recorded, "umap", dims=65)
    broken = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(784, 5))
    images, _ = inscape.data.digits("test")
    spoiled = images[:60].copy()
    spoiled[7] = np.nan
    with pytest.warns(InscapeWarning, match="non-finite activations"):
        rec = inscape.record(
            broken, spoiled, out=tmp_path / "nan.inscape", layers=["1"], allow_nonfinite=True, predictions=False
        )
    for method in ("umap", "tsne"):
        with pytest.raises(ArrayError, match=r"1 at checkpoint 0 holds .*\n.*1 of 60 rows\n.*rec\.nonfinite"):
            inscape.embed(rec, method)
        with pytest.raises(ArrayError, match="1 of 60 rows"):
            inscape.embed(rec, method, joint=True)
