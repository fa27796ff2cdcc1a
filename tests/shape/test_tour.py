"""The Grand Tour: the recipe in the README, written once more and slowly, gives the same path."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm

from inscape import shape
from inscape.errors import ArrayError
from inscape.shape import _random


def philox(c0: int, c1: int, key: int) -> tuple[int, int]:
    for _ in range(10):
        product = 0xD256D193 * c0
        c0, c1 = (product >> 32) ^ key ^ c1, product & 0xFFFFFFFF
        key = (key + 0x9E3779B9) & 0xFFFFFFFF
    return c0, c1


def normals(count: int, draw: int, seed: int) -> list[float]:
    found: list[float] = []
    for block in range((count + 1) // 2):
        x, y = philox(block, draw, seed)
        radius = math.sqrt(-2 * math.log((x + 0.5) / 2**32))
        found += [radius * math.cos(2 * math.pi * y / 2**32), radius * math.sin(2 * math.pi * y / 2**32)]
    return found[:count]


def slow_tour(D: int, seed: int, dts: list[float], basis: np.ndarray) -> np.ndarray:
    """The recipe of the README, with plain elimination and no pivoting, as a browser would do it."""
    P, h, sigma = D * (D - 1) // 2, 0.5, 0.35 / math.sqrt(max(D - 2, 1))
    a = math.exp(-h / 10.0)
    b = sigma * math.sqrt(1 - a * a)
    before = [sigma * z for z in normals(P, 0, seed)]
    after = [a * w + b * z for w, z in zip(before, normals(P, 1, seed), strict=True)]
    A, time, knot = basis.T.copy(), 0.0, 0
    for step, dt in enumerate(dts, 1):
        middle = time + dt / 2
        while middle >= (knot + 1) * h:
            knot += 1
            before, after = after, [a * w + b * z for w, z in zip(after, normals(P, knot + 1, seed), strict=True)]
        fraction = middle / h - knot
        M, pair = np.eye(D), 0
        for i in range(D):
            for j in range(i + 1, D):
                M[i, j] = dt / 2 * (before[pair] + fraction * (after[pair] - before[pair]))
                M[j, i] = -M[i, j]
                pair += 1
        H = A.copy()
        for i in range(D):
            for j in range(i + 1, D):
                factor = M[j, i] / M[i, i]
                M[j] -= factor * M[i]
                H[j] -= factor * H[i]
        for i in reversed(range(D)):
            H[i] = (H[i] - M[i, i + 1 :] @ H[i + 1 :]) / M[i, i]
        A, time = 2 * H - A, time + dt
        if step % 64 == 0:
            A = 1.5 * A - 0.5 * (A @ A.T) @ A
    return A.T


def random_basis(D: int, seed: int) -> np.ndarray:
    return np.linalg.qr(np.random.default_rng(seed).normal(size=(D, D)))[0]


@pytest.mark.parametrize(
    ("counter", "key", "words"),  # of Random123's known answers
    [
        ((0, 0), 0, (0xFF1DAE59, 0x6CD10DF2)),
        ((0xFFFFFFFF, 0xFFFFFFFF), 0xFFFFFFFF, (0x2C3F628B, 0xAB4FD7AD)),
        ((0x243F6A88, 0x85A308D3), 0x13198A2E, (0xDD7CE038, 0xF62A4C12)),
    ],
)
def test_words_are_those_published(counter: tuple[int, int], key: int, words: tuple[int, int]) -> None:
    found = _random.philox(np.array([counter[0]], np.uint64), counter[1], key)
    assert (int(found[0][0]), int(found[1][0])) == words


def test_normals_are_normal_and_independent_of_each_other() -> None:
    drawn = np.array([_random.normals(2000, draw, seed=11) for draw in range(200)])
    assert drawn.mean() == pytest.approx(0, abs=0.006)
    assert drawn.var() == pytest.approx(1, abs=0.01)
    assert (drawn**4).mean() == pytest.approx(3, abs=0.06)
    assert (drawn[:-1] * drawn[1:]).mean() == pytest.approx(0, abs=0.006)
    assert (drawn[:, :-1] * drawn[:, 1:]).mean() == pytest.approx(0, abs=0.006)


@pytest.mark.parametrize(("D", "steps"), [(2, 200), (3, 300), (4, 1000), (16, 200)])
def test_follows_the_recipe(D: int, steps: int) -> None:
    dts = (np.random.default_rng(D).random(steps) * 0.05).tolist()
    basis = random_basis(D, D)
    tour = shape.GrandTour(D, seed=17, basis=basis)
    for dt in dts:
        tour.step(dt)
    np.testing.assert_allclose(tour.basis, slow_tour(D, 17, dts, basis), atol=1e-10)


def test_vectors_of_the_readme() -> None:
    tour = shape.GrandTour(4, seed=42)
    state = tour.state()
    np.testing.assert_allclose(state["speeds"][0][:3], [0.484036587973, -0.044874288101, -0.361624434105], atol=1e-12)
    np.testing.assert_allclose(state["speeds"][1][:3], [0.501169208266, 0.136988541651, -0.430146188288], atol=1e-12)
    for _ in range(1000):
        tour.step(1 / 60)
    expected = [
        [-0.171668888, -0.160950353],
        [-0.672807174, -0.176746379],
        [0.047572151, 0.93387419],
        [0.718050966, -0.265959957],
    ]
    np.testing.assert_allclose(tour.basis[:, :2], expected, atol=2e-9)


def test_begins_with_the_first_dimensions_and_turns_as_the_speeds_say() -> None:
    tour = shape.GrandTour(5, seed=2)
    np.testing.assert_array_equal(tour.basis, np.eye(5))
    W = np.zeros((5, 5))
    W[np.triu_indices(5, 1)] = tour.state()["speeds"][0]
    tour.step(1e-4)
    np.testing.assert_allclose(tour.basis, expm(1e-4 * (W - W.T)), atol=1e-8)


def test_does_not_depend_on_the_frame_rate() -> None:
    slow, fast = shape.GrandTour(6, seed=4), shape.GrandTour(6, seed=4)
    for _ in range(300):
        slow.step(1 / 30)
    for _ in range(1200):
        fast.step(1 / 120)
    np.testing.assert_allclose(slow.basis, fast.basis, atol=5e-3)


@pytest.mark.parametrize("D", [3, 8, 64])
def test_the_screen_turns_equally_fast_in_all_dimensions(D: int) -> None:
    tour, dt, leaving = shape.GrandTour(D, seed=1), 0.05, []
    for _ in range(8000):
        before = tour.basis[:, :2]
        tour.step(dt)
        moved = tour.basis[:, 0] - before[:, 0]
        leaving.append(np.linalg.norm(moved - before @ (before.T @ moved)) / dt)
    assert np.sqrt(np.mean(np.square(leaving))) == pytest.approx(0.35, rel=0.2)


@settings(max_examples=30, deadline=None)
@given(
    D=st.integers(2, 20),
    seed=st.integers(0, 2**32 - 1),
    dts=st.lists(st.floats(0, 3, allow_subnormal=False), min_size=1, max_size=30),
    cut=st.integers(0, 30),
)
def test_stays_orthonormal_and_resumes_bit_for_bit(D: int, seed: int, dts: list[float], cut: int) -> None:
    tour = shape.GrandTour(D, seed=seed, basis=random_basis(D, 0))
    resumed = tour
    for i, dt in enumerate(dts):
        if i == cut:
            resumed = shape.GrandTour.from_state(json.loads(json.dumps(tour.state())))
        tour.step(dt)
        if resumed is not tour:
            resumed.step(dt)
    np.testing.assert_allclose(tour.basis.T @ tour.basis, np.eye(D), atol=1e-12)
    np.testing.assert_array_equal(tour.basis, resumed.basis)
    assert tour.state() == resumed.state()


def test_resumes_bit_for_bit_over_the_polishing() -> None:
    tour = shape.GrandTour(16, seed=3)
    for _ in range(50):
        tour.step(0.02)
    resumed = shape.GrandTour.from_state(tour.state())
    for _ in range(200):
        tour.step(0.02)
        resumed.step(0.02)
    np.testing.assert_array_equal(tour.basis, resumed.basis)


def test_a_saved_float32_basis_is_polished_and_no_axis_flips() -> None:
    basis = random_basis(7, 1)
    basis[:, 0] *= -1
    tour = shape.GrandTour(7, basis=basis.astype(np.float32))
    np.testing.assert_allclose(tour.basis, basis, atol=1e-6)
    np.testing.assert_allclose(tour.basis.T @ tour.basis, np.eye(7), atol=1e-14)


def test_the_basis_handed_out_is_a_copy_and_standing_still_is_still() -> None:
    tour = shape.GrandTour(3)
    tour.basis[:] = 7
    tour.step(0)
    np.testing.assert_array_equal(tour.basis, np.eye(3))


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: shape.GrandTour(1), "dims"),
        (lambda: shape.GrandTour(3, seed=-1), "seed"),
        (lambda: shape.GrandTour(3, seed=2**32), "seed"),
        (lambda: shape.GrandTour(3, basis=np.eye(4)), "shape"),
        (lambda: shape.GrandTour(3, basis=2 * np.eye(3)), "orthonormal"),
        (lambda: shape.GrandTour(3, basis=np.full((3, 3), np.nan)), "not finite"),
        (lambda: shape.GrandTour(3, speed=float("nan")), "speed"),
        (lambda: shape.GrandTour(3, time_constant=0), "time_constant"),
        (lambda: shape.GrandTour(3).step(-1), "dt"),
        (lambda: shape.GrandTour(3).step(float("inf")), "dt"),
        (lambda: shape.GrandTour.from_state({"dims": 3}), "without basis"),
        (lambda: shape.GrandTour.from_state({**shape.GrandTour(3).state(), "speeds": [[0.0], [0.0]]}), "speeds"),
    ],
)
def test_errors(call: Any, match: str) -> None:
    with pytest.raises(ArrayError, match=match):
        call()
