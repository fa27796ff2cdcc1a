"""How far to trust an embedding: which neighbors it invents, and which it loses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Int64, Shaped

from inscape.shape import _validate

_PAIRS = 4_000_000  # distances held at once in each space
_CACHED = 64_000  # distances turned into keys at once: they stay in the cache, which is twice as fast
_ALL_ROWS_UP_TO = 20_000
_SAMPLED_ROWS = 2_000


@dataclass(frozen=True)
class Quality:
    """How well the neighbors in an embedding agree with those in the data."""

    trustworthiness: float
    """0 to 1: 1 where no sample has a neighbor in the embedding that is far away in the data; about ½ by chance."""
    continuity: float
    """0 to 1: 1 where no neighbor in the data was torn away in the embedding; about ½ by chance."""
    recall: float
    """0 to 1: the share of the k neighbors in the data that still are among the k neighbors in the embedding."""
    per_sample: Float32[np.ndarray, " sample"]
    """(N,): the recall of each sample, NaN where it was not measured."""
    k: int
    sampled: int | None = None
    """How many samples were measured (against all others), or None: all of them."""


def quality(
    X: Shaped[np.ndarray, "sample unit"], Y: Shaped[np.ndarray, "sample dimension"], k: int = 15, seed: int = 0
) -> Quality:
    """Trustworthiness, continuity and neighbor recall of the embedding Y of the data X (Euclidean neighbors).

    Args:
        X: (N, D) real, finite: the data.
        Y: (N, d) real, finite: its embedding.
        k: 1 to (N - 1) // 2, the size of a neighborhood.
        seed: 0 to 2³² − 1, which chooses the 2,000 samples that are measured where N > 20,000.

    Raises:
        ArrayError: X or Y is not such a matrix, they differ in N, or k does not fit.

    Venna and Kaski, "Neighborhood preservation in nonlinear projection methods", ICANN 2001, equations 1 and 2.
    Equally near samples are ranked by their index, in both spaces; so are distances within rounding of zero or of
    each other (1e-7).

    >>> import numpy as np
    >>> X = np.arange(20.0)[:, None]
    >>> quality(X, X[::-1], k=3).recall
    1.0
    """
    X, Y = _validate.matrix(X, rows=3), _validate.matrix(Y, "Y", rows=3)
    _validate.check_same_rows(X, Y)
    N = len(X)
    k = _validate.check_integer(
        k, "k", 1, (N - 1) // 2, f"ranks can be compared up to half of the other {N - 1} samples"
    )
    rows, sampled = np.arange(N), None
    if N > _ALL_ROWS_UP_TO:
        sampled = _SAMPLED_ROWS
        rows = np.sort(np.random.default_rng(_validate.check_seed(seed)).choice(N, sampled, replace=False))
    data, embedding = _Space(X), _Space(Y)
    invented = torn = 0
    per_sample = np.full(N, np.nan, np.float32)
    step = max(1, _PAIRS // N)
    for start in range(0, len(rows), step):
        here = rows[start : start + step]
        in_data, in_embedding = data.keys(here), embedding.keys(here)
        near, seen = _nearest(in_data, k), _nearest(in_embedding, k)
        # A rank above k in the other space is what makes a neighbor wrong; the others are shared.
        ranks = _ranks(in_data, seen)
        invented += int(np.maximum(ranks - k, 0).sum())
        torn += int(np.maximum(_ranks(in_embedding, near) - k, 0).sum())
        per_sample[here] = np.count_nonzero(ranks <= k, axis=1) / k
    worst = len(rows) * k * (2 * N - 3 * k - 1) / 2
    recall = float(per_sample[rows].astype(np.float64).mean())
    return Quality(1.0 - invented / worst, 1.0 - torn / worst, recall, per_sample, k, sampled)


class _Space:
    """Distances in one space as integer keys, which sort by distance, then by index."""

    def __init__(self, X: np.ndarray) -> None:
        points = X.astype(np.float64)
        points -= points.mean(axis=0)
        # To the order of one: squares neither overflow nor vanish, and float32 holds any distance that matters.
        largest = np.abs(points).max()
        self.points = points / largest if largest > 0 else points
        self.norms = np.einsum("ij,ij->i", self.points, self.points)
        self.floor = 4.0 * (X.shape[1] + 8) * np.finfo(np.float64).eps

    def keys(self, rows: np.ndarray) -> Int64[np.ndarray, "row sample"]:
        # A product of a matrix with itself takes half the time: all rows are passed as the very same array.
        chosen = self.points if len(rows) == len(self.points) else self.points[rows]
        products = chosen @ self.points.T
        keys = np.empty(products.shape, np.int64)
        index = np.arange(len(self.points))
        step = max(1, _CACHED // len(index))
        for start in range(0, len(rows), step):
            some = slice(start, start + step)
            own = self.norms[rows[some], None]
            squared = products[some]
            squared *= -2.0
            squared += self.norms
            squared += own
            # What rounding alone may have made (of copies, say) is zero; then ties go by index.
            squared *= squared >= self.floor * own
            # The bits of a float32 ≥ 0 sort as the number does.
            keys[some] = squared.astype(np.float32).view(np.int32)
            keys[some] <<= 32
            keys[some] |= index
        keys[np.arange(len(rows)), rows] = np.iinfo(np.int64).max
        return keys


def _nearest(keys: np.ndarray, k: int) -> np.ndarray:
    """The index of the k nearest samples of each row."""
    indices: np.ndarray = np.partition(keys, k - 1, axis=1)[:, :k] & 0xFFFFFFFF
    return indices


def _ranks(keys: np.ndarray, samples: np.ndarray) -> np.ndarray:
    """The rank of these samples of each row, 1 for the nearest."""
    wanted = np.take_along_axis(keys, samples, 1)
    ordered = np.sort(keys, axis=1)
    ranks = np.empty(samples.shape, np.int64)
    for row in range(len(keys)):
        ranks[row] = np.searchsorted(ordered[row], wanted[row])
    return ranks + 1
