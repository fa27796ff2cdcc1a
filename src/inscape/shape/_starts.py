"""Where a layout starts, and from which neighbors: what UMAP and t-SNE ask for alike."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float32, Float64, Shaped

from inscape.errors import ArrayError
from inscape.shape import _validate
from inscape.shape.neighbors import Neighbors
from inscape.shape.pca import pca


def principal(
    X: Shaped[np.ndarray, "sample unit"],
    dims: int,
    seed: int | None,
    *,
    reach: float | None = None,
    deviation: float | None = None,
) -> Float32[np.ndarray, "sample {dims}"]:
    """The principal components, as wide as is said: the largest entry is `reach`, or the first axis has `deviation`."""
    known = min(dims, *X.shape)
    start = np.zeros((len(X), dims))
    start[:, :known] = pca(X, known).coordinates
    widest = np.abs(start).max() if reach is not None else start[:, 0].std()
    wanted = reach if reach is not None else deviation or 1.0
    start *= wanted / widest if widest > 0 else 1.0
    # Copies of one sample must be able to part, and dimensions beyond the rank to be used.
    start += np.random.default_rng(seed).normal(scale=1e-5 * wanted if widest > 0 else 0.1 * wanted, size=start.shape)
    return np.ascontiguousarray(start, dtype=np.float32)


def given(init: np.ndarray, samples: int, dims: int) -> Float32[np.ndarray, "{samples} {dims}"]:
    """A layout to start from, checked and copied."""
    init = _validate.matrix(init, "init")
    if init.shape != (samples, dims):
        raise ArrayError(
            f"init must be of shape ({samples}, {dims}): a row a sample, a column a dimension",
            got=f"an array of shape {init.shape}",
            remedy="give the layout to start from, or None",
        )
    return np.array(init, dtype=np.float32, order="C")


def check_neighbors(neighbors: Neighbors, samples: int) -> None:
    """Make sure that the neighbors are those of so many samples."""
    if len(neighbors.indices) != samples:
        raise ArrayError(
            "the neighbors are those of other samples",
            got=f"neighbors of {len(neighbors.indices)} samples, X of {samples}",
            remedy="pass shape.neighbors(X), or None",
        )


def change(before: Neighbors, after: Neighbors) -> Float64[np.ndarray, " sample"]:
    """How much of its neighborhood each sample has lost: 0 where it kept all, 1 where it kept none."""
    k = min(before.k, after.k)
    rows = np.arange(len(after.indices))[:, None]
    largest = int(max(before.indices.max(), after.indices.max())) + 1
    kept = np.isin(after.indices[:, :k] + rows * largest, before.indices[:, :k] + rows * largest)
    lost: np.ndarray = 1.0 - kept.mean(axis=1)
    return lost
