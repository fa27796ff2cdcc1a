"""A layer as every measure of similarity wants it: centered, of unit scale, read by blocks of rows."""

from __future__ import annotations

from typing import Any

import numpy as np

from inscape.errors import ArrayError
from inscape.shape import _validate
from inscape.shape.pca import Rows

_PIECE = 262_144
"""Numbers that are converted at once: what stays in the cache."""
_CONSTANT = 1e-24
"""A share of the squares that rounding of the mean alone leaves (float64)."""
_LARGEST = 1e120
"""A float64 of 1e200 is finite, its square is not."""
_SMALLEST_32, _LARGEST_32 = 1e-30, 1e30
"""Scales outside of which float32 runs out of exponents."""


class Centered:
    """(X - mean) / scale by blocks of rows. One pass over X finds the mean, the scale and what is not finite.

    Attributes:
        N, D: the shape of X.
        scale: the root mean square of the centered numbers: no product overflows or vanishes.
        constant: whether all samples are the same.
    """

    def __init__(self, X: Rows, name: str, *, scale: float | None = None) -> None:
        _validate.check_shape(X.shape, name)
        _validate.check_real(X.dtype, name)
        self.name = name
        self.N, self.D = X.shape
        self._X = X
        self._held: np.ndarray | None = None
        self._mean, squares, total = self._moments()
        self.constant = squares <= _CONSTANT * total
        root = float(np.sqrt(squares / (self.N * self.D)))
        self.scale = 1.0 if self.constant else root if scale is None else scale
        # A difference of float32 is right to its last digit; only the mean that is taken must not lose any.
        lost = np.abs(self._mean - self._mean.astype(np.float32)).max() if abs(root) < _LARGEST_32 else np.inf
        self._plain = self.scale > _SMALLEST_32 and lost < 1e-6 * self.scale

    def _moments(self) -> tuple[np.ndarray, float, float]:
        """Mean (D,), the squares about it, and about zero; blocks are merged as Chan et al. (1983) do."""
        count, mean, squares, bad = 0, np.zeros(self.D), 0.0, 0
        for rows in _validate.row_blocks((self.N, self.D)):
            block = np.asarray(self._X[rows])
            for piece in _validate.row_blocks(block.shape, _PIECE):
                values = block[piece].astype(np.float64)
                with np.errstate(all="ignore"):
                    own = np.full(len(values), 1.0 / len(values)) @ values
                if not np.isfinite(own).all():
                    bad += _validate.count_not_finite(values)
                    continue
                if np.abs(own).max() > _LARGEST:
                    raise _too_large(self.name, float(np.abs(own).max()))
                values -= own
                shift = own - mean
                share = len(values) / (count + len(values))
                squares += float(np.vdot(values, values)) + float(shift @ shift) * count * share
                mean += shift * share
                count += len(values)
        if bad:
            raise _validate.not_finite(self.name, bad, self.N)
        total = squares + self.N * float(mean @ mean)
        if not total < _LARGEST**2:
            raise _too_large(self.name, total**0.5)
        return mean, squares, total

    def hold(self, dtype: Any) -> None:
        """Keep the whole of it, so that it is read once."""
        self._held = self.rows(slice(0, self.N), dtype)

    def rows(self, rows: slice, dtype: Any) -> np.ndarray:
        """Some rows (B, D); a large offset costs no digits."""
        if self._held is not None and self._held.dtype == dtype:
            return self._held[rows]
        block = np.asarray(self._X[rows])
        found = np.empty(block.shape, dtype)
        if dtype == np.float32 and block.dtype in (np.float32, np.float16) and self._plain:
            np.subtract(block, self._mean.astype(np.float32), out=found)
            found *= np.float32(1.0 / self.scale)
            return found
        for piece in _validate.row_blocks(block.shape, _PIECE):
            values = block[piece].astype(np.float64)
            values -= self._mean
            np.multiply(values, 1.0 / self.scale, out=found[piece], casting="same_kind")
        return found


def _too_large(name: str, got: float) -> ArrayError:
    return ArrayError(
        f"{name} holds numbers too large to square",
        got=f"about {got:.3g}",
        remedy=f"divide {name} by its largest absolute value first",
    )
