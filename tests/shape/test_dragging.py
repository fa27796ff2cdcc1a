"""Handles: the point is under the pointer wherever a rotation can put it, and the basis stays a basis."""

from __future__ import annotations

import numpy as np
import pytest

from inscape.errors import ArrayError
from inscape.shape import GrandTour


def basis(dims: int, seed: int) -> np.ndarray:
    return np.linalg.qr(np.random.default_rng(seed).standard_normal((dims, dims)))[0]


def deviation(B: np.ndarray) -> float:
    return float(np.abs(B.T @ B - np.eye(len(B))).max())


@pytest.mark.parametrize("dims", [2, 3, 4, 10, 16, 64])
@pytest.mark.parametrize("kind", ["axis", "point"])
def test_a_handle_stays_under_the_pointer_wherever_a_rotation_can_put_it(dims: int, kind: str) -> None:
    random = np.random.default_rng(dims)
    tour = GrandTour(dims, basis=basis(dims, 1))
    p = np.eye(dims)[dims - 1] if kind == "axis" else random.standard_normal(dims)
    length = float(np.linalg.norm(p))
    at = p @ tour.basis[:, :2]
    for _ in range(200):
        target = at + random.normal(0, 0.15 * length, 2)
        dx, dy = target - at
        reached = tour.drag_axis(dims - 1, dx, dy) if kind == "axis" else tour.drag_point(p, dx, dy)
        reach = min(1.0, length / np.linalg.norm(target))
        if dims > 2:
            assert np.allclose(reached, target * reach, atol=1e-9 * length)
        else:  # a plane can only turn: the direction is the pointer's
            assert np.allclose(reached, target * length / np.linalg.norm(target), atol=1e-9 * length)
        assert np.allclose(p @ tour.basis[:, :2], reached, atol=1e-12)
        assert deviation(tour.basis) < 1e-12
        assert np.linalg.det(tour.basis) * np.linalg.det(basis(dims, 1)) > 0
        at = np.array(reached)


def test_the_turn_is_the_smallest_there_is() -> None:
    tour = GrandTour(8, basis=basis(8, 2))
    p = np.random.default_rng(0).standard_normal(8)
    before = tour.basis
    tour.drag_point(p, 0.3, -0.1)
    turned = before.T @ tour.basis
    v, w = p @ before, p @ tour.basis
    angle = np.arccos(v @ w / (v @ v))
    eigenvalues = np.sort(np.abs(np.angle(np.linalg.eigvals(turned))))
    assert np.allclose(eigenvalues[:-2], 0, atol=1e-6)  # all but one plane are left alone
    assert np.allclose(eigenvalues[-2:], angle, atol=1e-6)


def test_pinned_points_keep_their_places() -> None:
    random = np.random.default_rng(3)
    tour = GrandTour(10, basis=basis(10, 3))
    pinned = random.standard_normal((3, 10))
    p = random.standard_normal(10)
    places = pinned @ tour.basis[:, :2]
    at = p @ tour.basis[:, :2]
    for _ in range(50):
        target = at + random.normal(0, 0.05, 2)
        reached = tour.drag_point(p, *(target - at), pinned=pinned)
        assert np.allclose(reached, target, atol=1e-9)
        assert np.allclose(pinned @ tour.basis[:, :2], places, atol=1e-9)
        assert deviation(tour.basis) < 1e-12
        at = np.array(reached)


def test_an_empty_list_pins_nothing() -> None:
    free, empty = GrandTour(4, basis=basis(4, 1)), GrandTour(4, basis=basis(4, 1))
    assert free.drag_axis(1, 0.1, 0.1) == empty.drag_axis(1, 0.1, 0.1, pinned=np.empty((0, 4)))


def test_what_hangs_on_pinned_points_stays_with_them() -> None:
    tour = GrandTour(4, basis=basis(4, 4))
    pinned = np.array([[1.0, 2.0, 0.0, 1.0]])
    before = tour.basis
    tour.drag_point(2 * pinned[0], 0.5, 0.5, pinned=pinned)
    assert np.allclose(tour.basis, before)


def test_a_point_flat_on_the_screen_can_be_pushed_inward_and_through_the_origin() -> None:
    tour = GrandTour(5)
    assert tour.drag_axis(0, -0.25, 0.0) == pytest.approx((0.75, 0.0))
    assert tour.drag_axis(0, -0.75, 0.0) == pytest.approx((0.0, 0.0), abs=1e-12)
    assert tour.drag_axis(0, -1.0, 0.0) == pytest.approx((-1.0, 0.0))
    flat = GrandTour(2)
    assert flat.drag_axis(0, -2.0, 0.0) == pytest.approx((-1.0, 0.0))  # half a turn at once
    assert deviation(flat.basis) < 1e-12


def test_a_place_out_of_reach_takes_it_as_near_as_can_be() -> None:
    tour = GrandTour(6, basis=basis(6, 5))
    x, y = tour.drag_axis(2, 30.0, 40.0)
    assert np.hypot(x, y) == pytest.approx(1.0)
    assert y / x == pytest.approx(4 / 3, rel=0.05)


def test_the_tour_goes_on_from_where_it_was_dragged_to() -> None:
    tour = GrandTour(4, seed=1)
    tour.drag_axis(3, 0.4, 0.4)
    again = GrandTour.from_state(tour.state())
    tour.step(0.1)
    again.step(0.1)
    assert (tour.basis == again.basis).all()


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda t: t.drag_axis(4, 0, 0), "4 dimensions"),
        (lambda t: t.drag_axis(0, float("nan"), 0), "dx"),
        (lambda t: t.drag_axis(0, 0, float("-inf")), "dy"),
        (lambda t: t.drag_point(np.ones(3), 0, 0), "4 dimensions"),
        (lambda t: t.drag_point(np.array([1, 2, 3, np.nan]), 0, 0), "p"),
        (lambda t: t.drag_point(np.ones(4), 0, 0, pinned=np.ones((1, 3))), "pinned"),
    ],
)
def test_bad_input_is_refused_and_the_basis_stays(call, said: str) -> None:  # type: ignore[no-untyped-def]
    tour = GrandTour(4)
    with pytest.raises(ArrayError, match=said):
        call(tour)
    assert (tour.basis == np.eye(4)).all()
