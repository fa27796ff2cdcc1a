"""UMAP: as good as umap-learn left to itself, repeatable, and at home on few samples."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from sklearn.datasets import load_digits

from inscape import shape
from inscape.errors import ArrayError


@pytest.fixture(scope="module")
def digits() -> np.ndarray:
    return load_digits().data[:600].astype(np.float32)


def test_is_as_faithful_as_umap_learn_alone(digits: np.ndarray) -> None:
    found = shape.umap(digits, dims=3, seed=1, epochs=200)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import umap

        peer = umap.UMAP(n_components=3, n_neighbors=16, random_state=1, n_epochs=200).fit_transform(digits)
    assert found.dtype == np.float32
    ours, theirs = shape.quality(digits, found), shape.quality(digits, peer)
    assert ours.trustworthiness > theirs.trustworthiness - 0.005
    assert ours.recall > theirs.recall - 0.02


def test_is_the_same_for_the_same_seed_and_warns_of_nothing(digits: np.ndarray) -> None:
    near = shape.neighbors(digits, k=10)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        first = shape.umap(digits, dims=2, neighbors=near, seed=5, epochs=50)
    np.testing.assert_array_equal(first, shape.umap(digits, dims=2, neighbors=near, seed=5, epochs=50))
    assert not np.array_equal(first, shape.umap(digits, dims=2, neighbors=near, seed=6, epochs=50))


def test_starts_where_it_is_told_and_leaves_init_alone(digits: np.ndarray) -> None:
    start = shape.umap(digits, dims=4, seed=0, epochs=200)
    kept = start.copy()
    near, far = shape.umap(digits, dims=4, init=start, epochs=5), shape.umap(digits, dims=4, seed=9, epochs=200)
    np.testing.assert_array_equal(start, kept)
    assert np.linalg.norm(near - start) < 0.5 * np.linalg.norm(far - start)


def test_without_a_seed_it_uses_all_cores_and_is_as_good(digits: np.ndarray) -> None:
    near = shape.neighbors(digits)
    first, second = (shape.umap(digits, 3, near, seed=None, epochs=100) for _ in range(2))
    assert not np.array_equal(first, second)
    alone = shape.umap(digits, 3, near, seed=0, epochs=100)
    for found in (first, second):
        assert shape.quality(digits, found).trustworthiness > shape.quality(digits, alone).trustworthiness - 0.005


def test_going_on_moves_what_changed(digits: np.ndarray) -> None:
    """A sixth of the samples changes places, most of them to other classes; the others stay."""
    before = shape.neighbors(digits)
    first = shape.umap(digits, 4, before, seed=0)
    moved = digits.copy()
    swapped = np.random.default_rng(0).permutation(600)[:100]
    moved[swapped] = moved[np.roll(swapped, 1)]
    after = shape.neighbors(moved)
    found = shape.umap(moved, 4, after, first, 0, before=before)
    again = shape.umap(moved, 4, after, first, 0, before=before)
    np.testing.assert_array_equal(found, again)
    went = np.linalg.norm(found - first, axis=1)
    kept = np.setdiff1d(np.arange(600), swapped)
    assert np.median(went[swapped]) > 5 * np.median(went[kept])
    cold = shape.umap(moved, 4, after, seed=0)
    assert shape.quality(moved, found).trustworthiness > shape.quality(moved, cold).trustworthiness - 0.005


def test_nothing_changed_is_nearly_nothing_moved(digits: np.ndarray) -> None:
    near = shape.neighbors(digits)
    first = shape.umap(digits, 4, near, seed=0)
    found = shape.umap(digits, 4, near, first, 1, before=near)
    assert np.linalg.norm(found - first) < 0.02 * np.linalg.norm(first - first.mean(0))


@pytest.mark.parametrize(("N", "D", "dims"), [(3, 2, 2), (3, 1, 15), (5, 3, 15), (17, 40, 16)])
def test_few_samples(N: int, D: int, dims: int) -> None:
    found = shape.umap(np.random.default_rng(0).normal(size=(N, D)), dims=dims)
    assert found.shape == (N, dims)
    assert np.isfinite(found).all()


def test_copies_and_a_dead_layer() -> None:
    generator = np.random.default_rng(0)
    copies = np.repeat(generator.normal(size=(5, 4)), 20, axis=0)
    for X in (copies, np.zeros((40, 3))):
        assert np.isfinite(shape.umap(X, dims=2, epochs=30)).all()


def test_errors(digits: np.ndarray) -> None:
    with pytest.raises(ArrayError, match="at least 3 samples"):
        shape.umap(digits[:2])
    with pytest.raises(ArrayError, match="other samples"):
        shape.umap(digits, neighbors=shape.neighbors(digits[:50]))
    with pytest.raises(ArrayError, match="init must be of shape"):
        shape.umap(digits, dims=3, init=np.zeros((600, 2)))
    with pytest.raises(ArrayError, match="before without init"):
        shape.umap(digits, before=shape.neighbors(digits))
    with pytest.raises(ArrayError, match="min_dist"):
        shape.umap(digits, min_dist=2.0)
    with pytest.raises(ArrayError, match="dims"):
        shape.umap(digits, dims=0)
