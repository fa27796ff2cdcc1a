"""Distances from some samples to all others, by products of matrices in float64, X read by blocks."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float32, Float64, Int64

from inscape.shape.rows import Centered, Rows

_CACHED = 64_000  # products turned into distances at once: they stay in the cache, which is twice as fast


class Distances:
    """Squared Euclidean distances in one space, scaled, as float32 that holds any difference that matters.

    Raises:
        ArrayError: X holds NaN or infinity.
    """

    def __init__(self, X: Rows, name: str = "X") -> None:
        self.points = Centered(X, name)
        self._floor = 4.0 * (self.points.D + 8) * np.finfo(np.float64).eps
        self._norms = np.empty(self.points.N)
        for rows, block in self.points:
            np.einsum("ij,ij->i", block, block, out=self._norms[rows])

    def nearest(
        self, rows: Int64[np.ndarray, " row"], k: int
    ) -> tuple[Int64[np.ndarray, "row {k}"], Float64[np.ndarray, "row {k}"]]:
        """The k nearest other samples of these (rising indices), the nearest first; squared distances, unscaled.

        X is read once. Distances within rounding of each other may change places.
        """
        chosen, own = self.points.take(rows), self._norms[rows, None]
        indices, best = np.zeros((len(rows), 0), np.int64), np.zeros((len(rows), 0))
        for columns, block in self.points:
            squared = chosen @ block.T
            squared *= -2.0
            squared += self._norms[columns]
            first, last = np.searchsorted(rows, [columns.start, columns.stop])
            squared[np.arange(first, last), rows[first:last] - columns.start] = np.inf
            count = min(k, squared.shape[1])
            near = np.argpartition(squared, count - 1, axis=1)[:, :count]
            indices = np.hstack([indices, near + columns.start])
            best = np.hstack([best, np.take_along_axis(squared, near, 1)])
            order = np.lexsort((indices, best))[:, :k]
            indices, best = np.take_along_axis(indices, order, 1), np.take_along_axis(best, order, 1)
        best += own
        np.copyto(best, 0.0, where=best < self._floor * own)
        return indices, best * self.points.scale**2

    def squared(self, rows: Int64[np.ndarray, " row"]) -> Float32[np.ndarray, "row sample"]:
        """From these samples (rising indices) to all; infinity from a sample to itself."""
        found = np.empty((len(rows), self.points.N), np.float32)
        chosen = self.points.take(rows)
        own = self._norms[rows, None]
        for columns, block in self.points:
            # A product of a matrix with itself takes half the time: all rows are passed as the very same array.
            products = chosen @ (chosen if len(block) == len(chosen) == self.points.N else block).T
            norms = self._norms[columns]
            step = max(1, _CACHED // len(norms))
            for start in range(0, len(rows), step):
                some = slice(start, start + step)
                squared = products[some]
                squared *= -2.0
                squared += norms
                squared += own[some]
                # What rounding alone may have made (of copies, say) is zero; then ties go by index.
                np.copyto(squared, 0.0, where=squared < self._floor * own[some])
                found[some, columns] = squared
        found[np.arange(len(rows)), rows] = np.inf
        return found
