"""How far to trust an embedding: which neighbors it invents, which it loses, how well its distances are in order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Shaped

from inscape.errors import ArrayError
from inscape.shape import _ranking, _validate
from inscape.shape._distances import Distances
from inscape.shape.rows import Rows, as_rows

HIT_NEIGHBORS = 6
"""The k of the neighborhood hit, as Rauber et al. have it."""

_PAIRS = 16_000_000  # distances held at once in each space: 64 MB
_ALL_ROWS_UP_TO = 20_000
_SAMPLED_ROWS = 2_000
_OTHERS = 256  # to which each sample's distances are put in order
_ORDERED_PAIRS = 200_000


@dataclass(frozen=True)
class Quality:
    """How well an embedding agrees with the data: by neighbors, by distances, and, where there are labels, by them."""

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
    correlation: float | None = None
    """−1 to 1: Spearman's rank correlation of the distances in the data and in the embedding, over sampled pairs: the
    Shepard diagram as one number. None where all distances are the same."""
    hit: float | None = None
    """0 to 1: the share of the 6 nearest labeled samples in the embedding that bear the sample's own label, over all
    that have one. None without labels."""
    per_sample_trustworthiness: Float32[np.ndarray, " sample"] | None = None
    """(N,): its mean is the trustworthiness; below 0 where all neighbors were invented from the far end of the data."""
    per_sample_continuity: Float32[np.ndarray, " sample"] | None = None
    """(N,): its mean is the continuity."""
    per_sample_correlation: Float32[np.ndarray, " sample"] | None = None
    """(N,): the rank correlation of the sample's distances to 256 others, the same for all. NaN where all are equal."""
    per_sample_hit: Float32[np.ndarray, " sample"] | None = None
    """(N,): NaN for samples without a label; None without labels at all."""


def quality(
    X: Rows,
    Y: Rows,
    k: int = 15,
    seed: int = 0,
    *,
    labels: Shaped[np.ndarray, " sample"] | None = None,
) -> Quality:
    """Trustworthiness, continuity, recall, distance correlation and neighborhood hit of the embedding Y of the data X.

    Args:
        X: (N, D) real, finite: the data; an array, or anything with shape, dtype and row slicing (Zarr, a memory map),
            which is then read by blocks and never held whole.
        Y: (N, d) real, finite: its embedding.
        k: 1 to (N - 1) // 2, the size of a neighborhood.
        seed: 0 to 2³² − 1, which chooses the 2,000 samples that are measured where N > 20,000, and the others to which
            distances are put in order.
        labels: (N,) integers, −1 where a sample has none: such a sample is left out of the neighborhood hit.

    Raises:
        ArrayError: X or Y is not such a matrix, they differ in N, k does not fit, or labels are not such a list.

    Neighbors are Euclidean. Venna and Kaski, "Neighborhood preservation in nonlinear projection methods", ICANN 2001,
    equations 1 and 2; Shepard, "The analysis of proximities", Psychometrika 27 (1962); Rauber, Fadel, Falcão and Telea,
    "Visualizing the hidden activity of artificial neural networks", TVCG 23 (2017), for the hit. Equally near samples
    are ranked by their index, in both spaces; so are distances within rounding of zero or of each other (1e-7).

    >>> import numpy as np
    >>> X = np.arange(20.0)[:, None]
    >>> found = quality(X, X[::-1], k=3)
    >>> found.recall, found.correlation
    (1.0, 1.0)
    """
    return qualities(X, [Y], k, seed, labels=labels)[0]


