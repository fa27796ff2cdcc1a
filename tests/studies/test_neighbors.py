"""Neighbors in a recording: found once, read again, the same whatever ran before, whoever else asks."""

from __future__ import annotations

import json
import multiprocessing
import shutil
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import inscape
from inscape import cli, cli_words, shape
from inscape.errors import ArrayError, InscapeWarning, UnknownLayer, UnknownName
from inscape.recording import results
from inscape.recording.lock import Lock
from inscape.studies.neighbors import neighbors_of
from machine import OwnTime

module = sys.modules["inscape.studies.neighbors"]
finding = sys.modules["inscape.shape.neighbors"]
PATH = "checkpoints/second/layers/1/neighbors"


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two checkpoints of a layer of 24 units, 500 real digits."""
    from torch import nn

    out = tmp_path_factory.mktemp("neighbors") / "a.inscape"
    images, labels = inscape.data.digits("test")
    torch.manual_seed(0)
    model = nn.Sequential(nn.Flatten(), nn.Linear(784, 24), nn.ReLU(), nn.Linear(24, 10))
    with inscape.Recorder(model, (images[:500], labels[:500]), out=out, layers=["input", "1"]) as recorder:
        for name in ("first", "second"):
            recorder.checkpoint(name)
            with torch.no_grad():
                model[1].weight += 0.01 * torch.randn_like(model[1].weight)
    return out


@pytest.fixture
def rec(recorded: Path, tmp_path: Path) -> Any:
    shutil.copytree(recorded, tmp_path / "a.inscape")
    return inscape.open(tmp_path / "a.inscape")


@pytest.fixture
def searches(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The sizes of the searches that were really made."""
    made: list[int] = []
    real = shape.neighbors

    def counted(X: Any, k: int, **more: Any) -> Any:
        made.append(k)
        return real(X, k=k, **more)

    monkeypatch.setattr(shape, "neighbors", counted)
    return made


def test_found_once_and_read_again(rec: Any, searches: list[int]) -> None:
    told: list[tuple[int, int]] = []
    found = neighbors_of(rec, "1", "second", progress=lambda done, total, unit, doing: told.append((done, total)))
    assert told[-1] == (500, 500)
    again, fewer = neighbors_of(rec, "1"), neighbors_of(rec, "1", "second", 4)
    assert searches == [15]
    np.testing.assert_array_equal(again.indices, found.indices)
    np.testing.assert_array_equal(again.distances, found.distances)
    np.testing.assert_array_equal(fewer.indices, found.indices[:, :4])
    direct = shape.neighbors(np.asarray(rec.activation("1")), k=40)
    more = neighbors_of(rec, "1", k=40)
    assert searches == [15, 40, 40]  # once here, once there
    np.testing.assert_array_equal(more.indices, direct.indices)
    np.testing.assert_array_equal(neighbors_of(rec, "1").indices, found.indices)
    assert len(searches) == 3 and rec.neighbors("1").k == 40
    assert neighbors_of(rec, "1", k=10_000).k == 499  # all there are
    rec.verify()


