"""The shapes in the signatures are true: the room is loaded once more with each of them checked at run time."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from typing import Any

import jaxtyping
import numpy as np
import pytest


@pytest.fixture(scope="module")
def checked() -> Iterator[Any]:
    """`inscape.shape` under jaxtyping's import hook with beartype; the plain one is put back afterwards."""

    def of_the_room() -> dict[str, Any]:
        return {n: m for n, m in sys.modules.items() if n == "inscape.shape" or n.startswith("inscape.shape.")}

    importlib.import_module("inscape.shape")  # something to put back
    plain, parent = of_the_room(), sys.modules["inscape"]
    for name in plain:
        del sys.modules[name]
    with jaxtyping.install_import_hook("inscape.shape", "beartype.beartype"):
        room = importlib.import_module("inscape.shape")
    try:
        yield room
    finally:
        for name in of_the_room():
            del sys.modules[name]
        sys.modules.update(plain)
        parent.shape = plain["inscape.shape"]


def test_the_check_is_live(checked: Any) -> None:
    with pytest.raises(jaxtyping.TypeCheckError):
        checked.procrustes(np.zeros((5, 3)), np.zeros((5, 2)))


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.int32, np.uint8, np.bool_])
def test_every_public_function_gives_what_it_says(checked: Any, dtype: type) -> None:
    X = (np.random.default_rng(0).normal(size=(60, 7)) * 3).astype(dtype)
    coordinates = checked.pca(X, 3).coordinates
    for metric in ("euclidean", "cosine"):
        found = checked.neighbors(X, k=4, metric=metric)
        assert found.k == 4 and found.first(2).k == 2
        assert checked.neighbor_recall(X, found) == (1.0, 60)
    assert 0 <= checked.quality(X, coordinates, k=5, labels=np.arange(60) % 3).recall <= 1
    assert len(checked.qualities(X, [coordinates, coordinates[:, :2]], k=5)) == 2
    assert checked.procrustes(X[:, :3], coordinates).shape == (3, 3)
    assert checked.discriminant(X, np.arange(60) % 3).shape == (7, 7)
    assert checked.parting(X, np.arange(60) % 3).separation.shape == (3,)
    assert checked.bundle(X[:, :6].reshape(60, 3, 2), np.arange(60) % 3).shape == (60, 65, 2)
    assert 0 <= checked.cka(X, X[:, :3], unbiased=True) <= checked.cka(X, X) + 1e-9
    assert 0 <= checked.procrustes_distance(X, X[:, :3]) <= 2**0.5
    for method in ("cka", "svcca", "procrustes", "nuclear"):
        assert checked.similarity_matrix([X, X[:, :3]], method=method).shape == (2, 2)
    assert checked.umap(X, dims=3, neighbors=checked.neighbors(X, k=4), epochs=3).shape == (60, 3)
    near = checked.neighbors(X, k=9)
    laid = checked.tsne(X, neighbors=near, rounds=3)
    assert checked.umap(X, 2, near, laid, epochs=3, before=near).shape == (60, 2)
    for method in ("umap", "tsne", "mean"):
        assert checked.place(X[:4], X, laid, method, k=3, epochs=3).shape == (4, 2)
    X = (np.where(np.random.default_rng(1).random((60, 7)) < 0.5, X, 0)).astype(dtype)
    correlation = checked.unit_correlation(X)
    assert checked.unit_distances(X).shape == (7, 7)
    assert checked.unit_map(correlation.distances, correlation.dead).places.shape == (7, 2)
    assert checked.unit_auc(X, np.arange(60) % 3).shape == (3, 7)
    assert checked.unit_trees(X, np.arange(60) % 2 == 0, trees=3).shape == (1, 7)
    assert checked.dead_units(X).tolist() == [] and checked.duplicate_units(X) == []


def test_wide_data_and_the_large_eigenproblem(checked: Any) -> None:
    X = np.random.default_rng(0).normal(size=(340, 350)) / np.arange(1, 351)
    assert checked.pca(X, 4).components.shape == (4, 350)


def test_tour(checked: Any) -> None:
    tour = checked.GrandTour(5, seed=1, basis=np.eye(5, dtype=np.float32))
    tour.step(0.1)
    assert checked.GrandTour.from_state(tour.state()).basis.shape == (5, 5)
