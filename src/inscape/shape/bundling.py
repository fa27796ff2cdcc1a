"""Trails drawn together into bundles: every trail moves towards where many run, and stays smooth."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float32, Shaped

from inscape.errors import ArrayError
from inscape.shape import _validate

POINTS = 64
"""About so many points has a bundled trail, unless it has more steps."""
_MOST_POINTS = 4_000_000
_BLOCK = 1 << 15
"""Points moved at once: their coordinates and indices stay in the cache."""
_CELLS = 3.0
"""Cells of the grid to one standard deviation of the kernel, where the grid's limit allows."""
_TAIL = 3.0
"""Standard deviations after which the smoothing along a trail ends."""
_REACH = 4.0
"""Standard deviations of the kernel after which its blur does not reach round the edges of the grid."""


def bundle(
    paths: Shaped[np.ndarray, "sample step 2"],
    groups: Shaped[np.ndarray, " sample"] | None = None,
    *,
    strength: float = 1.0,
    points: int | None = None,
    rounds: int = 12,
    kernel: float = 0.06,
    shrink: float = 0.8,
    smoothing: float = 0.03,
    grid: int = 512,
    progress: Callable[[int, int], None] | None = None,
) -> Float32[np.ndarray, "sample point 2"]:
    """Bundle trails by the density of all of them: whole trails, whose ends stay where they are.

    Args:
        paths: (N, T, 2) real, finite: the place of each sample at each of T ≥ 2 steps.
        groups: (N,) of any kind: only trails of one group are drawn to each other. None draws all together.
        strength: 0 to 1: the part of the way from the raw trail to the bundled one.
        points: P, of a trail: a multiple of T − 1, and one more, so that every step is a point (see `resample`). About
            64 by default, fewer of very many trails.
        rounds: how often the trails are moved.
        kernel: standard deviation of the first round's kernel, as a share of the longer side of all trails.
        shrink: by how much the kernel narrows from round to round.
        smoothing: standard deviation of the smoothing along a trail, as a share of its duration.
        grid: cells along one side of the finest grid on which densities are held.
        progress: told the rounds done and their number.

    Returns:
        (N, P, 2) float32: point p lies at the time p (T − 1) / (P − 1), as it does in the raw trail, for bundling moves
        a point across its trail and not along it. The same input gives the same output, bit by bit.

    Raises:
        ArrayError: paths, groups or a number are not such.

    Hurter, Ersoy and Telea, "Graph bundling by kernel density estimation", Computer Graphics Forum 31 (2012), with
    three changes: points move by the mean shift σ² ∇ρ/ρ (Comaniciu and Meer, 2002), which needs no length of step and
    does not overshoot; only by its part across the trail, so that time stays in its place; and a trail is smoothed
    once a round by a Gaussian in time.

    >>> import numpy as np
    >>> start, end = np.array([[0.0, 0.0], [0.0, 0.1]]), np.array([[1.0, 0.0], [1.0, 0.1]])
    >>> middle = bundle(np.stack([start, end], axis=1))[:, 32]
    >>> bool(np.abs(middle[0] - middle[1]).max() < 0.02)
    True
    """
    raw = resample(paths, points)
    settings = _settings(strength, rounds, kernel, shrink, smoothing, grid)
    members = _members(groups, len(raw))
    if strength == 0:
        return raw
    low = raw.min(axis=(0, 1)).astype(np.float64)
    extent = float((raw.max(axis=(0, 1)) - low).max())
    if extent == 0 or raw.shape[1] < 3:  # nothing moves, or only ends are there, which stay
        return raw
    bundled = np.empty_like(raw)
    for done, some in enumerate(members):
        # Planes of (point, sample): smoothing along the trails is one matrix product.
        x, y = (((raw[some, :, axis] - np.float32(low[axis])) / np.float32(extent)).T.copy() for axis in (0, 1))
        _draw_together(x, y, settings)
        bundled[some, :, 0] = x.T * np.float32(extent) + np.float32(low[0])
        bundled[some, :, 1] = y.T * np.float32(extent) + np.float32(low[1])
        if progress is not None:
            progress(done + 1, len(members))
    bundled[:, [0, -1]] = raw[:, [0, -1]]
    if strength < 1:
        bundled = raw + np.float32(strength) * (bundled - raw)
    return bundled


