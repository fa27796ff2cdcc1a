"""How alike the units of a layer are: which follow each other, which are dead, which are there twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float32, Float64, Int64

from inscape.errors import ArrayError
from inscape.shape import _validate
from inscape.shape.pca import Rows

LARGEST = 16_384
"""Units of a layer up to which all pairs are compared: their correlations then take 2 GiB."""

DUPLICATE = 1e-6
"""Two units are one and the same where 1 − |r| is smaller than this: what float32 activations can tell."""


@dataclass(frozen=True)
class UnitCorrelation:
    """The correlations between the D units of a layer over N samples, and what each unit does by itself."""

    values: Float64[np.ndarray, "unit unit"]
    """(D, D): Pearson's r, −1 to 1, symmetric; 1 on the diagonal, and 0 wherever a dead unit is concerned."""
    mean: Float64[np.ndarray, " unit"]
    """(D,), in the units of X."""
    deviation: Float64[np.ndarray, " unit"]
    """(D,): the standard deviation over the samples (divided by N), in the units of X; 0 for dead units."""
    dead: Bool[np.ndarray, " unit"]
    """(D,): constant over all samples, but for rounding."""

    @property
    def distances(self) -> Float32[np.ndarray, "unit unit"]:
        """(D, D): 1 − |r|, 0 to 1; 0 on the diagonal. A dead unit has no correlation: it lies at 1 from all others."""
        found = np.empty(self.values.shape, np.float32)
        for block in _validate.row_blocks(found.shape):
            found[block] = 1.0 - np.abs(self.values[block])
        np.fill_diagonal(found, 0.0)
        return found


@dataclass(frozen=True)
class DuplicateUnits:
    """A group of units that are one and the same but for a factor and an offset."""

    units: list[int]
    """Two or more, ascending."""
    signs: list[int]
    """1 or −1 for each: whether it rises or falls with the first one."""


def unit_correlation(X: Rows) -> UnitCorrelation:
    """Pearson's correlation between all pairs of units; X is read by blocks of rows, twice, and never held whole.

    Args:
        X: (N, D) real, finite, N ≥ 3, D ≤ 16,384: an array, or anything with shape, dtype and row slicing (Zarr).

    Raises:
        ArrayError: X is not such a matrix, or holds NaN or infinity (the message counts the rows).

    Units are centered, brought to a range of one and multiplied in float64, so neither large offsets nor large or
    tiny values cost digits. A unit counts as dead where its range is within rounding (4 ε of the type of X) of its
    largest magnitude.

    >>> import numpy as np
    >>> found = unit_correlation(np.array([[0.0, 5.0, 1.0], [1.0, 3.0, 1.0], [2.0, 1.0, 1.0]]))
    >>> found.values.round(6).tolist(), found.dead.tolist()
    ([[1.0, -1.0, 0.0], [-1.0, 1.0, 0.0], [0.0, 0.0, 0.0]], [False, False, True])
    """
    from scipy.linalg.blas import dsyrk

    low, high, mean = _ranges(X)
    N, D = X.shape
    dead = _constant(low, high, X.dtype)
    spread = np.where(dead, 1.0, high - low)
    products = np.zeros((D, D), order="F")
    sums = np.zeros(D)
    for block in _validate.row_blocks((N, D), 4_000_000):
        z = (np.asarray(X[block], dtype=np.float64) - mean) / spread
        z[:, dead] = 0.0
        sums += z.sum(axis=0)
        # Only the upper half, added in place: a second matrix of this size would not fit beside it.
        products = dsyrk(1.0, z.T, beta=1.0, c=products, overwrite_c=1)
    values = products.T  # by rows: the lower half
    scale = np.sqrt(np.maximum(np.diagonal(values) - sums * sums / N, 0.0))
    safe = np.where(scale > 0, scale, 1.0)
    _finish(values, sums / np.sqrt(N), safe)
    values[dead] = 0.0
    values[:, dead] = 0.0
    live = np.flatnonzero(~dead)
    values[live, live] = 1.0
    deviation = np.where(dead, 0.0, scale * spread / np.sqrt(N))
    return UnitCorrelation(values, mean, deviation, dead)


def unit_distances(X: Rows) -> Float32[np.ndarray, "unit unit"]:
    """1 − |Pearson correlation| between all pairs of units, as Rauber et al. compare neurons.

    Args:
        X: (N, D), see `unit_correlation`.

    Returns:
        (D, D): 0 to 1, 0 on the diagonal; dead units lie at 1 from all others.

    Raises:
        ArrayError: see `unit_correlation`.

    Rauber, Fadel, Falcão and Telea, "Visualizing the hidden activity of artificial neural networks", IEEE TVCG 23
    (2017), section 4.3.

    >>> import numpy as np
    >>> unit_distances(np.array([[0.0, 4.0], [1.0, 2.0], [2.0, 0.0]])).round(6).tolist()
    [[0.0, 0.0], [0.0, 0.0]]
    """
    return unit_correlation(X).distances


