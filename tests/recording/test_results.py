"""Derived results: provenance, staleness, and replacement that a crash can't break."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import inscape
from inscape.recording import ResultArray, results


def write(root: Path, value: float) -> None:
    array = ResultArray(np.full((4, 2), value, dtype=np.float32), ("sample", "dimension"))
    results.write(root, "embeddings/test", {"coordinates": array}, {"inscape": {"value": value}})


def read(root: Path) -> float:
    from inscape.recording.arrays import LazyArray

    return float(LazyArray(root, "embeddings/test/coordinates")[0, 0])


def test_the_same_work_is_not_done_again(recorded: Any) -> None:
    first = inscape.embed(recorded, "pca", layers=["5"], dims=4)
    second = inscape.embed(recorded, "pca", layers=["5"], dims=4)
    assert first.provenance.created == second.provenance.created
    other = inscape.embed(recorded, "pca", layers=["5"], dims=5)
    assert other.coordinates.shape == (1, 2500, 5)


def test_a_changed_input_makes_a_result_stale(recorded: Any, network: Any, images: Any) -> None:
    inscape.embed(recorded, "pca", layers=["5"], dims=4)
    assert not recorded.embedding("pca").stale
    with torch.no_grad():
        network[5].weight += 1
    other = inscape.record(network, images, out=recorded.path.parent / "other.inscape", layers=["5"])
    shutil.rmtree(other.path / "embeddings")
    shutil.copytree(recorded.path / "embeddings", other.path / "embeddings")
    shutil.copytree(recorded.path / "receipts/results", other.path / "receipts/results")
    assert other.embedding("pca").stale
    again = inscape.embed(other, "pca", layers=["5"], dims=4)
    assert not again.stale and not other.embedding("pca").stale


def test_replacing_leaves_nothing_behind(recorded: Any) -> None:
    write(recorded.path, 1.0)
    write(recorded.path, 2.0)
    assert read(recorded.path) == 2.0
    assert not [p.name for p in recorded.path.iterdir() if p.name.endswith((".partial", ".old", ".publishing"))]
    recorded.verify()


def test_a_failed_write_keeps_the_result_before(recorded: Any) -> None:
    write(recorded.path, 1.0)
    array = ResultArray(np.zeros((4, 2), dtype=np.float32), ("only-one-name",))
    with pytest.raises(ValueError, match="dimension"):
        results.write(recorded.path, "embeddings/test", {"coordinates": array}, {"inscape": {}})
    assert read(recorded.path) == 1.0
    recorded.verify()
