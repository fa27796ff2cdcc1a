"""New samples in a layout that stays: among their like, copies on their very place, others near their neighbors."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_digits

from inscape import shape
from inscape.errors import ArrayError
from inscape.shape.placing import nearest_of


@pytest.fixture(scope="module")
def halves() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    digits = load_digits()
    X, labels = digits.data.astype(np.float32), digits.target
    return X[:500], labels[:500], X[500:800], labels[500:800]


def test_nearest_are_those_of_all_differences(halves: tuple[np.ndarray, ...]) -> None:
    X, _, new, _ = halves
    all_ = np.linalg.norm(new[:, None].astype(np.float64) - X[None], axis=2)
    indices, distances = nearest_of(new, X, 7)
    np.testing.assert_allclose(distances, np.sort(all_, axis=1)[:, :7])
    np.testing.assert_allclose(np.take_along_axis(all_, indices, 1), distances)


@pytest.mark.parametrize("method", ["umap", "tsne", "mean"])
def test_new_samples_come_among_their_like(method: str, halves: tuple[np.ndarray, ...]) -> None:
    X, labels, new, expected = halves
    Y = shape.tsne(X, rounds=250) if method == "tsne" else shape.umap(X, 2, epochs=200)
    kept = Y.copy()
    placed = shape.place(new, X, Y, method)
    np.testing.assert_array_equal(Y, kept)
    np.testing.assert_array_equal(placed, shape.place(new, X, Y, method))
    near, _ = nearest_of(placed, Y, 5)
    votes = np.array([np.bincount(labels[row], minlength=10).argmax() for row in near])
    assert (votes == expected).mean() > 0.75
    assert np.abs(placed).max() < 1.5 * np.abs(Y).max()


@pytest.mark.parametrize("method", ["umap", "tsne", "mean"])
def test_a_sample_that_is_there_gets_its_own_place(method: str, halves: tuple[np.ndarray, ...]) -> None:
    X = halves[0]
    Y = np.ascontiguousarray(X[:, 20:22])
    np.testing.assert_array_equal(shape.place(X[10:40], X, Y, method), Y[10:40])


def test_where_all_is_one(halves: tuple[np.ndarray, ...]) -> None:
    X = np.ones((30, 4), np.float32)
    Y = np.random.default_rng(0).normal(size=(30, 2)).astype(np.float32)
    for method in ("umap", "tsne", "mean"):
        assert np.isfinite(shape.place(X[:3] + 1, X, Y, method)).all()
    assert shape.place(X[:1] + 1, X[:1], Y[:1], "mean", k=1) == pytest.approx(Y[:1])


def test_errors(halves: tuple[np.ndarray, ...]) -> None:
    X, _, new, _ = halves
    Y = X[:, :2]
    with pytest.raises(ArrayError, match="same units"):
        shape.place(new[:, :3], X, Y)
    with pytest.raises(ArrayError, match="same samples"):
        shape.place(new, X, Y[:5])
    with pytest.raises(ArrayError, match="k does not fit"):
        shape.place(new, X, Y, k=501)
    with pytest.raises(ArrayError, match="no such method"):
        shape.place(new, X, Y, "pca")
    with pytest.raises(ArrayError, match="1 of 300 rows"):
        shape.place(np.where(np.arange(300)[:, None] == 7, np.inf, new), X, Y)
