"""One layout of one activation: the call of one method of `shape`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inscape.progress import Progress
from inscape.recording import Recording
from inscape.studies.neighbors import NEIGHBORS as NEIGHBORS
from inscape.studies.neighbors import neighbors_of

Floats = NDArray[np.floating[Any]]

NEAR = {"umap": NEIGHBORS, "tsne": 90}
"""How many neighbors a method reads: t-SNE three times its perplexity."""


@dataclass(frozen=True)
class Layout:
    """One step of an embedding.

    Attributes:
        coordinates: (N, d) float32, as the method returned them.
        rank: how many of the d are real; the rest is zero padding.
        explained: share of the variance kept, where the method has one.
        center: (d,), what the picture has in its middle.
        quality: its numbers, see `inscape.studies.measuring`; None where it was not measured.
        per_sample: by the name of the measure, (N,) float32; None where it was not measured.
    """

    coordinates: Floats
    rank: int
    explained: float | None
    center: Floats
    quality: dict[str, Any] | None = None
    per_sample: dict[str, Floats] | None = None


@dataclass(frozen=True)
class Before:
    """The step that another one goes on from: its layout, and which activation it is of."""

    layout: Layout
    layer: str
    checkpoint: str


def lay_out(
    rec: Recording,
    method: str,
    layer: str,
    checkpoint: str,
    array: Any,
    dims: int,
    seed: int | None,
    before: Before | None = None,
    progress: Progress | None = None,
) -> Layout:
    """Lay out one activation (N, D), read lazily from the recording.

    Args:
        rec: where its neighbors are, or will be.
        method: ``pca``, ``umap``, ``tsne`` or ``units``.
        layer, checkpoint: which activation it is.
        array: the activation.
        dims: d.
        seed: None: another layout each time.
        before: of ``umap`` and ``tsne``: the step that it goes on from; None: it starts by itself.
        progress: of the work that this is a part of; it is told of a search for neighbors.
    """
    if method == "pca":
        return _pca(array, dims)
    if method == "units":
        return _units(np.asarray(array, dtype=np.float32))
    from inscape import shape

    activation = np.asarray(array, dtype=np.float32)
    show = False if progress is None else progress
    found = neighbors_of(rec, layer, checkpoint, NEAR[method], seed=seed or 0, progress=show)
    start = None if before is None else before.layout.coordinates
    if method == "tsne":
        coordinates = shape.tsne(activation, neighbors=found, init=start, seed=seed)
    elif before is None:
        coordinates = shape.umap(activation, dims, found, seed=seed)
    else:
        kept = neighbors_of(rec, before.layer, before.checkpoint, NEAR[method], seed=seed or 0, progress=show)
        coordinates = shape.umap(activation, dims, found, start, seed, before=kept)
    return Layout(coordinates, dims, None, coordinates.mean(axis=0))


def _pca(array: Any, dims: int) -> Layout:
    from inscape import shape

    rank = min(dims, *array.shape)
    found = shape.pca(array, rank)
    coordinates = np.zeros((len(found.coordinates), dims), dtype=np.float32)
    coordinates[:, :rank] = found.coordinates
    return Layout(coordinates, rank, float(np.sum(found.explained)), coordinates.mean(axis=0))


def _units(activation: Floats) -> Layout:
    probabilities = bool((activation >= 0).all()) and bool(np.allclose(activation.sum(axis=1), 1, atol=1e-3))
    center = np.zeros(activation.shape[1], np.float32) if probabilities else activation.mean(axis=0)
    return Layout(activation, activation.shape[1], 1.0, center)
