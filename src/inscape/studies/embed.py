"""`inscape.embed`: reads activations, calls one method of `shape`, aligns the sequence and stores the result."""

from __future__ import annotations

import importlib.metadata
import time
from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from typing import Any, Literal

from inscape.errors import ArrayError, UnknownLayer, WrongCall
from inscape.progress import Progress, Report
from inscape.recording import Embedding, Provenance, Recording
from inscape.recording.names import offer
from inscape.recording.results import combine_digests
from inscape.studies.embedding_results import TITLES, Step, store, stored_layouts
from inscape.studies.layouts import NEIGHBORS, Layout, lay_out, measured

METHODS = ("pca", "umap", "units")
DIMS = {"pca": 16, "umap": 15}
UNITS_LIMIT = 64
PUBLISHED_EVERY = 3.0
"""Seconds between two publishings of one embedding on its way."""
_LIBRARIES = {"pca": ("numpy", "scipy"), "umap": ("numpy", "umap-learn", "pynndescent"), "units": ("numpy",)}


def embed(
    rec: Recording,
    method: str = "pca",
    *,
    layers: Sequence[str] | None = None,
    checkpoints: Sequence[str] | None = None,
    dims: int | None = None,
    seed: int = 0,
    name: str | None = None,
    quality: bool | Literal["last"] = True,
    force: bool = False,
    add: bool = False,
    stepwise: bool = False,
    progress: bool | Report | None = None,
) -> Embedding:
    """Lay out the samples by their activations, one layout a layer and checkpoint, aligned, and store the sequence.

    Args:
        rec: the recording.
        method: ``pca`` (exact), ``umap`` (McInnes et al. 2018), or ``units``: the raw units of a layer with at most 64.
        layers: names or patterns; all recorded layers by default.
        checkpoints: names; by default all of them for ``pca`` and ``units``, the last for ``umap``.
        dims: d; by default 16 for ``pca`` (fewer where no layer has as many units), 15 for ``umap``, all for ``units``.
        seed: of the random numbers of ``umap``.
        name: under which it is stored; by default the method, with the layer for ``units``.
        quality: measure trustworthiness, continuity and neighbor recall of every step, of those of the ``"last"``
            checkpoint alone, or (False) of none.
        force: compute even if the same result is there already.
        add: keep what is stored under the name of other layers and checkpoints; where that is of another size or seed,
            take another name (``umap-8``).
        stepwise: publish what there is every few seconds: who looks sees it grow, and a killed process loses little.
        progress: show a bar; by default where the error output is a terminal. Or a function that is told the layouts
            done, their number, ``"layouts"``, and what is done next.

    Returns:
        The stored embedding. One with the same method, parameters and input is not computed again, nor is a layout
        that a stored one of the same name, method, size and seed has of the same activation.

    Raises:
        WrongCall, UnknownLayer, UnknownName, ArrayError: with what was got and the remedy.

    Example:
        >>> inscape.embed(rec, "umap", layers=["conv1", "fc1"], dims=15, seed=0)   # doctest: +SKIP
        Embedding('umap', 2 steps, 15 dimensions)
    """
    if quality not in (True, False, "last"):
        raise WrongCall("quality is measured of all, last or none", got=repr(quality), remedy="quality='last'")
    if method not in METHODS:
        raise WrongCall("there is no such embedding", got=repr(method), remedy="choose from " + ", ".join(METHODS))
    chosen = chosen_layers(rec, layers)
    times = _checkpoints(rec, checkpoints, method)
    # The data itself is the same at every checkpoint: one step, shown at all of them.
    wanted = [(layer, checkpoint) for layer in chosen for checkpoint in _times(rec, layer, times)]
    dims = _dims(rec, method, chosen, dims)
    name = name or (f"units-{chosen[0]}" if method == "units" else method)
    used = seed if method == "umap" else None
    if add:
        name, wanted = _added(rec, name, method, dims, used, wanted)
        chosen = [layer for layer in rec.layers if layer in {step[0] for step in wanted}]
        times = [time for time in rec.checkpoints if time in {step[1] for step in wanted}]
    inputs = [rec.activation(layer, checkpoint) for layer, checkpoint in wanted]
    steps = [Step(*step, array.digest or "") for step, array in zip(wanted, inputs, strict=True)]

    def provenance(of: Sequence[Step], **more: Any) -> Provenance:
        parameters = {
            "layers": chosen,
            "checkpoints": times,
            "dims": dims,
            "neighbors": NEIGHBORS if method == "umap" else None,
            "quality": quality,
        }
        versions = {library: importlib.metadata.version(library) for library in _LIBRARIES[method]}
        digest = combine_digests([step.digest for step in of])
        return Provenance(method=method, parameters=parameters | more, seed=used, versions=versions, input=digest)

    if not force and name in rec.embeddings:
        stored = rec.embedding(name)
        if not stored.stale and stored.provenance.same_work(provenance(steps)):
            return stored
    here = {} if force else stored_layouts(rec, name, method, dims, used)
    # What is published on the way must not take the place of something that it does not hold.
    stepwise = stepwise and (name not in rec.embeddings or set(here) <= {step.key for step in steps})
    last = time.monotonic()
    with Progress(f"embedding by {method}", len(steps), "layouts", progress) as bar:
        for i, (step, array) in enumerate(zip(steps, inputs, strict=True)):
            bar.describe(f"{TITLES[method]} of {step.layer} at {step.checkpoint}")
            known = here.get(step.key)
            layout = known or _at(step, lay_out, rec, method, step.layer, step.checkpoint, array, dims, seed)
            wants = quality is True or (quality == "last" and step.checkpoint == steps[-1].checkpoint)
            if wants and layout.quality is None and len(rec) > 2 * NEIGHBORS:
                layout = _at(step, measured, layout, method, array)
            here[step.key] = layout
            bar(1)
            if stepwise and known is None and i + 1 < len(steps) and time.monotonic() - last > PUBLISHED_EVERY:
                done = [s for s in steps if s.key in here]
                layouts = [here[s.key] for s in done]
                store(rec, name, method, dims, done, layouts, provenance(done, unfinished=len(steps) - len(done)))
                last = time.monotonic()
    store(rec, name, method, dims, steps, [here[step.key] for step in steps], provenance(steps))
    rec.refresh()
    return rec.embedding(name)


