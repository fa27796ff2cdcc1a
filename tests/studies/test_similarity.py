"""Similarity matrices of recordings, of one and of two models; lent layers beside the own ones."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import zarr
from scipy.cluster.hierarchy import fcluster
from torch import nn

import inscape
from inscape import shape
from inscape.cli import main
from inscape.errors import ArrayError, InscapeWarning, Mismatch, UnknownLayer, UnknownName, WrongCall
from inscape.recording import Recording
from inscape.recording.arrays import LazyArray
from inscape.studies.similarity import arrangement, slug
from inscape.view.jobs.kinds import validate
from inscape.view.jobs.worker import WORK

SAMPLES = 120

Make = Callable[..., Recording]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Records a small network at several checkpoints, over real digits."""
    images, labels = inscape.data.digits("test")

    def record(
        title: str,
        seed: int,
        *,
        width: int = 20,
        samples: slice = slice(0, SAMPLES),
        times: int = 1,
        dead: bool = False,
    ) -> Recording:
        torch.manual_seed(seed)
        model = nn.Sequential(nn.Flatten(), nn.Linear(784, width), nn.ReLU(), nn.Linear(width, 10), nn.Softmax(dim=1))
        if dead:
            with torch.no_grad():
                model[1].bias -= 1000
        with inscape.Recorder(
            model, (images[samples], labels[samples]), out=tmp_path / f"{slug(title)}.inscape", layers=["input", "*"],
            title=title, overwrite=True,
        ) as recorder:  # fmt: skip
            for time in range(times):
                recorder.checkpoint(f"t{time}")
                with torch.no_grad():
                    model[1].weight += 0.03 * torch.randn_like(model[1].weight)
        return inscape.open(recorder.path)

    return record


def written(rec: Recording, path: str) -> int:
    """When a result was written, in nanoseconds."""
    return (rec.path / path / "zarr.json").stat().st_mtime_ns


def test_all_layers_at_all_checkpoints(make: Make) -> None:
    rec = make("one", 0, times=3)
    stored = inscape.similarity(rec, progress=False)
    # Layer by layer in execution order, in time inside; the data itself once.
    expected = [("input", "t2")] + [(layer, f"t{t}") for layer in rec.layers[1:] for t in range(3)]
    assert [(row.layer, row.checkpoint) for row in stored.rows] == expected and stored.columns == stored.rows
    assert (stored.name, stored.method, stored.unbiased, stored.symmetric) == ("cka", "cka", True, True)
    X = [np.asarray(rec.activation(*place)) for place in expected]
    np.testing.assert_allclose(stored.values, shape.similarity_matrix(X, unbiased=True), atol=1e-6)
    assert stored.values.dtype == np.float32
    assert [row.units for row in stored.rows] == [x.shape[1] for x in X]
    # Two relu's of one layer are nearer than a layer and the data: partners are never oneself.
    others = stored.values - 10 * np.eye(len(X))
    assert stored.partners["rows"] == list(others.argmax(axis=1))
    assert sorted(stored.order["rows"]) == list(range(len(X))) and len(stored.tree["rows"]) == len(X) - 1
    assert rec.info()["similarities"] == ["cka"] and not stored.stale
    assert rec.verify()["receipts"] > 0


def test_any_reader_of_zarr_sees_it(make: Make) -> None:
    rec = make("one", 0)
    inscape.similarity(rec, method="nuclear", layers=["1", "2"])
    group = zarr.open_group(rec.path, mode="r")["similarity/nuclear"]
    content = group.attrs["inscape"]
    assert content["larger_is"] == "alike" and content["samples"] == SAMPLES and content["unbiased"] is None
    assert group["values"].metadata.dimension_names == ("row", "column")
    assert group["values"].shape == (2, 2)


def test_what_nobody_can_tell_is_said(tmp_path: Path) -> None:
    images = np.random.default_rng(0).random((40, 6), dtype=np.float32)
    model = torch.nn.Sequential(torch.nn.Linear(6, 3))
    one, two = (
        inscape.record(model, data, out=tmp_path / f"{name}.inscape", layers=["*"])
        for name, data in (("one", images), ("two", images[::-1].copy()))
    )
    with pytest.warns(InscapeWarning, match=r"it can't be told whether two\.inscape is of the same samples"):
        inscape.similarity(one, two)


