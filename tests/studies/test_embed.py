"""Embeddings of a recording: aligned sequences; the page reads what was computed; neighbors are stored."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest
import torch

import inscape
from inscape.errors import UnknownLayer, UnknownName, WrongCall
from inscape.recording.arrays import LazyArray


@pytest.fixture
def trained(tmp_path: Any) -> Any:
    """Three checkpoints of a small network on real digits, 600 samples."""
    from torch import nn

    images, labels = inscape.data.digits("test")
    torch.manual_seed(0)
    model = nn.Sequential(nn.Flatten(), nn.Linear(784, 24), nn.ReLU(), nn.Linear(24, 10), nn.Softmax(dim=1))
    with inscape.Recorder(
        model, (images[:600], labels[:600]), out=tmp_path / "a.inscape", layers=["input", "*"],
        class_names=[str(i) for i in range(10)],
    ) as recorder:  # fmt: skip
        for name in ("first", "second", "third"):
            recorder.checkpoint(name)
            with torch.no_grad():
                model[1].weight += 0.005 * torch.randn_like(model[1].weight)
    return inscape.open(tmp_path / "a.inscape")


def test_pca_is_one_aligned_grid(trained: Any) -> None:
    embedding = inscape.embed(trained, "pca")
    assert embedding.coordinates.shape == (1 + 5 * 3, 600, 16)  # the data itself is one step for all checkpoints
    step = trained.embedding("pca", layer="1", checkpoint="second")
    X = np.asarray(trained.activation("1", "second"), dtype=np.float64)
    _, _, components = np.linalg.svd(X - X.mean(0), full_matrices=False)
    expected = (X - X.mean(0)) @ components[:16].T
    signs = np.sign((step.coordinates * expected).sum(0))
    np.testing.assert_allclose(step.coordinates * signs, expected, atol=1e-3)
    np.testing.assert_allclose(step.alignment @ step.alignment.T, np.eye(16), atol=1e-5)
    softmax = trained.embedding("pca", layer="4")
    assert softmax.steps[0].rank == 10 and np.abs(softmax.coordinates[:, 10:]).max() == 0


def test_alignment_brings_consecutive_checkpoints_together(trained: Any) -> None:
    embedding = inscape.embed(trained, "pca", layers=["1"])
    before = np.linalg.norm(embedding.coordinates[0] - embedding.coordinates[1])
    after = np.linalg.norm(embedding.aligned[0] - embedding.aligned[1])
    assert after <= before + 1e-4
    assert after < 0.8 * np.linalg.norm(embedding.aligned[0])


def test_the_screen_is_the_aligned_embedding_to_a_part_in_30_000(trained: Any) -> None:
    embedding = inscape.embed(trained, "pca")
    screen = LazyArray(trained.path, "embeddings/pca/screen")[...].astype(float)
    scale = LazyArray(trained.path, "embeddings/pca/scale")[...]
    shown = screen * scale[:, None, :]
    largest = np.abs(embedding.aligned).max(axis=1, keepdims=True)
    assert (np.abs(shown - embedding.aligned) <= largest / 30_000 + 1e-6).all()


def test_units_are_the_activations_themselves(trained: Any) -> None:
    embedding = inscape.embed(trained, "units", layers=["4"])
    assert embedding.name == "units-4" and embedding.axes == [str(i) for i in range(10)]
    np.testing.assert_array_equal(embedding.aligned[2], np.asarray(trained.activation("4", "third")))
    hidden = inscape.embed(trained, "units", layers=["3"])
    activation = np.asarray(trained.activation("3", "third"))
    np.testing.assert_allclose(hidden.aligned[2], activation - activation.mean(0), atol=1e-5)
    with pytest.raises(WrongCall, match="2 up to 64"):
        inscape.embed(trained, "units", layers=["input"])
    with pytest.raises(WrongCall, match="same number"):
        inscape.embed(trained, "units", layers=["3", "1"])


def test_umap_stores_its_neighbors_and_says_how_far_to_trust_it(trained: Any) -> None:
    embedding = inscape.embed(trained, "umap", layers=["1", "3"])
    assert [(s.layer, s.checkpoint) for s in embedding.steps] == [("1", "third"), ("3", "third")]
    assert embedding.coordinates.shape == (2, 600, 15)
    assert all(0.8 < q["trustworthiness"] <= 1 and q["k"] == 15 for q in embedding.quality)
    indices = LazyArray(trained.path, "checkpoints/third/layers/1/neighbors/indices")[...]
    X = np.asarray(trained.activation("1", "third"), dtype=np.float64)
    distances = np.linalg.norm(X[7] - X, axis=1)
    distances[7] = np.inf
    assert set(indices[7]) == set(np.argsort(distances)[:15])
    np.testing.assert_allclose(embedding.per_sample.mean(axis=1), [q["recall"] for q in embedding.quality], atol=1e-5)
    trained.verify()


def test_requests_that_make_no_sense(trained: Any) -> None:
    with pytest.raises(WrongCall, match="pca, umap, tsne, units"):
        inscape.embed(trained, "tsnee")
    with pytest.raises(UnknownLayer, match="'input'"):
        inscape.embed(trained, "pca", layers=["inptu"])
    with pytest.raises(UnknownName, match="'first'"):
        inscape.embed(trained, "pca", checkpoints=["frist"])
    with pytest.raises(WrongCall, match="from 2 to 64"):
        inscape.embed(trained, "pca", dims=65)
    with pytest.raises(UnknownName, match="no such step"):
        inscape.embed(trained, "pca", layers=["1"])
        trained.embedding("pca", layer="3")


def test_what_was_laid_out_is_not_laid_out_again(trained: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    module = sys.modules["inscape.studies.embed"]  # the name itself is the function
    made: list[tuple[str, str]] = []
    real = module.lay_out

    def counted(rec: Any, method: str, layer: str, checkpoint: str, *rest: Any) -> Any:
        made.append((layer, checkpoint))
        return real(rec, method, layer, checkpoint, *rest)

    monkeypatch.setattr(module, "lay_out", counted)
    first = inscape.embed(trained, "pca", checkpoints=["first", "second"], quality=False)
    assert len(made) == 1 + 5 * 2 - 1  # flattened digits are the same at both checkpoints: one activation, one layout
    made.clear()
    whole = inscape.embed(trained, "pca", quality=False)
    assert {checkpoint for _, checkpoint in made} == {"third"}
    assert len(whole.steps) == 1 + 5 * 3
    anew = inscape.embed(trained, "pca", quality=False, force=True, name="anew")
    np.testing.assert_array_equal(whole.coordinates, anew.coordinates)
    np.testing.assert_array_equal(whole.alignment, anew.alignment)
    assert len(first.steps) == 11


def test_a_layer_is_added_to_what_is_there(trained: Any) -> None:
    inscape.embed(trained, "pca", layers=["1"], dims=8, quality=False)
    both = inscape.embed(trained, "pca", layers=["3"], checkpoints=["third"], dims=8, quality=False, add=True)
    assert [(s.layer, s.checkpoint) for s in both.steps] == [
        ("1", "first"), ("1", "second"), ("1", "third"), ("3", "third"),
    ]  # fmt: skip
    assert not both.stale
    other = inscape.embed(trained, "pca", layers=["1"], dims=5, quality=False, add=True)
    assert other.name == "pca-5" and len(inscape.open(trained.path).embedding("pca").steps) == 4
    alone = inscape.embed(trained, "pca", layers=["4"], dims=8, quality=False)  # without add it is replaced
    assert {s.layer for s in alone.steps} == {"4"}


def test_a_stepwise_embedding_is_published_on_its_way(trained: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    module = sys.modules["inscape.studies.embed"]  # the name itself is the function
    monkeypatch.setattr(module, "PUBLISHED_EVERY", 0.0)
    monkeypatch.setattr(module, "WRITING_SHARE", float("inf"))
    seen: list[tuple[int, int]] = []

    def report(done: int, total: int, unit: str, doing: str) -> None:
        if done and "pca" in inscape.open(trained.path).embeddings:
            steps = inscape.open(trained.path).embedding("pca")
            assert not steps.stale
            seen.append((done, len(steps.steps)))

    whole = inscape.embed(trained, "pca", quality=False, stepwise=True, progress=report)
    assert {published for _, published in seen} > {1, 5, 10}
    assert len(whole.steps) == 16 and "unfinished" not in whole.provenance.parameters