def resample(
    paths: Shaped[np.ndarray, "sample step 2"], points: int | None = None
) -> Float32[np.ndarray, "sample point 2"]:
    """Trails of T steps as P points, evenly spaced in time and straight between the steps.

    Args:
        paths: (N, T, 2) real, finite, T ≥ 2.
        points: P; (P − 1) is a multiple of T − 1, so that the steps themselves are points. By default the one nearest
            to 64, fewer where that would make more than four million points.

    Raises:
        ArrayError: paths or P is not such.

    >>> import numpy as np
    >>> resample(np.array([[[0.0, 0.0], [4.0, 2.0]]]), points=5)[0, :, 0].tolist()
    [0.0, 1.0, 2.0, 3.0, 4.0]
    """
    paths = _checked(paths)
    count, steps, _ = paths.shape
    if points is None:
        wanted = max(2, min(POINTS, _MOST_POINTS // count))
        points = max(1, round((wanted - 1) / (steps - 1))) * (steps - 1) + 1
    _validate.check_integer(points, "points", 2, 100_000, "a trail has at least its two ends")
    if (points - 1) % (steps - 1):
        near = max(1, round((points - 1) / (steps - 1))) * (steps - 1) + 1
        raise ArrayError(
            "points does not fit: every step is a point of the trail",
            got=f"points = {points} of {steps} steps",
            remedy=f"give points = {near}, a multiple of {steps - 1} and one more",
        )
    between = (points - 1) // (steps - 1)
    found = np.empty((count, points, 2), np.float32)
    found[:, ::between] = paths
    for part in range(1, between):
        share = np.float32(part / between)
        found[:, part::between] = found[:, :-1:between] * (1 - share) + found[:, between::between] * share
    return found


@dataclass(frozen=True)
class _Settings:
    rounds: int
    kernel: float
    shrink: float
    smoothing: float
    grid: int


def _draw_together(x: np.ndarray, y: np.ndarray, settings: _Settings) -> None:
    """Move the planes (P, N) of trails in the unit square, in place; first and last point stay."""
    smooth = _smoother(len(x), settings.smoothing)
    for i in range(settings.rounds):
        width = settings.kernel * settings.shrink**i
        margin = _REACH * settings.kernel
        side = _side(width / (1 + 2 * margin), settings.grid)
        cell = (1 + 2 * margin) / side
        cells = _cells(x, y, margin, cell, side)
        _advect(x, y, cells, _shifts(_density(cells, side), width / cell, cell))
        x[1:-1] = smooth @ x
        y[1:-1] = smooth @ y


def _side(width: float, limit: int) -> int:
    """Cells along a side: the coarsest grid of a quick transform on which the kernel is still smooth."""
    from scipy import fft

    return min(limit, int(fft.next_fast_len(math.ceil(_CELLS / width), real=True)))


def _smoother(points: int, width: float) -> Any:
    """Sparse (P − 2, P): the weighted mean of a point's neighbors in time, for all points but the two ends.

    The kernel is cut where it would reach beyond an end, on both sides, so that it stays centered: a straight trail
    stays straight, and the ends are met smoothly. Sparse, since a few neighbors have all the weight.
    """
    from scipy import sparse

    place = np.arange(points)
    deviation = max(width * (points - 1), 1e-9)
    reach = np.minimum(place, points - 1 - place)
    distance = place[None, :] - place[1:-1, None]
    weights = np.exp(-0.5 * (distance / deviation) ** 2)
    weights[np.abs(distance) > np.minimum(reach[1:-1, None], np.ceil(_TAIL * deviation))] = 0.0
    return sparse.csr_array((weights / weights.sum(axis=1, keepdims=True)).astype(np.float32))


def _blocks(x: np.ndarray) -> list[slice]:
    """Ranges of trails of some ten thousand points each."""
    step = max(1, _BLOCK // len(x))
    return [slice(start, start + step) for start in range(0, x.shape[1], step)]


def _cells(x: np.ndarray, y: np.ndarray, margin: float, cell: float, side: int) -> np.ndarray:
    """(P, N): the cell of each point, row by row of the grid."""
    found = np.empty(x.shape, np.intp)
    for some in _blocks(x):
        row = ((y[:, some] + np.float32(margin)) * np.float32(1 / cell)).astype(np.int32)
        row *= np.int32(side)
        row += ((x[:, some] + np.float32(margin)) * np.float32(1 / cell)).astype(np.int32)
        found[:, some] = row
    return found


def _density(cells: np.ndarray, side: int) -> np.ndarray:
    return np.bincount(cells.ravel(), minlength=side * side).reshape(side, side).astype(np.float32)


def _shifts(counts: np.ndarray, deviation: float, cell: float) -> np.ndarray:
    """(side·side, 2): the mean shift σ² ∇ρ/ρ of every cell along x and along y, in units of the square."""
    from scipy import fft

    side = len(counts)
    frequencies = fft.fftfreq(side)[:, None] ** 2 + fft.rfftfreq(side)[None, :] ** 2
    blur = np.exp(-2 * (np.pi * deviation) ** 2 * frequencies).astype(np.float32)
    density = fft.irfft2(fft.rfft2(counts) * blur, s=counts.shape)
    # What is below the rounding of the transform has no direction.
    np.maximum(density, np.float32(1e-6) * density.max(), out=density)
    logarithm = np.log(density)
    logarithm *= np.float32(0.5 * deviation**2 * cell)
    shifts = np.zeros((side, side, 2), np.float32)
    np.subtract(logarithm[:, 2:], logarithm[:, :-2], out=shifts[:, 1:-1, 0])
    np.subtract(logarithm[2:], logarithm[:-2], out=shifts[1:-1, :, 1])
    return shifts.reshape(-1, 2)


def _advect(x: np.ndarray, y: np.ndarray, cells: np.ndarray, shifts: np.ndarray) -> None:
    """Move all points but the ends by what their cell says, across their trail."""
    pairs = shifts.view(np.complex64)[:, 0]  # both numbers of a cell are fetched at once
    for some in _blocks(x):
        here_x, here_y = x[:, some], y[:, some]
        by = pairs[cells[1:-1, some]]
        along_x, along_y = here_x[2:] - here_x[:-2], here_y[2:] - here_y[:-2]
        # The part along the trail is taken away; a trail that stands still has no direction.
        squared = along_x * along_x
        squared += along_y * along_y
        squared += np.float32(1e-12)
        across = by.real * along_y
        across -= by.imag * along_x
        across /= squared
        along_y *= across
        along_x *= across
        here_x[1:-1] += along_y
        here_y[1:-1] -= along_x


def _settings(strength: float, rounds: int, kernel: float, shrink: float, smoothing: float, grid: int) -> _Settings:
    for name, value, low, high in (
        ("strength", strength, 0.0, 1.0),
        ("kernel", kernel, 1e-4, 1.0),
        ("shrink", shrink, 1e-2, 1.0),
        ("smoothing", smoothing, 0.0, 1.0),
    ):
        if isinstance(value, bool) or not isinstance(value, (int, float, np.floating)) or not low <= value <= high:
            raise ArrayError(
                f"{name} does not fit", got=f"{name} = {value!r}", remedy=f"give a number from {low:g} to {high:g}"
            )
    rounds = _validate.check_integer(rounds, "rounds", 1, 1000, "trails are moved at least once")
    grid = _validate.check_integer(grid, "grid", 16, 8192, "densities are held on a grid of at most so many cells")
    return _Settings(rounds, float(kernel), float(shrink), float(smoothing), grid)


def _checked(paths: np.ndarray) -> np.ndarray:
    paths = np.asarray(paths)
    if paths.ndim != 3 or paths.shape[2] != 2 or paths.shape[0] < 1 or paths.shape[1] < 2:
        raise ArrayError(
            "trails are an array (samples, steps, 2) of at least 2 steps",
            got=f"an array of shape {paths.shape}",
            remedy="give one place in the plane for every sample and step",
        )
    return _validate.matrix(paths.reshape(len(paths), -1), "paths").reshape(paths.shape)


def _members(groups: np.ndarray | None, count: int) -> list[np.ndarray | slice]:
    """The trails of each group, in the order of the groups' values."""
    if groups is None:
        return [slice(None)]
    groups = np.asarray(groups)
    if groups.shape != (count,):
        raise ArrayError(
            "every trail is of one group",
            got=f"groups of shape {groups.shape} for {count} trails",
            remedy="give one value a sample",
        )
    _, inverse = np.unique(groups, return_inverse=True)
    order = np.argsort(inverse.reshape(-1), kind="stable")
    return list(np.split(order, np.cumsum(np.bincount(inverse.reshape(-1)))[:-1]))
