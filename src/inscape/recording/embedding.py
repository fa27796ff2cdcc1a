"""A stored embedding, read lazily."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from inscape.errors import UnknownName
from inscape.recording.arrays import AnyArray, LazyArray
from inscape.recording.names import offer
from inscape.recording.stored import Stored

MEASURES = ("recall", "trustworthiness", "continuity", "correlation", "hit")
"""What is measured of every sample of an embedding."""


@dataclass(frozen=True)
class Step:
    """One step of an embedding's sequence: which activation it lays out.

    Attributes:
        layer: its name.
        checkpoint: its name.
        rank: how many of the dimensions are real (the rest is zero padding).
        units: D of the layer.
        explained: share of the variance kept, where the method has one.
        input: digest of the activation that it lays out.
        lent: title of the other recording whose layer this is; None for a layer of this one.
        start: the layer and checkpoint that it went on from, where it is of a sequence.
    """

    layer: str
    checkpoint: str
    rank: int
    units: int
    explained: float | None = None
    input: str | None = None
    lent: str | None = None
    start: list[str] | None = None


class Embedding(Stored):
    """A result of `inscape.embed`: a sequence of S layouts of the same samples, or one of them.

    Attributes:
        name: its name in the recording.
        method: ``pca``, ``umap``, ``tsne``, ``units``, ``own``.
        sequence: how the steps hang together: ``independent``, ``sequence`` (each went on from another), ``joint``.
        steps: the selected steps.
        quality: a dict a step, or None where it was not measured: trustworthiness, continuity, recall, k, correlation
            (of distances), hit (of labels), sampled (how many samples were measured; None: all), and ``pca``: the same
            of principal components of as many dimensions (None for those themselves).
        dims: d.
        content: all that is written beside the arrays.
        provenance: method, parameters, seed, versions, digest of the input.
        stale: whether its input has changed since.
    """

    def __init__(
        self, root: Path, path: str, content: dict[str, Any], *, selected: list[int] | None, single: bool, stale: bool
    ) -> None:
        super().__init__(root, path, content, stale=stale)
        all_steps = [Step(**step) for step in content["steps"]]
        self.dims: int = content["dims"]
        self._selected = list(range(len(all_steps))) if selected is None else selected
        self._single = single
        self.method: str = content["method"]
        self.steps = [all_steps[i] for i in self._selected]
        self.sequence: str = content.get("sequence", "independent")
        self.axes: list[str] | None = content.get("axes")

    @property
    def quality(self) -> Any:
        """The quality of the selected step, or of each of them."""
        values = [self.content["quality"][i] for i in self._selected]
        return values[0] if self._single else values

    def _read(self, name: str) -> AnyArray:
        array = LazyArray(self._root, f"{self._path}/{name}")
        values = np.stack([array[i] for i in self._selected])
        return values[0] if self._single else values

    @cached_property
    def coordinates(self) -> AnyArray:
        """What the method returned: (S, N, d) float32, or (N, d) of the one selected step."""
        return self._read("coordinates")

    @cached_property
    def alignment(self) -> AnyArray:
        """The orthogonal map (S, d, d), or (d, d), which brings each step next to the one before it."""
        return self._read("alignment")

    @property
    def center(self) -> AnyArray:
        """What the picture has in its middle, in `coordinates`: (S, d) or (d,) float32."""
        centers = np.asarray([self.content["center"][i] for i in self._selected], dtype=np.float32)
        return centers[0] if self._single else centers

    @property
    def aligned(self) -> AnyArray:
        """The centered coordinates after the alignment, as the page shows them: (S, N, d) or (N, d) float32."""
        centers = self.center if self._single else self.center[:, None, :]
        centered: AnyArray = self.coordinates - centers
        aligned: AnyArray = (centered @ self.alignment).astype(np.float32)
        return aligned

    @property
    def per_sample(self) -> AnyArray:
        """The share of each sample's neighbors kept: (S, N) or (N,) float32, NaN where not measured."""
        return self._read("quality")

    def per_sample_quality(self, name: str) -> AnyArray:
        """One measure of every sample: (S, N) or (N,) float32, NaN where not measured.

        Args:
            name: ``recall`` (the same as `per_sample`), ``trustworthiness``, ``continuity``, ``correlation`` (of the
                sample's distances to others) or ``hit`` (the share of its 6 nearest that bear its label).

        Raises:
            UnknownName: there is no such measure.
        """
        if name not in MEASURES:
            raise UnknownName("there is no such measure of a sample", got=repr(name), remedy=offer(name, MEASURES))
        array = "quality" if name == "recall" else name
        if not (self._root / self._path / array).is_dir():  # written before it was measured
            return np.full_like(self.per_sample, np.nan)
        return self._read(array)

    def __repr__(self) -> str:
        return self._shown(f"{self.name!r}, {len(self.steps)} steps, {self.dims} dimensions")
