"""`inscape.trails`: the way of every sample through the checkpoints or the layers, bundled, measured and stored."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Sequence
from typing import Any

import numpy as np

from inscape.errors import UnknownName, WrongCall
from inscape.progress import Progress, Report
from inscape.recording import Embedding, Provenance, Recording, ResultArray, results
from inscape.recording.names import offer, to_folder
from inscape.recording.results import combine_digests
from inscape.recording.trails import StoredTrails, embedded_digest
from inscape.studies.neighbors import NEIGHBORS, neighbors_of
from inscape.studies.trail_places import Key, places, steps_of
from inscape.studies.trail_ranking import Measures, measure

ALONG = ("checkpoints", "layers")
METHOD = "umap"
_CHUNK = 4 << 20


def trails(
    rec: Recording,
    layer: str | None = None,
    *,
    along: str = "checkpoints",
    checkpoint: str | int | None = None,
    layers: Sequence[str] | None = None,
    checkpoints: Sequence[str] | None = None,
    embedding: str | None = None,
    method: str = METHOD,
    joint: bool = False,
    points: int | None = None,
    rounds: int = 12,
    kernel: float = 0.06,
    grid: int = 512,
    seed: int = 0,
    name: str | None = None,
    force: bool = False,
    progress: bool | Report | None = None,
) -> StoredTrails:
    """Follow every sample through the checkpoints, or through the layers, in two dimensions.

    Args:
        rec: the recording.
        layer: whose checkpoints the trails go through, where `along` is ``checkpoints``; by default the last layer but
            the output's two, such as the last hidden one.
        along: ``checkpoints``, or ``layers`` of one checkpoint.
        checkpoint: whose layers the trails go through; by default the last.
        layers: along layers, which: names or patterns, by default all that are recorded.
        checkpoints: along checkpoints, which: by default all.
        embedding: name of a stored embedding that the places are taken from. Of one with more than two dimensions the
            plane is seen which holds most of the variance of all steps together. By default one of two dimensions is
            made by `method`, or found where it is made already.
        method: ``umap``, ``pca``, or another method of `inscape.embed`.
        joint: whether all steps are laid out as one cloud, where the method can.
        points, rounds, kernel, grid: see `inscape.shape.bundle`.
        seed: of the embedding, and of the choice of the samples that classes are compared by.
        name: under which it is stored; by default the layer, or ``layers-at-`` and the checkpoint, and the method
            where that is not the default.
        force: compute even if the same result is there already.
        progress: show a bar; by default where the error output is a terminal. Or a function, see `inscape.embed`.

    Returns:
        The stored trails; `ranking` has the classes that part worst first.

    Raises:
        WrongCall: fewer than two steps, an unknown `along`; or what `inscape.embed` raises.
        UnknownLayer, AmbiguousLayer, UnknownName: with the nearest names.

    Rauber, Fadel, Falcão and Telea, "Visualizing the hidden activity of artificial neural networks", IEEE
    Transactions on Visualization and Computer Graphics 23 (2017), section 5.

    Example:
        >>> made = inscape.trails(rec, "fc1")                                   # doctest: +SKIP
        >>> made.classes[0].name, made.classes[0].late                          # doctest: +SKIP
        ('8', 2)
    """
    if along not in ALONG:
        raise WrongCall("trails go along steps", got=f"along={along!r}", remedy="choose from " + ", ".join(ALONG))
    steps, fixed = steps_of(rec, along, layer, checkpoint, layers, checkpoints)
    stored = _embedding(rec, along, fixed, steps, embedding, method, joint, seed, progress)
    name = name or _name(along, fixed, method if embedding is None else embedding)
    parameters = {
        "along": along,
        "steps": [list(step) for step in steps],
        "embedding": stored.name,
        "embedded": embedded_digest(rec.path, stored.name),
        "points": points,
        "rounds": rounds,
        "kernel": kernel,
        "grid": grid,
        "neighbors": NEIGHBORS,
    }
    provenance = Provenance(
        method="trails",
        parameters=parameters,
        seed=seed,
        versions={library: importlib.metadata.version(library) for library in ("numpy", "scipy")},
        input=combine_digests([rec.activation(*step).digest or "" for step in steps]),
    )
    if not force and name in rec.trails:
        there = rec.trail(name)
        if not there.stale and there.provenance.same_work(provenance):
            return there
    with Progress("trails", len(steps) + 2, "steps", progress) as bar:
        paths, quality = places(rec, stored, steps, bar)
        labels = rec.labels
        found = measure(
            rec,
            steps,
            paths,
            labels,
            lambda *step: neighbors_of(rec, *step, seed=seed, progress=bar).indices,
            seed,
            bar,
        )
        _store(rec, name, along, fixed, stored, steps, paths, quality, found, labels, provenance, bar)
    rec.refresh()
    return rec.trail(name)


def _name(along: str, fixed: str, method: str) -> str:
    name = fixed if along == "checkpoints" else f"layers-at-{fixed}"
    return name if method == METHOD else f"{name}-{method}"


def _embedding(
    rec: Recording,
    along: str,
    fixed: str,
    steps: Sequence[Key],
    asked: str | None,
    method: str,
    joint: bool,
    seed: int,
    progress: bool | Report | None,
) -> Embedding:
    """The embedding that was asked for, or one of two dimensions that holds these very steps."""
    from inscape.studies.embed import embed

    if asked is None:
        more: dict[str, Any] = {"joint": True} if joint else {}
        return embed(
            rec,
            method,
            layers=list(dict.fromkeys(step[0] for step in steps)),
            checkpoints=list(dict.fromkeys(step[1] for step in steps)),
            dims=2,
            seed=seed,
            name=f"{method}-2d-{fixed}" + ("-joint" if joint else ""),
            progress=progress,
            **more,
        )
    stored = rec.embedding(asked)
    there = {(step.layer, step.checkpoint) for step in stored.steps}
    lacking = [step for step in steps if step not in there and (step[0] != "input" or step[0] not in dict(there))]
    if lacking:
        raise UnknownName(
            "the embedding has no such step",
            got=", ".join(f"{a} at {b}" for a, b in lacking[:3])
            + (f" and {len(lacking) - 3} more" * (len(lacking) > 3)),
            remedy=f"embed these too, leave embedding= out, or {offer(fixed, dict(there))}",
        )
    return stored


def _store(
    rec: Recording,
    name: str,
    along: str,
    fixed: str,
    embedding: Embedding,
    steps: Sequence[Key],
    paths: np.ndarray,
    quality: Sequence[dict[str, Any] | None],
    found: Measures,
    labels: np.ndarray | None,
    provenance: Provenance,
    bar: Progress,
) -> None:
    from inscape import shape
    from inscape.shape.bundling import resample

    settings = {key: provenance.parameters[key] for key in ("points", "rounds", "kernel", "grid")}
    bar.describe("bundling all trails together")
    drawn = {"raw": resample(paths, settings["points"]), "together": shape.bundle(paths, **settings)}
    bar(1)
    if labels is not None:
        bar.describe("bundling the trails of each class")
        drawn["class"] = shape.bundle(paths, labels, **settings)
    bar(1)
    count, points, _ = drawn["raw"].shape
    scale = np.max([np.abs(values).max(axis=(0, 1)) for values in drawn.values()], axis=0) / 32767
    scale[scale == 0] = 1.0 / 32767
    scale = scale.astype(np.float32)
    rows = max(1, _CHUNK // (points * 4))
    arrays = {
        f"screen_{kind}": ResultArray(np.rint(values / scale).astype(np.int16), ("sample", "point", "axis"), rows)
        for kind, values in drawn.items()
    }
    arrays |= {
        "paths": ResultArray(paths, ("sample", "step", "axis"), max(1, _CHUNK // (len(steps) * 8))),
        "scale": ResultArray(scale, ("axis",)),
        "times": ResultArray(np.linspace(0, len(steps) - 1, points).astype(np.float32), ("point",)),
        "traveled": ResultArray(found.traveled, ("sample",)),
    }
    if found.switches is not None:
        arrays["switches"] = ResultArray(found.switches, ("sample",))
    what = f"{fixed} through {len(steps)} checkpoints" if along == "checkpoints" else f"{len(steps)} layers at {fixed}"
    attributes = {
        "title": what,
        "along": along,
        "fixed": fixed,
        "embedding": embedding.name,
        "method": embedding.method,
        "sequence": embedding.content.get("sequence", "independent"),
        "dims": embedding.dims,
        "steps": [{"layer": a, "checkpoint": b} for a, b in steps],
        "points": points,
        "samples": count,
        "strength": 1.0,
        "rounds": settings["rounds"],
        "kernel": settings["kernel"],
        "grid": settings["grid"],
        "clusters": found.switches is not None,
        "classes": found.classes,
        "ranking": [entry["label"] for entry in found.classes],
        "unranked": found.unranked,
        "parting_by": "activations",
        "quality": list(quality),
        "provenance": provenance.to_json(),
    }
    results.write(rec.path, f"trails/{to_folder(name)}", arrays, {"inscape": attributes})