def test_the_tree_and_its_order() -> None:
    blocks = np.array([0, 1, 0, 1, 0, 1])
    values = np.where(blocks[:, None] == blocks, 0.9, 0.1) + 0.1 * np.eye(6)
    found = arrangement(values, symmetric=True)
    assert [blocks[i] for i in found["order"]["rows"]] in ([0, 0, 0, 1, 1, 1], [1, 1, 1, 0, 0, 0])
    two = fcluster(np.array(found["tree"]["rows"]), 2, "maxclust")
    assert len({(a, b) for a, b in zip(two, blocks, strict=True)}) == 2
    assert found["tree"]["rows"][-1][2] == pytest.approx(0.9)  # average linkage: 1 − the similarity of the two groups
    crossed = arrangement(values[:, :3], symmetric=False)
    assert sorted(crossed["order"]["columns"]) == [0, 1, 2] and crossed["partners"]["rows"][:3] == [0, 1, 2]
    assert arrangement(np.ones((1, 1)), symmetric=True)["partners"] == {"rows": [0], "columns": [0]}


def test_it_is_made_once_and_known_to_be_stale(make: Make) -> None:
    rec = make("one", 0)
    inscape.similarity(rec)
    first = written(rec, "similarity/cka")
    inscape.similarity(rec)
    assert written(rec, "similarity/cka") == first
    assert inscape.similarity(rec, unbiased=False).unbiased is False
    second = written(rec, "similarity/cka")
    inscape.similarity(rec, unbiased=False, force=True)
    assert len({first, second, written(rec, "similarity/cka")}) == 3
    path = rec.path / "similarity" / "cka" / "zarr.json"
    content = json.loads(path.read_text())
    content["attributes"]["inscape"]["rows"][2]["input"] = "of another recording"
    path.write_text(json.dumps(content))
    assert rec.similarity().stale and "STALE" in repr(rec.similarity())
    again = inscape.similarity(rec)
    assert not again.stale and again.rows[2].input != "of another recording"


def test_bad_calls(make: Make) -> None:
    rec = make("one", 0)
    with pytest.raises(UnknownName, match="no such matrix"):
        rec.similarity("svcca")
    with pytest.raises(WrongCall, match="no such similarity"):
        inscape.similarity(rec, method="cosine")
    with pytest.raises(UnknownLayer):
        inscape.similarity(rec, layers=["conv*"])
    with pytest.raises(UnknownName):
        inscape.similarity(rec, checkpoints=["t9"])
    with pytest.raises(WrongCall, match="no other recording"):
        inscape.similarity(rec, other_layers=["1"])


def test_layers_of_nan_and_of_nothing(make: Make, tmp_path: Path) -> None:
    rec = make("dead", 0, dead=True)
    stored = inscape.similarity(rec)
    assert stored.constant == [f"{layer} at t0" for layer in ("2", "3", "4")]  # the ReLU lets nothing through
    assert (stored.values[3] == 0).all() and stored.values[1, 1] == pytest.approx(1, abs=1e-6)
    images, labels = inscape.data.digits("test")
    broken = nn.Sequential(nn.Flatten(), nn.Linear(784, 6), nn.ReLU())
    with torch.no_grad():
        broken[1].weight[:] = float("nan")
    with pytest.warns(inscape.errors.InscapeWarning, match="non-finite"):
        rec = inscape.record(broken, (images[:50], labels[:50]), out=tmp_path / "nan.inscape", layers=["input", "*"])
    with pytest.raises(ArrayError, match="1 at 0 holds numbers that are not finite") as raised:
        inscape.similarity(rec)
    assert "leave the layer out" in raised.value.remedy
    assert inscape.similarity(rec, layers=["input", "0"]).values.shape == (2, 2)


def test_one_sample_and_few(make: Make) -> None:
    with pytest.raises(ArrayError, match="at least 2 samples"):
        inscape.similarity(make("single", 0, samples=slice(0, 1)))
    stored = inscape.similarity(make("three", 0, samples=slice(0, 3)), layers=["1", "2"])
    assert stored.unbiased is False  # three samples have no unbiased estimate