def _added(
    rec: Recording, name: str, method: str, dims: int, seed: int | None, wanted: list[tuple[str, str]]
) -> tuple[str, list[tuple[str, str]]]:
    """The name to store under, and the steps that are wanted and those that are there, in execution order."""
    if name in rec.embeddings:
        stored = rec.embedding(name)
        if (stored.method, stored.dims, stored.provenance.seed) != (method, dims, seed):
            return f"{method}-{dims}" + (f"-seed{seed}" if seed else ""), wanted
        there = {(step.layer, step.checkpoint) for step in stored.steps if step.layer in rec.layers}
        here = {(layer, checkpoint) for layer, checkpoint in there if checkpoint in rec.checkpoints}
        data = {rec.checkpoint()} if any(layer == "input" for layer, _ in here) else set()
        steps = {step for step in here if step[0] != "input"} | {("input", time) for time in data} | set(wanted)
        layers, times = rec.layers, rec.checkpoints
        wanted = sorted(steps, key=lambda step: (layers.index(step[0]), times.index(step[1])))
    return name, wanted


def _at(step: Step, compute: Callable[..., Layout], *arguments: Any) -> Layout:
    """Call a method; its complaint about an array says which one it was."""
    try:
        return compute(*arguments)
    except ArrayError as error:
        where = f"{step.layer} at checkpoint {step.checkpoint}: {error.what}"
        raise ArrayError(where, got=error.got, remedy=error.remedy) from error


def chosen_layers(rec: Recording, patterns: Sequence[str] | None) -> list[str]:
    """The recorded layers that names or patterns pick, in execution order; all of them where there is none."""
    if patterns is None:
        return rec.layers
    picked: set[str] = set()
    for pattern in [patterns] if isinstance(patterns, str) else patterns:
        escaped = pattern.replace("[", "[[]")
        matched = [layer for layer in rec.layers if fnmatchcase(layer, escaped)]
        if not matched and not any(c in pattern for c in "*?"):
            matched = [rec.layer(pattern)]
        if not matched:
            raise UnknownLayer(
                "no recorded layer matches the pattern", got=repr(pattern), remedy=offer(pattern, rec.layers)
            )
        picked.update(matched)
    return [layer for layer in rec.layers if layer in picked]


def _checkpoints(rec: Recording, asked: Sequence[str] | None, method: str) -> list[str]:
    if asked is None:
        last = rec.checkpoint()
        return [last] if method == "umap" else rec.checkpoints
    wanted = {rec.checkpoint(name) for name in ([asked] if isinstance(asked, str) else asked)}
    return [name for name in rec.checkpoints if name in wanted]


def _times(rec: Recording, layer: str, checkpoints: list[str]) -> list[str]:
    return [rec.checkpoint()] if layer == "input" else checkpoints


def _dims(rec: Recording, method: str, layers: Sequence[str], asked: int | None) -> int:
    units = {layer.name: layer.units for layer in rec.plan.layers}
    if method == "units":
        sizes = {units[layer] for layer in layers}
        if len(sizes) > 1:
            raise WrongCall(
                "an embedding by units needs layers with the same number of units",
                got=", ".join(f"{layer}: {units[layer]}" for layer in layers),
                remedy="embed one layer at a time: layers=['softmax']",
            )
        size = sizes.pop()
        if size > UNITS_LIMIT or size < 2:
            raise WrongCall(
                "the units of a layer are toured as they are from 2 up to 64 units",
                got=f"{layers[0]} has {size}",
                remedy="use method='pca' for this layer",
            )
        if asked is not None and asked != size:
            raise WrongCall("units are not reduced", got=f"dims={asked} of {size}", remedy="leave dims out")
        return size
    # A projection has no more dimensions than there are units; a layout may have.
    limit = min(len(rec), max(units[layer] for layer in layers)) if method == "pca" else len(rec) - 2
    dims = min(DIMS[method], max(2, limit)) if asked is None else asked
    if not 2 <= dims <= 64:
        raise WrongCall("an embedding has from 2 to 64 dimensions", got=f"dims={dims}", remedy=f"dims={DIMS[method]}")
    return dims