def qualities(
    X: Rows,
    embeddings: Sequence[Rows],
    k: int = 15,
    seed: int = 0,
    *,
    labels: Shaped[np.ndarray, " sample"] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[Quality]:
    """The `quality` of several embeddings of the same data, whose distances are measured and sorted once for all.

    `progress` is told the samples measured and their number.

    >>> import numpy as np
    >>> X = np.random.default_rng(0).normal(size=(50, 4))
    >>> [round(found.recall, 2) for found in qualities(X, [X, X[:, :1]], k=5)]
    [1.0, 0.22]
    """
    X = as_rows(X, rows=3)
    embeddings = [as_rows(Y, "Y", rows=3) for Y in embeddings]
    for Y in embeddings:
        _validate.check_same_rows(X, Y)
    N = X.shape[0]
    k = _validate.check_integer(
        k, "k", 1, (N - 1) // 2, f"ranks can be compared up to half of the other {N - 1} samples"
    )
    groups = None if labels is None else _labels(labels, N)
    random = np.random.default_rng(_validate.check_seed(seed))
    rows, sampled = np.arange(N), None
    if N > _ALL_ROWS_UP_TO:
        sampled = _SAMPLED_ROWS
        rows = np.sort(random.choice(N, sampled, replace=False))
    # One more than is needed: it stands in for a sample among them, which has no distance to itself.
    others = random.permutation(N)[: _OTHERS + 1]
    # Of the pairs of a row and an other, so many that their order can be told at leisure.
    chosen = np.zeros(N, bool)
    chosen[random.permutation(rows)[: max(1, _ORDERED_PAIRS // (len(others) - 1))]] = True
    data, spaces = Distances(X), [Distances(Y, "Y") for Y in embeddings]
    sums = [_Sums(N, k, rows, groups) for _ in spaces]
    pairs: list[list[np.ndarray]] = [[] for _ in (X, *spaces)]
    step = max(1, _PAIRS // N)
    for start in range(0, len(rows), step):
        here = rows[start : start + step]
        squared = data.squared(here)
        ordered = np.sort(squared, axis=1)
        near = _ranking.nearest(squared, ordered, k)
        apart = _to_others(squared, here, others)
        far = _ranking.average_ranks(apart)
        pairs[0].append(apart[chosen[here]])
        for space, measured, these in zip(spaces, sums, pairs[1:], strict=True):
            seen = space.squared(here)
            apart = _to_others(seen, here, others)
            these.append(apart[chosen[here]])
            measured.add(here, (squared, ordered, near), seen, far, _ranking.average_ranks(apart))
        if progress is not None:
            progress(start + len(here), len(rows))
    in_order = [_ranking.average_ranks(np.concatenate(these).reshape(1, -1)) for these in pairs]
    found = []
    for measured, ranked in zip(sums, in_order[1:], strict=True):
        correlation = float(_ranking.correlations(in_order[0], ranked)[0])
        found.append(measured.result(None if np.isnan(correlation) else correlation, sampled))
    return found


class _Sums:
    """What is measured of one embedding, block of rows by block of rows."""

    def __init__(self, N: int, k: int, rows: np.ndarray, groups: np.ndarray | None) -> None:
        self._k, self._rows = k, rows
        self._groups = groups
        self._unlabeled = np.flatnonzero(np.zeros(0) if groups is None else groups < 0)
        if groups is not None and N - len(self._unlabeled) <= HIT_NEIGHBORS:
            self._groups = None
        # Half the largest sum of ranks that a sample's invented neighbors can be too far away by.
        self._worst = k * (2 * N - 3 * k - 1) / 2
        self._invented, self._torn = np.zeros(N, np.int64), np.zeros(N, np.int64)
        self._recall, self._correlation, self._hit = (np.full(N, np.nan, np.float32) for _ in range(3))

    def add(
        self,
        here: np.ndarray,
        data: tuple[np.ndarray, np.ndarray, np.ndarray],
        seen: np.ndarray,
        far: np.ndarray,
        apart: np.ndarray,
    ) -> None:
        k = self._k
        squared, ordered, near = data
        in_order = np.sort(seen, axis=1)
        close = _ranking.nearest(seen, in_order, k)
        # A rank above k in the other space is what makes a neighbor wrong; the others are shared.
        ranks = _ranking.ranks(squared, ordered, close)
        self._recall[here] = np.count_nonzero(ranks <= k, axis=1) / k
        self._invented[here] = np.maximum(ranks - k, 0).sum(axis=1)
        self._torn[here] = np.maximum(_ranking.ranks(seen, in_order, near) - k, 0).sum(axis=1)
        self._correlation[here] = _ranking.correlations(far, apart)
        if self._groups is not None:
            if len(self._unlabeled):
                seen[:, self._unlabeled] = np.inf
                in_order = np.sort(seen, axis=1)
            around = self._groups[_ranking.nearest(seen, in_order, HIT_NEIGHBORS)]
            own = self._groups[here]
            hit = (around == own[:, None]).mean(axis=1)
            self._hit[here] = np.where(own < 0, np.nan, hit)

    def result(self, correlation: float | None, sampled: int | None) -> Quality:
        rows, worst = self._rows, self._worst
        trust, kept = (np.full(len(self._recall), np.nan, np.float32) for _ in range(2))
        trust[rows] = 1.0 - self._invented[rows] / worst
        kept[rows] = 1.0 - self._torn[rows] / worst
        labeled = self._hit[np.isfinite(self._hit)]
        return Quality(
            trustworthiness=float(1.0 - self._invented[rows].sum() / (worst * len(rows))),
            continuity=float(1.0 - self._torn[rows].sum() / (worst * len(rows))),
            recall=float(self._recall[rows].astype(np.float64).mean()),
            per_sample=self._recall,
            k=self._k,
            sampled=sampled,
            correlation=correlation,
            hit=float(labeled.astype(np.float64).mean()) if len(labeled) else None,
            per_sample_trustworthiness=trust,
            per_sample_continuity=kept,
            per_sample_correlation=self._correlation,
            per_sample_hit=self._hit if len(labeled) else None,
        )


def _to_others(squared: np.ndarray, rows: np.ndarray, others: np.ndarray) -> np.ndarray:
    """The squared distances of each row to the same number of others, never to itself."""
    found = squared[:, others[:-1]]
    place = np.full(squared.shape[1], -1)
    place[others[:-1]] = np.arange(len(others) - 1)
    among = np.flatnonzero(place[rows] >= 0)
    found[among, place[rows[among]]] = squared[among, others[-1]]
    return found


def _labels(labels: np.ndarray, N: int) -> np.ndarray:
    found = np.asarray(labels)
    if found.shape != (N,) or found.dtype.kind not in "iub":
        raise ArrayError(
            "labels must be integers, one a sample, -1 where there is none",
            got=f"an array of shape {found.shape} and dtype {found.dtype} for {N} samples",
            remedy="give numbers of classes, such as np.unique(names, return_inverse=True)[1], or None",
        )
    return found.astype(np.int64)
