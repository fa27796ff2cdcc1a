"""The numbers of an embedding: those of PCA beside, of every sample, and of recordings from before there were any."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import inscape
from inscape import cli, shape
from inscape.errors import UnknownName
from inscape.recording.embedding import MEASURES

NUMBERS = {"trustworthiness", "continuity", "recall", "k", "correlation", "hit", "sampled"}


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A layer of 24 units, 300 real digits, laid out by UMAP in 5 dimensions."""
    import torch

    out = tmp_path_factory.mktemp("measuring") / "a.inscape"
    images, labels = inscape.data.digits("test")
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(784, 24), torch.nn.Linear(24, 10))
    labels = labels[:300].astype(np.int32)
    rec = inscape.record(model, (images[:300], labels), out=out, layers=["1", "2"])
    inscape.embed(rec, "umap", layers=["1"], dims=5)
    return out


@pytest.fixture
def rec(embedded: Path, tmp_path: Path) -> Any:
    shutil.copytree(embedded, tmp_path / "a.inscape")
    return inscape.open(tmp_path / "a.inscape")


def test_the_numbers_are_those_of_the_methods_with_pca_beside(rec: Any, capsys: pytest.CaptureFixture[str]) -> None:
    step = rec.embedding("umap", "1")
    X = np.asarray(rec.activation("1"))
    for numbers, Y in ((step.quality, step.coordinates), (step.quality["pca"], shape.pca(X, 5).coordinates)):
        found = shape.quality(X, Y, labels=rec.labels)
        assert {name: numbers[name] for name in NUMBERS} == {name: getattr(found, name) for name in NUMBERS}
    assert step.quality.keys() == NUMBERS | {"pca"} and step.quality["pca"].keys() == NUMBERS
    found = shape.quality(X, step.coordinates, labels=rec.labels)
    np.testing.assert_array_equal(step.per_sample_quality("recall"), found.per_sample)
    np.testing.assert_array_equal(step.per_sample, found.per_sample)
    for name in ("trustworthiness", "continuity", "correlation", "hit"):
        np.testing.assert_array_equal(step.per_sample_quality(name), getattr(found, f"per_sample_{name}"))
    assert rec.embedding("umap").per_sample_quality("hit").shape == (1, 300)
    with pytest.raises(UnknownName, match="trustworthiness"):
        step.per_sample_quality("trustworthines")
    assert cli.main(["embed", str(rec.path), "umap", "--layers", "1", "--dims", "5", "--quiet"]) == 0
    beside = step.quality["pca"]
    words = f"(PCA: {beside['trustworthiness']:.3f}, {beside['recall']:.3f})"
    assert words in capsys.readouterr().out
    rec.verify()


def test_pca_is_measured_once(rec: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = rec.embedding("umap", "1").quality["pca"]
    counts: list[int] = []
    real = shape.qualities

    def counted(X: Any, embeddings: Any, **more: Any) -> Any:
        counts.append(len(embeddings))
        return real(X, embeddings, **more)

    monkeypatch.setattr(shape, "qualities", counted)
    again = inscape.embed(rec, "umap", layers=["1"], dims=5, seed=1, name="again")
    assert counts == [1] and again.quality[0]["pca"] == stored
    pca = inscape.embed(rec, "pca", layers=["1", "2"], dims=8)
    assert pca.quality[0]["pca"] is None
    # Of eight components there, the first three are those of three dimensions.
    monkeypatch.setattr(shape, "pca", lambda *of: pytest.fail("there are components enough"))
    few = inscape.embed(rec, "umap", layers=["1"], dims=3, name="three")
    assert counts == [1, 1, 1, 2]
    assert few.quality[0]["pca"]["recall"] < pca.quality[0]["recall"]
    eight = inscape.embed(rec, "umap", layers=["2"], dims=8, name="eight")
    assert counts[-1] == 1
    assert eight.quality[0]["pca"] == {name: pca.quality[1][name] for name in NUMBERS}


def test_units_are_what_they_are(rec: Any) -> None:
    quality = inscape.embed(rec, "units", layers=["2"]).quality[0]
    assert (quality["trustworthiness"], quality["continuity"], quality["recall"]) == (1.0, 1.0, 1.0)
    assert quality["correlation"] == pytest.approx(1.0) and quality["pca"] is None and 0 < quality["hit"] < 1


def test_embeddings_from_before_are_read_and_measured_anew_when_they_grow(rec: Any) -> None:
    folder = rec.path / "embeddings" / "umap"
    for name in MEASURES[1:]:
        shutil.rmtree(folder / name)
    content = json.loads((folder / "zarr.json").read_text())
    quality = content["attributes"]["inscape"]["quality"]
    content["attributes"]["inscape"]["quality"] = [
        {name: numbers[name] for name in ("trustworthiness", "continuity", "recall", "k")} for numbers in quality
    ]
    (folder / "zarr.json").write_text(json.dumps(content))
    old = rec.embedding("umap", "1")
    assert np.isfinite(old.per_sample_quality("recall")).all()
    assert np.isnan(old.per_sample_quality("hit")).all() and old.per_sample_quality("hit").shape == (300,)
    layouts = sys.modules["inscape.studies.embedding_results"].stored_layouts(rec, "umap", "umap", 5, 0)
    assert all(np.isnan(layout.per_sample["correlation"]).all() for layout in layouts.values())
    grown = inscape.embed(rec, "umap", layers=["2"], dims=5, add=True)
    assert [step.layer for step in grown.steps] == ["1", "2"]
    np.testing.assert_array_equal(grown.coordinates[0], old.coordinates)
    assert all(numbers.keys() == NUMBERS | {"pca"} for numbers in grown.quality)
    assert np.isfinite(grown.per_sample_quality("hit")).all()
