"""`inscape.similarity`: how alike the recorded layers are, of one recording or of two, as one stored matrix."""

from __future__ import annotations

import importlib.metadata
import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from inscape.errors import ArrayError, WrongCall
from inscape.progress import Progress, Report
from inscape.recording import Provenance, Recording, ResultArray, results
from inscape.recording.names import to_folder
from inscape.recording.results import combine_digests
from inscape.recording.similarity import StoredSimilarity
from inscape.studies.activations import NOT_FINITE
from inscape.studies.embed import chosen_layers
from inscape.studies.same_samples import check_same_samples

TITLES = {"cka": "CKA", "svcca": "SVCCA", "procrustes": "Procrustes", "nuclear": "nuclear norm"}
METHODS = tuple(TITLES)

LEAST = 4
"""Samples that an unbiased estimate needs; of fewer the biased one is taken."""

Place = tuple[str, str]
"""A layer at a checkpoint."""


def similarity(
    rec: Recording,
    other: Recording | None = None,
    method: str = "cka",
    *,
    layers: Sequence[str] | None = None,
    checkpoints: Sequence[str] | None = None,
    other_layers: Sequence[str] | None = None,
    other_checkpoints: Sequence[str] | None = None,
    unbiased: bool = True,
    name: str | None = None,
    force: bool = False,
    progress: bool | Report | None = None,
) -> StoredSimilarity:
    """Measure how alike all layers at all checkpoints are, and store the matrix with an order and the best partners.

    Args:
        rec: the recording, whose layers are the rows.
        other: another model's recording of the same samples, whose layers are the columns; None compares the
            recording with itself.
        method: ``cka``, ``svcca``, ``procrustes`` or ``nuclear``, see `inscape.shape.similarity_matrix`.
        layers: names or patterns; all recorded layers by default.
        checkpoints: names; by default all, but the last for two recordings and for methods other than ``cka``, which
            need the singular values of every pair.
        other_layers, other_checkpoints: the same of the other recording.
        unbiased: of ``cka``: an estimate that does not grow with the number of units, which costs no more.
        name: under which it is stored; by default the method, and the title of the other recording.
        force: compute even if the same result is there already.
        progress: show a bar; by default where the error output is a terminal. Or a function, see `inscape.embed`.

    Returns:
        The stored matrix. One with the same method, parameters and input is not computed again.

    Raises:
        Mismatch: the recordings are not of the same samples.
        WrongCall, UnknownLayer, UnknownName, ArrayError: with what was got and the remedy.

    Example:
        >>> inscape.similarity(rec).partners                       # doctest: +SKIP
    """
    check_method(method)
    if other is None and (other_layers is not None or other_checkpoints is not None):
        raise WrongCall(
            "there is no other recording", got="other_layers or other_checkpoints", remedy="give the other recording"
        )
    unbiased = unbiased and method == "cka" and len(rec) >= LEAST
    last = method != "cka" or other is not None
    rows = places(rec, layers, checkpoints, last=last)
    columns = rows if other is None else places(other, other_layers, other_checkpoints, last=True)
    if other is not None:
        check_same_samples(rec, other)
    name = name or (method if other is None else f"{method}-with-{slug(other.title)}")
    here = [rec.activation(*place) for place in rows]
    there = here if other is None else [other.activation(*place) for place in columns]
    provenance = Provenance(
        method=method,
        parameters={
            "rows": [list(place) for place in rows],
            "columns": [list(place) for place in columns],
            "other": None if other is None else other.title,
            "unbiased": unbiased if method == "cka" else None,
        },
        seed=None,
        versions={library: importlib.metadata.version(library) for library in ("numpy", "scipy")},
        input=combine_digests([array.digest or "" for array in (*here, *(there if other is not None else ()))]),
    )
    if not force and name in rec.similarities:
        stored = rec.similarity(name)
        if not stored.stale and stored.provenance.same_work(provenance):
            return stored
    values, constant = measure(here, None if other is None else there, rows, columns, method, unbiased, progress)
    attributes = {
        "title": TITLES[method] if other is None else f"{TITLES[method]} with {other.title}",
        "method": method,
        "larger_is": "alike",
        "unbiased": unbiased if method == "cka" else None,
        "rows": _entries(rows, here),
        "columns": _entries(columns, there),
        "other": None if other is None else {"title": other.title, "created": other.info()["created"]},
        "symmetric": other is None,
        **arrangement(values, symmetric=other is None),
        "constant": constant,
        "samples": len(rec),
        "provenance": provenance.to_json(),
    }
    array = ResultArray(values.astype(np.float32), ("row", "column"))
    results.write(rec.path, f"similarity/{to_folder(name)}", {"values": array}, {"inscape": attributes})
    rec.refresh()
    return rec.similarity(name)


