"""Principal components: exact, and out of core."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64

from inscape.errors import ArrayError
from inscape.shape import _validate
from inscape.shape._eigen import largest
from inscape.shape._gram import gram, pays
from inscape.shape.rows import Rows as Rows

# Numbers of X that are held at once, as float64: 64 MB. The smallest matrix of products is larger than that anyway.
_BLOCK = 8_000_000


@dataclass(frozen=True)
class PCA:
    """Principal components of N samples with D units, the first `dims` of them."""

    coordinates: Float32[np.ndarray, "sample dimension"]
    """(N, dims): (X - mean) @ components.T, in the units of X."""
    components: Float64[np.ndarray, "dimension unit"]
    """(dims, D): orthonormal rows, the largest variance first; the largest entry of each is positive."""
    mean: Float64[np.ndarray, " unit"]
    """(D,)."""
    variance: Float64[np.ndarray, " dimension"]
    """(dims,): the variance along each component, with N - 1 degrees of freedom."""
    explained: Float64[np.ndarray, " dimension"]
    """(dims,): the share of the whole variance, 0 to 1; zeros where nothing varies."""
    rank: int
    """How many of the components have any variance; along the others all coordinates are zero."""


def pca(X: Rows, dims: int) -> PCA:
    """The exact principal components of X, which is read by blocks of rows and never held whole, but for one case.

    Args:
        X: (N, D) real, finite, N ≥ 2: an array, or anything with shape, dtype and row slicing (Zarr, a memory map).
        dims: 1 to min(N, D).

    Raises:
        ArrayError: X is not such a matrix, holds NaN or infinity (the message counts the rows), or dims is too large.

    Means and products are accumulated in float64 about a mean taken first, so that a large offset costs no digits.
    The products are the covariance (D × D) or, where N < D, the Gram matrix (N × N); for which up to 6,000 samples are
    read into memory, in their own type. Variances below 1e-13 of the largest drown in rounding and count as none.
    Pearson, Philosophical Magazine 2 (1901).

    >>> import numpy as np
    >>> found = pca(np.array([[0.0, 0.0], [3.0, 4.0], [6.0, 8.0]]), dims=1)
    >>> found.components.round(6).tolist(), found.explained.round(6).tolist()
    ([[0.6, 0.8]], [1.0])
    """
    _validate.check_shape(X.shape, "X", rows=2)
    _validate.check_real(X.dtype, "X")
    N, D = X.shape
    dims = _validate.check_integer(
        dims, "dims", 1, min(N, D), f"{N} samples of {D} units span at most {min(N, D)} dimensions"
    )
    blocks = _Blocks(X)
    mean = _mean(blocks)
    blocks.center(mean)
    values, components, total = _from_gram(blocks, dims) if N < D else _from_covariance(blocks, dims)
    # Rounding of the products: what lies below cannot be told from zero.
    rank = int(np.count_nonzero(values > values[0] * max(N, D) * np.finfo(np.float64).eps)) if total > 0 else 0
    components = _completed(components, rank)
    peak = np.abs(components).argmax(axis=1)
    components *= np.where(components[np.arange(dims), peak] < 0, -1.0, 1.0)[:, None]
    coordinates = np.zeros((N, dims), np.float32)
    for rows, block in blocks:
        coordinates[rows, :rank] = block @ components[:rank].T
    values = np.where(np.arange(dims) < rank, values, 0.0)
    explained = values / total if total > 0 else np.zeros(dims)
    return PCA(coordinates, components, mean, values / (N - 1), explained, rank)


class _Blocks:
    """X as float64 blocks of rows: read again on each pass, or kept where there is a single one."""

    def __init__(self, X: Rows) -> None:
        self.N, self.D = X.shape
        self.X = X
        self._mean = np.zeros(self.D)
        self._only: np.ndarray | None = None

    def center(self, mean: np.ndarray) -> None:
        """Take `mean` from every row that is read from now on."""
        self._mean = mean
        if self._only is not None:
            self._only -= mean

    def rows(self, start: int = 0) -> list[slice]:
        return [s for s in _validate.row_blocks((self.N, self.D), _BLOCK) if s.start >= start]

    def __getitem__(self, rows: slice) -> np.ndarray:
        if self._only is not None:
            return self._only
        block = np.array(self.X[rows], np.float64)
        block -= self._mean
        if len(block) == self.N:
            self._only = block
        return block

    def __iter__(self) -> Iterator[tuple[slice, np.ndarray]]:
        return ((rows, self[rows]) for rows in self.rows())


def _mean(blocks: _Blocks) -> np.ndarray:
    total, bad = np.zeros(blocks.D), 0
    for _, block in blocks:
        with np.errstate(all="ignore"):
            subtotal = block.sum(axis=0)
        if not np.isfinite(subtotal).all():
            bad += _validate.count_not_finite(block)
        total += subtotal
    if bad:
        raise _validate.not_finite("X", bad, blocks.N)
    # A float64 of 1e200 is finite, its square is not.
    if not (np.abs(total) < 1e150).all():
        raise ArrayError(
            "X holds numbers too large to square",
            got=f"column sums up to {np.abs(total).max():.3g}",
            remedy="divide X by its largest absolute value first",
        )
    mean: np.ndarray = total / blocks.N
    return mean


def _from_covariance(blocks: _Blocks, dims: int) -> tuple[np.ndarray, np.ndarray, float]:
    S, drift = np.zeros((blocks.D, blocks.D)), np.zeros(blocks.D)
    for _, block in blocks:
        S += block.T @ block
        drift += block.sum(axis=0)
    # The mean itself is rounded; what is left of it is taken out here.
    S -= np.outer(drift, drift) / blocks.N
    values, vectors = largest(S, dims)
    return np.maximum(values, 0.0), vectors.T.copy(), float(np.trace(S))


def _from_gram(blocks: _Blocks, dims: int) -> tuple[np.ndarray, np.ndarray, float]:
    if pays(blocks.X):
        G = gram(blocks.X)
    else:
        G = np.empty((blocks.N, blocks.N))
        for rows, block in blocks:
            G[rows, rows] = block @ block.T
            for below in blocks.rows(start=rows.stop):
                G[below, rows] = blocks[below] @ block.T
                G[rows, below] = G[below, rows].T
    values, vectors = largest(G, dims)
    components = np.zeros((dims, blocks.D))
    for rows, block in blocks:
        components += vectors[rows].T @ block
    lengths = np.linalg.norm(components, axis=1, keepdims=True)
    return np.maximum(values, 0.0), components / np.where(lengths > 0, lengths, 1.0), float(np.trace(G))


def _completed(components: np.ndarray, rank: int) -> np.ndarray:
    """The first `rank` rows as they are, made exactly orthonormal; the others anything orthogonal to them."""
    dims, D = components.shape
    basis = components[:rank]
    for _ in range(2):
        Q, R = np.linalg.qr(basis.T)
        basis = (Q * np.where(np.diag(R) < 0, -1.0, 1.0)).T
    if rank == dims:
        return np.ascontiguousarray(basis)
    fill = np.random.Generator(np.random.PCG64(0)).standard_normal((dims - rank, D))
    for _ in range(2):
        fill -= (fill @ basis.T) @ basis
        fill = np.linalg.qr(fill.T)[0].T
    return np.ascontiguousarray(np.vstack([basis, fill]))
