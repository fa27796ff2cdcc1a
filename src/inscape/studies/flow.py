"""`inscape.flow`: follows the recorded samples through their model, and stores the way."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from inscape.errors import Mismatch
from inscape.progress import Progress, Report
from inscape.recording import Provenance, Recording, ResultArray, results
from inscape.recording.flow import StoredFlow
from inscape.recording.names import to_folder
from inscape.recording.results import combine_digests

_TOLERANCE = 1e-3
"""What rounding may make of a recorded activation, as a share of the largest."""


def flow(
    rec: Recording,
    model: Any,
    data: Any,
    *,
    path: Sequence[str] | None = None,
    checkpoint: str | int | None = None,
    route: str = "longest",
    dims: int = 16,
    iterations: int = 1,
    seed: int = 0,
    name: str = "flow",
    force: bool = False,
    progress: bool | Report | None = None,
) -> StoredFlow:
    """Follow the recorded samples from layer to layer through the model that was recorded.

    Nothing raw needs to be in the recording: the samples are streamed through the model, and of each layer at most 64
    coordinates a sample are kept.

    Args:
        rec: the recording.
        model: an `nn.Module` with the weights of the checkpoint.
        data: the recorded data, in any form that `inscape.record` takes.
        path: names of layers to go through, first and last included; None goes from the data to the output.
        checkpoint: its name, by default the last.
        route: between two names, ``longest`` takes the branches of residual blocks, ``shortest`` the skip connections.
        dims: axes of layers with more than 64 units.
        iterations: passes that sharpen those axes.
        seed: of the range finder.
        name: under which it is stored.
        force: compute even if the same result is there already.
        progress: show a bar; by default where the error output is a terminal. Or a function, see `inscape.embed`.

    Returns:
        The stored flow.

    Raises:
        Mismatch: the model's weights are not those of the checkpoint, or the data is other data.
        ModelError, UnknownLayer, WrongCall: see `inscape.probe.flow.prepare`.

    Li, Zhao and Scheidegger, "Visualizing neural networks with the grand tour", Distill (2020), "layer dynamics".
    """
    from inscape.capture.inputs import as_tensors, to_device
    from inscape.capture.mode import device_of
    from inscape.capture.unwrap import unwrap
    from inscape.capture.weights import weights_digest
    from inscape.data import source as resolve
    from inscape.probe import flow as flows

    module, _ = unwrap(model)
    source = resolve(data)
    at = rec.checkpoint(checkpoint)
    weights = weights_digest(module)
    _check(rec, at, weights, len(source))
    provenance = Provenance(
        method="flow",
        parameters={
            "path": None if path is None else list(path),
            "route": route,
            "dims": dims,
            "iterations": iterations,
        },
        seed=seed,
        versions={library: importlib.metadata.version(library) for library in ("torch", "numpy")},
        input=combine_digests([weights]),
    )
    if not force and name in rec.flows:
        stored = rec.flow(name)
        if not stored.stale and stored.checkpoint == at and stored.provenance.same_work(provenance):
            return stored
    device = device_of(module)

    def batches(ranges: Sequence[tuple[int, int]]) -> Iterator[Any]:
        for batch in source.batches(ranges):
            yield to_device(as_tensors(batch.inputs), device)

    with Progress("following the samples", 0, "samples", progress) as bar:

        def tell(count: int, total: int) -> None:
            bar.expect(total)
            bar(count)

        found = flows.prepare(
            module, batches, len(rec), path, dims=dims, route=route, iterations=iterations, seed=seed, progress=tell
        )
    _compare(rec, at, found)
    _store(rec, name, at, found, provenance)
    rec.refresh()
    return rec.flow(name)


def _check(rec: Recording, checkpoint: str, weights: str, samples: int) -> None:
    if samples != len(rec):
        raise Mismatch(
            "the data is not what was recorded",
            got=f"{samples:,} samples, {len(rec):,} in the recording",
            remedy="give the data that the recording was made of",
        )
    recorded = rec.weights(checkpoint)
    if recorded and recorded != weights:
        known = [name for name in rec.checkpoints if rec.weights(name) == weights]
        remedy = f"that is checkpoint {known[0]!r}" if known else "load the weights that were recorded"
        raise Mismatch(
            f"the model's weights are not those of checkpoint {checkpoint!r}",
            got=f"weights {weights[:12]}, recorded were {recorded[:12]}",
            remedy=remedy,
        )


def _recorded(rec: Recording, names: Sequence[str], units: int) -> str | None:
    """The recorded layer that a stop is."""
    known = {layer.name: layer.units for layer in rec.plan.layers}
    return next((name for name in names if name in known), None)


def _compare(rec: Recording, checkpoint: str, found: Any) -> None:
    """Make sure that the flow's layers are the recorded ones, wherever both hold all units."""
    for stop in found.stops:
        layer = _recorded(rec, (stop.name, *stop.aliases), stop.units)
        if layer is None or not stop.raw:
            continue
        recorded = rec.activation(layer, checkpoint)
        if recorded.shape[1] != stop.units:
            continue
        rows = slice(0, min(256, len(rec)))
        values = np.asarray(recorded[rows], dtype=np.float64)
        here = stop.coordinates[rows] + stop.center
        difference = float(np.abs(values - here).max()) / max(float(np.abs(values).max()), 1e-12)
        if difference > _TOLERANCE:
            raise Mismatch(
                "the data is not what was recorded",
                got=f"{layer} gives other activations than the recording holds: they differ by {difference:.1%}",
                remedy="give the data that the recording was made of, in the same order and scaled alike",
            )


