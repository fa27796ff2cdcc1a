"""The plane that shows groups apart, against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from inscape.errors import ArrayError
from inscape.shape import discriminant


def cloud(groups: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, groups, 400)
    mixing = generator.normal(size=(6, 6))
    return (generator.normal(size=(400, 6)) + 2 * generator.normal(size=(groups, 6))[labels]) @ mixing, labels


@pytest.mark.parametrize("groups", [2, 3, 7])
def test_without_shrinkage_it_is_fisher_s(groups: int) -> None:
    X, labels = cloud(groups)
    basis = discriminant(X, labels, shrinkage=0.0)
    assert np.abs(basis.T @ basis - np.eye(6)).max() < 1e-12
    fitted = LinearDiscriminantAnalysis(solver="eigen").fit(X, labels)
    reference, _ = np.linalg.qr(fitted.scalings_[:, : min(2, groups - 1)])
    shown = basis[:, : min(2, groups - 1)]
    assert np.abs(shown @ shown.T - reference @ reference.T).max() < 1e-8


def test_two_groups_lie_left_and_right() -> None:
    X, labels = cloud(2)
    for swapped in (labels, 1 - labels):
        along = X @ discriminant(X, swapped)[:, 0]
        assert along[swapped == 0].mean() < along[swapped == 1].mean()


def test_a_direction_without_variance_does_no_harm() -> None:
    X, labels = cloud(3)
    X = np.concatenate([X, np.zeros((400, 2))], axis=1)
    basis = discriminant(X, labels)
    assert np.all(np.isfinite(basis)) and np.abs(basis.T @ basis - np.eye(8)).max() < 1e-12
    assert np.all(np.isfinite(discriminant(np.ones((4, 3)), np.array([0, 0, 1, 1]))))


@pytest.mark.parametrize(
    ("X", "labels"),
    [
        (np.zeros((4, 3)), np.zeros(4, dtype=int)),
        (np.zeros((4, 1)), np.array([0, 0, 1, 1])),
        (np.zeros((4, 3)), np.array([0, 1])),
        (np.full((4, 3), np.nan), np.array([0, 0, 1, 1])),
    ],
)
def test_what_it_can_t_part(X: np.ndarray, labels: np.ndarray) -> None:
    with pytest.raises(ArrayError):
        discriminant(X, labels)
