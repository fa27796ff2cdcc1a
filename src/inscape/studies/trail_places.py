"""Which steps trails go through, and where every sample is at each of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from inscape.errors import UnknownLayer, WrongCall
from inscape.progress import Progress
from inscape.recording import Embedding, Recording
from inscape.studies.asked import chosen_layers
from inscape.studies.neighbors import NEIGHBORS

Key = tuple[str, str]
"""A layer and a checkpoint."""


def steps_of(
    rec: Recording,
    along: str,
    layer: str | None,
    checkpoint: str | int | None,
    layers: Sequence[str] | None,
    checkpoints: Sequence[str] | None,
) -> tuple[list[Key], str]:
    """The steps in order, and the layer or checkpoint that they have in common.

    Raises:
        WrongCall: fewer than two steps, or an argument that belongs to the other way.
        UnknownLayer, AmbiguousLayer, UnknownName: with the nearest names.
    """
    last = rec.checkpoint()  # without one, the error says what to do
    if along == "layers":
        if layer is not None or checkpoints is not None:
            raise WrongCall(
                "trails along layers are of one checkpoint",
                got="a layer" if layer is not None else "several checkpoints",
                remedy="give checkpoint= and layers=, or along='checkpoints'",
            )
        at = last if checkpoint is None else rec.checkpoint(checkpoint)
        names = chosen_layers(rec, layers)
        if len(names) < 2:
            raise WrongCall(
                "trails go through at least two layers",
                got=f"one layer, {names[0]!r}",
                remedy="choose more layers, or record more of them",
            )
        return [(name, at) for name in names], at
    if checkpoint is not None or layers is not None:
        raise WrongCall(
            "trails along checkpoints are of one layer",
            got="one checkpoint" if checkpoint is not None else "several layers",
            remedy="give a layer and checkpoints=, or along='layers' (--along layers)",
        )
    name = _hidden(rec) if layer is None else rec.layer(layer)
    if name == "input":
        raise WrongCall(
            "the data is the same at every checkpoint, so its trails stand still",
            got="layer 'input'",
            remedy="choose a layer of the model, or along='layers' (--along layers)",
        )
    wanted = None if checkpoints is None else {rec.checkpoint(one) for one in checkpoints}
    times = [time for time in rec.checkpoints if wanted is None or time in wanted]
    if len(times) < 2:
        raise WrongCall(
            "trails go through at least two checkpoints",
            got=f"one checkpoint, {times[0]!r}",
            remedy="record the training step by step with inscape.Recorder, or choose along='layers' (--along layers)",
        )
    return [(name, time) for time in times], name


def _hidden(rec: Recording) -> str:
    """The last layer of more units than the model has classes: the last hidden one."""
    names = [layer for layer in rec.plan.layers if layer.name != "input"]
    if not names:
        raise UnknownLayer("only the data is recorded", got="layer 'input'", remedy="record layers of the model")
    hidden = [layer.name for layer in names if layer.units > names[-1].units]
    return hidden[-1] if hidden else names[-1].name


def places(
    rec: Recording, embedding: Embedding, steps: Sequence[Key], bar: Progress
) -> tuple[np.ndarray, list[dict[str, Any] | None]]:
    """Where every sample is at each step, (N, T, 2) float32 centered on 0, and how far to trust each picture.

    Steps that were laid out on their own are brought next to each other, the last one staying, by orthogonal
    Procrustes; along layers also to one size, where the method keeps that of the activations.
    """
    from inscape import shape

    there = {(step.layer, step.checkpoint): i for i, step in enumerate(embedding.steps)}
    data = {step.layer: i for i, step in enumerate(embedding.steps) if step.layer == "input"}
    chosen = [there.get(step, data.get(step[0], -1)) for step in steps]
    clouds = [np.array(embedding.aligned[i], dtype=np.float64) for i in chosen]
    if embedding.content.get("sequence") != "joint":
        clouds = [cloud - cloud.mean(axis=0) for cloud in clouds]
        if len({step[0] for step in steps}) > 1 and embedding.method in ("pca", "units"):
            sizes = [np.sqrt(np.mean(cloud**2)) for cloud in clouds]
            clouds = [cloud / size if size > 0 else cloud for cloud, size in zip(clouds, sizes, strict=True)]
        for i in range(len(clouds) - 2, -1, -1):
            clouds[i] = clouds[i] @ shape.procrustes(clouds[i], clouds[i + 1])
    if embedding.dims > 2:
        stacked = np.concatenate(clouds)
        stacked -= stacked.mean(axis=0)
        plane = np.linalg.eigh(stacked.T @ stacked)[1][:, :-3:-1]
        clouds = [cloud @ plane for cloud in clouds]
    quality: list[dict[str, Any] | None] = []
    known = embedding.quality
    for i, step, cloud in zip(chosen, steps, clouds, strict=True):
        if embedding.dims == 2 and known[i] is not None:  # turning it changes nothing
            quality.append(known[i])
        elif len(rec) > 2 * NEIGHBORS:
            bar.describe(f"what the picture keeps of {step[0]} at {step[1]}")
            quality.append(_quality(np.asarray(rec.activation(*step), dtype=np.float32), cloud))
        else:
            quality.append(None)
    paths = np.stack(clouds, axis=1)
    paths -= (paths.min(axis=(0, 1)) + paths.max(axis=(0, 1))) / 2
    return paths.astype(np.float32), quality


def _quality(activation: np.ndarray, picture: np.ndarray) -> dict[str, Any]:
    from inscape import shape

    found = shape.quality(activation, picture, k=NEIGHBORS)
    return {
        "trustworthiness": float(found.trustworthiness),
        "continuity": float(found.continuity),
        "recall": float(found.recall),
        "k": NEIGHBORS,
    }
