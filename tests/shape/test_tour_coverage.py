"""200,000 steps of the real tour: it never drifts, favors no coordinate, and comes near every view."""

from __future__ import annotations

import functools

import numpy as np
import pytest

from inscape import shape

STEPS, DT = 200_000, 0.1
SEEDS = range(5)
PLANES = 200


@functools.cache
def walk(D: int, seed: int) -> tuple[float, np.ndarray, np.ndarray]:
    """The largest deviation from orthonormal, the mean squares of the screen axes, and (D = 4) every view."""
    tour = shape.GrandTour(D, seed=seed)
    squares, deviation = np.zeros((D, 2)), 0.0
    views = np.empty((STEPS if D == 4 else 0, 2, D))
    for step in range(STEPS):
        tour.step(DT)
        basis = tour.basis
        screen = basis[:, :2]
        squares += screen * screen
        if D == 4:
            views[step] = screen.T
        if step % 997 == 0 or step == STEPS - 1:
            deviation = max(deviation, float(np.linalg.norm(basis.T @ basis - np.eye(D))))
    return deviation, squares / STEPS, views


def uniform_views(count: int, seed: int) -> np.ndarray:
    first, second = np.random.default_rng(seed).normal(size=(2, count, 4))
    first /= np.linalg.norm(first, axis=1, keepdims=True)
    second -= (first * second).sum(axis=1, keepdims=True) * first
    second /= np.linalg.norm(second, axis=1, keepdims=True)
    return np.stack([first, second], axis=1)


def median_angle_to_nearest(planes: np.ndarray, views: np.ndarray) -> float:
    """Degrees; the angle between two planes is the larger of their two principal angles."""
    flat, nearest = views.reshape(-1, 4), []
    for plane in planes:
        M = (flat @ plane.T).reshape(-1, 2, 2)
        total = np.einsum("nij,nij->n", M, M)
        determinant = M[:, 0, 0] * M[:, 1, 1] - M[:, 0, 1] * M[:, 1, 0]
        smallest = 0.5 * (total - np.sqrt(np.maximum(total**2 - 4 * determinant**2, 0)))
        nearest.append(np.degrees(np.arccos(np.sqrt(np.clip(smallest.max(), 0, 1)))))
    return float(np.median(nearest))


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("D", [4, 16, 64])
def test_never_drifts_and_favors_no_coordinate(D: int, seed: int) -> None:
    deviation, squares, _ = walk(D, seed)
    assert deviation <= 1e-6
    np.testing.assert_allclose(squares * D, 1.0, atol=0.15)


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_comes_near_every_view(seed: int) -> None:
    planes = uniform_views(PLANES, 100 + seed)
    toured = median_angle_to_nearest(planes, walk(4, seed)[2])
    independent = median_angle_to_nearest(planes, uniform_views(STEPS, 200 + seed))
    assert toured <= 1.5 * independent
