"""Distances from some samples to all others, by products of matrices in float64, X read by blocks."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from jaxtyping import Float32, Int64

from inscape.shape._gram import gram, pays
from inscape.shape.rows import Centered, Rows

_CACHED = 64_000  # products turned into distances at once: they stay in the cache, which is twice as fast


class Distances:
    """Squared Euclidean distances in one space, scaled, as float32 that holds any difference that matters.

    Raises:
        ArrayError: X holds NaN or infinity.
    """

    def __init__(self, X: Rows, name: str = "X") -> None:
        self._N, D = X.shape
        self._floor = 4.0 * (D + 8) * np.finfo(np.float64).eps
        self._gram: np.ndarray | None = None
        if pays(X):
            self._gram = gram(X, name)
            self._norms = np.diag(self._gram).copy()
            largest = float(np.sqrt(self._norms.max()))
            self._scale = largest if largest > 0 else 1.0
            self._gram /= self._scale**2
            self._norms /= self._scale**2
            return
        self._points = Centered(X, name)
        self._scale = self._points.scale
        self._norms = np.empty(self._N)
        for rows, block in self._points:
            np.einsum("ij,ij->i", block, block, out=self._norms[rows])

    def _products(self, rows: np.ndarray) -> Iterator[tuple[slice, np.ndarray]]:
        """Of these samples with all, some columns at a time."""
        if self._gram is not None:
            yield slice(0, self._N), self._gram[rows]
            return
        chosen = self._points.take(rows)
        for columns, block in self._points:
            # A product of a matrix with itself takes half the time: all rows are passed as the very same array.
            yield columns, chosen @ (chosen if len(block) == len(chosen) == self._N else block).T

    def squared(self, rows: Int64[np.ndarray, " row"]) -> Float32[np.ndarray, "row sample"]:
        """From these samples (rising indices) to all; infinity from a sample to itself."""
        found = np.empty((len(rows), self._N), np.float32)
        own = self._norms[rows, None]
        for columns, products in self._products(rows):
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
