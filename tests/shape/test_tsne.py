"""t-SNE: as good as openTSNE left to itself, repeatable, near to where it starts, and at home on few samples."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from sklearn.datasets import load_digits

from inscape import shape
from inscape.errors import ArrayError


@pytest.fixture(scope="module")
def digits() -> np.ndarray:
    return load_digits().data[:400].astype(np.float32)


@pytest.fixture(scope="module")
def laid(digits: np.ndarray) -> np.ndarray:
    return shape.tsne(digits, seed=1)


def test_is_as_faithful_as_open_tsne_alone(digits: np.ndarray, laid: np.ndarray) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from openTSNE import TSNE

        peer = np.asarray(TSNE(random_state=1, n_jobs=1, neighbors="exact").fit(digits))
    assert laid.dtype == np.float32 and laid.shape == (400, 2)
    ours, theirs = shape.quality(digits, laid), shape.quality(digits, peer)
    assert ours.trustworthiness > theirs.trustworthiness - 0.005
    assert ours.recall > theirs.recall - 0.02


def test_is_the_same_for_the_same_seed_and_warns_of_nothing(digits: np.ndarray, laid: np.ndarray) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        np.testing.assert_array_equal(laid, shape.tsne(digits, seed=1))
    assert not np.array_equal(laid, shape.tsne(digits, seed=2, rounds=5))


def test_given_neighbors_are_those_it_finds(digits: np.ndarray, laid: np.ndarray) -> None:
    near = shape.neighbors(digits, k=120)  # more than it looks at
    np.testing.assert_array_equal(laid, shape.tsne(digits, neighbors=near, seed=1))


def test_affinities_have_the_perplexity_that_was_asked_for(digits: np.ndarray) -> None:
    from inscape.shape.tsne import affinities_of

    near = shape.neighbors(digits, k=60)
    rows = affinities_of(near.indices, near.distances, 20.0, others=len(digits)).toarray()
    np.testing.assert_allclose(rows.sum(axis=1), 1.0)
    entropy = -np.where(rows > 0, rows * np.log2(np.where(rows > 0, rows, 1.0)), 0.0).sum(axis=1)
    np.testing.assert_allclose(2.0**entropy, 20.0, rtol=1e-3)
    together = affinities_of(near.indices, near.distances, 20.0)
    assert together.sum() == pytest.approx(1.0)
    assert abs(together - together.T).max() < 1e-15


def test_a_warm_start_stays_near(digits: np.ndarray, laid: np.ndarray) -> None:
    kept = laid.copy()
    moved = digits + np.random.default_rng(0).normal(scale=0.3, size=digits.shape).astype(np.float32)
    warm, cold = shape.tsne(moved, init=laid), shape.tsne(moved, seed=5)
    np.testing.assert_array_equal(laid, kept)
    turned = (cold - cold.mean(0)) @ shape.procrustes(cold - cold.mean(0), laid)
    assert np.linalg.norm(warm - laid) < 0.5 * np.linalg.norm(turned - laid)
    assert shape.quality(moved, warm).trustworthiness > shape.quality(moved, cold).trustworthiness - 0.005


@pytest.mark.parametrize(("N", "D"), [(4, 2), (5, 1), (17, 40)])
def test_few_samples(N: int, D: int) -> None:
    found = shape.tsne(np.random.default_rng(0).normal(size=(N, D)), rounds=50)
    assert found.shape == (N, 2)
    assert np.isfinite(found).all()
    assert np.ptp(found) > 1e-3


@pytest.mark.parametrize("N", [5, 9, 20, 30])
def test_few_samples_without_clusters_do_not_fall_into_one_point(N: int) -> None:
    X = np.random.default_rng(0).normal(size=(N, 5))
    found = shape.tsne(X)
    assert np.ptp(found, axis=0).min() > 1
    assert shape.quality(X, found, k=(N - 1) // 4).trustworthiness > 0.75


def test_copies_and_a_dead_layer() -> None:
    copies = np.repeat(np.random.default_rng(0).normal(size=(5, 4)), 20, axis=0)
    for X in (copies, np.zeros((40, 3))):
        assert np.isfinite(shape.tsne(X, rounds=50)).all()


def test_errors(digits: np.ndarray) -> None:
    with pytest.raises(ArrayError, match="at least 4 samples"):
        shape.tsne(digits[:3])
    with pytest.raises(ArrayError, match="two dimensions"):
        shape.tsne(digits, dims=3)
    with pytest.raises(ArrayError, match="other samples"):
        shape.tsne(digits, neighbors=shape.neighbors(digits[:50]))
    with pytest.raises(ArrayError, match="init must be of shape"):
        shape.tsne(digits, init=np.zeros((400, 3)))
    with pytest.raises(ArrayError, match="perplexity"):
        shape.tsne(digits, perplexity=0.5)
    with pytest.raises(ArrayError, match="1 of 400 rows"):
        shape.tsne(np.where(np.arange(400)[:, None] == 7, np.nan, digits))
