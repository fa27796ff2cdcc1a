"""t-SNE to two dimensions, from neighbors that are known already."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from jaxtyping import Float32, Shaped

from inscape.errors import ArrayError
from inscape.shape import _validate
from inscape.shape._starts import check_neighbors, given, principal
from inscape.shape.neighbors import Neighbors
from inscape.shape.neighbors import neighbors as find_neighbors

PERPLEXITY = 30.0

NARROW = 1e-4
"""How wide the principal components begin, as a standard deviation: so small that early exaggeration decides."""

EXAGGERATION = 12.0
ROUNDS = (250, 500)
"""Of early exaggeration, and after it, from a cold start."""
WARM_ROUNDS = 50
"""From a layout that is nearly right: there is nothing for early exaggeration to find."""


def tsne(
    X: Shaped[np.ndarray, "sample unit"],
    dims: int = 2,
    neighbors: Neighbors | None = None,
    init: Shaped[np.ndarray, "sample dimension"] | None = None,
    seed: int | None = 0,
    *,
    perplexity: float = PERPLEXITY,
    rounds: int | None = None,
) -> Float32[np.ndarray, "sample {dims}"]:
    """The samples laid out in two dimensions by t-SNE, the same for the same seed.

    Args:
        X: (N, D) real, finite, N ≥ 4.
        dims: 2: the layouts of this method are pictures.
        neighbors: of these samples, three times as many as the perplexity (more are not looked at); found here where
            it is None. Where there are fewer, the perplexity is a third of them.
        init: (N, 2) where to start; the layout goes on from there as it is, without early exaggeration. None: the
            principal components, 0.0001 wide.
        seed: 0 to 2³² − 1; it sets copies of one sample apart. None: another beginning each time.
        perplexity: how many neighbors count, about: 1 or more.
        rounds: of optimization after early exaggeration; None: 500, or 50 from an `init`.

    Returns:
        (N, 2) float32, without units, centered; only neighborhoods mean something, not distances.

    Raises:
        ArrayError: X is not such a matrix, or neighbors, init or an argument does not fit it.

    van der Maaten and Hinton, "Visualizing data using t-SNE", JMLR 9 (2008); openTSNE optimizes it (Poličar, Stražar
    and Zupan, JSS 109 (2024)), with the learning rate of Belkina et al. (2019) and the start of Kobak and Berens, "The
    art of using t-SNE for single-cell transcriptomics", Nature Communications 10 (2019).

    >>> import numpy as np
    >>> X = np.random.default_rng(0).normal(size=(40, 5))
    >>> tsne(X, rounds=5).shape
    (40, 2)
    """
    X = _validate.matrix(X, rows=4)
    N = len(X)
    _validate.check_integer(dims, "dims", 2, 2, "t-SNE is laid out in two dimensions")
    seed = None if seed is None else _validate.check_seed(seed)
    if not 1.0 <= perplexity < np.inf:
        raise ArrayError("perplexity is out of its range", got=f"perplexity = {perplexity!r}", remedy="give 1 or more")
    wanted = max(1, min(N - 1, round(3 * perplexity)))
    if neighbors is None:
        neighbors = find_neighbors(X, k=wanted, seed=seed or 0)
    check_neighbors(neighbors, N)
    indices, distances = neighbors.indices[:, :wanted], neighbors.distances[:, :wanted]
    perplexity = max(1.0, min(perplexity, indices.shape[1] / 3))
    if rounds is None:
        rounds = ROUNDS[1] if init is None else WARM_ROUNDS
    rounds = _validate.check_integer(rounds, "rounds", 1, 1_000_000, "the layout is optimized in whole rounds")
    start = principal(X, 2, seed, deviation=NARROW) if init is None else given(init, N, 2)
    return _layout(indices, distances, start, perplexity, ROUNDS[0] if init is None else 0, rounds)


def _layout(
    indices: np.ndarray, distances: np.ndarray, start: np.ndarray, perplexity: float, early: int, rounds: int
) -> np.ndarray:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from openTSNE import TSNEEmbedding
        from openTSNE.affinity import PrecomputedAffinities

        # Each row adds up by itself, so that as many threads as there are give the same numbers as one.
        affinities = PrecomputedAffinities(affinities_of(indices, distances, perplexity), normalize=False)
        embedding = TSNEEmbedding(start, affinities, n_jobs=1)
        if early:
            embedding = embedding.optimize(early, exaggeration=EXAGGERATION, momentum=0.5)
        embedding = embedding.optimize(rounds, momentum=0.8)
        layout = np.asarray(embedding, dtype=np.float64)
        if early and np.ptp(layout) < NARROW:
            # Of few samples without clusters each is everybody's neighbor: exaggerated, they all fall into one point.
            layout = np.asarray(TSNEEmbedding(start, affinities, n_jobs=1).optimize(rounds, momentum=0.8), np.float64)
    return np.ascontiguousarray(layout - layout.mean(axis=0), dtype=np.float32)


def affinities_of(indices: np.ndarray, distances: np.ndarray, perplexity: float, others: int | None = None) -> Any:
    """Sparse affinities whose entropy is that of `perplexity` equal neighbors; among `others`, row by row."""
    from openTSNE.affinity import joint_probabilities_nn

    return joint_probabilities_nn(
        indices,
        distances,
        [perplexity],
        symmetrize=others is None,
        normalization="pair-wise" if others is None else "point-wise",
        n_reference_samples=others,
        n_jobs=1,
    )
