"""A sequence of layouts in the store: aligned, quantized for the page, and read back to be gone on with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from inscape.recording import Provenance, Recording, ResultArray, results
from inscape.recording.arrays import LazyArray
from inscape.recording.names import to_folder
from inscape.studies.layouts import MEASURES, Floats, Layout

TITLES = {"pca": "PCA", "umap": "UMAP", "tsne": "t-SNE", "units": "units", "own": "own"}

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
    rec: Recording, name: str, method: str, dims: int, seed: int | None, sequence: str = "independent"
) -> dict[Key, Layout]:
    """The layouts that a stored embedding holds, by `Step.key`: those of the same method, size, seed and sequence."""
    if name not in rec.embeddings:
        return {}
    embedding = rec.embedding(name)
    if (embedding.method, embedding.provenance.seed) != (method, seed) or embedding.dims != dims:
        return {}
    content = embedding.content
    if content.get("sequence", "independent") != sequence:
        return {}
    folder = f"embeddings/{to_folder(name)}"
    arrays = {
        array: LazyArray(rec.path, f"{folder}/{array}")
        for array in ("coordinates", "quality", *MEASURES)
        if (rec.path / folder / array).is_dir()  # what was written by an earlier version has fewer
    }
    found = {}
    for i, (step, quality) in enumerate(zip(content["steps"], content["quality"], strict=True)):
        if "input" not in step:  # written before steps said what they are of
            continue
        measured = quality is not None
        found[step["layer"], step["input"]] = Layout(
            np.asarray(arrays["coordinates"][i]),
            step["rank"],
            step["explained"],
            np.asarray(content["center"][i], dtype=np.float32),
            quality,
            np.asarray(arrays["quality"][i]) if measured else None,
            {array: np.asarray(arrays[array][i]) for array in MEASURES if array in arrays} if measured else None,
        )
    return found


def stored_starts(rec: Recording, name: str) -> dict[Key, Key | None]:
    """The layer and checkpoint that each step of a stored embedding went on from, by its own layer and checkpoint."""
    if name not in rec.embeddings:
        return {}
    return {
        (step.layer, step.checkpoint): None if step.start is None else (step.start[0], step.start[1])
        for step in rec.embedding(name).steps
    }


def align(
    layouts: Sequence[Layout], steps: Sequence[Step], method: str, starts: Sequence[int | None] | None = None
) -> Floats:
    """Bring each step next to its neighbor in time or depth by centered orthogonal Procrustes on all samples.

    Where the steps went on from others, each is brought to the one that it started from. Else, within a layer each
    checkpoint is brought to the one after it, beginning at the last; the layers' last checkpoints are brought to each
    other in execution order. So both sliders move the cloud as little as a rotation allows.
    """
    dims = layouts[0].coordinates.shape[1]
    maps = np.tile(np.eye(dims, dtype=np.float32), (len(layouts), 1, 1))
    if method == "units":
        return maps
    references = _backwards(steps) if starts is None else starts
    for i in _references_first(references):
        reference = references[i]
        if reference is not None:
            maps[i] = _turn(layouts[i], layouts[reference], maps[reference])
    return maps


def _turn(layout: Layout, other: Layout, turned: Floats) -> Floats:
    from inscape import shape

    return shape.procrustes(layout.coordinates - layout.center, (other.coordinates - other.center) @ turned)


def _backwards(steps: Sequence[Step]) -> list[int | None]:
    by_layer: dict[str, list[int]] = {}
    for i, step in enumerate(steps):
        by_layer.setdefault(step.layer, []).append(i)
    references: list[int | None] = [None] * len(steps)
    last = None
    for members in by_layer.values():
        for i, after in pairwise(members):
            references[i] = after
        references[members[-1]] = last
        last = members[-1]
    return references


def _references_first(references: Sequence[int | None]) -> list[int]:
    """The steps in such an order that each comes after the one that it is brought to."""
    order: dict[int, None] = {}
    for i in range(len(references)):
        chain: list[int] = []
        at: int | None = i
        while at is not None and at not in order:
            chain.append(at)
            at = references[at]
        order.update(dict.fromkeys(reversed(chain)))
    return list(order)


def store(
    rec: Recording,
    name: str,
    method: str,
    dims: int,
    steps: Sequence[Step],
    layouts: Sequence[Layout],
    provenance: Provenance,
    *,
    sequence: str = "independent",
    starts: Sequence[int | None] | None = None,
    title: str | None = None,
) -> None:
    """Align the layouts and publish them as one embedding.

    Args:
        rec, name: where.
        method, dims, steps, layouts, provenance: what it is.
        sequence: how the steps hang together, see `inscape.studies.sequences`.
        starts: of each step the index of the one that it went on from.
        title: for people; by default the method's.
    """
    fixed = "units" if sequence == "joint" else method  # one space: nothing is turned
    alignments = align(layouts, steps, fixed, starts)
    unknown = np.full(len(rec), np.nan, dtype=np.float32)
    per_sample = np.stack([unknown if layout.per_sample is None else layout.per_sample for layout in layouts])
    further = {
        measure: np.stack([(layout.samples or {}).get(measure, unknown) for layout in layouts]).astype(np.float32)
        for measure in MEASURES
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
        "title": title or TITLES[method],
        "dims": dims,
        "sequence": sequence,
        "steps": [
            {
                "layer": step.layer,
                "checkpoint": step.checkpoint,
                "rank": layout.rank,
                "units": units[step.layer],
                "explained": layout.explained,
                "input": step.digest,
                "start": None if start is None else [steps[start].layer, steps[start].checkpoint],
            }
            for step, layout, start in zip(steps, layouts, starts or [None] * len(steps), strict=True)
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
            "quality": ResultArray(per_sample, ("step", "sample"), 1),
            **{measure: ResultArray(values, ("step", "sample"), 1) for measure, values in further.items()},
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
