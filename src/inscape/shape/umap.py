"""UMAP to any number of dimensions, from neighbors that are known already."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float32, Shaped

from inscape.errors import ArrayError
from inscape.shape import _validate
from inscape.shape._starts import change, check_neighbors, given, principal
from inscape.shape._umap_layout import fuzzy_graph, optimize
from inscape.shape.neighbors import Neighbors
from inscape.shape.neighbors import neighbors as find_neighbors
from inscape.shape.procrustes import procrustes

REACH = 10.0
"""How far the principal components begin to reach, as umap-learn scales its own beginnings."""

GOING_ON_RATE = 0.05
"""How far samples go at first when a layout goes on: at the full rate, 1, chance alone moves all of them."""
ELSEWHERE, TOGETHER = 3.0, 3.0
"""New neighbors are elsewhere from this many times the usual spread of neighbors, and together up to this many."""
LEAST_WAY, MORE_WAY, MOST_WAY = 0.05, 4.0, 1.0
"""The share of its way that a sample goes whose neighbors all stayed; what is added for each share of them that
changed; the most. With less, layouts lose more of their neighbors than they do at one go, and the more from step to
step. In few dimensions samples are in each other's way: there the least is 1 / d."""


def umap(
    X: Shaped[np.ndarray, "sample unit"],
    dims: int = 15,
    neighbors: Neighbors | None = None,
    init: Shaped[np.ndarray, "sample dimension"] | None = None,
    seed: int | None = 0,
    *,
    min_dist: float = 0.1,
    epochs: int | None = None,
    before: Neighbors | None = None,
) -> Float32[np.ndarray, "sample {dims}"]:
    """The samples laid out in `dims` dimensions by UMAP, the same for the same seed.

    Args:
        X: (N, D) real, finite, N ≥ 3.
        dims: 1 or more.
        neighbors: of these samples; found here (k = 15, or N - 1) where it is None. Their k is UMAP's n_neighbors.
        init: (N, dims) where to start; the layout goes on from there as it is. None: the principal components,
            10 wide, as umap-learn scales its own beginnings.
        seed: 0 to 2³² − 1, for the same layout each time; None: on all cores, and not the same twice.
        min_dist: how near samples may come, in the units of the layout, 0 to 1.
        epochs: rounds of optimization; None: 500 up to 10,000 samples, 200 above, as in umap-learn; 100 and 60 from an
            `init`.
        before: the neighbors that the layout `init` was made of, of the same samples. The layout then goes on from it:
            at a small rate, so that nothing moves without cause, and samples that kept their neighbors go a part of
            their way only, the further the more of their neighbors changed.

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
    seed = None if seed is None else _validate.check_seed(seed)
    if epochs is None:
        fewer = init is not None
        epochs = (100 if fewer else 500) if N <= 10_000 else (60 if fewer else 200)
    epochs = _validate.check_integer(epochs, "epochs", 1, 1_000_000, "the layout is optimized in whole rounds")
    if not 0.0 <= min_dist <= 1.0:
        raise ArrayError("min_dist is out of its range", got=f"min_dist = {min_dist!r}", remedy="give 0 to 1")
    if neighbors is None:
        neighbors = find_neighbors(X, k=min(15, N - 1), seed=seed or 0)
    check_neighbors(neighbors, N)
    graph = fuzzy_graph(neighbors)
    if before is None:
        start = principal(X, dims, seed, reach=REACH) if init is None else given(init, N, dims)
        return optimize(graph, start, epochs, min_dist=min_dist, seed=seed)
    check_neighbors(before, N)
    if init is None:
        raise ArrayError(
            "the layout that these neighbors were laid out to is missing",
            got="before without init",
            remedy="give init, the layout to go on from",
        )
    start = given(init, N, dims)
    carried = _carried(start, before, neighbors)
    wanted = optimize(graph, carried, epochs, min_dist=min_dist, seed=seed, rate=GOING_ON_RATE)
    return _part_of_the_way(start, wanted, change(before, neighbors))


def _carried(start: np.ndarray, before: Neighbors, after: Neighbors) -> np.ndarray:
    """The layout with those samples carried over whose new neighbors lie together somewhere else.

    At the small rate they would not get there: the forces of UMAP fade with the distance.
    """
    _, usual = _among(start, before.indices)
    middle, spread = _among(start, after.indices)
    typical = np.median(usual)
    away = np.linalg.norm(start - middle, axis=1)
    far = (away > ELSEWHERE * typical) & (spread < TOGETHER * typical)
    carried = start.copy()
    # To the edge of them, on the side that it came from: copies of a place would not part.
    carried[far] = middle[far] + (start - middle)[far] * (typical / away[far])[:, None]
    return carried


def _among(places: np.ndarray, indices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The middle of each sample's neighbors, and how far they are from it."""
    middle, spread = np.empty_like(places), np.empty(len(places), np.float32)
    for rows in _validate.row_blocks((len(places), indices.shape[1] * places.shape[1])):
        around = places[indices[rows]]
        middle[rows] = np.median(around, axis=1)
        spread[rows] = np.median(np.linalg.norm(around - middle[rows][:, None], axis=2), axis=1)
    return middle, spread


def _part_of_the_way(start: np.ndarray, wanted: np.ndarray, changed: np.ndarray) -> np.ndarray:
    """From the old layout towards the one that is wanted, brought next to it: samples that changed go further."""
    middle = start.mean(axis=0)
    old, new = start - middle, wanted - wanted.mean(axis=0)
    new = new @ procrustes(new, old)
    least = max(LEAST_WAY, 1.0 / start.shape[1])
    share = np.minimum(MOST_WAY, least + MORE_WAY * changed[:, None])
    return np.ascontiguousarray(old + share * (new - old) + middle, dtype=np.float32)
