"""Similarities that need the singular values of XᵀY: Procrustes, nuclear norm, SVCCA."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from inscape.errors import ArrayError
from inscape.shape import _validate
from inscape.shape._centered import Centered
from inscape.shape._products import WIDEST, Factor, Tell, each_product, pairs

_KEPT = 0.99
"""Share of the variance that SVCCA keeps (Raghu et al. 2017, §2.1)."""


class _Array:
    """A factor that is held."""

    def __init__(self, values: np.ndarray) -> None:
        self.N, self.D = values.shape
        self._values = values

    def rows(self, rows: slice, dtype: Any) -> np.ndarray:
        return self._values[rows].astype(dtype, copy=False)


class _Projected:
    """A layer seen along some directions (D, k)."""

    def __init__(self, layer: Centered, directions: np.ndarray) -> None:
        self.N, self.D = layer.N, directions.shape[1]
        self._layer, self._directions = layer, directions

    def rows(self, rows: slice, dtype: Any) -> np.ndarray:
        seen: np.ndarray = self._layer.rows(rows, np.float64) @ self._directions
        return seen.astype(dtype, copy=False)


def by_singular_values(
    rows: Sequence[Centered], columns: Sequence[Centered] | None, method: str, tell: Tell
) -> np.ndarray:
    """(rows, columns) of one of ``procrustes``, ``nuclear``, ``svcca``, in float64."""
    from scipy.linalg import svdvals

    for layer in (*rows, *(columns or ())):
        if min(layer.N, layer.D) > WIDEST:
            raise ArrayError(
                f"{method} needs the singular values of products that are too large",
                got=f"{layer.name} of {layer.N:,} samples with {layer.D:,} units, at most {WIDEST:,} of one of them",
                remedy="use method='cka', which has no such limit, or fewer samples",
            )
    make = _whitened if method == "svcca" else _narrowed
    left = [make(x) for x in rows]
    right = None if columns is None else [make(y) for y in columns]
    found = np.zeros((len(rows), len(columns or rows)))
    total = sum(1 for _ in pairs(left, right))
    done = 0

    def measure(i: int, j: int, product: np.ndarray) -> None:
        nonlocal done
        values = svdvals(product)
        if method == "svcca":
            # Canonical correlations are cosines.
            found[i, j] = float(np.minimum(values, 1.0).mean())
        else:
            # Every layer has the root mean square 1, so ‖X‖_F is √(N D).
            sizes = (rows[i].N * rows[i].D) ** 0.5 * ((columns or rows)[j].N * (columns or rows)[j].D) ** 0.5
            alike = min(float(values.sum()) / sizes, 1.0)
            found[i, j] = alike if method == "nuclear" else 1.0 - (1.0 - alike) ** 0.5
        if columns is None:
            found[j, i] = found[i, j]
        done += 1
        tell(done, total)

    each_product(left, right, measure, np.float64)
    return found


def _narrowed(layer: Centered) -> Factor:
    """The layer itself, or, where it has more units than samples, N × N numbers with the same Gram matrix."""
    if layer.D <= layer.N:
        return layer
    values, vectors = _gram(layer)
    return _Array(vectors * np.sqrt(values))


def _whitened(layer: Centered) -> Factor:
    """(N, k) orthonormal: the directions that hold 99% of the variance, each of length 1."""
    if layer.constant:
        return _Array(np.zeros((layer.N, 1)))
    if layer.D <= layer.N:
        S = np.zeros((layer.D, layer.D))
        for block in _validate.row_blocks((layer.N, layer.D)):
            values = layer.rows(block, np.float64)
            S += values.T @ values
        variances, vectors = _falling(S)
        kept = _count(variances)
        return _Projected(layer, vectors[:, :kept] / np.sqrt(variances[:kept]))
    variances, vectors = _gram(layer)
    return _Array(vectors[:, : _count(variances)])


def _count(variances: np.ndarray) -> int:
    """How many of the largest hold 99% of the sum."""
    shares = np.cumsum(variances) / variances.sum()
    # The last directions of a layer that needs all of them are lost to rounding otherwise.
    return min(int(np.searchsorted(shares, _KEPT - 1e-12)) + 1, int(np.count_nonzero(variances > 0)))


def _gram(layer: Centered) -> tuple[np.ndarray, np.ndarray]:
    """Eigenvalues and eigenvectors of the Gram matrix (N, N), falling; those that drown in rounding are left out."""
    G = np.empty((layer.N, layer.N))
    blocks = list(_validate.row_blocks((layer.N, layer.D)))
    for i, a in enumerate(blocks):
        here = layer.rows(a, np.float64)
        for b in blocks[i:]:
            G[a, b] = here @ (here if a is b else layer.rows(b, np.float64)).T
            G[b, a] = G[a, b].T
    return _falling(G)


def _falling(S: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    values, vectors = np.linalg.eigh(S)
    values, vectors = values[::-1], vectors[:, ::-1]
    kept = max(1, int(np.count_nonzero(values > values[0] * len(S) * np.finfo(np.float64).eps)))
    return np.maximum(values[:kept], 0.0), np.ascontiguousarray(vectors[:, :kept])