def test_two_models(make: Make) -> None:
    a, b = make("model a", 0, times=2), make("model b", 1, width=30, times=2)
    stored = inscape.similarity(a, b)
    assert stored.name == "cka-with-model-b" and stored.other is not None and stored.other["title"] == "model b"
    assert stored.values.shape == (6, 6) and not stored.symmetric
    assert {(c.layer, c.checkpoint) for c in stored.columns} == {(layer, "t1") for layer in b.layers}
    X, Y = ([np.asarray(r.activation(layer)) for layer in r.layers] for r in (a, b))
    np.testing.assert_allclose(stored.values, shape.similarity_matrix(X, Y, unbiased=True), atol=1e-6)
    assert stored.values[0, 0] == pytest.approx(1, abs=1e-6) and stored.partners["columns"][0] == 0
    assert b.similarities == []


def test_two_models_must_have_seen_the_same(make: Make, tmp_path: Path) -> None:
    a = make("model a", 0)
    with pytest.raises(Mismatch, match="same samples") as raised:
        inscape.similarity(a, make("fewer", 1, samples=slice(0, 100)))
    assert "120 samples" in raised.value.got and "100 in" in raised.value.got
    with pytest.raises(Mismatch) as raised:
        inscape.similarity(a, make("later", 1, samples=slice(1, SAMPLES + 1)))
    assert "label of sample" in raised.value.got
    # The same labels, other pictures.
    images, labels = inscape.data.digits("test")
    noise = np.random.default_rng(0).random(images[:SAMPLES].shape, dtype=np.float32)
    model = nn.Sequential(nn.Flatten(), nn.Linear(784, 5))
    other = inscape.record(model, (noise, labels[:SAMPLES]), out=tmp_path / "noise.inscape")
    with pytest.raises(Mismatch) as raised:
        inscape.lend(a, other)
    assert "thumbnails" in raised.value.got


def test_lent_layers_stand_next_to_their_partners(make: Make) -> None:
    a, b = make("model a", 0, times=2), make("model b", 1, width=30)
    embedding = inscape.lend(a, b, progress=False)
    assert embedding.name == "pca-with-model-b" and embedding.method == "pca"
    own, lent = embedding.steps[:6], embedding.steps[6:]
    assert [s.layer for s in own] == a.layers and [s.layer for s in lent] == b.layers
    assert {s.lent for s in own} == {None} and {s.lent for s in lent} == {"model b"}
    assert {s.checkpoint for s in own} == {"t1"}
    # The partner is the layer most like it, and the rotation the one of Procrustes, on all samples.
    X, Y = ([np.asarray(r.activation(layer)) for layer in r.layers] for r in (a, b))
    best = shape.similarity_matrix(X, Y, unbiased=True).argmax(axis=0)
    assert embedding.content["partners"] == [None] * 6 + [int(i) for i in best]
    aligned = embedding.aligned
    for k, partner in enumerate(best):
        centered = embedding.coordinates[6 + k] - embedding.coordinates[6 + k].mean(axis=0)
        Q = shape.procrustes(centered, aligned[partner])
        np.testing.assert_allclose(aligned[6 + k], centered @ Q, atol=1e-3)
    np.testing.assert_allclose(aligned[6], aligned[0], atol=1e-3)  # both saw the same data
    # The own layers lie as in the recording's own sequence.
    np.testing.assert_array_equal(aligned[2], a.embedding("pca", "1", "t1").aligned)
    screen = LazyArray(a.path, "embeddings/pca-with-model-b/screen")[...]
    scale = LazyArray(a.path, "embeddings/pca-with-model-b/scale")[...]
    np.testing.assert_allclose(screen * scale[:, None], aligned, atol=np.abs(aligned).max() / 30_000)
    assert all(quality["k"] == 15 for quality in embedding.quality)


