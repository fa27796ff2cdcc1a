"""The neighbors of one activation: read from the recording where they are stored, else found and stored there."""

from __future__ import annotations

import importlib.metadata
from typing import TYPE_CHECKING, Any

import numpy as np

from inscape.recording import Provenance, Recording, ResultArray, results
from inscape.recording.results import combine_digests

if TYPE_CHECKING:
    from inscape.shape import Neighbors

NEIGHBORS = 15
"""How many neighbors are asked for where nobody says otherwise."""


def neighbors_of(rec: Recording, layer: str, checkpoint: str, k: int = NEIGHBORS, *, seed: int = 0) -> Neighbors:
    """The k nearest neighbors of every sample by one activation, found once and stored beside it.

    Args:
        rec: the recording.
        layer, checkpoint: which activation.
        k: at most the other samples; fewer samples have fewer neighbors.
        seed: of an approximate search.

    Returns:
        `inscape.shape.Neighbors` of this very k.
    """
    from inscape import shape

    array = rec.activation(layer, checkpoint)
    k = min(k, len(rec) - 1)
    found = shape.neighbors(np.asarray(array, dtype=np.float32), k=k, seed=seed)
    _store(rec, layer, checkpoint, array, found, seed)
    return found


def _store(rec: Recording, layer: str, checkpoint: str, array: Any, found: Neighbors, seed: int) -> None:
    path = array.path.removesuffix("activation") + "neighbors"
    provenance = Provenance(
        method="neighbors",
        parameters={"k": found.k, "metric": found.metric, "exact": found.exact},
        seed=seed,
        versions={library: importlib.metadata.version(library) for library in ("numpy", "pynndescent")},
        input=combine_digests([array.digest or ""]),
    )
    results.write(
        rec.path,
        path,
        {
            "indices": ResultArray(np.asarray(found.indices, dtype=np.int32), ("sample", "neighbor")),
            "distances": ResultArray(np.asarray(found.distances, dtype=np.float32), ("sample", "neighbor")),
        },
        {"inscape": {"layer": layer, "checkpoint": checkpoint, "provenance": provenance.to_json()}},
    )
