"""`inscape.embed`: reads activations, calls one method of `shape`, aligns the sequence and stores the result."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from inscape.errors import ArrayError, UnknownLayer, WrongCall
from inscape.progress import Progress
from inscape.recording import Embedding, Provenance, Recording, ResultArray, results
from inscape.recording.names import offer, to_folder
from inscape.recording.results import combine_digests

Floats = NDArray[np.floating[Any]]
METHODS = ("pca", "umap", "units")
DIMS = {"pca": 16, "umap": 15}
UNITS_LIMIT = 64
NEIGHBORS = 15
_LIBRARIES = {"pca": ("numpy", "scipy"), "umap": ("numpy", "umap-learn", "pynndescent"), "units": ("numpy",)}


@dataclass(frozen=True)
class _Layout:
    """One step as computed: coordinates (N, d), how many of the d are real, and how far to trust them."""

    coordinates: Floats
    rank: int
    explained: float | None
    center: Floats


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
    progress: bool | None = None,
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
        progress: show a bar; by default where the error output is a terminal.

    Returns:
        The stored embedding. One with the same method, parameters and input is not computed again.

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
    chosen = _layers(rec, layers)
    times = _checkpoints(rec, checkpoints, method)
    steps = [(layer, checkpoint) for layer in chosen for checkpoint in (["input"] if layer == "input" else times)]
    # The data itself is the same at every checkpoint: one step, shown at all of them.
    steps = [(layer, rec.checkpoint() if checkpoint == "input" else checkpoint) for layer, checkpoint in steps]
    dims = _dims(rec, method, chosen, dims)
    name = name or (f"units-{chosen[0]}" if method == "units" else method)
    inputs = [rec.activation(layer, checkpoint) for layer, checkpoint in steps]
    parameters = {
        "layers": chosen,
        "checkpoints": times,
        "dims": dims,
        "neighbors": NEIGHBORS if method == "umap" else None,
        "quality": quality,
    }
    provenance = Provenance(
        method=method,
        parameters=parameters,
        seed=seed if method == "umap" else None,
        versions={library: importlib.metadata.version(library) for library in _LIBRARIES[method]},
        input=combine_digests([array.digest or "" for array in inputs]),
    )
    if not force and name in rec.embeddings:
        stored = rec.embedding(name)
        if not stored.stale and stored.provenance.same_work(provenance):
            return stored
    with Progress(f"embedding by {method}", len(steps), "layers", progress) as bar:
        layouts, measured, per_sample = _compute(rec, method, steps, inputs, dims, seed, quality, bar)
    alignments = _align(layouts, steps, method)
    _store(rec, name, method, dims, steps, layouts, alignments, measured, per_sample, provenance)
    rec.refresh()
    return rec.embedding(name)


def _layers(rec: Recording, patterns: Sequence[str] | None) -> list[str]:
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


def _compute(
    rec: Recording,
    method: str,
    steps: Sequence[tuple[str, str]],
    inputs: Sequence[Any],
    dims: int,
    seed: int,
    quality: bool | Literal["last"],
    bar: Callable[[int], None],
) -> tuple[list[_Layout], list[dict[str, Any] | None], Floats]:
    from inscape import shape

    layouts: list[_Layout] = []
    measured: list[dict[str, Any] | None] = []
    per_sample = np.full((len(steps), len(rec)), np.nan, dtype=np.float32)
    for i, ((layer, checkpoint), array) in enumerate(zip(steps, inputs, strict=True)):
        try:
            if method == "pca":
                layouts.append(_pca(array, dims))
            elif method == "umap":
                layouts.append(_umap(rec, layer, checkpoint, array, dims, seed))
            else:
                layouts.append(_units(np.asarray(array, dtype=np.float32)))
        except ArrayError as error:
            where = f"{layer} at checkpoint {checkpoint}: {error.what}"
            raise ArrayError(where, got=error.got, remedy=error.remedy) from error
        if not quality or (quality == "last" and checkpoint != steps[-1][1]) or len(rec) <= 2 * NEIGHBORS:
            measured.append(None)
        elif method == "units":
            per_sample[i] = 1.0  # the units themselves: nothing was laid out
            measured.append({"trustworthiness": 1.0, "continuity": 1.0, "recall": 1.0, "k": NEIGHBORS})
        else:
            found = shape.quality(np.asarray(array, dtype=np.float32), layouts[-1].coordinates, k=NEIGHBORS)
            per_sample[i] = found.per_sample
            measured.append(
                {
                    "trustworthiness": float(found.trustworthiness),
                    "continuity": float(found.continuity),
                    "recall": float(found.recall),
                    "k": NEIGHBORS,
                }
            )
        bar(1)
    return layouts, measured, per_sample


def _padded(coordinates: Floats, dims: int) -> Floats:
    padded = np.zeros((len(coordinates), dims), dtype=np.float32)
    padded[:, : coordinates.shape[1]] = coordinates
    return padded


def _pca(array: Any, dims: int) -> _Layout:
    from inscape import shape

    rank = min(dims, *array.shape)
    found = shape.pca(array, rank)
    coordinates = _padded(found.coordinates, dims)
    return _Layout(coordinates, rank, float(np.sum(found.explained)), coordinates.mean(axis=0))


def _umap(rec: Recording, layer: str, checkpoint: str, array: Any, dims: int, seed: int) -> _Layout:
    from inscape import shape

    activation = np.asarray(array, dtype=np.float32)
    found = shape.neighbors(activation, k=min(NEIGHBORS, len(activation) - 1), seed=seed)
    _store_neighbors(rec, layer, checkpoint, array, found, seed)
    coordinates = shape.umap(activation, dims=dims, neighbors=found, seed=seed)
    return _Layout(coordinates, dims, None, coordinates.mean(axis=0))


def _units(activation: Floats) -> _Layout:
    probabilities = bool((activation >= 0).all()) and bool(np.allclose(activation.sum(axis=1), 1, atol=1e-3))
    center = np.zeros(activation.shape[1], np.float32) if probabilities else activation.mean(axis=0)
    return _Layout(activation, activation.shape[1], 1.0, center)


def _store_neighbors(rec: Recording, layer: str, checkpoint: str, array: Any, found: Any, seed: int) -> None:
    path = array.path.removesuffix("activation") + "neighbors"
    provenance = Provenance(
        method="neighbors",
        parameters={"k": int(found.indices.shape[1]), "metric": "euclidean", "exact": bool(found.exact)},
        seed=seed,
        versions={library: importlib.metadata.version(library) for library in ("numpy", "pynndescent")},
        input=combine_digests([array.digest or ""]),
    )
    results.write(
        rec.path,
        path,
        {
            "indices": ResultArray(np.asarray(found.indices, dtype=np.int32), ("sample", "neighbor")),
            "distances": ResultArray(np.asarray(found.distances, dtype=np.float32), ("sample", "neighbor")),
        },
        {"inscape": {"layer": layer, "checkpoint": checkpoint, "provenance": provenance.to_json()}},
    )


def _align(layouts: Sequence[_Layout], steps: Sequence[tuple[str, str]], method: str) -> Floats:
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
    for i, (layer, _) in enumerate(steps):
        by_layer.setdefault(layer, []).append(i)
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


def _store(
    rec: Recording,
    name: str,
    method: str,
    dims: int,
    steps: Sequence[tuple[str, str]],
    layouts: Sequence[_Layout],
    alignments: Floats,
    measured: Sequence[dict[str, Any] | None],
    per_sample: Floats,
    provenance: Provenance,
) -> None:
    coordinates = np.stack([layout.coordinates for layout in layouts])
    centers = np.stack([layout.center for layout in layouts])
    aligned = np.einsum("snd,sde->sne", coordinates - centers[:, None, :], alignments, optimize=True)
    scale = np.abs(aligned).max(axis=1) / 32767
    scale[scale == 0] = 1.0 / 32767
    screen = np.rint(aligned / scale[:, None, :]).astype(np.int16)
    units = {layer.name: layer.units for layer in rec.plan.layers}
    attributes = {
        "method": method,
        "title": {"pca": "PCA", "umap": "UMAP", "units": "units"}[method],
        "dims": dims,
        "steps": [
            {
                "layer": layer,
                "checkpoint": checkpoint,
                "rank": layout.rank,
                "units": units[layer],
                "explained": layout.explained,
            }
            for (layer, checkpoint), layout in zip(steps, layouts, strict=True)
        ],
        "center": [[float(c) for c in center] for center in centers],
        "axes": _axes(rec, steps[0][0], dims) if method == "units" else None,
        "quality": list(measured),
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