def _store(rec: Recording, name: str, checkpoint: str, found: Any, provenance: Provenance) -> None:
    arrays: dict[str, ResultArray] = {}

    def cloud(kind: str, i: int, values: np.ndarray, axis: str) -> None:
        scale = np.abs(values).max(axis=0) / 32767
        scale[scale == 0] = 1.0 / 32767
        arrays[f"{kind}_{i}"] = ResultArray(values.astype(np.float32), ("sample", axis))
        screen = np.rint(values / scale).astype(np.int16)
        arrays[f"{kind}_screen_{i}"] = ResultArray(screen, ("sample", axis))
        arrays[f"{kind}_scale_{i}"] = ResultArray(scale.astype(np.float32), (axis,))

    for i, stop in enumerate(found.stops):
        cloud("coordinates", i, stop.coordinates, f"dimension_{i}")
    for i, step in enumerate(found.transitions):
        here, there = f"dimension_{i}", f"dimension_{i + 1}"
        cloud("before", i, step.before, there)
        arrays[f"turn_{i}"] = ResultArray(step.turn, (here, there))
        arrays[f"rotation_{i}"] = ResultArray(step.rotation, (there, f"rotated_{i + 1}"))
        if step.scaling is not None:
            arrays[f"scaling_{i}"] = ResultArray(step.scaling, (there,))
    attributes = {
        "title": "layer to layer",
        "checkpoint": checkpoint,
        "stops": [
            {
                "name": stop.name,
                "aliases": list(stop.aliases),
                "layer": _recorded(rec, (stop.name, *stop.aliases), stop.units),
                "units": stop.units,
                "shape": list(stop.shape),
                "raw": stop.raw,
                "share": stop.share,
                "center": [float(c) for c in stop.center],
            }
            for stop in found.stops
        ],
        "transitions": [
            {"kind": step.kind, "operation": step.operation, "exact": step.exact, "residual": step.residual}
            for step in found.transitions
        ],
        "provenance": provenance.to_json(),
    }
    results.write(rec.path, f"flows/{to_folder(name)}", arrays, {"inscape": attributes})


def describe(stored: StoredFlow) -> list[str]:
    """A line a step: from where to where, what kind it is, how far it is off."""
    lines = []
    width = max(len(stop.name) for stop in stored.stops)
    for before, step, after in zip(stored.stops, stored.transitions, stored.stops[1:], strict=False):
        what = f"{step.kind} ({step.operation})"
        if step.exact:
            trust = f"exact, ends right to {step.residual:.1e}"
        elif step.kind == "max-pooling":
            trust = f"a stand-in: average pooling misses {step.residual:.0%}"
        else:
            trust = f"an alignment, which misses {step.residual:.0%}"
        seen = "all units" if after.raw else f"{after.share:.0%} of the variance"
        lines.append(f"  {before.name:>{width}} → {after.name:<{width}}  {what:<34} {trust}; {seen}")
    return lines
