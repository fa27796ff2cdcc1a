"""Neighbors against SciPy's distances and a slow definition, ties and copies included."""

from __future__ import annotations

import sys
import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from inscape import shape
from inscape.errors import ArrayError

module = sys.modules["inscape.shape.neighbors"]


def slow(distances: np.ndarray, k: int) -> np.ndarray:
    """The definition: sort the others by distance, then by index."""
    found = []
    for i, row in enumerate(distances):
        others = [(row[j], j) for j in range(len(row)) if j != i]
        found.append([j for _, j in sorted(others)[:k]])
    return np.array(found)


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_agrees_with_the_definition(metric: Any, dtype: type) -> None:
    X = (np.random.default_rng(0).normal(size=(300, 20)) + 2).astype(dtype)
    distances = cdist(X.astype(np.float64), X.astype(np.float64), metric)
    found = shape.neighbors(X, k=7, metric=metric)
    assert found.exact
    assert (found.k, found.indices.dtype, found.distances.dtype) == (7, np.int32, np.float32)
    np.testing.assert_array_equal(found.indices, slow(distances, 7))
    np.testing.assert_allclose(found.distances, np.take_along_axis(distances, found.indices, 1), rtol=1e-6)


def test_close_pairs_far_from_the_origin_are_not_cancelled() -> None:
    generator = np.random.default_rng(0)
    centers = 1e4 * generator.normal(size=(40, 30))
    X = np.repeat(centers, 10, axis=0) + 1e-3 * generator.normal(size=(400, 30))
    distances = cdist(X, X)
    found = shape.neighbors(X, k=5)
    np.testing.assert_array_equal(found.indices, slow(distances, 5))
    np.testing.assert_allclose(found.distances, np.take_along_axis(distances, found.indices, 1), rtol=1e-6)
    single = X.astype(np.float32)
    distances = cdist(single.astype(np.float64), single.astype(np.float64))
    np.testing.assert_array_equal(shape.neighbors(single, k=5).indices, slow(distances, 5))


@settings(max_examples=60, deadline=None)
@given(N=st.integers(2, 40), D=st.integers(1, 6), values=st.integers(1, 4), seed=st.integers(0, 1000), data=st.data())
def test_copies_and_ties_go_by_index(N: int, D: int, values: int, seed: int, data: Any) -> None:
    k = data.draw(st.integers(1, N - 1))
    X = np.random.default_rng(seed).integers(0, values, size=(N, D)).astype(np.float32)
    squared = ((X[:, None] - X[None]) ** 2).sum(axis=2)
    np.testing.assert_array_equal(shape.neighbors(X, k=k).indices, slow(squared, k))


@pytest.mark.parametrize("scale", [1e-25, 1e-15, 1.0, 1e15])
def test_scale_does_not_matter(scale: float) -> None:
    X = np.random.default_rng(0).normal(size=(200, 10))
    expected = shape.neighbors(X, k=5)
    found = shape.neighbors((X * scale).astype(np.float32), k=5)
    assert (found.indices == expected.indices).mean() > 0.999


def test_rows_of_zeros_have_no_direction() -> None:
    X = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 0.0], [-1.0, 0.0], [2.0, 0.0]])
    found = shape.neighbors(X, k=4, metric="cosine")
    assert found.indices[0].tolist() == [2, 1, 3, 4]
    np.testing.assert_allclose(found.distances[0], [0, 1, 1, 1])
    assert found.indices[1].tolist() == [4, 0, 2, 3]
    np.testing.assert_allclose(found.distances[1], [0, 1, 1, 2])


def test_above_the_limit_descent_finds_nearly_all(monkeypatch: pytest.MonkeyPatch) -> None:
    X = np.random.default_rng(0).normal(size=(1500, 8)).astype(np.float32)
    exact = shape.neighbors(X, k=10)
    monkeypatch.setattr(module, "EXACT_UP_TO", 1000)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found, again = shape.neighbors(X, k=10, seed=1), shape.neighbors(X, k=10, seed=1)
    assert not found.exact
    assert found.indices.shape == (1500, 10)
    assert (found.indices != np.arange(1500)[:, None]).all()
    assert (np.diff(found.distances, axis=1) >= 0).all()
    shared = np.mean([len(set(a) & set(b)) / 10 for a, b in zip(exact.indices, found.indices, strict=True)])
    assert shared > 0.95
    np.testing.assert_array_equal(found.indices, again.indices)


def test_errors() -> None:
    X = np.zeros((5, 2))
    with pytest.raises(ArrayError, match="k does not fit"):
        shape.neighbors(X, k=5)
    with pytest.raises(ArrayError, match="no such metric"):
        shape.neighbors(X, k=2, metric="manhattan")
    with pytest.raises(ArrayError, match="matrix"):
        shape.neighbors(X[0], k=1)
    with pytest.raises(ArrayError, match="seed"):
        shape.neighbors(X, k=1, seed=-1)
    X[1, 1] = np.nan
    with pytest.raises(ArrayError, match="1 of 5 rows"):
        shape.neighbors(X, k=1)
