"""UMAP's two halves, from umap-learn: the fuzzy graph of known neighbors, and the moving of samples along its edges."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import cache

import numpy as np
from jaxtyping import Float32, Int32

from inscape.shape.neighbors import Neighbors


@dataclass(frozen=True)
class FuzzyGraph:
    """Which samples attract each other, and how strongly."""

    heads: Int32[np.ndarray, " edge"]
    """(E,) the sample that is moved."""
    tails: Int32[np.ndarray, " edge"]
    """(E,) the sample that it is drawn to."""
    strengths: Float32[np.ndarray, " edge"]
    """(E,) 0 to 1."""


def fuzzy_graph(neighbors: Neighbors) -> FuzzyGraph:
    """The symmetric fuzzy graph of samples by their neighbors: section 3.1 of the UMAP paper."""
    with warnings.catch_warnings():
        # umap-learn warns of TensorFlow being absent, numba of its own deprecations: nothing a caller could mend.
        warnings.simplefilter("ignore")
        from umap.umap_ import fuzzy_simplicial_set

        N = len(neighbors.indices)
        # umap-learn counts a sample as its own first neighbor. Of X it asks the number of rows alone.
        itself = np.arange(N, dtype=np.int32)[:, None]
        indices = np.hstack([itself, neighbors.indices])
        distances = np.hstack([np.zeros((N, 1), np.float32), neighbors.distances])
        graph = fuzzy_simplicial_set(
            np.empty((N, 0), np.float32),
            indices.shape[1],
            np.random.RandomState(0),
            neighbors.metric,
            knn_indices=indices,
            knn_dists=distances,
        )[0].tocoo()
        graph.sum_duplicates()
    return FuzzyGraph(graph.row, graph.col, graph.data)


def optimize(
    graph: FuzzyGraph,
    start: Float32[np.ndarray, "sample dimension"],
    epochs: int,
    *,
    min_dist: float,
    seed: int | None,
    rate: float = 1.0,
    fixed: Float32[np.ndarray, "other dimension"] | None = None,
) -> Float32[np.ndarray, "sample dimension"]:
    """Move samples along the edges of the graph, and away from samples drawn at random; `start` is left alone.

    Args:
        graph: its heads are samples of `start`, its tails too, or samples of `fixed`.
        start: (N, d).
        epochs: rounds; the rate falls to zero over them.
        min_dist: how near samples may come.
        seed: None: on all cores, and not the same twice.
        rate: how far a sample goes at first.
        fixed: (M, d) samples that stay where they are, to which those of `start` are drawn.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from umap.layouts import optimize_layout_euclidean
        from umap.umap_ import make_epochs_per_sample

        a, b = _curve(min_dist)
        random = np.random.RandomState(seed)
        bounds = np.iinfo(np.int32)
        layout = np.array(start, dtype=np.float32, order="C")
        # Edges too weak to be drawn once in all the epochs are left out.
        drawn = graph.strengths >= graph.strengths.max() / epochs
        strengths = graph.strengths[drawn]
        moved: np.ndarray = optimize_layout_euclidean(
            layout,
            layout if fixed is None else np.ascontiguousarray(fixed, dtype=np.float32),
            graph.heads[drawn],
            graph.tails[drawn],
            epochs,
            len(layout) if fixed is None else len(fixed),
            make_epochs_per_sample(strengths, epochs),
            a,
            b,
            random.randint(bounds.min + 1, bounds.max - 1, 3).astype(np.int64),
            initial_alpha=rate,
            negative_sample_rate=5.0,
            parallel=seed is None,
            move_other=fixed is None,
        )
    return np.ascontiguousarray(moved, dtype=np.float32)


@cache
def _curve(min_dist: float) -> tuple[float, float]:
    from umap.umap_ import find_ab_params

    a, b = find_ab_params(1.0, min_dist)
    return float(a), float(b)
