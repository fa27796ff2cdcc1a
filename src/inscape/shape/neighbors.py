"""The nearest neighbors of every sample."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Int32, Shaped

from inscape.errors import ArrayError
from inscape.shape import _exact, _validate

METRICS = ("euclidean", "cosine")

EXACT_UP_TO = 20_000
"""Samples up to which all pairs are looked at. There it takes about as long as pynndescent with its compilation."""


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


def neighbors(X: Shaped[np.ndarray, "sample unit"], k: int = 15, metric: str = "euclidean", seed: int = 0) -> Neighbors:
    """The k nearest neighbors of every sample: exact up to 20,000 samples, by nearest-neighbor descent above.

    Args:
        X: (N, D) real, finite.
        k: 1 to N - 1.
        metric: "euclidean", or "cosine" (one minus the cosine, 0 to 2; a row of zeros lies at 1 from every other row,
            at 0 from other rows of zeros).
        seed: 0 to 2³² − 1, of the approximate search; the exact one draws nothing.

    Raises:
        ArrayError: X is not such a matrix, k does not fit, the metric is unknown.

    Equally near samples come in the order of their index. Above 20,000: Dong, Moses and Li, "Efficient k-nearest
    neighbor graph construction for generic similarity measures", WWW 2011, as pynndescent has it; its neighbors are
    then measured exactly.

    >>> import numpy as np
    >>> found = neighbors(np.array([[0.0], [1.0], [3.0]]), k=1)
    >>> found.indices.ravel().tolist(), found.distances.ravel().tolist()
    ([1, 0, 1], [1.0, 1.0, 2.0])
    """
    X = _validate.matrix(X, rows=2)
    if metric not in METRICS:
        raise ArrayError(
            "there is no such metric",
            got=f"metric = {metric!r}",
            remedy=f"choose one of {', '.join(METRICS)}",
        )
    k = _validate.check_integer(k, "k", 1, len(X) - 1, f"each of {len(X)} samples has {len(X) - 1} others")
    seed = _validate.check_seed(seed)
    points = _exact.on_sphere(X) if metric == "cosine" else X
    exact = len(X) <= EXACT_UP_TO
    indices, squared = _exact.nearest(points, k) if exact else _descend(points, k, seed)
    distances = 0.5 * squared if metric == "cosine" else np.sqrt(squared)
    return Neighbors(indices.astype(np.int32), distances.astype(np.float32), exact, metric)


def _descend(points: np.ndarray, k: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    from pynndescent import NNDescent

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # One more than asked for, since a sample finds itself.
        index = NNDescent(points.astype(np.float32), n_neighbors=k + 1, random_state=seed)
        found = index.neighbor_graph[0].astype(np.int64)
    itself = np.arange(len(points))[:, None]
    # The first k that are not the sample itself, order kept; a row with a gap (-1) or without enough is done exactly.
    wanted = (found != itself) & (found >= 0)
    order = np.argsort(~wanted, axis=1, kind="stable")[:, :k]
    indices = np.take_along_axis(found, order, 1)
    short = np.flatnonzero(wanted.sum(axis=1) < k)
    if len(short):
        indices[short], _ = _exact.nearest(points, k, short)
    squared = _exact.squared_distances(points, indices)
    order = np.lexsort((indices, squared))
    return np.take_along_axis(indices, order, 1), np.take_along_axis(squared, order, 1)
