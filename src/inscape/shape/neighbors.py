"""The nearest neighbors of every sample."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Int32

from inscape.errors import ArrayError
from inscape.shape import _exact, _validate
from inscape.shape._nearest_of_some import distances_of_some
from inscape.shape.rows import Rows, as_rows, in_memory

METRICS = ("euclidean", "cosine")

EXACT_UP_TO = 20_000
"""Samples up to which all pairs are looked at. There it takes about as long as pynndescent with its compilation."""

RECALL_SAMPLES = 500
"""How many samples' neighbors are compared with the exact ones to know the recall of approximate ones."""


@dataclass(frozen=True)
class Neighbors:
    """The k nearest neighbors of N samples, the nearest first; a sample is not its own neighbor."""

    indices: Int32[np.ndarray, "sample neighbor"]
    """(N, k)."""
    distances: Float32[np.ndarray, "sample neighbor"]
    """(N, k), in the units of the metric, ≥ 0, rising along each row."""
    exact: bool
    """True: all pairs were compared. False: found by nearest-neighbor descent, which misses about one in a hundred."""
    metric: str = "euclidean"

    @property
    def k(self) -> int:
        """How many neighbors each sample has here."""
        return int(self.indices.shape[1])

    def first(self, k: int) -> Neighbors:
        """The k nearest of them."""
        if k == self.k:
            return self
        indices, distances = (np.ascontiguousarray(array[:, :k]) for array in (self.indices, self.distances))
        return Neighbors(indices, distances, self.exact, self.metric)


def searches_all(shape: tuple[int, ...]) -> bool:
    """Whether `neighbors` of a matrix of this shape (N, D) are exact where nobody asks for either.

    >>> searches_all((2_000, 64)), searches_all((300_000, 512))
    (True, False)
    """
    return shape[0] <= EXACT_UP_TO


def neighbors(
    X: Rows,
    k: int = 15,
    metric: str = "euclidean",
    seed: int = 0,
    *,
    exact: bool | None = None,
    progress: Callable[[int], None] | None = None,
) -> Neighbors:
    """The k nearest neighbors of every sample: exact up to 20,000 samples, by nearest-neighbor descent above.

    Args:
        X: (N, D) real, finite: an array, or anything with shape, dtype and row slicing (Zarr, a memory map), which is
            read once.
        k: 1 to N - 1.
        metric: "euclidean", or "cosine" (one minus the cosine, 0 to 2; a row of zeros lies at 1 from every other row,
            at 0 from other rows of zeros).
        seed: 0 to 2³² − 1, of the approximate search; the exact one draws nothing.
        exact: True compares all pairs however many there are, False descends however few there are.
        progress: told how many samples have their neighbors since it was told last.

    Raises:
        ArrayError: X is not such a matrix, k does not fit, the metric is unknown.

    Equally near samples come in the order of their index. All pairs of many samples are compared by torch, on
    a GPU where there is one. The approximate search: Dong, Moses and Li, "Efficient k-nearest neighbor graph
    construction for generic similarity measures", WWW 2011, as pynndescent has it; `neighbor_recall` measures it.

    >>> import numpy as np
    >>> found = neighbors(np.array([[0.0], [1.0], [3.0]]), k=1)
    >>> found.indices.ravel().tolist(), found.distances.ravel().tolist()
    ([1, 0, 1], [1.0, 1.0, 2.0])
    """
    X = as_rows(X, rows=2)
    if metric not in METRICS:
        raise ArrayError(
            "there is no such metric",
            got=f"metric = {metric!r}",
            remedy=f"choose one of {', '.join(METRICS)}",
        )
    N = X.shape[0]
    k = _validate.check_integer(k, "k", 1, N - 1, f"each of {N} samples has {N - 1} others")
    seed = _validate.check_seed(seed)
    exact = searches_all(X.shape) if exact is None else exact
    whole = in_memory(X)
    points = _exact.on_sphere(whole) if metric == "cosine" else whole
    tell = progress or (lambda count: None)
    if exact:
        indices, squared = _exact.nearest(points, k, progress=tell)
    else:
        indices, squared = _descend(points, k, seed)
        tell(N)
    distances = 0.5 * squared if metric == "cosine" else np.sqrt(squared)
    return Neighbors(indices.astype(np.int32), distances.astype(np.float32), exact, metric)


def neighbor_recall(X: Rows, found: Neighbors, samples: int = RECALL_SAMPLES, seed: int = 0) -> tuple[float, int]:
    """The share of the true nearest neighbors that were found, and the number of samples that this was measured on.

    Args:
        X: (N, D): what the neighbors are of; read by blocks.
        found: the neighbors, however found.
        samples: how many samples' true neighbors are looked for, at most.
        seed: 0 to 2³² − 1, which chooses them.

    Returns:
        0 to 1, and N or `samples`. A neighbor counts that is as near as the true k-th (within 1e-5), so that copies and
        ties cost nothing.

    >>> import numpy as np
    >>> X = np.random.default_rng(0).normal(size=(200, 3))
    >>> neighbor_recall(X, neighbors(X, k=5))
    (1.0, 200)
    """
    X = as_rows(X, rows=2)
    N = X.shape[0]
    if len(found.indices) != N:
        raise ArrayError(
            "the neighbors are those of other samples",
            got=f"neighbors of {len(found.indices)} samples, X of shape {tuple(X.shape)}",
            remedy="pass what neighbors(X) returned for this X",
        )
    random = np.random.default_rng(_validate.check_seed(seed))
    rows = np.sort(random.choice(N, min(N, samples), replace=False))
    farthest = distances_of_some(X, rows, found.k, sphere=found.metric == "cosine")[:, -1]
    farthest = 0.5 * farthest if found.metric == "cosine" else np.sqrt(farthest)
    true = found.distances[rows] <= farthest[:, None] * (1 + 1e-5)
    return float(true.mean()), len(rows)


def _descend(points: np.ndarray, k: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    from pynndescent import NNDescent

    single = np.ascontiguousarray(points, np.float32)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # One more than asked for, since a sample finds itself.
        index = NNDescent(single, n_neighbors=k + 1, random_state=seed)
        found, distances = index.neighbor_graph
    del index
    itself = np.arange(len(points), dtype=found.dtype)
    if (found[:, 0] == itself).all() and (found[:, 1:] >= 0).all():
        indices, squared = found[:, 1:].astype(np.int64), distances[:, 1:].astype(np.float64) ** 2
    else:
        # The first k that are not the sample itself, order kept; a row with gaps (-1) and too few is done exactly.
        wanted = (found != itself[:, None]) & (found >= 0)
        order = np.argsort(~wanted, axis=1, kind="stable")[:, :k]
        indices = np.take_along_axis(found, order, 1).astype(np.int64)
        squared = np.take_along_axis(distances, order, 1).astype(np.float64) ** 2
        short = np.flatnonzero(wanted.sum(axis=1) < k)
        if len(short):
            indices[short], squared[short] = _exact.nearest(points, k, short)
    if points.dtype == np.float64:  # whose distances float32 may not tell apart
        squared = _exact.squared_distances(points, indices)
    out_of_order = np.flatnonzero((np.diff(squared, axis=1) <= 0).any(axis=1))
    order = np.lexsort((indices[out_of_order], squared[out_of_order]))
    for array in (indices, squared):
        array[out_of_order] = np.take_along_axis(array[out_of_order], order, 1)
    return indices, squared