def test_the_reader_tells_what_is_stored(rec: Any, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UnknownName, match="no neighbors of this activation are stored"):
        rec.neighbors("1")
    found = neighbors_of(rec, "1", "first", 7)
    neighbors_of(rec, "input")
    stored = rec.neighbors("1", "first")
    assert (stored.k, stored.exact, stored.recall, stored.recall_samples, stored.metric) == (
        7, True, 1.0, None, "euclidean",
    )  # fmt: skip
    assert (stored.layer, stored.checkpoint, stored.stale) == ("1", "first", False)
    assert stored.indices.dtype == np.int32 and stored.distances.dtype == np.float32
    np.testing.assert_array_equal(stored.indices, found.indices)
    assert repr(stored) == "StoredNeighbors('1' at 'first', k=7, exact)"
    assert [(one.layer, one.k) for one in rec.stored_neighbors] == [("1", 7), ("input", 15)]
    with pytest.raises(UnknownLayer):
        rec.neighbors("one")
    assert cli.main(["info", str(rec.path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "  neighbors  7 nearest of 1 at first: exact" in lines
    assert cli.main(["info", "--json", str(rec.path)]) == 0
    assert [one["layer"] for one in json.loads(capsys.readouterr().out)["neighbors"]] == ["1", "input"]


def test_a_changed_activation_is_searched_again(rec: Any, searches: list[int]) -> None:
    neighbors_of(rec, "1", "second")
    summary = rec.path / "checkpoints/second/layers/1/zarr.json"
    content = json.loads(summary.read_text())
    content["attributes"]["inscape"]["digest"] = "another"
    summary.write_text(json.dumps(content))
    assert rec.neighbors("1").stale and "STALE" in repr(rec.neighbors("1"))
    neighbors_of(rec, "1", "second")
    assert searches == [15, 15] and not rec.neighbors("1").stale


def test_approximate_ones_are_the_same_whatever_ran_before(
    rec: Any, recorded: Path, tmp_path: Path, searches: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "EXACT_UP_TO", 100)
    shutil.copytree(recorded, tmp_path / "b.inscape")
    other = inscape.open(tmp_path / "b.inscape")
    first = [neighbors_of(rec, "1", k=k) for k in (90, 15, 20)]
    second = [neighbors_of(other, "1", k=k) for k in (20, 15, 3, 90)]
    assert searches == [90, 15, 30, 30, 15, 90]
    for one, same in zip(first, (second[3], second[1], second[0]), strict=True):
        np.testing.assert_array_equal(one.indices, same.indices)
    np.testing.assert_array_equal(second[2].indices, second[1].indices[:, :3])
    stored = rec.neighbors("1")
    assert (stored.k, stored.exact, stored.recall_samples) == (15, False, 500)
    assert 0.9 < stored.recall <= 1 and f"recall {stored.recall:.3f}" in repr(stored)
    assert sorted(one.k for one in rec.stored_neighbors) == [15, 30, 90]
    assert stored.provenance.seed == 0
    # Another seed's neighbors count as well; which one it was is told.
    np.testing.assert_array_equal(neighbors_of(rec, "1", seed=7).indices, first[1].indices)
    lines = cli_words.neighbors_in_words(rec.info()["neighbors"])
    assert any(line.startswith("15 nearest of 1 at second: recall 0.9") or "recall 1.0" in line for line in lines)
    rec.verify()


def test_only_larger_ones_are_stored(rec: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "EXACT_UP_TO", 100)
    neighbors_of(rec, "1", k=30)
    assert rec.neighbors("1").k == 30


def test_who_finds_it_locked_goes_on_unpublished(rec: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PATIENCE", 0.3)
    with Lock(rec.path / ".locks" / PATH.replace("/", "-")):
        began, ours = time.monotonic(), OwnTime()
        found = neighbors_of(rec, "1", "second")
        assert time.monotonic() - began > 0.2 and ours.seconds() < 5
    assert found.k == 15 and PATH not in results.published(rec.path)
    neighbors_of(rec, "1", "second")
    assert PATH in results.published(rec.path)


def _ask(path: str, ready: Any, answers: Any) -> None:
    rec = inscape.open(path)
    ready.wait()
    found = neighbors_of(rec, "input", k=20)
    answers.put(found.indices.sum())


def test_two_processes_at_once(rec: Any) -> None:
    context = multiprocessing.get_context("spawn")
    ready, answers = context.Barrier(2), context.Queue()
    both = [context.Process(target=_ask, args=(str(rec.path), ready, answers)) for _ in range(2)]
    for process in both:
        process.start()
    found = {answers.get(timeout=1200) for _ in both}
    for process in both:
        process.join(600)
        assert process.exitcode == 0
    assert found == {neighbors_of(rec, "input", k=20).indices.sum()}
    assert rec.neighbors("input").k == 20
    rec.verify()


def test_what_older_versions_stored_is_read(rec: Any, searches: list[int]) -> None:
    neighbors_of(rec, "1", "second")
    summary = rec.path / PATH / "zarr.json"
    content = json.loads(summary.read_text())
    kept = content["attributes"]["inscape"]
    content["attributes"]["inscape"] = {name: kept[name] for name in ("layer", "checkpoint", "provenance")}
    summary.write_text(json.dumps(content))
    stored = rec.neighbors("1")
    assert (stored.k, stored.exact, stored.recall, stored.metric) == (15, True, 1.0, "euclidean")
    assert neighbors_of(rec, "1").k == 15 and searches == [15]


def test_bad_input(tmp_path: Path) -> None:
    X = np.random.default_rng(0).normal(size=(40, 6)).astype(np.float32)
    X[3, 2] = np.nan
    identity = torch.nn.Sequential(torch.nn.Identity(), torch.nn.Linear(6, 2))
    with pytest.warns(InscapeWarning, match="non-finite"):
        rec = inscape.record(identity, X, out=tmp_path / "nan.inscape", layers=["0"], allow_nonfinite=True)
    with pytest.raises(ArrayError, match="1 of 40 rows"):
        neighbors_of(rec, "0")
    same = np.ones((40, 6), np.float32)
    rec = inscape.record(identity, same, out=tmp_path / "same.inscape", layers=["0"])
    assert (neighbors_of(rec, "0").distances == 0).all()
    few = inscape.record(identity, same[:5], out=tmp_path / "few.inscape", layers=["0"])
    assert neighbors_of(few, "0").k == 4
    one = inscape.record(identity, same[:1], out=tmp_path / "one.inscape", layers=["0"])
    with pytest.raises(ArrayError, match="at least 2 samples"):
        neighbors_of(one, "0")
