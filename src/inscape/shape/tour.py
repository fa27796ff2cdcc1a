"""The Grand Tour: a slow, seeded, never-ending rotation which brings every view of D dimensions to the screen.

The mathematics, and the recipe by which another language draws the very same tour, stand in the README of this room.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, TypedDict, cast

import numpy as np
from jaxtyping import Float64, Shaped

from inscape.errors import ArrayError
from inscape.shape import _validate
from inscape.shape._dragging import dragged
from inscape.shape._random import normals

KNOT = 0.5
"""Seconds between two draws of the speeds; in between they are interpolated."""

POLISH_EVERY = 64
"""Steps between two re-orthonormalizations."""

_LARGEST_SAVED_DEVIATION = 1e-3


class TourState(TypedDict):
    """All that a tour is made of, as numbers and lists: JSON keeps it exactly."""

    dims: int
    seed: int
    speed: float
    time_constant: float
    time: float
    steps: int
    knot: int
    speeds: list[list[float]]
    basis: list[list[float]]


class GrandTour:
    """A moving orthonormal basis whose first two columns are the screen.

    Each step turns the basis a little in all planes (i, j) at once. The speed of each plane drifts (an
    Ornstein–Uhlenbeck process), so that every view is approached in time, which constant speeds don't do.

    Args:
        dims: D, the number of dimensions, at least 2.
        seed: 0 to 2³² − 1; the same seed, basis and steps give the same tour.
        basis: (D, D) orthonormal (to 1e-3; it is polished) to begin from; the identity where it is None.
        speed: radians a second, the root-mean-square speed at which a screen axis leaves the screen, whatever D is.
        time_constant: seconds in which the speeds forget themselves (to 1/e).

    Raises:
        ArrayError: an argument out of its range, a basis of another shape or not orthonormal.

    Asimov, "The grand tour", SIAM J. Sci. Stat. Comput. 6 (1985); Li, Zhao and Scheidegger, "Visualizing neural
    networks with the grand tour", Distill (2020).

    >>> tour = GrandTour(dims=3, seed=1)
    >>> tour.step(1 / 60)
    >>> (tour.basis.T @ tour.basis).round(12).tolist()
    [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
    """

    def __init__(
        self,
        dims: int,
        seed: int = 0,
        *,
        basis: Shaped[np.ndarray, "dimension axis"] | None = None,
        speed: float = 0.35,
        time_constant: float = 10.0,
    ) -> None:
        self._dims = _validate.check_integer(dims, "dims", 2, 65_536, "a tour turns at least two dimensions")
        self._seed = _validate.check_seed(seed)
        self._speed = _number(speed, "speed", low=0.0)
        self._time_constant = _number(time_constant, "time_constant", low=1e-3)
        rows, columns = np.triu_indices(self._dims, 1)  # row by row: (0, 1), (0, 2), …, (1, 2), …
        self._above, self._below = rows * self._dims + columns, columns * self._dims + rows
        # How one knot's speeds follow from those before, and the spread that makes the screen turn equally fast at
        # every D: a screen axis leaves the screen in D - 2 planes.
        self._keep = math.exp(-KNOT / self._time_constant)
        self._spread = self._speed / math.sqrt(max(self._dims - 2, 1))
        self._time = 0.0
        self._steps = 0
        self._knot = 0
        self._before = self._spread * normals(len(self._above), 0, self._seed)
        self._after = self._next_speeds(self._before, 1)
        # Transposed, so that a row is an axis and one linear solve turns all of them.
        B = np.eye(self._dims) if basis is None else _polished(_checked_basis(basis, self._dims))
        self._axes = np.asfortranarray(B.T)
        self._system = np.eye(self._dims).reshape(-1)
        self._solve = _solver()

    @property
    def dims(self) -> int:
        """D, the number of dimensions."""
        return self._dims

    @property
    def seed(self) -> int:
        """The seed of the drifting speeds."""
        return self._seed

    @property
    def time(self) -> float:
        """Seconds toured."""
        return self._time

    @property
    def basis(self) -> Float64[np.ndarray, "dimension axis"]:
        """(D, D) float64, orthonormal, a copy. Columns are axes, the first two the screen: X @ basis[:, :2]."""
        return self._axes.T.copy()

    def step(self, dt: float) -> None:
        """Go on by `dt` seconds (≥ 0): B ← B (I + S)(I − S)⁻¹ with S = dt/2 · W, the Cayley map of the speeds W.

        Steps up to 0.1 s follow the same path whatever the frame rate; a longer one cuts its corner.

        Raises:
            ArrayError: dt is negative or not finite.
        """
        dt = _number(dt, "dt", low=0.0)
        angles = self._speeds_at(self._time + 0.5 * dt) * (0.5 * dt)
        self._system[self._above] = angles
        self._system[self._below] = -angles
        # (I + S) H = A gives the axes halfway; as far again beyond lie the new ones: 2H - A = (I + S)⁻¹ (I - S) A.
        self._axes = 2.0 * self._solve(self._system.reshape(self._dims, self._dims), self._axes) - self._axes
        self._time += dt
        self._steps += 1
        if self._steps % POLISH_EVERY == 0:
            self._axes = _newton_schulz(self._axes)

    def drag_axis(
        self, i: int, dx: float, dy: float, pinned: Shaped[np.ndarray, "handle dimension"] | None = None
    ) -> tuple[float, float]:
        """Move the end of axis `i` on the screen by (dx, dy), and turn the basis with it; see `drag_point`.

        >>> tour = GrandTour(dims=4)
        >>> tour.drag_axis(2, 0.5, -0.25)
        (0.5, -0.25)

        Raises:
            ArrayError: there is no such dimension, or a movement is not finite.
        """
        i = _validate.check_integer(i, "i", 0, self._dims - 1, f"the tour has {self._dims} dimensions, counted from 0")
        return self.drag_point(np.eye(self._dims)[i], dx, dy, pinned)

    def drag_point(
        self,
        p: Shaped[np.ndarray, " dimension"],
        dx: float,
        dy: float,
        pinned: Shaped[np.ndarray, "handle dimension"] | None = None,
    ) -> tuple[float, float]:
        """Move a point of the data on the screen by (dx, dy), and turn the basis with it, as little as can be.

        The basis turns in the plane of the point's old and new direction. A rotation keeps the point's length: a place
        farther from the origin than that can't be reached, and the point goes to the nearest that can. A point that
        lies flat on the screen leaves it by the first dimension that is free.

        Args:
            p: (D,) in the coordinates that the tour projects: a class's centroid, say.
            dx: to the right, in the units of the coordinates.
            dy: up.
            pinned: (m, D) points that keep their places meanwhile.

        Returns:
            Where the point is on the screen now.

        Raises:
            ArrayError: arrays of other dimensions, or numbers that are not finite.

        Li, Zhao and Scheidegger, "Visualizing neural networks with the grand tour", Distill (2020), "direct
        manipulation", whose handle drifts from the pointer where this one stays under it.
        """
        point = _validate.matrix(np.asarray(p, dtype=np.float64)[None, :], "p")[0]
        none = pinned is None or np.asarray(pinned).shape == (0, self._dims)
        stay = np.empty((0, self._dims)) if none else _validate.matrix(np.asarray(pinned), "pinned")
        for array, name in ((point[None], "p"), (stay, "pinned")):
            if array.shape[1] != self._dims:
                raise ArrayError(
                    f"{name} must have the tour's {self._dims} dimensions",
                    got=f"{array.shape[1]}",
                    remedy="give points in the coordinates that the tour projects",
                )
        dx, dy = _number(dx, "dx", low=-math.inf), _number(dy, "dy", low=-math.inf)
        basis = dragged(self.basis, point, dx, dy, stay.astype(np.float64))
        self._axes = np.asfortranarray(_newton_schulz(basis).T)
        x, y = point @ self._axes[:2].T
        return float(x), float(y)

    def state(self) -> TourState:
        """All of the tour, as plain numbers; `from_state` goes on from there bit for bit.

        >>> tour = GrandTour(dims=4, seed=3)
        >>> tour.step(0.1)
        >>> bool((GrandTour.from_state(tour.state()).basis == tour.basis).all())
        True
        """
        return TourState(
            dims=self._dims,
            seed=self._seed,
            speed=self._speed,
            time_constant=self._time_constant,
            time=self._time,
            steps=self._steps,
            knot=self._knot,
            speeds=[self._before.tolist(), self._after.tolist()],
            basis=self._axes.T.tolist(),
        )

    @classmethod
    def from_state(cls, state: TourState | Mapping[str, Any]) -> GrandTour:
        """The tour that `state` was taken of.

        Raises:
            ArrayError: the state lacks an entry, or one does not fit the others.
        """
        missing = sorted(TourState.__required_keys__ - set(state))
        if missing:
            raise ArrayError(
                "this is not the state of a tour",
                got=f"a mapping without {', '.join(missing)}",
                remedy="pass what GrandTour.state() returned",
            )
        state = cast("TourState", state)
        tour = cls(state["dims"], state["seed"], speed=state["speed"], time_constant=state["time_constant"])
        pairs = len(tour._above)
        speeds = np.array(state["speeds"], np.float64)
        if speeds.shape != (2, pairs) or not np.isfinite(speeds).all():
            raise ArrayError(
                f"the speeds of a tour in {tour.dims} dimensions must be two finite lists of {pairs}",
                got=f"an array of shape {speeds.shape}",
                remedy="pass what GrandTour.state() returned",
            )
        tour._before, tour._after = speeds
        # Not polished, and in the same memory order: either would change the last bits.
        tour._axes = np.asfortranarray(_checked_basis(np.array(state["basis"], np.float64), tour.dims).T)
        tour._time = _number(state["time"], "time", low=0.0)
        tour._steps = _validate.check_integer(state["steps"], "steps", 0, 2**62, "steps are counted from 0")
        tour._knot = _validate.check_integer(state["knot"], "knot", 0, 2**62, "knots are counted from 0")
        return tour

    def _next_speeds(self, before: np.ndarray, knot: int) -> np.ndarray:
        spread = self._spread * math.sqrt(1.0 - self._keep * self._keep)
        return self._keep * before + spread * normals(len(before), knot, self._seed)

    def _speeds_at(self, time: float) -> np.ndarray:
        while time >= (self._knot + 1) * KNOT:
            self._knot += 1
            self._before, self._after = self._after, self._next_speeds(self._after, self._knot + 1)
        fraction = time / KNOT - self._knot
        speeds: np.ndarray = self._before + fraction * (self._after - self._before)
        return speeds


def _solver() -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    """LAPACK's own solver: numpy.linalg.solve wraps it in 13 µs, more than a step at D = 4 takes."""
    from scipy.linalg import lapack

    def solve(system: np.ndarray, right: np.ndarray) -> np.ndarray:
        # I + S is never singular (S is skew: its eigenvalues are imaginary), so the returned status says nothing.
        solution: np.ndarray = lapack.dgesv(system, right)[2]
        return solution

    return solve


def _newton_schulz(A: np.ndarray) -> np.ndarray:
    """One step towards the nearest orthonormal matrix: squares a small deviation, and flips no axis as QR may."""
    polished: np.ndarray = 1.5 * A - 0.5 * (A @ A.T) @ A
    return polished


def _polished(B: np.ndarray) -> np.ndarray:
    for _ in range(4):  # 1e-3 → 1e-6 → 1e-12 → rounding
        B = _newton_schulz(B)
    return B


def _checked_basis(basis: np.ndarray, dims: int) -> np.ndarray:
    B = np.asarray(basis)
    if B.shape != (dims, dims):
        raise ArrayError(
            f"the basis of a tour in {dims} dimensions must be of shape ({dims}, {dims})",
            got=f"an array of shape {B.shape}",
            remedy="pass a square basis, or None to begin with the first two dimensions",
        )
    B = _validate.matrix(B, "basis").astype(np.float64)
    deviation = float(np.abs(B.T @ B - np.eye(dims)).max())
    if deviation > _LARGEST_SAVED_DEVIATION:
        raise ArrayError(
            "the basis of a tour must be orthonormal",
            got=f"BᵀB differs from the identity by up to {deviation:.2g}",
            remedy="orthonormalize it first, for example by np.linalg.qr",
        )
    return B


def _number(value: float, name: str, *, low: float) -> float:
    if not isinstance(value, (int, float, np.integer, np.floating)) or not (low <= value and math.isfinite(value)):
        raise ArrayError(
            f"{name} must be a finite number",
            got=f"{name} = {value!r}",
            remedy=f"give {name} as a number" + (f" of at least {low:g}" if math.isfinite(low) else ""),
        )
    return float(value)
