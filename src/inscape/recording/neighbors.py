"""Stored neighbors, read lazily."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

from inscape.recording.arrays import AnyArray
from inscape.recording.stored import Stored

FOLDER = "neighbors"
"""The folder of an activation's neighbors, beside the activation; further sizes are in `neighbors-<k>`."""


class StoredNeighbors(Stored):
    """The k nearest neighbors of every sample by one activation, as `inscape.studies.neighbors` stored them.

    Attributes:
        path: of the group in the recording.
        layer, checkpoint: which activation.
        k: how many each sample has here.
        metric: ``euclidean`` or ``cosine``.
        exact: whether all pairs were compared.
        recall: 0 to 1, the share of the true neighbors that are among them, measured on `recall_samples` samples; 1
            where they are exact; None in recordings from before it was measured.
        provenance: method, parameters, seed, versions, digest of the input.
        stale: whether the activation has changed since.
    """

    def __init__(self, root: Path, path: str, content: dict[str, Any], *, stale: bool) -> None:
        super().__init__(root, path, content, stale=stale)
        self.path = path
        parameters = self.provenance.parameters
        self.layer: str = content["layer"]
        self.checkpoint: str = content["checkpoint"]
        self.k: int = content.get("k", parameters["k"])
        self.metric: str = content.get("metric", parameters["metric"])
        self.exact: bool = content.get("exact", parameters["exact"])
        self.recall: float | None = content.get("recall", 1.0 if self.exact else None)
        self.recall_samples: int | None = content.get("recall_samples")

    @cached_property
    def indices(self) -> AnyArray:
        """(N, k) int32: the nearest first; a sample is not its own neighbor."""
        return self._array("indices")

    @cached_property
    def distances(self) -> AnyArray:
        """(N, k) float32, rising along each row."""
        return self._array("distances")

    def describe(self) -> dict[str, Any]:
        """What it is, without its arrays, as plain JSON."""
        names = ("layer", "checkpoint", "k", "metric", "exact", "recall", "recall_samples", "stale")
        return {name: getattr(self, name) for name in names}

    def __repr__(self) -> str:
        trust = "exact" if self.exact else "recall unknown" if self.recall is None else f"recall {self.recall:.3f}"
        return self._shown(f"{self.layer!r} at {self.checkpoint!r}, k={self.k}, {trust}")


def is_neighbors(path: str) -> bool:
    """Whether a result's path is that of stored neighbors."""
    parent, _, name = path.rpartition("/")
    inside = parent == "input" or (parent.startswith("checkpoints/") and "/layers/" in parent)
    return inside and (name == FOLDER or name.startswith(f"{FOLDER}-"))
