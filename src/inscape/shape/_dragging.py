"""How a handle turns a basis: the point stays under the pointer, as far as a rotation can take it there.

A point p of the data has the view coordinates v = p B, of which the first two are on the screen. To put it under the
pointer, v becomes w with |w| = |v|: the screen part is the pointer's place, the rest keeps its direction and takes what
length remains. The basis then turns in the plane of v and w alone, which is the smallest rotation that does it. With
points pinned, all of this happens in the orthogonal complement of their view coordinates, which therefore stay.
"""

from __future__ import annotations

import numpy as np

PARALLEL = 1e-9
"""Below this share of a vector's length, what is left of it after a projection is rounding."""


def dragged(B: np.ndarray, p: np.ndarray, dx: float, dy: float, pinned: np.ndarray) -> np.ndarray:
    """The basis in which `p` has moved by (dx, dy) on the screen, or as near there as a rotation can take it.

    Args:
        B: (D, D) orthonormal; the first two columns are the screen.
        p: (D,) the point.
        dx: to the right, in the units of the coordinates.
        dy: up.
        pinned: (m, D) points that are to stay where they are.
    """
    v = p @ B
    fixed = _orthonormal_rows(pinned @ B)
    screen = np.eye(len(v))[:, :2]
    screen -= fixed.T @ fixed[:, :2]
    kept = fixed.T @ (fixed @ v)
    u = v - kept
    length = float(np.linalg.norm(u))
    if length <= PARALLEL * float(np.linalg.norm(v)):
        return B.copy()
    w = _moved(u, screen, v[:2] + np.array([dx, dy]) - kept[:2], fixed)
    return _turned(B, u / length, w / np.linalg.norm(w), fixed)


def _moved(u: np.ndarray, screen: np.ndarray, target: np.ndarray, fixed: np.ndarray) -> np.ndarray:
    """The vector as long as `u`, and nearest to it, whose screen part is `target`; the nearest to that if none is."""
    length = float(np.linalg.norm(u))
    inverse = np.linalg.pinv(screen.T @ screen, rcond=PARALLEL, hermitian=True)
    flat: np.ndarray = screen @ (inverse @ target)
    reach = float(np.linalg.norm(flat))
    if reach >= length:
        flat *= length / reach
        return flat
    rest = u - screen @ (inverse @ (screen.T @ u))
    if float(np.linalg.norm(rest)) <= PARALLEL * length:
        # It lies flat on the screen: it may leave toward any side, and leaves by the first dimension that is free.
        rest = _free_direction(screen, inverse, fixed)
    depth = float(np.linalg.norm(rest))
    if depth == 0.0:  # two dimensions, or all the others are pinned: it can only turn
        if reach == 0.0:
            return u
        flat *= length / reach
        return flat
    flat += rest * (np.sqrt(length * length - reach * reach) / depth)
    return flat


def _free_direction(screen: np.ndarray, inverse: np.ndarray, fixed: np.ndarray) -> np.ndarray:
    dims = len(screen)
    for k in range(2, dims):
        direction: np.ndarray = np.eye(dims)[k] - fixed.T @ fixed[:, k]
        direction -= screen @ (inverse @ (screen.T @ direction))
        if float(np.linalg.norm(direction)) > 1e-3:
            return direction
    return np.zeros(dims)


def _turned(B: np.ndarray, a: np.ndarray, b: np.ndarray, fixed: np.ndarray) -> np.ndarray:
    """B with its view coordinates turned from the unit vector a to the unit vector b, in their plane alone."""
    c = float(a @ b)
    if c < -1.0 + 1e-9:
        # Straight through: any half turn does it. By way of a vector at right angles, first of those that are free.
        for k in range(len(a)):
            middle = np.eye(len(a))[k] - fixed.T @ fixed[:, k]
            middle -= a * (a @ middle)
            size = float(np.linalg.norm(middle))
            if size > 1e-3:
                break
        else:
            return B.copy()
        return _turned(_turned(B, a, middle / size, fixed), middle / size, b, fixed)
    along_a, along_b = B @ a, B @ b
    turned: np.ndarray = (
        B
        + np.outer(((1.0 + 2.0 * c) * along_a - along_b) / (1.0 + c), b)
        - np.outer((along_a + along_b) / (1.0 + c), a)
    )
    return turned


def _orthonormal_rows(A: np.ndarray) -> np.ndarray:
    """(r, D): an orthonormal basis of the span of A's rows, in their order."""
    rows: list[np.ndarray] = []
    for row in A:
        left = row.astype(np.float64)
        for _ in range(2):  # once leaves rounding behind where rows are nearly parallel
            for other in rows:
                left = left - other * (other @ left)
        size = float(np.linalg.norm(left))
        if size > 1e-6 * float(np.linalg.norm(row)):
            rows.append(left / size)
    return np.array(rows).reshape(len(rows), A.shape[1])
