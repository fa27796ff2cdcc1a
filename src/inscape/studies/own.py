"""An embedding of the user's own: arrays that are kept as they are, aligned, measured and shown like any other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from inscape.errors import ArrayError, WrongCall
from inscape.progress import Progress, Report
from inscape.recording import Embedding, Recording
from inscape.recording.arrays import digest_array
from inscape.studies.asked import chosen_layers, times_of
from inscape.studies.embedding_results import Step, store
from inscape.studies.layouts import NEIGHBORS, Floats, Layout
from inscape.studies.measuring import measured

LARGEST = 64


def embed_own(
    rec: Recording,
    arrays: ArrayLike | Mapping[Any, ArrayLike],
    *,
    layers: Sequence[str] | None,
    checkpoints: Sequence[str] | None,
    name: str | None,
    quality: bool | Literal["last"],
    progress: bool | Report | None,
) -> Embedding:
    """Store layouts that were made elsewhere, see `inscape.embed`."""
    from inscape.studies.embed import at_step, described

    if not name:
        raise WrongCall(
            "an embedding of your own takes a name", got=f"name={name!r}", remedy='give name="mine" (--name mine)'
        )
    given = _by_step(rec, arrays, layers, checkpoints)
    inputs = [rec.activation(*step) for step in given]
    steps = [Step(*step, array.digest or "") for step, array in zip(given, inputs, strict=True)]
    dims = {values.shape[1] for values in given.values()}
    if len(dims) > 1:
        raise ArrayError(
            "the steps of one embedding have one number of dimensions",
            got=", ".join(f"{layer} at {time}: {values.shape[1]}" for (layer, time), values in given.items()),
            remedy="store them under names of their own",
        )
    layouts = []
    with Progress(f"measuring {name}", len(steps), "layouts", progress) as bar:
        for step, array, values in zip(steps, inputs, given.values(), strict=True):
            layout = Layout(values, values.shape[1], None, values.mean(axis=0))
            wants = quality is True or (quality == "last" and step.checkpoint == steps[-1].checkpoint)
            if wants and len(rec) > 2 * NEIGHBORS:
                with Progress(f"quality of {step.layer} at {step.checkpoint}", 0, "samples", bar) as part:
                    layout = at_step(step, measured, layout, "own", array, rec, part.reach)
            layouts.append(layout)
            bar(1)
    parameters = {
        "layers": list(dict.fromkeys(step.layer for step in steps)),
        "checkpoints": list(dict.fromkeys(step.checkpoint for step in steps)),
        "dims": min(dims),
        "quality": quality,
        "arrays": [digest_array(values) for values in given.values()],
    }
    store(rec, name, "own", min(dims), steps, layouts, described("own", parameters, None, steps), title=name)
    rec.refresh()
    return rec.embedding(name)


def _by_step(
    rec: Recording,
    arrays: ArrayLike | Mapping[Any, ArrayLike],
    layers: Sequence[str] | None,
    checkpoints: Sequence[str] | None,
) -> dict[tuple[str, str], Floats]:
    """One array (N, d) for each layer and checkpoint, in execution order."""
    if isinstance(arrays, Mapping):
        if layers is not None or checkpoints is not None:
            raise WrongCall(
                "arrays by layer say themselves which layers they are of",
                got="layers or checkpoints beside a dict",
                remedy="leave them out, or give one array (S, N, d)",
            )
        found = {}
        for key, values in arrays.items():
            layer, time = key if isinstance(key, tuple) else (key, None)
            found[rec.layer(layer), rec.checkpoint(time)] = _checked(rec, values, f"the layout of {key}")
        if not found:
            raise ArrayError("there is no layout", got="an empty dict", remedy="give arrays (N, d) by layer")
        order = sorted(found, key=lambda step: (rec.layers.index(step[0]), rec.checkpoints.index(step[1])))
        return {step: found[step] for step in order}
    stacked = np.asarray(arrays)
    if stacked.ndim == 2:
        stacked = stacked[None]
    if stacked.ndim != 3:
        raise ArrayError(
            "an embedding is an array (samples, dimensions), or (steps, samples, dimensions)",
            got=f"an array of shape {stacked.shape}",
            remedy="reshape it",
        )
    chosen = chosen_layers(rec, layers)
    if layers is None and len(stacked) == 1 and len(chosen) > 1:
        raise WrongCall(
            "a layout is of one layer", got=f"one array for {len(chosen)} layers", remedy=f"layers=[{chosen[-1]!r}]"
        )
    asked = [checkpoints] if isinstance(checkpoints, str) else checkpoints
    times = [rec.checkpoint()] if asked is None else [rec.checkpoint(time) for time in asked]
    if asked is None and len(stacked) != len(chosen):
        times = rec.checkpoints
    steps = [(layer, time) for layer in chosen for time in times_of(rec, layer, times)]
    if len(steps) != len(stacked):
        raise ArrayError(
            "there must be one layout a step",
            got=f"{len(stacked)} layouts, {len(chosen)} layers × {len(times)} checkpoints: {len(steps)} steps",
            remedy="name the layers and checkpoints that they are of, in execution order and in time",
        )
    return {step: _checked(rec, values, "the embedding") for step, values in zip(steps, stacked, strict=True)}


def _checked(rec: Recording, values: ArrayLike, name: str) -> Floats:
    from inscape.shape import _validate

    layout = _validate.matrix(values, name)
    if len(layout) != len(rec):
        raise ArrayError(
            f"{name} must have a row for each sample of the recording",
            got=f"{len(layout):,} rows, {len(rec):,} samples",
            remedy="lay out all samples, in the order of the recording",
        )
    if not 2 <= layout.shape[1] <= LARGEST:
        raise ArrayError(
            f"an embedding has from 2 to {LARGEST} dimensions", got=f"{layout.shape[1]}", remedy="keep some of them"
        )
    return np.ascontiguousarray(layout, dtype=np.float32)
