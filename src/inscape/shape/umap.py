"""UMAP to any number of dimensions, from neighbors that are known already."""

from __future__ import annotations

import warnings

import numpy as np
from jaxtyping import Float32, Shaped

from inscape.errors import ArrayError
from inscape.shape import _validate
from inscape.shape.neighbors import Neighbors
from inscape.shape.neighbors import neighbors as find_neighbors
from inscape.shape.pca import pca


def umap(
    X: Shaped[np.ndarray, "sample unit"],
    dims: int = 15,
    neighbors: Neighbors | None = None,
    init: Shaped[np.ndarray, "sample dimension"] | None = None,
    seed: int = 0,
    *,
    min_dist: float = 0.1,
    epochs: int | None = None,
) -> Float32[np.ndarray, "sample {dims}"]:
    """The samples laid out in `dims` dimensions by UMAP, the same for the same seed.

    Args:
        X: (N, D) real, finite, N ≥ 3.
        dims: 1 or more.
        neighbors: of these samples; found here (k = 15, or N - 1) where it is None. Their k is UMAP's n_neighbors.
        init: (N, dims) where to start; the layout goes on from there as it is. None: the principal components,
            10 wide, as umap-learn scales its own beginnings.
        seed: 0 to 2³² − 1.
        min_dist: how near samples may come, in the units of the layout, 0 to 1.
        epochs: rounds of optimization; None: 500 up to 10,000 samples, 200 above, as in umap-learn.

    Returns:
        (N, dims) float32, without units; only neighborhoods mean something, not distances.

    Raises:
        ArrayError: X is not such a matrix, or neighbors, init or an argument does not fit it.

    McInnes, Healy and Melville, "UMAP", arXiv:1802.03426; umap-learn makes the graph and moves the samples. The start
    follows Kobak and Linderman, Nature Biotechnology 39 (2021): principal components serve as well as a spectral
    layout, and never fail.

    >>> import numpy as np
    >>> X = np.random.default_rng(0).normal(size=(30, 5))
    >>> umap(X, dims=3, epochs=5).shape
    (30, 3)
    """
    X = _validate.matrix(X, rows=3)
    N = len(X)
    dims = _validate.check_integer(dims, "dims", 1, 65_536, "a layout has at least one dimension")
    seed = _validate.check_seed(seed)
    if epochs is None:
        epochs = 500 if N <= 10_000 else 200
    epochs = _validate.check_integer(epochs, "epochs", 1, 1_000_000, "the layout is optimized in whole rounds")
    if not 0.0 <= min_dist <= 1.0:
        raise ArrayError("min_dist is out of its range", got=f"min_dist = {min_dist!r}", remedy="give 0 to 1")
    if neighbors is None:
        neighbors = find_neighbors(X, k=min(15, N - 1), seed=seed)
    elif len(neighbors.indices) != N:
        raise ArrayError(
            "the neighbors are those of other samples",
            got=f"neighbors of {len(neighbors.indices)} samples, X of shape {X.shape}",
            remedy="pass shape.neighbors(X), or None",
        )
    start = _principal(X, dims, seed) if init is None else _given(init, N, dims)
    return _layout(X, neighbors, start, seed, min_dist, epochs)


def _layout(
    X: np.ndarray, neighbors: Neighbors, start: np.ndarray, seed: int, min_dist: float, epochs: int
) -> np.ndarray:
    with warnings.catch_warnings():
        # umap-learn warns of TensorFlow being absent, numba of its own deprecations: nothing a caller could mend.
        warnings.simplefilter("ignore")
        from umap.layouts import optimize_layout_euclidean
        from umap.umap_ import find_ab_params, fuzzy_simplicial_set, make_epochs_per_sample

        N = len(start)
        random = np.random.RandomState(seed)
        # umap-learn counts a sample as its own first neighbor.
        itself = np.arange(N, dtype=np.int32)[:, None]
        indices = np.hstack([itself, neighbors.indices])
        distances = np.hstack([np.zeros((N, 1), np.float32), neighbors.distances])
        graph = fuzzy_simplicial_set(
            X, indices.shape[1], random, neighbors.metric, knn_indices=indices, knn_dists=distances
        )[0].tocoo()
        graph.sum_duplicates()
        # Edges too weak to be drawn once in all the epochs.
        graph.data[graph.data < graph.data.max() / epochs] = 0.0
        graph.eliminate_zeros()
        a, b = find_ab_params(1.0, min_dist)
        bounds = np.iinfo(np.int32)
        layout: np.ndarray = optimize_layout_euclidean(
            start,
            start,
            graph.row,
            graph.col,
            epochs,
            N,
            make_epochs_per_sample(graph.data, epochs),
            a,
            b,
            random.randint(bounds.min + 1, bounds.max - 1, 3).astype(np.int64),
            initial_alpha=1.0,
            negative_sample_rate=5.0,
            parallel=False,
            move_other=True,
        )
    return np.ascontiguousarray(layout, dtype=np.float32)


def _principal(X: np.ndarray, dims: int, seed: int) -> np.ndarray:
    known = min(dims, *X.shape)
    start = np.zeros((len(X), dims))
    start[:, :known] = pca(X, known).coordinates
    widest = np.abs(start).max()
    start *= 10.0 / widest if widest > 0 else 1.0
    # Copies of one sample must be able to part, and dimensions beyond the rank to be used.
    start += np.random.default_rng(seed).normal(scale=1e-4 if widest > 0 else 1.0, size=start.shape)
    return np.ascontiguousarray(start, dtype=np.float32)


def _given(init: np.ndarray, N: int, dims: int) -> np.ndarray:
    init = _validate.matrix(init, "init")
    if init.shape != (N, dims):
        raise ArrayError(
            f"init must be of shape ({N}, {dims}): a row a sample, a column a dimension",
            got=f"an array of shape {init.shape}",
            remedy="give the layout to start from, or None",
        )
    return np.array(init, dtype=np.float32, order="C")
