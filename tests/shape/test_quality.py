"""Quality against scikit-learn and the definition of Venna and Kaski, computed slowly."""

from __future__ import annotations

import dataclasses
import sys

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist, pdist
from scipy.stats import spearmanr
from sklearn.manifold import trustworthiness

import inscape
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


def order_is_plain(Z: np.ndarray) -> bool:
    """Whether no two distances from one sample are so near that rounding may exchange them."""
    distances = np.sort(cdist(Z, Z), axis=1)
    return bool((np.diff(distances, axis=1) > 1e-6 * distances[:, 1:]).all())


@settings(max_examples=40, deadline=None)
@given(N=st.integers(6, 60), D=st.integers(1, 9), d=st.integers(1, 4), data=st.data())
def test_small_arrays_agree_with_scikit_learn(N: int, D: int, d: int, data: st.DataObject) -> None:
    k = data.draw(st.integers(1, (N - 1) // 2))
    generator = np.random.default_rng(data.draw(st.integers(0, 1000)))
    X, Y = generator.normal(size=(N, D)), generator.normal(size=(N, d))
    assume(order_is_plain(X) and order_is_plain(Y))
    found = shape.quality(X, Y, k=k)
    assert found.trustworthiness == pytest.approx(trustworthiness(X, Y, n_neighbors=k), abs=1e-9)
    assert found.continuity == pytest.approx(trustworthiness(Y, X, n_neighbors=k), abs=1e-9)
    for whole, each in (
        (found.trustworthiness, found.per_sample_trustworthiness),
        (found.continuity, found.per_sample_continuity),
        (found.recall, found.per_sample),
    ):
        assert each.dtype == np.float32 and each.mean() == pytest.approx(whole, abs=1e-6)


def test_digits_agree_with_scikit_learn() -> None:
    images, _ = inscape.data.digits("test")
    X = images[:2000].reshape(2000, -1).astype(np.float32)
    X /= X.max()
    Y = shape.pca(X, 15).coordinates
    found = shape.quality(X, Y)
    assert found.trustworthiness == pytest.approx(trustworthiness(X, Y, n_neighbors=15), abs=1e-6)
    assert found.continuity == pytest.approx(trustworthiness(Y, X, n_neighbors=15), abs=1e-6)
    # A network gives many zeros.
    half = np.maximum(X - 0.5, 0)
    found = shape.quality(half, Y)
    assert found.trustworthiness == pytest.approx(trustworthiness(half, Y, n_neighbors=15), abs=1e-6)


@settings(max_examples=30, deadline=None)
@given(N=st.integers(5, 40), values=st.integers(2, 5), seed=st.integers(0, 1000))
def test_correlation_is_that_of_scipy(N: int, values: int, seed: int) -> None:
    generator = np.random.default_rng(seed)
    X = generator.integers(0, values, size=(N, 3)).astype(np.float32)  # with ties and copies
    Y = generator.normal(size=(N, 2))
    found = shape.quality(X, Y, k=1)
    before, after = cdist(X, X, "sqeuclidean").astype(np.float32), cdist(Y, Y)
    for i in range(N):
        others = np.arange(N) != i
        if np.ptp(before[i, others]) == 0:
            assert np.isnan(found.per_sample_correlation[i])
        else:
            expected = spearmanr(before[i, others], after[i, others]).statistic
            assert found.per_sample_correlation[i] == pytest.approx(expected, abs=1e-5)
    above = np.triu_indices(N, 1)
    assume(np.ptp(before[above]) > 0)
    assert found.correlation == pytest.approx(spearmanr(before[above], after[above]).statistic, abs=1e-6)


def test_correlation_of_many_is_estimated_well() -> None:
    generator = np.random.default_rng(0)
    X = generator.normal(size=(1500, 6))
    Y = X[:, :2] + 0.2 * generator.normal(size=(1500, 2))
    found = shape.quality(X, Y)
    assert found.correlation == pytest.approx(spearmanr(pdist(X), pdist(Y)).statistic, abs=0.03)
    assert np.isfinite(found.per_sample_correlation).all()
    assert found.per_sample_correlation.mean() == pytest.approx(found.correlation, abs=0.1)


def test_neighborhood_hit_follows_the_definition() -> None:
    generator = np.random.default_rng(0)
    Y = generator.normal(size=(120, 2))
    labels = generator.integers(-1, 3, size=120)
    labels[Y[:, 0] > 1] = 2
    found = shape.quality(Y, Y, labels=labels)
    known = np.flatnonzero(labels >= 0)
    expected = np.full(120, np.nan)
    for i in known:
        near = [j for j in known[np.argsort(cdist(Y[i : i + 1], Y[known])[0])] if j != i][:6]
        expected[i] = np.mean(labels[near] == labels[i])
    np.testing.assert_allclose(found.per_sample_hit, expected, atol=1e-6)
    assert found.hit == pytest.approx(np.nanmean(expected))
    assert shape.quality(Y, Y).hit is None and shape.quality(Y, Y).per_sample_hit is None
    few = np.full(120, -1)
    few[:6] = 1
    assert shape.quality(Y, Y, labels=few).hit is None
    assert shape.quality(Y, Y, labels=np.zeros(120, int)).hit == 1.0
    for wrong in (labels[:9], labels.astype(float), [["a"]] * 120):
        with pytest.raises(ArrayError, match="labels must be integers"):
            shape.quality(Y, Y, labels=wrong)


def test_several_embeddings_are_measured_as_each_alone() -> None:
    generator = np.random.default_rng(0)
    X = generator.normal(size=(300, 8)).astype(np.float32)
    labels = np.arange(300) % 4
    labels[:50] = -1
    for Y, found in zip((X[:, :2], X[:, :5]), shape.qualities(X, (X[:, :2], X[:, :5]), labels=labels), strict=True):
        same(found, shape.quality(X, Y, labels=labels))


def same(one: shape.Quality, other: shape.Quality) -> None:
    for field in dataclasses.fields(shape.Quality):
        np.testing.assert_array_equal(getattr(one, field.name), getattr(other, field.name), err_msg=field.name)


def test_what_is_read_by_rows_gives_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    generator = np.random.default_rng(0)
    X = (generator.normal(size=(400, 9)) * 50 + 100).astype(np.float16)
    Y = X[:, :3].astype(np.float32)
    whole = shape.quality(X, Y, labels=np.arange(400) % 3)
    monkeypatch.setattr(sys.modules["inscape.shape.rows"], "BLOCK", 9 * 64)
    monkeypatch.setattr(module, "_PAIRS", 400 * 33)

    class OnlyRows:
        shape, dtype = X.shape, X.dtype

        def __getitem__(self, rows: slice) -> np.ndarray:
            assert isinstance(rows, slice) and rows.stop - rows.start <= 64
            return X[rows]

    same(whole, shape.quality(OnlyRows(), Y, labels=np.arange(400) % 3))
    monkeypatch.setattr(module, "_ALL_ROWS_UP_TO", 300)
    monkeypatch.setattr(module, "_SAMPLED_ROWS", 100)
    some = shape.quality(OnlyRows(), Y)
    measured = np.isfinite(some.per_sample)
    assert some.sampled == measured.sum() == 100
    np.testing.assert_array_equal(some.per_sample[measured], whole.per_sample[measured])
    np.testing.assert_array_equal(some.per_sample_trustworthiness[measured], whole.per_sample_trustworthiness[measured])


def test_samples_that_are_all_the_same() -> None:
    X = np.random.default_rng(0).normal(size=(60, 4))
    collapsed = shape.quality(X, np.zeros((60, 2)), labels=np.arange(60) % 2)
    assert collapsed.correlation is None and np.isnan(collapsed.per_sample_correlation).all()
    assert 0 <= collapsed.trustworthiness <= 1 and collapsed.hit is not None
    nothing = shape.quality(np.ones((60, 4)), np.ones((60, 2)))
    assert (nothing.trustworthiness, nothing.continuity, nothing.recall) == (1.0, 1.0, 1.0)
    constant = np.hstack([X, np.full((60, 2), 3.0)])
    same(shape.quality(constant, X[:, :2]), shape.quality(X, X[:, :2]))


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


def test_more_units_than_samples_go_through_their_products(monkeypatch: pytest.MonkeyPatch) -> None:
    generator = np.random.default_rng(0)
    X = (generator.normal(size=(80, 400)) * generator.uniform(0, 3, size=400) + 30).astype(np.float32)
    X[5:9] = X[1]
    Y = X[:, :2]
    whole = shape.quality(X, Y)
    rows = sys.modules["inscape.shape.rows"]
    monkeypatch.setattr(rows, "BLOCK", 4000)
    assert sys.modules["inscape.shape._gram"].pays(X)
    found = shape.quality(X, Y)
    assert (found.trustworthiness, found.continuity) == (whole.trustworthiness, whole.continuity)
    np.testing.assert_array_equal(found.per_sample, whole.per_sample)
    np.testing.assert_allclose(found.per_sample_correlation, whole.per_sample_correlation, atol=1e-5)
    X[7, 399] = np.inf
    with pytest.raises(ArrayError, match="1 of 80 rows"):
        shape.quality(X, Y)
