"""Whether two recordings are of the same samples, in the same order, as far as they can tell."""

from __future__ import annotations

import warnings

import numpy as np

from inscape.errors import InscapeWarning, Mismatch
from inscape.recording import Recording, receipts

_IDENTITY = ("file", "text")
"""Columns that say which sample it is."""


def check_same_samples(rec: Recording, other: Recording) -> None:
    """Make sure that row i of both recordings is one sample.

    Their number and their labels must be the same. Beyond that the files or texts are compared where both have them,
    else the models' inputs, and, where the models are fed differently, the thumbnails. Where there is nothing of all
    that, a warning says so.

    Raises:
        Mismatch: naming what differs, and the first sample where it does.
    """
    if len(rec) != len(other):
        raise _mismatch(f"{len(rec):,} samples in {rec.path}, {len(other):,} in {other.path}")
    if rec.labels is not None and other.labels is not None:
        _compare(_classes(rec), _classes(other), "label", rec, other)
    shared = [name for name in _IDENTITY if name in rec.columns and name in other.columns]
    for name in shared:
        _compare(rec.column(name), other.column(name), name, rec, other)
    if shared:
        return
    here, there = (receipts.load(r.path, receipts.SAMPLES) for r in (rec, other))
    if here.keys() == there.keys() and all(here[start].inputs == there[start].inputs for start in here):
        return
    if rec.plan.thumbnail is None or rec.plan.thumbnail != other.plan.thumbnail:
        warnings.warn(
            f"it can't be told whether {other.path.name} is of the same samples as {rec.path.name}: the models were "
            "fed differently, and there are no files, texts or thumbnails to compare",
            InscapeWarning,
            stacklevel=3,
        )
        return
    for start in sorted(here.keys() & there.keys()):
        for path, array in here[start].arrays.items():
            twin = there[start].arrays.get(path)
            if path.startswith("samples/thumbnails/") and twin is not None and twin.digest != array.digest:
                raise _mismatch(f"other thumbnails from sample {start:,} on in {other.path}")


def _classes(rec: Recording) -> np.ndarray:
    """The name of each sample's class, where classes have names: two recordings may number them otherwise."""
    labels = rec.labels
    assert labels is not None
    if rec.class_names is None:
        return labels
    names = np.array([*rec.class_names, ""], dtype=object)
    found: np.ndarray = names[np.where((labels >= 0) & (labels < len(rec.class_names)), labels, -1)]
    return found


def _compare(here: np.ndarray, there: np.ndarray, name: str, rec: Recording, other: Recording) -> None:
    if here.dtype.kind != there.dtype.kind:  # names against numbers: nothing to compare by
        return
    different = np.flatnonzero(here != there)
    if len(different):
        i = int(different[0])
        raise _mismatch(
            f"{name} of sample {i:,} is {here[i]!s} in {rec.path}, {there[i]!s} in {other.path}"
            + (f"; {len(different):,} differ" if len(different) > 1 else "")
        )


def _mismatch(got: str) -> Mismatch:
    return Mismatch(
        "the two recordings are not of the same samples",
        got=got,
        remedy="record both models over the same data, in the same order",
    )
