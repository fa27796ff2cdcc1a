"""A sequence of layouts in the store: aligned, quantized for the page, and read back to be gone on with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from inscape.recording import Provenance, Recording, ResultArray, results
from inscape.recording.arrays import LazyArray
from inscape.recording.embedding import MEASURES
from inscape.recording.names import to_folder
from inscape.studies.layouts import Floats, Layout

TITLES = {"pca": "PCA", "umap": "UMAP", "units": "units"}


Key = tuple[str, str]


@dataclass(frozen=True)
class Step:
    """What a layout is of: a layer at a checkpoint, and the digest of that activation."""

    layer: str
    checkpoint: str
    digest: str

    @property
    def key(self) -> Key:
        """Equal for the same activation of a layer; the data itself is one step, whatever the checkpoint."""
        return self.layer, self.digest


def stored_layouts(
    rec: Recording, name: str, method: str, dims: int, seed: int | None
) -> dict[tuple[str, str], Layout]:
    """The layouts that a stored embedding holds, by `Step.key`: those of the same method, size and seed."""
    if name not in rec.embeddings:
        return {}
    embedding = rec.embedding(name)
    if (embedding.method, embedding.provenance.seed) != (method, seed) or embedding.dims != dims:
        return {}
    content = embedding.content
    folder = f"embeddings/{to_folder(name)}"
    coordinates = LazyArray(rec.path, f"{folder}/coordinates")
    found = {}
    for i, (step, quality) in enumerate(zip(content["steps"], content["quality"], strict=True)):
        if "input" not in step:  # written before steps said what they are of
            continue
        found[step["layer"], step["input"]] = Layout(
            np.asarray(coordinates[i]),
            step["rank"],
            step["explained"],
            np.asarray(content["center"][i], dtype=np.float32),
            quality,
            None if quality is None else {name: _measured(rec, folder, name)[i] for name in MEASURES},
        )
    return found


def _measured(rec: Recording, folder: str, name: str) -> Any:
    """One measure of every sample, by step; what was not measured when it was written is unknown."""
    array = "quality" if name == "recall" else name
    if not (rec.path / folder / array).is_dir():
        return np.full_like(np.asarray(LazyArray(rec.path, f"{folder}/quality")), np.nan)
    return LazyArray(rec.path, f"{folder}/{array}")


def align(layouts: Sequence[Layout], steps: Sequence[Step], method: str) -> Floats:
    """Bring each step next to its neighbor in time or depth by orthogonal Procrustes.

    Within a layer each checkpoint is brought to the one after it, beginning at the last; the layers' last checkpoints
    are brought to each other in execution order. So both sliders move the cloud as little as a rotation allows.
    """
    from inscape import shape

    dims = layouts[0].coordinates.shape[1]
    maps = np.tile(np.eye(dims, dtype=np.float32), (len(layouts), 1, 1))
    if method == "units":
        return maps
    by_layer: dict[str, list[int]] = {}
    for i, step in enumerate(steps):
        by_layer.setdefault(step.layer, []).append(i)
    before: Floats | None = None
    for members in by_layer.values():
        reference = before
        for i in reversed(members):
            centered = layouts[i].coordinates - layouts[i].center
            if reference is not None:
                maps[i] = shape.procrustes(centered, reference)
            reference = (centered @ maps[i]).astype(np.float32)
            if i == members[-1]:
                before = reference
    return maps


def store(
    rec: Recording,
    name: str,
    method: str,
    dims: int,
    steps: Sequence[Step],
    layouts: Sequence[Layout],
    provenance: Provenance,
) -> None:
    """Align the layouts and publish them as one embedding."""
    alignments = align(layouts, steps, method)
    unknown = np.full(len(rec), np.nan, dtype=np.float32)
    per_sample = {
        "quality" if name == "recall" else name: np.stack(
            [(layout.per_sample or {}).get(name, unknown) for layout in layouts]
        )
        for name in MEASURES
    }
    coordinates = np.stack([layout.coordinates for layout in layouts])
    centers = np.stack([layout.center for layout in layouts])
    aligned = np.einsum("snd,sde->sne", coordinates - centers[:, None, :], alignments, optimize=True)
    scale = np.abs(aligned).max(axis=1) / 32767
    scale[scale == 0] = 1.0 / 32767
    screen = np.rint(aligned / scale[:, None, :]).astype(np.int16)
    units = {layer.name: layer.units for layer in rec.plan.layers}
    attributes = {
        "method": method,
        "title": TITLES[method],
        "dims": dims,
        "steps": [
            {
                "layer": step.layer,
                "checkpoint": step.checkpoint,
                "rank": layout.rank,
                "units": units[step.layer],
                "explained": layout.explained,
                "input": step.digest,
            }
            for step, layout in zip(steps, layouts, strict=True)
        ],
        "center": [[float(c) for c in center] for center in centers],
        "axes": _axes(rec, steps[0].layer, dims) if method == "units" else None,
        "quality": [layout.quality for layout in layouts],
        "provenance": provenance.to_json(),
    }
    results.write(
        rec.path,
        f"embeddings/{to_folder(name)}",
        {
            "coordinates": ResultArray(coordinates.astype(np.float32), ("step", "sample", "dimension"), 1),
            "alignment": ResultArray(alignments, ("step", "dimension", "aligned_dimension")),
            "screen": ResultArray(screen, ("step", "sample", "dimension"), 1),
            "scale": ResultArray(scale.astype(np.float32), ("step", "dimension")),
            **{name: ResultArray(values, ("step", "sample"), 1) for name, values in per_sample.items()},
        },
        {"inscape": attributes},
    )


def _axes(rec: Recording, layer: str, dims: int) -> list[str]:
    """The names of the units: classes where the layer has one unit a class and ends the model, else numbers."""
    names = rec.class_names
    classes = rec.plan.model.get("classes")
    last = [entry.name for entry in rec.plan.layers if entry.units == dims][-2:]
    if names is not None and len(names) == dims == classes and layer in last:
        return list(names)
    return [f"unit {i}" for i in range(dims)]
