"""PCA against NumPy's singular value decomposition, and what it promises of memory, rank and signs."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inscape import shape
from inscape.errors import ArrayError
from inscape.shape import _eigen

module = sys.modules["inscape.shape.pca"]  # its name in the room is the function's


class RowsOnly:
    """As a Zarr array: shape, dtype, slices of rows; counts what it hands out at once."""

    def __init__(self, X: np.ndarray) -> None:
        self._X, self.shape, self.dtype, self.largest = X, X.shape, X.dtype, 0

    def __getitem__(self, rows: slice) -> np.ndarray:
        found = self._X[rows]
        self.largest = max(self.largest, found.size)
        return found


def decaying(N: int, D: int, seed: int = 0) -> np.ndarray:
    """Samples whose variances fall as those of activations do."""
    generator = np.random.default_rng(seed)
    rank = min(N, D)
    return (generator.normal(size=(N, rank)) / np.arange(1, rank + 1)) @ generator.normal(size=(rank, D)) + 3.0


def check_against_svd(X: np.ndarray, found: shape.PCA, dims: int) -> None:
    centered = X.astype(np.float64) - X.astype(np.float64).mean(axis=0)
    _, s, Vt = np.linalg.svd(centered, full_matrices=False)
    np.testing.assert_allclose(found.variance, s[:dims] ** 2 / (len(X) - 1), rtol=1e-9)
    np.testing.assert_allclose(found.explained, s[:dims] ** 2 / (s**2).sum(), rtol=1e-9)
    np.testing.assert_allclose(np.abs((found.components * Vt[:dims]).sum(axis=1)), 1.0, atol=1e-9)
    np.testing.assert_allclose(found.coordinates, centered @ found.components.T, atol=1e-5 * s[0])


@pytest.mark.parametrize(("N", "D", "dims"), [(50, 8, 3), (50, 8, 8), (12, 40, 5), (600, 500, 16), (450, 900, 16)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_agrees_with_the_singular_value_decomposition(N: int, D: int, dims: int, dtype: type) -> None:
    X = decaying(N, D).astype(dtype)
    check_against_svd(X, shape.pca(X, dims), dims)


@pytest.mark.parametrize("case", ["tall", "wide"])
def test_reads_row_blocks_and_gives_the_same(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    X = decaying(90, 20) if case == "tall" else decaying(20, 90)
    whole = shape.pca(X, 4)
    monkeypatch.setattr(module, "_BLOCK", 7 * X.shape[1])
    rows = RowsOnly(X)
    streamed = shape.pca(rows, 4)
    assert rows.largest == 7 * X.shape[1]
    np.testing.assert_allclose(streamed.components, whole.components, atol=1e-10)
    np.testing.assert_allclose(streamed.coordinates, whole.coordinates, atol=1e-5)


def test_the_input_stays_as_it_was() -> None:
    X = decaying(30, 10)
    before = X.copy()
    shape.pca(X, 3)
    np.testing.assert_array_equal(X, before)


def test_a_large_offset_costs_no_digits() -> None:
    X = decaying(200, 30)
    shifted = shape.pca(X + 1e6, 5)
    np.testing.assert_allclose(shifted.variance, shape.pca(X, 5).variance, rtol=1e-6)


@pytest.mark.parametrize("D", [3, 40])
def test_rank_is_told_and_components_stay_orthonormal(D: int) -> None:
    generator = np.random.default_rng(0)
    X = generator.normal(size=(20, 2)) @ generator.normal(size=(2, D))
    found = shape.pca(X, 3)
    assert found.rank == 2
    assert not found.coordinates[:, 2].any()
    assert found.variance[2] == 0.0
    np.testing.assert_allclose(found.components @ found.components.T, np.eye(3), atol=1e-12)


@pytest.mark.parametrize("size", [(20, 5), (5, 20), (500, 400)])
def test_a_dead_layer_has_rank_zero(size: tuple[int, int]) -> None:
    found = shape.pca(np.full(size, 0.1, np.float32), 3)
    assert found.rank == 0
    assert not found.coordinates.any()
    assert not found.explained.any()


@settings(max_examples=40, deadline=None)
@given(N=st.integers(2, 30), D=st.integers(1, 30), seed=st.integers(0, 1000), data=st.data())
def test_properties(N: int, D: int, seed: int, data: Any) -> None:
    dims = data.draw(st.integers(1, min(N, D)))
    X = np.random.default_rng(seed).normal(size=(N, D))
    found = shape.pca(X, dims)
    np.testing.assert_allclose(found.components @ found.components.T, np.eye(dims), atol=1e-9)
    assert (found.components[np.arange(dims), np.abs(found.components).argmax(axis=1)] > 0).all()
    assert (np.diff(found.variance) <= 1e-9).all()
    assert found.explained.sum() <= 1 + 1e-9
    np.testing.assert_allclose(found.coordinates.mean(axis=0), 0, atol=1e-5)
    again = shape.pca(X, dims)
    np.testing.assert_array_equal(found.coordinates, again.coordinates)


def test_block_iteration_converges_and_does_not_fall_back() -> None:
    X = decaying(900, 700)
    S = X.T @ X
    found = _eigen._krylov(S, 16)
    assert found is not None
    np.testing.assert_allclose(found[0], np.linalg.eigvalsh(S)[::-1][:16], rtol=1e-9, atol=1e-12 * found[0][0])


def test_a_flat_spectrum_and_a_repeated_eigenvalue_are_exact_too() -> None:
    generator = np.random.default_rng(0)
    Q = np.linalg.qr(generator.normal(size=(400, 400)))[0]
    for spectrum in (np.linspace(2, 1, 400), np.r_[np.full(30, 5.0), np.zeros(370)]):
        S = (Q * spectrum) @ Q.T
        values, vectors = _eigen.largest(0.5 * (S + S.T), 10)
        np.testing.assert_allclose(values, spectrum[:10], rtol=1e-10)
        np.testing.assert_allclose(S @ vectors, vectors * values, atol=1e-9)


def test_errors() -> None:
    X = decaying(10, 4)
    with pytest.raises(ArrayError, match="at most 4 dimensions"):
        shape.pca(X, 5)
    with pytest.raises(ArrayError, match="dims"):
        shape.pca(X, 0)
    with pytest.raises(ArrayError, match="matrix"):
        shape.pca(X[0], 1)
    with pytest.raises(ArrayError, match="2 samples"):
        shape.pca(X[:1], 1)
    with pytest.raises(ArrayError, match="real numbers"):
        shape.pca(X.astype(complex), 1)
    X[3, 1], X[7, 2] = np.nan, np.inf
    with pytest.raises(ArrayError, match="2 of 10 rows"):
        shape.pca(X, 2)
    with pytest.raises(ArrayError, match="too large"):
        shape.pca(np.full((3, 3), 1e200), 1)


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_many_more_units_than_samples_are_looked_at_by_columns(dtype: type, monkeypatch: pytest.MonkeyPatch) -> None:
    X = (np.random.default_rng(0).normal(size=(40, 500)) @ np.diag(np.linspace(0, 2, 500)) + 50).astype(dtype)
    monkeypatch.setattr(sys.modules["inscape.shape.rows"], "BLOCK", 3000)
    assert sys.modules["inscape.shape._gram"].pays(X)
    found = shape.pca(X, 5)
    centered = X.astype(np.float64) - X.astype(np.float64).mean(axis=0)
    _, lengths, components = np.linalg.svd(centered, full_matrices=False)
    np.testing.assert_allclose(found.variance, lengths[:5] ** 2 / 39, rtol=1e-10)
    expected = centered @ components[:5].T
    signs = np.sign((expected * found.coordinates).sum(axis=0))
    np.testing.assert_allclose(found.coordinates, expected * signs, atol=1e-4)
