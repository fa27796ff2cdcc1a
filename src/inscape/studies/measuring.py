"""The numbers that say how far to trust a layout, with those of principal components of as many dimensions beside."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from inscape.recording import Recording
from inscape.recording.arrays import AnyArray, LazyArray
from inscape.recording.names import to_folder
from inscape.studies.layouts import Layout
from inscape.studies.neighbors import NEIGHBORS

if TYPE_CHECKING:
    from inscape.shape import Quality

_NUMBERS = ("trustworthiness", "continuity", "recall", "k", "correlation", "hit", "sampled")


def is_measured(layout: Layout) -> bool:
    """Whether a layout has all its numbers; one that was stored by an older version may lack some."""
    return layout.quality is not None and layout.quality.keys() >= {*_NUMBERS, "pca"}


def measured(
    layout: Layout,
    method: str,
    array: Any,
    rec: Recording,
    progress: Callable[[int, int], None] | None = None,
) -> Layout:
    """The layout with its quality: numbers for the whole, arrays for every sample, and the numbers of PCA beside.

    The quality of a layout is a dict of ``trustworthiness``, ``continuity``, ``recall``, ``k``, ``correlation``,
    ``hit`` (None without labels), ``sampled`` (None: all samples), as in `inscape.shape.Quality`; and
    ``pca``: the same numbers of the principal components of this activation at the same number of dimensions; None
    where the layout is those, or the units themselves. `progress` is told the samples measured and their number.
    """
    from inscape import shape

    alone = method in ("pca", "units")
    dims = layout.coordinates.shape[1]
    labels = rec.labels
    beside = None if alone else _known_pca(rec, array, dims)
    layouts = [layout.coordinates]
    if not alone and beside is None:
        layouts.append(_pca_coordinates(rec, array, dims))
    found = shape.qualities(array, layouts, k=NEIGHBORS, labels=labels, progress=progress)
    if len(found) > 1:
        beside = _numbers(found[1])
    return replace(layout, quality=_numbers(found[0]) | {"pca": beside}, per_sample=_arrays(found[0]))


def _numbers(found: Quality) -> dict[str, Any]:
    return {name: getattr(found, name) for name in _NUMBERS}


def _arrays(found: Quality) -> dict[str, Any]:
    arrays = {"recall": found.per_sample} | {
        name: getattr(found, f"per_sample_{name}") for name in ("trustworthiness", "continuity", "correlation", "hit")
    }
    return {name: values for name, values in arrays.items() if values is not None}


def _known_pca(rec: Recording, array: LazyArray, dims: int) -> dict[str, Any] | None:
    """The numbers of PCA that a stored embedding has of this activation, at this many dimensions."""
    for name in rec.embeddings:
        embedding = rec.embedding(name)
        if embedding.dims != dims:
            continue
        for step, quality in zip(embedding.content["steps"], embedding.content["quality"], strict=True):
            if quality is None or step.get("input") != array.digest or array.digest is None:
                continue
            known = quality if embedding.method == "pca" else quality.get("pca")
            if known and _comparable(known):
                return {number: known[number] for number in _NUMBERS}
    return None


def _comparable(quality: Mapping[str, Any]) -> bool:
    return quality.keys() >= set(_NUMBERS) and quality["k"] == NEIGHBORS


def _pca_coordinates(rec: Recording, array: LazyArray, dims: int) -> AnyArray:
    """Principal components of an activation, of a stored embedding where it has enough of them."""
    from inscape import shape

    for name in rec.embeddings:
        embedding = rec.embedding(name)
        if embedding.method != "pca" or embedding.dims < dims:
            continue
        for i, step in enumerate(embedding.content["steps"]):
            if step.get("input") == array.digest and array.digest is not None:
                return np.asarray(LazyArray(rec.path, f"embeddings/{to_folder(name)}/coordinates")[i])[:, :dims]
    return shape.pca(array, min(dims, *array.shape)).coordinates
