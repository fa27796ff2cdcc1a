"""New samples in stored embeddings, and embeddings of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import inscape
from inscape.errors import ArrayError, Mismatch, UnknownLayer, UnknownName, WrongCall


@pytest.fixture
def recorded(tmp_path: Path, record_digits: Any) -> Any:
    return record_digits(tmp_path / "a.inscape", 2, samples=200)


def test_pca_and_units_are_the_same_map(recorded: Any) -> None:
    inscape.embed(recorded, "pca", dims=5, quality=False)
    inscape.embed(recorded, "units", layers=["3"], quality=False)
    X = np.asarray(recorded.activation("1", "c0"), np.float64)
    new = np.concatenate([X[:3], X[3:6] + 1.0])
    placed = inscape.transform(recorded, "pca", "1", "c0", new)
    stored = recorded.embedding("pca", "1", "c0")
    np.testing.assert_allclose(placed[:3], stored.coordinates[:3], atol=1e-4)
    _, _, components = np.linalg.svd(X - X.mean(0), full_matrices=False)
    expected = (new - X.mean(0)) @ components[:5].T
    np.testing.assert_allclose(np.abs(placed), np.abs(expected), atol=1e-3)
    turned = inscape.transform(recorded, "pca", "1", "c0", new, aligned=True)
    np.testing.assert_allclose(turned[:3], stored.aligned[:3], atol=1e-4)
    logits = np.asarray(recorded.activation("3", "c1"))[:4]
    np.testing.assert_array_equal(inscape.transform(recorded, "units-3", "3", None, logits), logits)


@pytest.mark.parametrize("method", ["umap", "tsne"])
def test_recorded_samples_get_their_places_and_new_ones_come_near(recorded: Any, method: str) -> None:
    inscape.embed(recorded, method, layers=["1"], checkpoints=recorded.checkpoints, dims=2, quality=False)
    before = {file: file.stat().st_mtime_ns for file in recorded.path.rglob("*") if file.is_file()}
    X = np.asarray(recorded.activation("1", "c0"))
    stored = recorded.embedding(method, "1", "c0")
    placed = inscape.transform(recorded, method, "1", "c0", X[:5])
    np.testing.assert_array_equal(placed, stored.coordinates[:5])
    near = inscape.transform(recorded, method, "1", "c0", X + 0.01 * X.std())
    away = np.linalg.norm(near - stored.coordinates, axis=1)
    assert np.median(away) < 0.3 * np.linalg.norm(stored.coordinates - stored.center, axis=1).mean()
    np.testing.assert_array_equal(near, inscape.transform(recorded, method, "1", "c0", X + 0.01 * X.std()))
    after = {file: file.stat().st_mtime_ns for file in recorded.path.rglob("*") if file.is_file()}
    assert before == after  # nothing is written


def test_own_arrays_are_kept_as_they_are(recorded: Any) -> None:
    generator = np.random.default_rng(0)
    one = generator.normal(size=(200, 3))
    made = inscape.embed(recorded, one, name="mine", layers=["1"])
    assert made.method == "own" and made.dims == 3 and made.content["title"] == "mine"
    assert [(s.layer, s.checkpoint) for s in made.steps] == [("1", "c1")]
    np.testing.assert_array_equal(made.coordinates[0], one.astype(np.float32))
    assert made.quality[0]["trustworthiness"] < 0.7  # noise is not to be trusted, and that is said
    np.testing.assert_array_equal(made.alignment[0], np.eye(3))
    grid = generator.normal(size=(4, 200, 2))
    several = inscape.embed(recorded, grid, name="grid", layers=["1", "2"], quality=False)
    assert [(s.layer, s.checkpoint) for s in several.steps] == [(a, b) for a in "12" for b in ("c0", "c1")]
    named = inscape.embed(recorded, {("2", "c0"): grid[2], "1": grid[1]}, name="named", quality=False)
    assert [(s.layer, s.checkpoint) for s in named.steps] == [("1", "c1"), ("2", "c0")]
    np.testing.assert_array_equal(named.coordinates, grid[[1, 2]].astype(np.float32))
    X = np.asarray(recorded.activation("1", "c1"))
    np.testing.assert_array_equal(inscape.transform(recorded, "mine", "1", None, X[:2]), made.coordinates[0][:2])
    recorded.verify()


def test_own_arrays_that_do_not_fit(recorded: Any) -> None:
    array = np.zeros((200, 2))
    with pytest.raises(WrongCall, match="takes a name"):
        inscape.embed(recorded, array, layers=["1"])
    with pytest.raises(WrongCall, match="of one layer"):
        inscape.embed(recorded, array, name="a")
    with pytest.raises(ArrayError, match="199 rows, 200 samples"):
        inscape.embed(recorded, array[1:], name="a", layers=["1"])
    for dims in (1, 65):
        with pytest.raises(ArrayError, match="2 to 64"):
            inscape.embed(recorded, np.zeros((200, dims)), name="a", layers=["1"])
    with pytest.raises(ArrayError, match="1 of 200 rows"):
        inscape.embed(recorded, np.where(np.arange(200)[:, None] == 7, np.nan, array), name="a", layers=["1"])
    with pytest.raises(ArrayError, match="3 layouts, 1 layers × 2 checkpoints"):
        inscape.embed(recorded, np.zeros((3, 200, 2)), name="a", layers=["1"])
    with pytest.raises(ArrayError, match="one number of dimensions"):
        inscape.embed(recorded, {"1": array, "2": np.zeros((200, 3))}, name="a")
    with pytest.raises(UnknownLayer, match="recording has no such layer"):
        inscape.embed(recorded, {"fc9": array}, name="a")
    with pytest.raises(ArrayError, match="no layout"):
        inscape.embed(recorded, {}, name="a")
    assert recorded.embeddings == []


def test_what_can_not_be_placed(recorded: Any) -> None:
    inscape.embed(recorded, "pca", layers=["1"], checkpoints=["c0"], dims=2, quality=False)
    X = np.asarray(recorded.activation("1", "c0"))
    with pytest.raises(UnknownName, match="no such embedding"):
        inscape.transform(recorded, "umap", "1", "c0", X)
    with pytest.raises(UnknownName, match="no such step"):
        inscape.transform(recorded, "pca", "1", "c1", X)
    with pytest.raises(ArrayError, match="24 units"):
        inscape.transform(recorded, "pca", "1", "c0", X[:, 1:])
    with pytest.raises(ArrayError, match="1 of 200 rows"):
        inscape.transform(recorded, "pca", "1", "c0", np.where(np.arange(200)[:, None] == 7, np.inf, X))


def test_a_step_whose_activation_changed_is_refused(tmp_path: Path, record_digits: Any, recorded: Any) -> None:
    import shutil

    inscape.embed(recorded, "pca", layers=["1"], dims=2, quality=False)
    other = record_digits(tmp_path / "b.inscape", 2, samples=200, only=1)
    ours, theirs = (rec.path / f"checkpoints/{c}/layers/1" for rec, c in ((recorded, "c0"), (other, "c1")))
    shutil.rmtree(ours)
    shutil.copytree(theirs, ours)
    with pytest.raises(Mismatch, match="has changed"):
        inscape.transform(inscape.open(recorded.path), "pca", "1", "c0", np.zeros((1, 24)))
