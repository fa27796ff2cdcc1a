"""Matrices that need not be in memory: what is read by slices of rows, and the reading of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol, runtime_checkable

import numpy as np

from inscape.errors import ArrayError
from inscape.shape import _validate

BLOCK = 8_000_000
"""Numbers of X that are held at once, as float64: 64 MB."""


@runtime_checkable
class Rows(Protocol):
    """What is read by slices of rows: a NumPy array, a memory map, a Zarr array."""

    @property
    def shape(self) -> tuple[int, ...]:
        """(N, D)."""
        ...

    @property
    def dtype(self) -> Any:
        """The type of a number."""
        ...

    def __getitem__(self, rows: slice, /) -> Any:
        """Some rows, as an array."""
        ...


def as_rows(X: Any, name: str = "X", *, rows: int = 1) -> Rows:
    """X as it is where it can be read by rows, else as an array; its shape and type are checked, not its numbers."""
    found = X if isinstance(X, Rows) else np.asarray(X)
    _validate.check_shape(tuple(found.shape), name, rows=rows)
    _validate.check_real(found.dtype, name)
    return found


def read(X: Rows, rows: slice) -> np.ndarray:
    """Some rows in memory; truth values as the numbers 0 and 1."""
    block: np.ndarray = np.asarray(X[rows])
    return block.astype(np.uint8) if block.dtype.kind == "b" else block


def blocks(X: Rows) -> Iterator[tuple[slice, np.ndarray]]:
    """All rows in order, some at a time."""
    for rows in _validate.row_blocks(X.shape, BLOCK):
        yield rows, read(X, rows)


def in_memory(X: Rows, name: str = "X") -> np.ndarray:
    """All rows, finite, in memory: float16 as float32, what is in memory already as it is."""
    if isinstance(X, np.ndarray) and not isinstance(X, np.memmap) and X.dtype.kind != "b" and X.dtype != np.float16:
        bad = sum(_validate.count_not_finite(block) for _, block in blocks(X))
        whole = X
    else:
        kept = np.float32 if np.dtype(X.dtype) == np.float16 else X.dtype
        whole = np.empty(X.shape, np.uint8 if np.dtype(kept).kind == "b" else kept)
        bad = 0
        for rows, block in blocks(X):
            bad += _validate.count_not_finite(block)
            whole[rows] = block
    if bad:
        raise _validate.not_finite(name, bad, X.shape[0])
    return whole


class Centered:
    """A matrix about its mean and to the order of one, in float64, read by blocks: squares neither overflow nor vanish.

    Raises:
        ArrayError: it holds NaN or infinity.
    """

    def __init__(self, X: Rows, name: str = "X") -> None:
        self._X = X
        self.N, self.D = X.shape
        total, bad = np.zeros(self.D), 0
        lowest, highest = np.full(self.D, np.inf), np.full(self.D, -np.inf)
        self._kept: np.ndarray | None = None
        for _, block in blocks(X):
            bad += _validate.count_not_finite(block)
            if bad:
                continue
            total += block.sum(axis=0, dtype=np.float64)
            np.minimum(lowest, block.min(axis=0), out=lowest)
            np.maximum(highest, block.max(axis=0), out=highest)
        if bad:
            raise _validate.not_finite(name, bad, self.N)
        with np.errstate(over="ignore"):
            self.mean = total / self.N
            low, high = (lowest - self.mean).min(), (highest - self.mean).max()
        if not (np.isfinite(self.mean).all() and np.isfinite(high - low)):
            raise ArrayError(
                f"{name} holds numbers too large to add up",
                got=f"values from {lowest.min():.3g} to {highest.max():.3g}",
                remedy=f"divide {name} by its largest absolute value first",
            )
        self.largest = float(max(high, -low))
        self.scale = self.largest if self.largest > 0 else 1.0
        if self.N * self.D <= BLOCK:
            self._kept = self._prepared(read(X, slice(0, self.N)))

    def _prepared(self, block: np.ndarray) -> np.ndarray:
        points: np.ndarray = np.subtract(block, self.mean, dtype=np.float64)
        points /= self.scale
        return points

    def __getitem__(self, rows: slice) -> np.ndarray:
        return self._kept[rows] if self._kept is not None else self._prepared(read(self._X, rows))

    def __iter__(self) -> Iterator[tuple[slice, np.ndarray]]:
        return ((rows, self[rows]) for rows in _validate.row_blocks((self.N, self.D), BLOCK))

    def take(self, indices: np.ndarray) -> np.ndarray:
        """The rows of these indices, which rise."""
        if self._kept is not None:
            return self._kept if len(indices) == self.N else self._kept[indices]
        taken = np.empty((len(indices), self.D))
        for rows in _validate.row_blocks((self.N, self.D), BLOCK):
            first, last = np.searchsorted(indices, [rows.start, rows.stop])
            if last > first:
                # Only the stretch that is wanted is read.
                start, stop = int(indices[first]), int(indices[last - 1]) + 1
                block = read(self._X, slice(start, stop))
                taken[first:last] = self._prepared(block[indices[first:last] - start])
        return taken
