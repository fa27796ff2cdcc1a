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
exactly = sys.modules["inscape.shape._exact"]


class OnlyRows:
    """What can be read by slices of rows and in no other way."""

    def __init__(self, X: np.ndarray) -> None:
        self._X, self.shape, self.dtype = X, X.shape, X.dtype

    def __getitem__(self, rows: slice) -> np.ndarray:
        assert isinstance(rows, slice)
        return self._X[rows]


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


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
@pytest.mark.parametrize("N", [300, 3000])  # few are sorted whole, of many only what is near is looked at
def test_products_by_torch_agree_with_the_definition(metric: Any, N: int, monkeypatch: pytest.MonkeyPatch) -> None:
    X = (np.random.default_rng(0).normal(size=(N, 20)) + 2).astype(np.float32)
    X[50:60] = X[7]
    expected = shape.neighbors(X, k=7, metric=metric)
    monkeypatch.setattr(exactly, "_MANY_PAIRS", 0)
    monkeypatch.setattr(sys.modules["inscape.shape._torch_products"], "_PAIRS", 64 * N)
    asked = []
    products = exactly._torch_products.smallest
    monkeypatch.setattr(exactly._torch_products, "smallest", lambda *of: asked.append(of) or products(*of))
    found = shape.neighbors(X, k=7, metric=metric, exact=True)
    assert bool(asked) == (metric == "euclidean")  # points on the sphere are float64
    np.testing.assert_array_equal(found.indices, expected.indices)
    np.testing.assert_array_equal(found.distances, expected.distances)
    distances = cdist(X.astype(np.float64), X.astype(np.float64), metric)
    np.testing.assert_allclose(found.distances, np.take_along_axis(distances, slow(distances, 7), 1), atol=1e-6)


def test_exactness_is_as_asked_for() -> None:
    X = np.random.default_rng(0).normal(size=(500, 6)).astype(np.float32)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        descended = shape.neighbors(X, k=5, exact=False)
    assert not descended.exact and shape.neighbors(X, k=5, exact=True).exact
    assert shape.neighbor_recall(X, descended)[0] > 0.95


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.bool_])
def test_what_is_read_by_rows_gives_the_same(dtype: type, tmp_path: Any) -> None:
    X = (np.random.default_rng(0).normal(size=(200, 9))).astype(dtype)
    np.save(tmp_path / "X.npy", X)
    expected = shape.neighbors(X.astype(np.float64), k=4)
    for lazy in (OnlyRows(X), np.load(tmp_path / "X.npy", mmap_mode="r")):
        found = shape.neighbors(lazy, k=4)
        np.testing.assert_array_equal(found.indices, expected.indices)
        np.testing.assert_allclose(found.distances, expected.distances, rtol=1e-6)


@pytest.mark.parametrize("exact", [True, False])
def test_half_precision_is_summed_up_in_single(exact: bool) -> None:
    X = (200 * np.random.default_rng(0).normal(size=(400, 300))).astype(np.float16)  # squares overflow float16
    wide = X.astype(np.float64)
    found = shape.neighbors(X, k=3, exact=exact)
    measured = np.linalg.norm(wide[found.indices] - wide[:, None], axis=2)
    np.testing.assert_allclose(found.distances, measured, rtol=1e-5)


def test_recall_is_the_share_of_true_neighbors() -> None:
    X = np.random.default_rng(0).normal(size=(300, 5))
    for metric in ("euclidean", "cosine"):
        found = shape.neighbors(X, k=10, metric=metric)
        assert shape.neighbor_recall(X, found) == (1.0, 300)
        assert shape.neighbor_recall(X, found, samples=50, seed=1) == (1.0, 50)
        indices, distances = found.indices.copy(), found.distances.copy()
        indices[:, 7:] = (np.arange(300)[:, None] + 150) % 300
        distances[:, 7:] = 1e3
        worse = shape.Neighbors(indices, distances, False, metric)
        assert shape.neighbor_recall(X, worse)[0] == pytest.approx(0.7)
    with pytest.raises(ArrayError, match="other samples"):
        shape.neighbor_recall(X[:9], found)


