"""Quality against scikit-learn and the definition of Venna and Kaski, computed slowly."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist
from sklearn.manifold import trustworthiness

from inscape import shape
from inscape.errors import ArrayError

module = sys.modules["inscape.shape.quality"]


def slow(X: np.ndarray, Y: np.ndarray, k: int) -> tuple[float, float, list[float]]:
    N = len(X)
    order = []
    for Z in (X, Y):
        squared = ((Z[:, None].astype(np.float64) - Z[None]) ** 2).sum(axis=2)
        order.append(
            [sorted((j for j in range(N) if j != i), key=lambda j, i=i, s=squared: (s[i, j], j)) for i in range(N)]
        )
    penalties, recalls = [0, 0], []
    for first, second in zip(*order, strict=True):
        penalties[0] += sum(first.index(j) + 1 - k for j in second[:k] if j not in first[:k])
        penalties[1] += sum(second.index(j) + 1 - k for j in first[:k] if j not in second[:k])
        recalls.append(len(set(first[:k]) & set(second[:k])) / k)
    scale = 2 / (N * k * (2 * N - 3 * k - 1))
    return 1 - scale * penalties[0], 1 - scale * penalties[1], recalls


@pytest.mark.parametrize("k", [1, 5, 15, 100])
def test_agrees_with_scikit_learn(k: int) -> None:
    generator = np.random.default_rng(k)
    X = generator.normal(size=(400, 12)).astype(np.float32)
    Y = X[:, :2] + 0.3 * generator.normal(size=(400, 2)).astype(np.float32)
    found = shape.quality(X, Y, k=k)
    # The reference ranks float32 distances, so that two which differ in the last bit may change places: by one rank.
    rank = 2 / (400 * k * (2 * 400 - 3 * k - 1))
    assert found.trustworthiness == pytest.approx(trustworthiness(X, Y, n_neighbors=k), abs=2.5 * rank)
    assert found.continuity == pytest.approx(trustworthiness(Y, X, n_neighbors=k), abs=2.5 * rank)
    near = [np.argsort(cdist(Z, Z), axis=1)[:, 1 : k + 1] for Z in (X, Y)]
    recall = [len(set(a) & set(b)) / k for a, b in zip(*near, strict=True)]
    np.testing.assert_allclose(found.per_sample, recall, atol=1e-6)
    assert found.recall == pytest.approx(np.mean(recall))
    assert (found.k, found.sampled, found.per_sample.dtype) == (k, None, np.float32)


@settings(max_examples=40, deadline=None)
@given(N=st.integers(5, 24), values=st.integers(1, 5), k=st.integers(1, 2), seed=st.integers(0, 1000))
def test_ties_and_copies_follow_the_definition(N: int, values: int, k: int, seed: int) -> None:
    generator = np.random.default_rng(seed)
    X = generator.integers(0, values, size=(N, 3)).astype(np.float32)
    Y = generator.integers(0, values, size=(N, 2)).astype(np.float32)
    found = shape.quality(X, Y, k=k)
    trust, continuity, recalls = slow(X, Y, k)
    assert found.trustworthiness == pytest.approx(trust)
    assert found.continuity == pytest.approx(continuity)
    np.testing.assert_allclose(found.per_sample, recalls, rtol=1e-6)


@settings(max_examples=25, deadline=None)
@given(N=st.integers(12, 60), D=st.integers(1, 8), seed=st.integers(0, 1000))
def test_a_turned_moved_and_scaled_copy_is_perfect(N: int, D: int, seed: int) -> None:
    generator = np.random.default_rng(seed)
    X = generator.normal(size=(N, D))
    Q = np.linalg.qr(generator.normal(size=(D, D)))[0]
    found = shape.quality(X, 5.0 * X @ Q + 100.0, k=3)
    assert (found.trustworthiness, found.continuity, found.recall) == (1.0, 1.0, 1.0)


def test_blocks_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    generator = np.random.default_rng(0)
    X, Y = generator.normal(size=(200, 9)), generator.normal(size=(200, 2))
    whole = shape.quality(X, Y, k=6)
    monkeypatch.setattr(module, "_PAIRS", 200 * 33)
    blocked = shape.quality(X, Y, k=6)
    assert (whole.trustworthiness, whole.continuity) == (blocked.trustworthiness, blocked.continuity)
    np.testing.assert_array_equal(whole.per_sample, blocked.per_sample)


def test_many_samples_are_estimated_from_some(monkeypatch: pytest.MonkeyPatch) -> None:
    generator = np.random.default_rng(0)
    X = generator.normal(size=(1200, 6))
    Y = X[:, :3]
    whole = shape.quality(X, Y)
    monkeypatch.setattr(module, "_ALL_ROWS_UP_TO", 1000)
    monkeypatch.setattr(module, "_SAMPLED_ROWS", 400)
    some = shape.quality(X, Y, seed=3)
    assert some.sampled == 400
    measured = np.isfinite(some.per_sample)
    assert measured.sum() == 400
    np.testing.assert_array_equal(some.per_sample[measured], whole.per_sample[measured])
    assert some.trustworthiness == pytest.approx(whole.trustworthiness, abs=0.01)
    np.testing.assert_array_equal(some.per_sample, shape.quality(X, Y, seed=3).per_sample)


def test_errors() -> None:
    X = np.random.default_rng(0).normal(size=(20, 3))
    with pytest.raises(ArrayError, match="same samples"):
        shape.quality(X, X[:19], k=2)
    with pytest.raises(ArrayError, match="k does not fit"):
        shape.quality(X, X, k=10)
    with pytest.raises(ArrayError, match="Y must be a matrix"):
        shape.quality(X, X[:, 0], k=2)
    Y = X.copy()
    Y[:3] = np.nan
    with pytest.raises(ArrayError, match="Y holds numbers that are not finite"):
        shape.quality(X, Y, k=2)
