"""What is measured of trails: against scikit-learn's silhouettes, against slow definitions, and on planted classes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import silhouette_samples

from inscape.errors import ArrayError
from inscape.shape import trails


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 5), st.integers(12, 60), st.integers(1, 6), st.integers(0, 100))
def test_separation_is_the_mean_silhouette_of_scikit_learn(classes: int, count: int, units: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.arange(count) % classes)
    X = rng.normal(size=(count, units)) + labels[:, None] * rng.uniform(0, 3)
    found = trails.parting(X, labels)
    expected = silhouette_samples(X, labels)
    for i, label in enumerate(found.labels):
        assert found.separation[i] == pytest.approx(expected[labels == label].mean(), abs=1e-6)
        assert found.apart[i] == pytest.approx((expected[labels == label] > 0).mean(), abs=1e-6)


def test_a_small_class_does_not_part_worse_for_being_small() -> None:
    rng = np.random.default_rng(0)
    places = rng.normal(size=(4, 10)) * 3
    separation = []
    for size in (400, 6):
        labels = np.repeat(np.arange(4), [size, 300, 300, 300])
        X = places[labels] + rng.normal(size=(len(labels), 10))
        separation.append(trails.parting(X, labels).separation[0])
    assert separation[1] == pytest.approx(separation[0], abs=0.1)


def test_of_many_samples_as_many_of_each_class_are_compared_and_all_of_small_ones() -> None:
    labels = np.repeat([0, 1, 2, -1], [20_000, 5_000, 30, 1_000])
    rows = trails.chosen(labels)
    counts = np.bincount(labels[rows], minlength=3)
    assert counts[2] == 30 and counts[0] == counts[1] and 1_900 <= len(rows) <= 2_000
    assert (np.diff(rows) > 0).all() and (labels[rows] >= 0).all()
    np.testing.assert_array_equal(rows, trails.chosen(labels))
    assert (rows != trails.chosen(labels, seed=1)).any()
    X = np.random.default_rng(0).normal(size=(len(labels), 3)) + np.maximum(labels, 0)[:, None] * 2
    few = trails.parting(X, labels)
    some = np.random.default_rng(5).choice(25_000, 6_000, replace=False)
    whole = silhouette_samples(
        np.concatenate([X[some], X[25_000:25_030]]), np.concatenate([labels[some], labels[25_000:25_030]])
    )
    assert few.separation[0] == pytest.approx(whole[:6_000][labels[some] == 0].mean(), abs=0.05)


def test_the_nearest_class_is_named_and_a_class_of_one_has_no_number() -> None:
    X = np.array([[0.0], [1.0], [3.0], [4.0], [90.0]])
    found = trails.parting(X, np.array([0, 0, 1, 1, 4]))
    assert found.labels.tolist() == [0, 1, 4]
    assert found.nearest.tolist() == [1, 0, 1]
    assert np.isnan(found.separation[2]) and np.isnan(found.apart[2])


def test_unlabeled_samples_count_for_nothing() -> None:
    rng = np.random.default_rng(0)
    X, labels = rng.normal(size=(50, 3)), np.arange(50) % 2
    more = np.concatenate([X, rng.normal(size=(20, 3)) * 9])
    with_them = trails.parting(more, np.concatenate([labels, np.full(20, -1)]))
    np.testing.assert_allclose(with_them.separation, trails.parting(X, labels).separation, atol=1e-6)


def test_what_does_not_part_is_said() -> None:
    with pytest.raises(ArrayError, match="at least two"):
        trails.parting(np.zeros((4, 2)), np.zeros(4, int))
    with pytest.raises(ArrayError, match="label"):
        trails.parting(np.zeros((4, 2)), np.array([0, 1, 0]))
    with pytest.raises(ArrayError, match="one integer a sample"):
        trails.parting(np.zeros((4, 2)), np.array([0.0, 1.0, 0.0, 1.0]))
    identical = trails.parting(np.ones((4, 2)), np.array([0, 0, 1, 1]))
    assert identical.separation.tolist() == [0.0, 0.0]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.lists(st.booleans(), min_size=1, max_size=8), min_size=1, max_size=4).filter(
    lambda rows: len({len(row) for row in rows}) == 1
))  # fmt: skip
def test_parted_from_is_the_first_step_after_which_it_always_holds(rows: list[list[bool]]) -> None:
    apart = np.array(rows, dtype=float).T
    found = trails.parted_from(apart, 0.5)
    for i, row in enumerate(rows):
        assert found[i] == next((t for t in range(len(row)) if all(row[t:])), None)


def test_the_majority_of_the_neighbors_is_counted_by_hand() -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(-1, 4, 200) * 3
    labels[labels < 0] = -1
    neighbors = np.stack([rng.choice(200, 7, replace=False) for _ in range(200)])
    before = rng.integers(0, 4, 200).astype(np.int32) * 3
    for last in (None, before):
        found = trails.majority(neighbors, labels, last)
        for i in range(200):
            near = labels[neighbors[i]]
            votes = {v: int((near == v).sum()) for v in np.unique(near[near >= 0])}
            best = [v for v, n in votes.items() if n == max(votes.values())]
            expected = before[i] if last is not None and (before[i] in best or not best) else min(best, default=-1)
            assert found[i] == expected


def test_switches_and_lengths() -> None:
    assert trails.switches([np.array([1, 1]), np.array([1, 2]), np.array([2, 1])]).tolist() == [1, 2]
    paths = np.random.default_rng(0).normal(size=(30, 6, 2))
    expected = [sum(np.hypot(*(p[t + 1] - p[t])) for t in range(5)) for p in paths]
    np.testing.assert_allclose(trails.traveled(paths), expected, rtol=1e-6)
