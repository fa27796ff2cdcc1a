"""New samples placed into a layout that stays as it is."""

from __future__ import annotations

import warnings
from typing import Literal, get_args

import numpy as np
from jaxtyping import Float32, Float64, Int64, Shaped

from inscape.errors import ArrayError
from inscape.shape import _validate
from inscape.shape._umap_layout import FuzzyGraph, optimize
from inscape.shape.tsne import affinities_of

NEW_RATE = 0.25
"""How far a new sample goes at first, as in umap-learn: it begins nearly where it belongs."""
PERPLEXITY = 5.0
"""Of new samples of t-SNE, as in openTSNE: they are drawn to the nearest alone."""
ROUNDS = 250
Placing = Literal["umap", "tsne", "mean"]
"""By what new samples find their place."""
_ENTRIES = 4_000_000


def place(
    new: Shaped[np.ndarray, "other unit"],
    X: Shaped[np.ndarray, "sample unit"],
    Y: Shaped[np.ndarray, "sample dimension"],
    method: Placing = "umap",
    k: int = 15,
    seed: int = 0,
    *,
    min_dist: float = 0.1,
    epochs: int | None = None,
) -> Float32[np.ndarray, "other dimension"]:
    """Places for new samples in the layout Y of the samples X, which does not change.

    Each begins at the mean of its k nearest samples of X, the nearer the heavier, and is then moved as the method of
    the layout would have it. New samples do not see each other.

    Args:
        new: (n, D) real, finite: the new samples.
        X: (N, D) real, finite: what was laid out.
        Y: (N, d) real, finite: its layout.
        method: "umap", "tsne" (d = 2), or "mean": the weighted mean itself.
        k: 1 to N, how many samples of X each is drawn to.
        seed: 0 to 2³² − 1, of UMAP's random numbers.
        min_dist: that of the layout, of UMAP.
        epochs: rounds of optimization; None: 100 of UMAP up to 10,000 new samples, 30 above; 250 of t-SNE.

    Returns:
        (n, d) float32. A new sample that equals one of X gets its very place.

    Raises:
        ArrayError: the arrays do not fit each other, or an argument is out of its range.

    How far to trust it: a place is right as far as the new sample is like those that were laid out. One that is far
    from all of them is put beside its nearest all the same: look at its distance.

    McInnes, Healy and Melville, arXiv:1802.03426; Poličar, Stražar and Zupan, "Embedding to reference t-SNE space
    addresses batch effects in single-cell classification", Machine Learning 112 (2023).

    >>> import numpy as np
    >>> X = np.random.default_rng(0).normal(size=(30, 5))
    >>> np.allclose(place(X[:4], X, X[:, :2], k=5), X[:4, :2], atol=1e-6)
    True
    """
    new, X, Y = _validate.matrix(new, "new"), _validate.matrix(X), _validate.matrix(Y, "Y")
    _validate.check_same_rows(X, Y)
    if new.shape[1] != X.shape[1]:
        raise ArrayError(
            "new samples must have the same units as those that were laid out",
            got=f"new of shape {new.shape}, X of shape {X.shape}",
            remedy="record them by the same layer and reduction",
        )
    if method not in get_args(Placing):
        raise ArrayError("there is no such method", got=f"method = {method!r}", remedy="choose umap, tsne or mean")
    k = _validate.check_integer(k, "k", 1, len(X), f"there are {len(X)} samples to be near to")
    seed = _validate.check_seed(seed)
    indices, distances = nearest_of(new, X, k)
    same = distances[:, 0] == 0
    start = _weighted_mean(indices, distances, Y)
    if method == "umap" and len(X) > 2:
        epochs = epochs or (100 if len(new) <= 10_000 else 30)
        placed = optimize(
            _drawn_to(indices, distances), start, epochs, min_dist=min_dist, seed=seed, rate=NEW_RATE, fixed=Y
        )
    elif method == "tsne":
        placed = _partial(indices, distances, start, Y, epochs or ROUNDS)
    else:
        placed = start
    placed[same] = Y[indices[same, 0]]
    return np.ascontiguousarray(placed, dtype=np.float32)


def nearest_of(
    new: Shaped[np.ndarray, "other unit"], X: Shaped[np.ndarray, "sample unit"], k: int
) -> tuple[Int64[np.ndarray, "other {k}"], Float64[np.ndarray, "other {k}"]]:
    """The k samples of X nearest to each new one, the nearest first, and their Euclidean distances."""
    middle = X.mean(axis=0, dtype=np.float64)
    points = X.astype(np.float64) - middle
    norms = np.einsum("ij,ij->i", points, points)
    indices = np.empty((len(new), k), np.int64)
    distances = np.empty((len(new), k))
    spare = min(len(X), k + 8)
    for rows in _validate.row_blocks((len(new), max(len(X), spare * X.shape[1])), _ENTRIES):
        some = new[rows].astype(np.float64) - middle
        proposed = np.argpartition(norms - 2.0 * some @ points.T, spare - 1, axis=1)[:, :spare]
        # Differences decide: equal samples are at a distance of zero, not of rounding.
        exact = np.linalg.norm(points[proposed] - some[:, None], axis=2)
        order = np.lexsort((proposed, exact))[:, :k]
        indices[rows] = np.take_along_axis(proposed, order, 1)
        distances[rows] = np.take_along_axis(exact, order, 1)
    return indices, distances


def _weighted_mean(indices: np.ndarray, distances: np.ndarray, Y: np.ndarray) -> np.ndarray:
    # Relative to the nearest but not below a thousandth of the farthest: copies do not take all.
    near = distances / np.maximum(distances[:, -1:], np.finfo(np.float64).tiny)
    weights = 1.0 / np.maximum(near, 1e-3)
    weights /= weights.sum(axis=1, keepdims=True)
    start: np.ndarray = np.einsum("ij,ijd->id", weights, Y[indices])
    return start.astype(np.float32)


def _drawn_to(indices: np.ndarray, distances: np.ndarray) -> FuzzyGraph:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from umap.umap_ import compute_membership_strengths, smooth_knn_dist

        near = distances.astype(np.float32)
        # A new sample is not its own neighbor: the nearest need not be at full strength (umap-learn's transform).
        sigmas, rhos = smooth_knn_dist(near, float(near.shape[1]), local_connectivity=0.0)
        rows, columns, values, _ = compute_membership_strengths(indices, near, sigmas, rhos, bipartite=True)
    known = values > 0
    strengths = values[known].astype(np.float32)
    return FuzzyGraph(rows[known].astype(np.int32), columns[known].astype(np.int32), strengths)


def _partial(indices: np.ndarray, distances: np.ndarray, start: np.ndarray, Y: np.ndarray, rounds: int) -> np.ndarray:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from openTSNE.affinity import PrecomputedAffinities
        from openTSNE.tsne import PartialTSNEEmbedding, TSNEEmbedding
        from scipy.sparse import identity

        perplexity = max(1.0, min(PERPLEXITY, indices.shape[1] / 3))
        P = affinities_of(indices, distances, perplexity, others=len(Y))
        # What is there is asked for its places alone, never for what drew it together.
        there = TSNEEmbedding(Y, PrecomputedAffinities(identity(len(Y), format="csr"), normalize=False))
        embedding = PartialTSNEEmbedding(start, there, P=P, negative_gradient_method="bh", n_jobs=1)
        # The gentle settings of openTSNE's own transform: a new sample must not be thrown out of the picture.
        placed = embedding.optimize(rounds, learning_rate=0.1, exaggeration=1.5, momentum=0.8, max_grad_norm=0.25)
    return np.asarray(placed, dtype=np.float32)
