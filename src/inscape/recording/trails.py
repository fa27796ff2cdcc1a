"""Stored trails, read lazily."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from inscape.recording import results
from inscape.recording.arrays import AnyArray
from inscape.recording.names import to_folder
from inscape.recording.results import combine_digests
from inscape.recording.stored import Stored


def embedded_digest(root: Path, embedding: str) -> str | None:
    """Digest of the coordinates of a stored embedding, which changes when they do; None where there is none."""
    found = results.published(root).get(f"embeddings/{to_folder(embedding)}")
    return None if found is None else combine_digests([found["arrays"]["coordinates"], found["arrays"]["alignment"]])


def moved(root: Path, content: dict[str, Any]) -> bool:
    """Whether the embedding that trails were taken from was made anew since. One that was removed has not moved."""
    digest = embedded_digest(root, content["embedding"])
    return digest is not None and digest != content["provenance"]["parameters"]["embedded"]


@dataclass(frozen=True)
class TrailStep:
    """A step that trails go through: a layer at a checkpoint."""

    layer: str
    checkpoint: str


@dataclass(frozen=True)
class TrailClass:
    """How a class parts from the others, step by step.

    Attributes:
        label: its number.
        name: of the class.
        samples: how many there are.
        parting: T numbers, −1 to 1: the mean silhouette by the activations; see `inscape.shape.trails.Parting`. None
            for a class of one sample.
        apart: T shares of the class that lie nearer to their own class than to any other, by the activations.
        parting_in_picture: T numbers: the mean silhouette in the two dimensions that are seen.
        nearest: T labels: the class that lies nearest.
        late: the first step from which four of five samples stay apart, or None.
    """

    label: int
    name: str
    samples: int
    parting: list[float | None]
    apart: list[float | None]
    parting_in_picture: list[float | None]
    nearest: list[int]
    late: int | None


class StoredTrails(Stored):
    """A result of `inscape.trails`: the paths of all N samples through T steps, raw and bundled.

    Attributes:
        name: its name in the recording.
        title: for people.
        along: ``checkpoints`` or ``layers``: what the steps go through.
        fixed: the layer, or the checkpoint, that stays.
        embedding: name of the embedding that the places are of.
        steps: the T steps.
        classes: how each class parts, the worst first; empty where the samples have no labels of two classes.
        ranking: the labels in that order.
        quality: a dict a step: how far to trust the two dimensions; None where it was not measured.
        provenance: method, parameters, seed, versions, digest of the input.
        stale: whether its activations, or its embedding, were made anew since.
    """

    def __init__(self, root: Path, path: str, content: dict[str, Any], *, stale: bool) -> None:
        super().__init__(root, path, content, stale=stale)
        self.title: str = content["title"]
        self.along: str = content["along"]
        self.fixed: str = content["fixed"]
        self.embedding: str = content["embedding"]
        self.steps = [TrailStep(step["layer"], step["checkpoint"]) for step in content["steps"]]
        self.classes = [TrailClass(**entry) for entry in content["classes"]]
        self.ranking: list[int] = content["ranking"]
        self.quality: list[dict[str, Any] | None] = content["quality"]

    @cached_property
    def paths(self) -> AnyArray:
        """(N, T, 2) float32: the place of each sample at each step, aligned, centered on 0."""
        return self._array("paths")

    @cached_property
    def times(self) -> AnyArray:
        """(P,) float32: the place of each point of a trail among the steps, 0 to T − 1."""
        return self._array("times")

    @cached_property
    def traveled(self) -> AnyArray:
        """(N,) float32: the length of each trail, in units of `paths`."""
        return self._array("traveled")

    @cached_property
    def switches(self) -> AnyArray | None:
        """(N,) int32: how often the class that most of a sample's 15 nearest neighbors have has changed.

        None where the samples have no labels.
        """
        return self._array("switches") if self.content["clusters"] else None

    def points(self, bundled: str = "class") -> AnyArray:
        """(N, P, 2) float32: the trails as they are drawn: ``class``, ``together`` or ``raw``."""
        if bundled == "class" and not self.content["clusters"]:
            bundled = "together"
        drawn: AnyArray = self._array(f"screen_{bundled}") * self._array("scale")
        return drawn.astype(np.float32)

    def __repr__(self) -> str:
        return self._shown(f"{self.name!r}, {len(self.steps)} {self.along} of {self.fixed}")
