"""The neighbors of one activation: read from the recording where they are stored, else found and stored there.

Whatever ran before, the same request gets the same neighbors. Exact ones of one size contain those of every smaller
size. Approximate ones don't: the first 15 of a search for 90 are a little better than those of a search for 15. So
approximate neighbors are searched for in sizes that are multiples of 15 only, and each size is stored by itself: the
first in `neighbors`, larger ones in `neighbors-<k>`. And embeddings ask with one seed.
"""

from __future__ import annotations

import importlib.metadata
import time
from typing import TYPE_CHECKING

import numpy as np

from inscape.errors import InscapeError, RecordingLocked
from inscape.progress import Progress, Report
from inscape.recording import Provenance, Recording, ResultArray, results
from inscape.recording.arrays import LazyArray
from inscape.recording.neighbors import FOLDER
from inscape.recording.results import combine_digests
from inscape.studies.activations import named

if TYPE_CHECKING:
    from inscape.shape import Neighbors

NEIGHBORS = 15
"""How many neighbors are asked for where nobody says otherwise."""

_PATIENCE = 10.0
"""Seconds to wait for another process that writes the same neighbors."""


def neighbors_of(
    rec: Recording,
    layer: str,
    checkpoint: str | int | None = None,
    k: int = NEIGHBORS,
    *,
    seed: int = 0,
    progress: bool | Report | Progress | None = False,
) -> Neighbors:
    """The k nearest neighbors of every sample by one activation (Euclidean), found once and stored beside it.

    Args:
        rec: the recording.
        layer, checkpoint: which activation; by default of the last checkpoint.
        k: at most the other samples; fewer samples have fewer neighbors.
        seed: of an approximate search, where one has to be made: stored neighbors count whatever their seed was, which
            their provenance tells.
        progress: show a bar; None: where the error output is a terminal. Or a function, see `inscape.embed`; or the
            progress of the work that this is a stage of.

    Returns:
        `inscape.shape.Neighbors` of this very k.

    Raises:
        ArrayError: the activation has fewer than 2 samples, or holds NaN or infinity.
        UnknownLayer, UnknownName: with the nearest names.
    """
    from inscape import shape

    array = rec.activation(layer, checkpoint)
    layer, checkpoint = rec.layer(layer), rec.checkpoint(checkpoint)
    k = max(1, min(k, len(rec) - 1))
    exact = shape.searches_all(array.shape)
    wanted = k if exact else min(-(-k // NEIGHBORS) * NEIGHBORS, len(rec) - 1)
    path = array.path.removesuffix("activation") + (FOLDER if exact or wanted <= NEIGHBORS else f"{FOLDER}-{wanted}")
    stored = _stored(rec, path, array, k)
    if stored is not None:
        return stored
    with Progress(f"neighbors of {layer} at {checkpoint}", len(rec), "samples", progress) as bar:
        with named(layer, checkpoint):
            found = shape.neighbors(array, k=wanted, seed=seed, progress=bar)
        recall, samples = (1.0, None) if found.exact else shape.neighbor_recall(array, found)
    _store(rec, path, layer, checkpoint, array, found, seed, (recall, samples))
    return found.first(k)


def _stored(rec: Recording, path: str, array: LazyArray, k: int) -> Neighbors | None:
    """What is stored there, where it is of this activation and large enough."""
    from inscape.shape import Neighbors

    if path not in results.published(rec.path):
        return None
    # Another process may put larger neighbors in the place of these while they are read: then they don't fit together.
    for _ in range(2):
        try:
            stored = rec.neighbors_at(path)
            if stored is None or stored.k < k or stored.provenance.input != combine_digests([array.digest or ""]):
                return None
            indices, distances = stored.indices, stored.distances
            if indices.shape == distances.shape == (len(rec), stored.k):
                return Neighbors(indices, distances, stored.exact, stored.metric).first(k)
        except (OSError, KeyError, InscapeError):
            continue
    return None


def _store(
    rec: Recording,
    path: str,
    layer: str,
    checkpoint: str,
    array: LazyArray,
    found: Neighbors,
    seed: int,
    measured: tuple[float, int | None],
) -> None:
    """Publish the neighbors; where another process does just that for too long, they stay unpublished."""
    provenance = Provenance(
        method="neighbors",
        parameters={"k": found.k, "metric": found.metric, "exact": found.exact},
        seed=None if found.exact else seed,
        versions={library: importlib.metadata.version(library) for library in ("numpy", "pynndescent")},
        input=combine_digests([array.digest or ""]),
    )
    attributes = {
        "layer": layer,
        "checkpoint": checkpoint,
        "k": found.k,
        "metric": found.metric,
        "exact": found.exact,
        "recall": measured[0],
        "recall_samples": measured[1],
        "provenance": provenance.to_json(),
    }
    arrays = {
        "indices": ResultArray(np.asarray(found.indices, dtype=np.int32), ("sample", "neighbor")),
        "distances": ResultArray(np.asarray(found.distances, dtype=np.float32), ("sample", "neighbor")),
    }
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            return results.write(rec.path, path, arrays, {"inscape": attributes})
        except RecordingLocked:
            if time.monotonic() > until or _stored(rec, path, array, found.k) is not None:
                return None
            time.sleep(0.1)