def test_recall_is_measured_block_by_block(monkeypatch: pytest.MonkeyPatch) -> None:
    X = np.random.default_rng(0).normal(size=(500, 5)) + 100
    found = shape.neighbors(X, k=10)
    monkeypatch.setattr(sys.modules["inscape.shape.rows"], "BLOCK", 5 * 37)
    assert shape.neighbor_recall(OnlyRows(X), found) == (1.0, 500)


def test_the_first_of_more_are_those_of_a_smaller_search() -> None:
    X = np.random.default_rng(0).integers(0, 3, size=(200, 3)).astype(np.float32)
    few, many = shape.neighbors(X, k=4), shape.neighbors(X, k=50)
    np.testing.assert_array_equal(many.first(4).indices, few.indices)
    np.testing.assert_array_equal(many.first(4).distances, few.distances)


@pytest.mark.parametrize("exact", [True, False])
def test_identical_samples_and_constant_units(exact: bool) -> None:
    same = np.ones((80, 4), np.float32)
    found = shape.neighbors(same, k=3, exact=exact)
    assert (found.distances == 0).all() and (found.indices != np.arange(80)[:, None]).all()
    X = np.random.default_rng(0).normal(size=(80, 4)).astype(np.float32)
    constant = np.hstack([X, np.full((80, 3), 7.0, np.float32)])
    if exact:
        assert found.indices[:5].tolist() == [[1, 2, 3], [0, 2, 3], [0, 1, 3], [0, 1, 2], [0, 1, 2]]
        np.testing.assert_array_equal(shape.neighbors(constant, k=3).indices, shape.neighbors(X, k=3).indices)
    assert shape.neighbors(constant, k=3, exact=exact).distances.min() > 0


def test_progress_counts_every_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    X = np.random.default_rng(0).normal(size=(300, 5))
    for exact in (True, False):
        told: list[int] = []
        shape.neighbors(X, k=3, exact=exact, progress=told.append)
        assert sum(told) == 300
    monkeypatch.setattr(exactly, "_PAIRS", 300 * 40)
    told = []
    shape.neighbors(X, k=3, progress=told.append)
    assert sum(told) == 300 and len(told) > 5


def test_errors() -> None:
    X = np.zeros((5, 2))
    with pytest.raises(ArrayError, match="each of 5 samples has 4 others"):
        shape.neighbors(X, k=15)
    lazy = np.zeros((5, 2))
    lazy[3] = np.inf
    with pytest.raises(ArrayError, match="1 of 5 rows"):
        shape.neighbors(OnlyRows(lazy), k=1)
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


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.uint8])
def test_more_units_than_samples_go_through_their_products(dtype: type, monkeypatch: pytest.MonkeyPatch) -> None:
    generator = np.random.default_rng(0)
    X = (generator.normal(size=(60, 300)) * 20 + 100).astype(dtype)
    X[10:14] = X[3]  # copies
    if dtype == np.float32:
        X[20] = X[21] + 1e-4 * generator.normal(size=300)  # as good as a copy beside what lies between others
    wide = X.astype(np.float64)
    expected = slow(cdist(wide, wide), 6)
    monkeypatch.setattr(sys.modules["inscape.shape.rows"], "BLOCK", 3000)
    seen = []
    products = exactly.gram
    monkeypatch.setattr(exactly, "gram", lambda X: seen.append(X.shape) or products(X))
    for array in (X, OnlyRows(X)):
        found = shape.neighbors(array, k=6)
        np.testing.assert_array_equal(found.indices, expected)
        distances = np.linalg.norm(wide[found.indices] - wide[:, None], axis=2)
        np.testing.assert_allclose(found.distances, distances, rtol=1e-6)
    assert seen == [(56, 300)] * 2
    assert shape.neighbor_recall(X, found) == (1.0, 60)
    X = X.astype(np.float32)
    X[4, 250] = np.nan
    with pytest.raises(ArrayError, match="1 of 60 rows"):
        shape.neighbors(OnlyRows(X), k=6)
