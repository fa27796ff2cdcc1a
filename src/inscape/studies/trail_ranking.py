"""What stored trails say of the classes and samples: read from the activations of each step, and from the picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from inscape.progress import Progress
from inscape.recording import Recording
from inscape.shape import trails as shapes


@dataclass(frozen=True)
class Measures:
    """What is told of trails.

    Attributes:
        classes: an entry each, as `inscape.recording.trails.TrailClass`, the worst parting first.
        unranked: why there are none, or None.
        traveled: (N,) float32.
        switches: (N,) int32, or None without labels.
    """

    classes: list[dict[str, Any]]
    unranked: str | None
    traveled: np.ndarray
    switches: np.ndarray | None


def measure(
    rec: Recording,
    steps: Sequence[tuple[str, str]],
    paths: np.ndarray,
    labels: np.ndarray | None,
    neighbors: Callable[[str, str], np.ndarray],
    seed: int,
    bar: Progress,
) -> Measures:
    """Measure the classes' parting and the samples' switches, by the activations of every step.

    Args:
        rec: the recording.
        steps: T layers with their checkpoints.
        paths: (N, T, 2) the picture, which is measured too.
        labels: (N,), or None.
        neighbors: gives the nearest neighbors (N, k) at a step.
        seed: which samples are compared, of very many.
        bar: counts the steps.
    """
    traveled = shapes.traveled(paths)
    labeled = np.zeros(0) if labels is None else np.unique(labels[labels >= 0])
    if labels is None or not len(labeled):
        bar(len(steps))
        return Measures([], "the samples have no labels", traveled, None)
    compared = len(labeled) > 1
    rows = shapes.chosen(labels, seed) if compared else np.zeros(0, np.int64)
    clusters: list[np.ndarray] = []
    partings: list[tuple[shapes.Parting, shapes.Parting]] = []
    for i, step in enumerate(steps):
        bar.describe(f"classes of {step[0]} at {step[1]}")
        before = clusters[-1] if clusters else None
        clusters.append(shapes.majority(neighbors(*step), labels, before))
        if compared:
            activation = rec.activation(*step)
            some = np.asarray(activation if len(rows) == len(rec) else activation[rows])
            inside = labels[rows]
            partings.append((shapes.parting(some, inside), shapes.parting(paths[rows, i], inside)))
        bar(1)
    classes = _classes(rec, labels, partings) if compared else []
    only = None if compared else f"all samples are of one class, {_name(rec, int(labeled[0]))}"
    return Measures(classes, only, traveled, shapes.switches(clusters))


def _classes(
    rec: Recording, labels: np.ndarray, partings: Sequence[tuple[shapes.Parting, shapes.Parting]]
) -> list[dict[str, Any]]:
    apart = np.stack([by_activation.apart for by_activation, _ in partings])
    late = shapes.parted_from(np.nan_to_num(apart))
    entries = []
    for i, label in enumerate(partings[0][0].labels.tolist()):
        entries.append(
            {
                "label": label,
                "name": _name(rec, label),
                "samples": int(np.count_nonzero(labels == label)),
                "parting": [_number(found.separation[i]) for found, _ in partings],
                "apart": [_number(found.apart[i]) for found, _ in partings],
                "parting_in_picture": [_number(seen.separation[i]) for _, seen in partings],
                "nearest": [int(found.nearest[i]) for found, _ in partings],
                "late": late[i],
            }
        )
    # Over all steps: who parts late and who parts badly both come first; a class of one sample, which can't, last.
    return sorted(entries, key=lambda entry: (entry["samples"] < 2, _mean(entry["parting"]), entry["label"]))


def _mean(values: Sequence[float | None]) -> float:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else 0.0


def _number(value: Any) -> float | None:
    return float(value) if np.isfinite(value) else None


def _name(rec: Recording, label: int) -> str:
    names = rec.class_names
    return names[label] if names is not None and label < len(names) else str(label)