def dead_units(X: Rows) -> Int64[np.ndarray, " dead"]:
    """The units that give the same for every sample, ascending; X is read once.

    Args:
        X: (N, D), see `unit_correlation`, with any number of units.

    Raises:
        ArrayError: see `unit_correlation`.

    >>> import numpy as np
    >>> dead_units(np.array([[0.0, 1.0], [0.0, 2.0], [0.0, 3.0]])).tolist()
    [0]
    """
    low, high, _ = _ranges(X, largest=None)
    return np.flatnonzero(_constant(low, high, X.dtype))


def duplicate_units(X: Rows, tolerance: float = DUPLICATE) -> list[DuplicateUnits]:
    """Groups of units that follow each other exactly, upright or negated: |r| > 1 − tolerance.

    Args:
        X: (N, D), see `unit_correlation`.
        tolerance: 0 to 1.

    Returns:
        A group for each set of two or more such units, by their first. Dead units are in none.

    Raises:
        ArrayError: see `unit_correlation`.

    >>> import numpy as np
    >>> a, b = np.array([0.0, 1.0, 3.0]), np.array([2.0, 0.0, 1.0])
    >>> duplicate_units(np.stack([a, b, 1 - 2 * a], axis=1))
    [DuplicateUnits(units=[0, 2], signs=[1, -1])]
    """
    return duplicates_of(unit_correlation(X), tolerance)


def duplicates_of(correlation: UnitCorrelation, tolerance: float = DUPLICATE) -> list[DuplicateUnits]:
    """As `duplicate_units`, from correlations that are known already."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    values = correlation.values
    pairs = []
    for block in _validate.row_blocks(values.shape):
        rows, columns = np.nonzero(np.abs(values[block]) > 1.0 - tolerance)
        pairs.append(np.stack([rows + block.start, columns]))
    rows, columns = np.concatenate(pairs, axis=1)
    graph = coo_matrix((np.ones(len(rows), np.int8), (rows, columns)), shape=values.shape)
    count, group = connected_components(graph, directed=False)
    members: list[list[int]] = [[] for _ in range(count)]
    for unit in np.flatnonzero(~correlation.dead):
        members[group[unit]].append(int(unit))
    return [
        DuplicateUnits(units, [1 if values[units[0], unit] > 0 else -1 for unit in units])
        for units in sorted(filter(lambda units: len(units) > 1, members))
    ]


def check_layer(X: Rows, largest: int | None = LARGEST) -> None:
    """Whether X has a shape and a type that units can be compared by."""
    _validate.check_shape(X.shape, "X", rows=3)
    _validate.check_real(X.dtype, "X")
    if largest is not None and X.shape[1] > largest:
        raise ArrayError(
            f"the units of a layer are compared pair by pair up to {largest:,} of them",
            got=f"{X.shape[1]:,} units",
            remedy="record the layer with reduction='mean', which keeps one number a channel",
        )


def _ranges(X: Rows, largest: int | None = LARGEST) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The lowest and the highest activation of each unit, and the mean, in float64."""
    check_layer(X, largest)
    N, D = X.shape
    low, high, total = np.full(D, np.inf), np.full(D, -np.inf), np.zeros(D)
    bad = 0
    for rows in _validate.row_blocks((N, D), 4_000_000):
        block = np.asarray(X[rows])
        wrong = _validate.count_not_finite(block)
        bad += wrong
        if wrong:
            continue
        block = block.astype(np.float64)
        np.minimum(low, block.min(axis=0), out=low)
        np.maximum(high, block.max(axis=0), out=high)
        total += block.sum(axis=0) / N
    if bad:
        raise _validate.not_finite("X", bad, N)
    return low, high, total


def _constant(low: np.ndarray, high: np.ndarray, dtype: Any) -> np.ndarray:
    kind = np.dtype(dtype)
    rounding = 4 * float(np.finfo(kind if kind.kind == "f" else np.float64).eps)
    found: np.ndarray = high - low <= rounding * np.maximum(np.abs(low), np.abs(high))
    return found


def _finish(values: np.ndarray, sums: np.ndarray, scale: np.ndarray) -> None:
    """Products (their lower half) to correlations, in place, and mirrored; `sums` divided by √N."""
    for block in _validate.row_blocks(values.shape):
        part = values[block]
        part -= np.outer(sums[block], sums)
        part /= scale[block, None]
        part /= scale
        np.clip(part, -1.0, 1.0, out=part)
    for block in _validate.row_blocks(values.shape):
        values[: block.start, block] = values[block, : block.start].T
        square = values[block, block]
        square[...] = np.tril(square) + np.tril(square, -1).T