def test_lent_steps_are_read_made_once_and_never_taken_for_own_ones(make: Make) -> None:
    a, b = make("model a", 0), make("model b", 1)
    first = inscape.lend(a, b)
    stamp = written(a, "embeddings/pca-with-model-b")
    inscape.lend(a, b)
    assert written(a, "embeddings/pca-with-model-b") == stamp
    inscape.lend(a, b, by="nuclear")
    assert written(a, "embeddings/pca-with-model-b") != stamp
    single = a.embedding(first.name, layer="1")
    assert single.steps[0].lent is None and single.coordinates.shape == (SAMPLES, 16)
    other = a.embedding(first.name, layer="1", lent="model b")
    assert other.steps[0].lent == "model b" and not np.array_equal(other.coordinates, single.coordinates)
    assert len(a.embedding(first.name, lent="model b").steps) == 6
    with pytest.raises(UnknownName, match="no such step"):
        a.embedding(first.name, layer="1", lent="model c")
    assert not a.embedding(first.name).stale
    path = a.path / "input" / "zarr.json"
    content = json.loads(path.read_text())
    content["attributes"]["inscape"]["digest"] = "recorded anew"
    path.write_text(json.dumps(content))
    assert inscape.open(a.path).embedding(first.name).stale
    with pytest.raises(WrongCall, match="not lent"):
        inscape.lend(a, b, "units")
    with pytest.raises(WrongCall, match="no such similarity"):
        inscape.lend(a, b, by="cosine")


def test_the_command_makes_matrix_and_tours(make: Make, capsys: pytest.CaptureFixture[str]) -> None:
    a, b = make("model a", 0, times=2), make("model b", 1)
    assert main(["similarity", str(a.path), "--quiet"]) == 0
    told = capsys.readouterr().out
    assert "cka: 11 × 11" in told and "input at t1" in told and "inscape serve" in told
    assert main(["similarity", str(a.path), str(b.path), "--layers", "1", "2", "--json"]) == 0
    content = json.loads(capsys.readouterr().out)
    assert content["name"] == "cka-with-model-b" and content["embedding"] == "pca-with-model-b"
    assert np.shape(content["values"]) == (2, 6)
    a.refresh()
    assert len(a.embedding("pca-with-model-b").steps) == 8
    assert main(["similarity", str(a.path), str(b.path), "--no-lend", "--method", "svcca", "--quiet"]) == 0
    assert "svcca-with-model-b" in capsys.readouterr().out
    assert main(["similarity", str(a.path), "--no-lend"]) == 2
    assert "--no-lend is of two recordings" in capsys.readouterr().err
    assert main(["info", str(a.path)]) == 0
    assert "similarity cka: 11 × 11" in capsys.readouterr().out


def test_a_job_of_the_page(make: Make) -> None:
    rec = make("one", 0, times=2)
    index = json.loads((rec.path / "zarr.json").read_text())["attributes"]["inscape"]
    parameters, title = validate("similarity", {"method": "nuclear", "layers": ["2", "1"]}, index)
    assert parameters == {"method": "nuclear", "layers": ["1", "2"], "checkpoints": None, "unbiased": True}
    assert title == "Nuclear-norm similarity of 2 layers"
    told: list[tuple[Any, ...]] = []
    WORK["similarity"](str(rec.path), parameters, lambda *words: told.append(words))
    rec.refresh()
    assert rec.similarity("nuclear").values.shape == (2, 2) and told[-1][0] == told[-1][1] == 3
    for wrong in ({"method": "x"}, {"layers": ["none"]}, {"unbiased": 1}, {"other": "path"}):
        with pytest.raises(WrongCall):
            validate("similarity", wrong, index)


def test_a_result_of_a_study(make: Make, tmp_path: Path) -> None:
    from inscape.studies import Study, run

    (tmp_path / "net.py").write_text(
        "from torch import nn\n\n"
        "def make():\n    return nn.Sequential(nn.Flatten(), nn.Linear(784, 8), nn.ReLU(), nn.Linear(8, 10))\n"
    )
    text = (
        '[study]\nout = "s.inscape"\n[model]\nfactory = "net.py:make"\n[data]\nsource = "digits:test"\n'
        '[[result]]\nsimilarity = "cka"\nlayers = ["1", "2"]\ncheckpoints = "last"\n'
    )
    (tmp_path / "study.toml").write_text(text)
    said: list[str] = []
    study = Study.load(tmp_path / "study.toml")
    assert "cka" in run(study, say=said.append, progress=False).done and "  cka: 2 × 2, CKA" in said
    assert "cka" in run(study, say=said.append, progress=False).skipped
    (tmp_path / "study.toml").write_text(text.replace('"cka"', '"cosine"'))
    with pytest.raises(WrongCall, match="no such similarity"):
        Study.load(tmp_path / "study.toml")


def test_slugs() -> None:
    assert slug("EfficientNet-Lite2 (260 px)") == "efficientnet-lite2-260-px" and slug("…") == "other"
