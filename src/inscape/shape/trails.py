"""What trails tell: which classes part, and when; which samples change their cluster; how far each travels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Int32, Integer, Shaped

from inscape.errors import ArrayError
from inscape.shape import _validate

PARTED = 0.8
"""A class has parted where this share of it lies nearer to its own class than to any other."""
_SAMPLED = 2_000
"""Samples that are compared, where there are more."""
_PAIRS = 2_000_000  # distances held at once


@dataclass(frozen=True)
class Parting:
    """How far each class lies from the class that is nearest to it."""

    labels: Integer[np.ndarray, " class"]
    """(C,) the classes that were found, rising."""
    separation: Float32[np.ndarray, " class"]
    """(C,) −1 to 1, the mean silhouette of the class: 1 where it is small and far from every other class, 0 where it
    lies as near to another class as to itself, below 0 where it lies nearer to the other. NaN for a class of one."""
    apart: Float32[np.ndarray, " class"]
    """(C,) 0 to 1: the share of the class with a silhouette above 0, which lies nearer to its own class than to any
    other. NaN for a class of one."""
    nearest: Integer[np.ndarray, " class"]
    """(C,) the other class that most of the class has nearest."""


def parting(X: Shaped[np.ndarray, "sample unit"], labels: Shaped[np.ndarray, " sample"], seed: int = 0) -> Parting:
    """The mean silhouette of each class, by Euclidean distances.

    A class's number is made of mean distances to whole classes, so it does not depend on how large the class is or
    how many samples the others have.

    Args:
        X: (N, D) real, finite.
        labels: (N,) integers; samples with a negative one belong to no class and are left out.
        seed: 0 to 2³² − 1, which chooses about 2,000 samples where there are more: as many of every class, all of the
            small ones.

    Raises:
        ArrayError: X or labels is not such, or fewer than two classes are there.

    Rousseeuw, "Silhouettes: a graphical aid to the interpretation and validation of cluster analysis", Journal of
    Computational and Applied Mathematics 20 (1987).

    >>> import numpy as np
    >>> parting(np.array([[0.0], [1.0], [9.0], [10.0]]), np.array([0, 0, 1, 1])).apart.tolist()
    [1.0, 1.0]
    """
    X = _validate.matrix(X, rows=2)
    rows = chosen(labels, seed)
    if len(labels) != len(X):
        raise ArrayError(
            "every sample has a label",
            got=f"{len(labels)} labels of {len(X)} samples",
            remedy="give one integer a sample, negative for none",
        )
    return _silhouettes(X[rows], np.asarray(labels)[rows])


def chosen(labels: Shaped[np.ndarray, " sample"], seed: int = 0) -> Integer[np.ndarray, " some"]:
    """The samples that `parting` compares, rising: all labeled ones, or about 2,000 spread evenly over the classes."""
    labels = _labels(labels)
    values, counts = np.unique(labels[labels >= 0], return_counts=True)
    if len(values) < 2:
        raise ArrayError(
            "classes part from each other: at least two are needed",
            got=f"{len(values)} class{'' if len(values) == 1 else 'es'} among {len(labels)} samples",
            remedy="record samples of several classes, with their labels",
        )
    rows = np.flatnonzero(labels >= 0)
    if len(rows) <= _SAMPLED:
        return rows
    quota = _quota(counts, _SAMPLED)
    rng = np.random.default_rng(_validate.check_seed(seed))
    parts = []
    for value in values:
        members = np.flatnonzero(labels == value)
        parts.append(members if len(members) <= quota else rng.choice(members, quota, replace=False))
    return np.sort(np.concatenate(parts))


def parted_from(apart: Shaped[np.ndarray, "step class"], share: float = PARTED) -> list[int | None]:
    """The first step from which each class stays parted, to the last step; None where it has not parted at the end.

    Args:
        apart: (T, C) the share of each class that lies nearer to its own class, step by step.
        share: from which a class has parted, 0 to 1.

    >>> import numpy as np
    >>> parted_from(np.array([[0.95, 0.1], [0.5, 0.95], [0.97, 0.2]]))
    [2, None]
    """
    holds = np.asarray(apart) >= share
    # A class stays parted for as many steps as hold without a gap, counted from the end.
    staying = np.cumprod(holds[::-1], axis=0).sum(axis=0)
    return [len(holds) - int(count) if count else None for count in staying]


def majority(
    neighbors: Integer[np.ndarray, "sample neighbor"],
    labels: Integer[np.ndarray, " sample"],
    before: Int32[np.ndarray, " sample"] | None = None,
) -> Int32[np.ndarray, " sample"]:
    """The class that most of each sample's neighbors have: the cluster that the sample lies in.

    Args:
        neighbors: (N, k) indices.
        labels: (N,) integers; neighbors with a negative one have no vote.
        before: (N,) the clusters of the step before, which a tie leaves as they are; otherwise the smaller label wins.

    Returns:
        (N,) labels; −1 where no neighbor has one, and `before` does not say.

    >>> import numpy as np
    >>> majority(np.array([[1, 2], [0, 2], [0, 1]]), np.array([5, 5, 7])).tolist()
    [5, 5, 5]
    """
    labels = _labels(labels)
    values = np.unique(labels[labels >= 0])
    if not len(values):
        return np.full(len(neighbors), -1, np.int32) if before is None else before.copy()
    places = np.where(labels >= 0, np.searchsorted(values, labels), len(values))
    found = np.empty(len(neighbors), np.int32)
    step = max(1, _PAIRS // (len(values) + 1))
    for start in range(0, len(neighbors), step):
        some = slice(start, start + step)
        near = places[neighbors[some]]
        keys = near + np.arange(len(near))[:, None] * (len(values) + 1)
        votes = np.bincount(keys.ravel(), minlength=len(near) * (len(values) + 1)).reshape(len(near), -1)[:, :-1]
        best = votes.argmax(axis=1)
        most = votes[np.arange(len(near)), best]
        cluster = np.where(most > 0, values[best], -1)
        if before is not None:
            last = np.searchsorted(values, before[some]).clip(0, len(values) - 1)
            tied = (votes[np.arange(len(near)), last] == most) & ((values[last] == before[some]) | (most == 0))
            cluster = np.where(tied, before[some], cluster)
        found[some] = cluster
    return found


def switches(clusters: Sequence[Integer[np.ndarray, " sample"]]) -> Int32[np.ndarray, " sample"]:
    """How often each sample's cluster changed from one step to the next.

    Args:
        clusters: T arrays (N,), see `majority`.

    >>> import numpy as np
    >>> switches([np.array([0, 1]), np.array([0, 2]), np.array([0, 1])]).tolist()
    [0, 2]
    """
    stacked = np.stack([np.asarray(step) for step in clusters])
    changes: np.ndarray = np.count_nonzero(stacked[1:] != stacked[:-1], axis=0).astype(np.int32)
    return changes


def traveled(paths: Shaped[np.ndarray, "sample step 2"]) -> Float32[np.ndarray, " sample"]:
    """The length of each trail, the steps' straight lines added up.

    Args:
        paths: (N, T, 2).

    >>> import numpy as np
    >>> traveled(np.array([[[0.0, 0.0], [3.0, 4.0], [3.0, 5.0]]])).tolist()
    [6.0]
    """
    differences = np.diff(np.asarray(paths), axis=1)
    lengths: np.ndarray = np.sqrt(np.einsum("nij,nij->ni", differences, differences)).sum(axis=1, dtype=np.float64)
    return lengths.astype(np.float32)


def _quota(counts: np.ndarray, total: int) -> int:
    """The most samples of one class, so that all classes together have about `total`."""
    quota = total // len(counts)
    while quota < counts.max():
        spare = total - int(np.minimum(counts, quota).sum())
        step = spare // int(np.count_nonzero(counts > quota))
        if step < 1:
            break
        quota += step
    return max(quota, 2)


def _labels(labels: np.ndarray) -> np.ndarray:
    labels = np.asarray(labels)
    if labels.ndim != 1 or labels.dtype.kind not in "iu":
        raise ArrayError(
            "labels are one integer a sample",
            got=f"an array of shape {labels.shape} and dtype {labels.dtype}",
            remedy="number the classes; negative is no class",
        )
    return labels.astype(np.int64)


def _silhouettes(X: np.ndarray, labels: np.ndarray) -> Parting:
    values, places, counts = np.unique(labels, return_inverse=True, return_counts=True)
    points = X.astype(np.float64)
    points -= points.mean(axis=0)
    norms = np.einsum("ij,ij->i", points, points)
    member = np.zeros((len(points), len(values)))
    member[np.arange(len(points)), places] = 1.0
    mine = np.empty(len(points))
    other = np.empty(len(points))
    nearest = np.empty(len(points), np.int64)
    step = max(1, _PAIRS // len(points))
    for start in range(0, len(points), step):
        rows = np.arange(start, min(start + step, len(points)))
        squared = norms[rows, None] + norms - 2.0 * (points[rows] @ points.T)
        squared[np.arange(len(rows)), rows] = 0.0
        sums = np.sqrt(np.maximum(squared, 0.0)) @ member
        own = places[rows]
        # A sample is at distance zero from itself, which is not counted.
        mine[rows] = sums[np.arange(len(rows)), own] / np.maximum(counts[own] - 1, 1)
        sums /= counts
        sums[np.arange(len(rows)), own] = np.inf
        nearest[rows] = sums.argmin(axis=1)
        other[rows] = sums[np.arange(len(rows)), nearest[rows]]
    larger = np.maximum(mine, other)
    silhouette = np.divide(other - mine, larger, out=np.zeros(len(points)), where=larger > 0)
    separation, apart = np.full(len(values), np.nan), np.full(len(values), np.nan)
    neighbor = np.empty(len(values), values.dtype)
    for i in range(len(values)):
        inside = places == i
        neighbor[i] = values[np.bincount(nearest[inside], minlength=len(values)).argmax()]
        if counts[i] > 1:
            separation[i] = silhouette[inside].mean()
            apart[i] = np.mean(silhouette[inside] > 0)
    return Parting(values, separation.astype(np.float32), apart.astype(np.float32), neighbor)