def check_method(method: str) -> None:
    """Make sure that there is such a similarity."""
    if method not in METHODS:
        raise WrongCall("there is no such similarity", got=repr(method), remedy="choose from " + ", ".join(METHODS))


def slug(title: str) -> str:
    """A title as part of a name.

    >>> slug("EfficientNet Lite2 (260 px)")
    'efficientnet-lite2-260-px'
    """
    return re.sub(r"[^\w]+", "-", title.lower()).strip("-") or "other"


def places(
    rec: Recording, layers: Sequence[str] | None, checkpoints: Sequence[str] | None, *, last: bool
) -> list[Place]:
    """Layer by layer in execution order, in time inside; the data itself, which does not change, once."""
    if checkpoints is None:
        times = [rec.checkpoint()] if last else rec.checkpoints
        rec.checkpoint()  # complains where there is none
    else:
        wanted = {rec.checkpoint(c) for c in ([checkpoints] if isinstance(checkpoints, str) else checkpoints)}
        times = [time for time in rec.checkpoints if time in wanted]
    return [
        (layer, time)
        for layer in chosen_layers(rec, layers)
        for time in ([rec.checkpoint()] if layer == "input" else times)
    ]


def measure(
    here: Sequence[Any],
    there: Sequence[Any] | None,
    rows: Sequence[Place],
    columns: Sequence[Place],
    method: str,
    unbiased: bool,
    progress: bool | Report | None,
) -> tuple[np.ndarray, list[str]]:
    """The matrix, and the layers that are constant."""
    from inscape import shape

    named = [f"{layer} at {checkpoint}" for layer, checkpoint in (*rows, *(columns if there is not None else ()))]
    with Progress(f"similarity by {TITLES[method]}", 0, "products", progress) as bar:
        try:
            values = shape.similarity_matrix(
                here,
                there,
                method=method,
                unbiased=unbiased,
                names=named,
                progress=bar.reach,
            )
        except ArrayError as error:
            remedy = NOT_FINITE if "not finite" in error.what else error.remedy
            raise ArrayError(error.what, got=error.got, remedy=remedy) from error
    # Only a layer without any variance is unlike itself and everything else, exactly.
    silent = (values == 0).all(axis=1)
    constant = [place for place, nothing in zip(named, silent, strict=False) if nothing]
    if there is not None:
        constant += [p for p, nothing in zip(named[len(rows) :], (values == 0).all(axis=0), strict=True) if nothing]
    return values, constant


def _entries(at: Sequence[Place], arrays: Sequence[Any]) -> list[dict[str, Any]]:
    return [
        {"layer": layer, "checkpoint": checkpoint, "units": int(array.shape[1]), "input": array.digest or ""}
        for (layer, checkpoint), array in zip(at, arrays, strict=True)
    ]


def arrangement(values: np.ndarray, *, symmetric: bool) -> dict[str, Any]:
    """Trees of rows and columns by average linkage, the order of their leaves, and who is most like whom.

    Distances are 1 − similarity in a matrix of a recording with itself, and the root mean square difference of two
    rows (or columns) between two recordings. The leaves are ordered so that neighbors are alike (Bar-Joseph et al.,
    Bioinformatics 17, 2001).
    """
    if symmetric:
        distances = np.clip(1.0 - (values + values.T) / 2, 0.0, None)
        np.fill_diagonal(distances, 0.0)
        order, tree = _cluster(distances)
        others = values.copy()
        if len(values) > 1:
            np.fill_diagonal(others, -np.inf)
        best = [int(j) for j in others.argmax(axis=1)]
        return {
            "order": {"rows": order, "columns": order},
            "tree": {"rows": tree, "columns": tree},
            "partners": {"rows": best, "columns": best},
        }
    both = {}
    for side, profiles in (("rows", values), ("columns", values.T)):
        differences = profiles[:, None, :] - profiles[None, :, :]
        both[side] = _cluster(np.sqrt(np.mean(differences**2, axis=2)))
    return {
        "order": {side: order for side, (order, _) in both.items()},
        "tree": {side: tree for side, (_, tree) in both.items()},
        "partners": {
            "rows": [int(j) for j in values.argmax(axis=1)],
            "columns": [int(i) for i in values.argmax(axis=0)],
        },
    }


def _cluster(distances: np.ndarray) -> tuple[list[int], list[list[float]]]:
    from scipy.cluster.hierarchy import leaves_list, linkage
    from scipy.spatial.distance import squareform

    if len(distances) == 1:
        return [0], []
    tree = linkage(squareform(distances, checks=False), method="average", optimal_ordering=True)
    return [int(i) for i in leaves_list(tree)], [[float(x) for x in merge] for merge in tree]
