"""`inscape.units`: which units of a layer work together, and which tell a class from the rest; stored."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable
from typing import Any

import numpy as np

from inscape.progress import Progress, Report
from inscape.recording import Provenance, Recording, ResultArray, results
from inscape.recording.arrays import AnyArray, LazyArray
from inscape.recording.names import to_folder
from inscape.recording.results import combine_digests
from inscape.recording.units import StoredUnits
from inscape.studies.activations import named

_LIBRARIES = ("numpy", "scipy", "scikit-learn", "umap-learn")


def units(
    rec: Recording,
    layer: str,
    checkpoint: str | int | None = None,
    *,
    trees: int = 100,
    seed: int = 0,
    force: bool = False,
    progress: bool | Report | None = None,
) -> StoredUnits:
    """Map the units of a layer by how they follow each other, and measure what each tells about the classes.

    Units are laid out by 1 − |Pearson correlation| over the samples: up to 500 by metric MDS, more by UMAP. Each has,
    for each class against the rest, its area under the ROC curve and its importance to extremely randomized trees.
    Dead units (constant over all samples) and duplicates (|r| > 1 − 1e-6) are named.

    Args:
        rec: the recording.
        layer: of at most 16,384 units.
        checkpoint: its name, by default the last.
        trees: a class.
        seed: of UMAP and of the trees.
        force: compute even if the same result is there already.
        progress: show a bar; by default where the error output is a terminal. Or a function, see `inscape.embed`.

    Returns:
        The stored map, named ``<layer>@<checkpoint>``. Where the samples have no labels, or of one class alone, it has
        no powers, and `without` says why.

    Raises:
        ArrayError: fewer than 3 samples, more units than that, NaN or infinity, or a layer whose units are all dead.
        UnknownLayer, UnknownName: with the nearest names.

    Rauber, Fadel, Falcão and Telea, "Visualizing the hidden activity of artificial neural networks", IEEE TVCG 23
    (2017), section 4.3: the neuron projection and the discriminative neuron map.

    Example:
        >>> inscape.units(rec, "fc1")                                  # doctest: +SKIP
        StoredUnits('fc1@epoch-8', 64 units by mds)
    """
    layer, at = rec.layer(layer), rec.checkpoint(checkpoint)
    activation = rec.activation(layer, at)
    classes, without = _classes(rec)
    provenance = Provenance(
        method="units",
        parameters={"layer": layer, "checkpoint": at, "trees": trees},
        seed=seed,
        versions={library: importlib.metadata.version(library) for library in _LIBRARIES},
        input=combine_digests([activation.digest or ""]),
    )
    name = f"{layer}@{at}"
    if not force and name in rec.units:
        stored = rec.unit_map(name)
        if not stored.stale and stored.provenance.same_work(provenance):
            return stored
    with named(layer, at):
        arrays, found = _measure(rec, activation, classes, trees, seed, progress)
    attributes = {
        "title": f"units of {layer} at {at}",
        "layer": layer,
        "checkpoint": at,
        "classes": classes,
        "without": without,
        **found,
        "provenance": provenance.to_json(),
    }
    results.write(rec.path, f"units/{to_folder(name)}", arrays, {"inscape": attributes})
    rec.refresh()
    return rec.unit_map(name)


def selection_power(rec: Recording, layer: str, samples: AnyArray, checkpoint: str | int | None = None) -> AnyArray:
    """How well each unit of a layer tells some samples from all others: their area under the ROC curve.

    Args:
        rec: the recording.
        layer: its name.
        samples: (n,) ids, or a mask (N,).
        checkpoint: its name, by default the last.

    Returns:
        (D,) float32, 0 to 1.

    Raises:
        ArrayError: none or all of the samples, NaN or infinity.
    """
    from inscape.shape import unit_auc

    chosen = np.asarray(samples)
    if chosen.dtype.kind != "b":
        mask = np.zeros(len(rec), bool)
        mask[chosen] = True
        chosen = mask
    power: AnyArray = unit_auc(rec.activation(layer, checkpoint), chosen)[0]
    return power


def _classes(rec: Recording) -> tuple[list[dict[str, Any]], str | None]:
    """The classes among the samples, or why there is nothing to tell apart."""
    labels = rec.labels
    if labels is None:
        return [], "the samples have no labels"
    present, counts = np.unique(labels[labels >= 0], return_counts=True)
    if len(present) < 2:
        return [], f"the samples are of {len(present)} class{'' if len(present) == 1 else 'es'}"
    names = rec.class_names or []
    return [
        {"label": label, "name": names[label] if label < len(names) else str(label), "samples": count}
        for label, count in zip(present.tolist(), counts.tolist(), strict=True)
    ], None


def _measure(
    rec: Recording,
    activation: LazyArray,
    classes: list[dict[str, Any]],
    trees: int,
    seed: int,
    progress: bool | Report | None,
) -> tuple[dict[str, ResultArray], dict[str, Any]]:
    from inscape import shape
    from inscape.shape.units import duplicates_of

    with Progress("comparing the units", 3 + len(classes), "steps", progress) as bar:
        correlation = shape.unit_correlation(activation)
        bar(1)
        bar.describe("laying them out")
        layout = shape.unit_map(correlation.distances, correlation.dead, seed=seed)
        bar(1)
        bar.describe("measuring what they tell")
        arrays = {
            "places": ResultArray(layout.places, ("unit", "dimension")),
            "mean": ResultArray(correlation.mean.astype(np.float32), ("unit",)),
            "deviation": ResultArray(correlation.deviation.astype(np.float32), ("unit",)),
        }
        if classes:
            labels = [entry["label"] for entry in classes]
            arrays |= _powers(activation, np.asarray(rec.labels), labels, trees, seed, bar)
        else:
            bar(1)
    groups = duplicates_of(correlation)
    return arrays, {
        "units": len(layout.places),
        "method": layout.method,
        "dead": np.flatnonzero(correlation.dead).tolist(),
        "duplicates": [group.units for group in groups],
        "signs": [group.signs for group in groups],
        "quality": {
            "trustworthiness": layout.trustworthiness,
            "recall": layout.recall,
            "k": layout.k,
            "stress": layout.stress,
        },
    }


def _powers(
    activation: LazyArray, labels: AnyArray, present: list[int], trees: int, seed: int, bar: Callable[[int], None]
) -> dict[str, ResultArray]:
    from inscape import shape

    places = {label: i for i, label in enumerate(present)}
    groups = np.array([places.get(label, -1) for label in labels.tolist()], dtype=np.int64)
    auc = shape.unit_auc(activation, groups)
    bar(1)
    found = shape.unit_trees(activation, groups, trees, seed, progress=lambda done, total: bar(1))
    return {"auc": ResultArray(auc, ("class", "unit")), "trees": ResultArray(found, ("class", "unit"))}


def describe(stored: StoredUnits, top: int = 5) -> list[str]:
    """What people read first: the units that tell each class best, those that are dead, those that are there twice."""
    lines = []
    if stored.without is not None:
        lines.append(f"  no discriminative powers: {stored.without}")
    else:
        auc, trees = stored.auc, stored.trees
        width = max(len(entry.name) for entry in stored.classes)
        for i, entry in enumerate(stored.classes):
            best = np.argsort(-np.abs(auc[i] - 0.5), kind="stable")[:top]
            helpful = np.argsort(-trees[i], kind="stable")[:top]
            by_auc = ", ".join(f"{u} ({auc[i, u]:.3f})" for u in best)
            by_trees = ", ".join(str(u) for u in helpful)
            lines.append(f"  {entry.name:<{width}}  by AUC {by_auc}; by trees {by_trees}")
    dead = stored.dead
    shown = ", ".join(map(str, dead[:20])) + (", …" if len(dead) > 20 else "")
    lines.append(f"  dead: {shown} ({len(dead)} of {stored.units:,})" if dead else "  no unit is dead")
    for group, signs in list(zip(stored.duplicates, stored.signs, strict=True))[:20]:
        negated = [str(unit) for unit, sign in zip(group, signs, strict=True) if sign < 0]
        upside = f" ({', '.join(negated)} negated)" if negated else ""
        lines.append(f"  duplicates: {', '.join(map(str, group))}{upside}")
    if len(stored.duplicates) > 20:
        lines.append(f"  … and {len(stored.duplicates) - 20} more groups of duplicates")
    if not stored.duplicates:
        lines.append("  no unit is there twice")
    return lines
