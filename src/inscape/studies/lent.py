"""`inscape.lend`: another model's layers beside those of a recording, in one embedding, each next to its partner."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Sequence
from typing import Any

import numpy as np

from inscape.errors import WrongCall
from inscape.progress import Report
from inscape.recording import Embedding, Provenance, Recording, ResultArray, results
from inscape.recording.arrays import LazyArray
from inscape.recording.names import to_folder
from inscape.recording.results import combine_digests
from inscape.studies.embed import DIMS, embed
from inscape.studies.same_samples import check_same_samples
from inscape.studies.similarity import LEAST, Place, check_method, measure, places, slug

LENT = ("pca", "umap")
"""Methods whose layouts of two models can be brought together by a rotation."""
_REPLACED = ("alignment", "screen", "scale")


def lend(
    rec: Recording,
    other: Recording,
    method: str = "pca",
    *,
    dims: int | None = None,
    layers: Sequence[str] | None = None,
    other_layers: Sequence[str] | None = None,
    checkpoint: str | None = None,
    other_checkpoint: str | None = None,
    by: str = "cka",
    seed: int = 0,
    name: str | None = None,
    force: bool = False,
    progress: bool | Report | None = None,
) -> Embedding:
    """Store another model's layers in a recording, each rotated onto the layer most like it.

    Both recordings are embedded by `inscape.embed`, each by itself, and keep that embedding. This recording's layers
    follow each other as they do there; each of the other's is brought by orthogonal Procrustes, on all samples, next
    to its best-matching layer here. The result needs the other recording no more.

    Args:
        rec: the recording that gets the embedding.
        other: another model's recording of the same samples.
        method: ``pca`` or ``umap``.
        dims: d; by default as many as `rec` is embedded in by this method already, else 16 for ``pca``, 15 for
            ``umap``.
        layers, other_layers: names or patterns; all recorded layers by default.
        checkpoint, other_checkpoint: by default the last of each.
        by: the similarity that finds the partners: ``cka``, ``svcca``, ``procrustes`` or ``nuclear`` (as UMAP Tour).
        seed: of the random numbers of ``umap``.
        name: under which it is stored; by default the method and the title of the other recording.
        force: align again even if the same result is there already.
        progress: show bars; by default where the error output is a terminal. Or a function, see `inscape.embed`.

    Returns:
        The stored embedding: the own steps, then those with `lent`, the other's title. `content["partners"]` has the
        own step that each lent one was rotated onto.

    Raises:
        Mismatch: the recordings are not of the same samples.
        WrongCall, UnknownLayer, UnknownName, ArrayError: with what was got and the remedy.

    Li and Scheidegger, "Comparing deep neural nets with UMAP Tour" (2021), §3.

    Example:
        >>> inscape.lend(rec, inscape.open("runs/other.inscape"), "umap")       # doctest: +SKIP
        Embedding('umap-with-other', 12 steps, 15 dimensions)
    """
    if method not in LENT:
        raise WrongCall("such layouts are not lent", got=repr(method), remedy="choose from " + ", ".join(LENT))
    check_method(by)
    check_same_samples(rec, other)
    name = name or f"{method}-with-{slug(other.title)}"
    at, other_at = rec.checkpoint(checkpoint), other.checkpoint(other_checkpoint)
    dims = dims or (rec.embedding(method).dims if method in rec.embeddings else DIMS[method])
    sides = [(rec, places(rec, layers, [at], last=True)), (other, places(other, other_layers, [other_at], last=True))]
    embedded = [
        embed(
            r,
            method,
            layers=[p[0] for p in chosen],
            checkpoints=[time],
            dims=dims,
            seed=seed,
            add=True,
            progress=progress,
        )
        for (r, chosen), time in zip(sides, (at, other_at), strict=True)
    ]
    partners = _partners(rec, other, by, sides[0][1], sides[1][1], progress)
    digests = [r.activation(*place).digest or "" for r, chosen in sides for place in chosen]
    provenance = Provenance(
        method=method,
        parameters={
            "layers": [list(place) for place in sides[0][1]],
            "lent": [list(place) for place in sides[1][1]],
            "other": other.title,
            "dims": dims,
            "by": by,
            "made": [e.provenance.created for e in embedded],
        },
        seed=embedded[0].provenance.seed,
        versions={library: importlib.metadata.version(library) for library in ("numpy",)},
        input=combine_digests(digests),
    )
    if not force and name in rec.embeddings:
        stored = rec.embedding(name)
        if not stored.stale and stored.provenance.same_work(provenance):
            return stored
    _store(rec, other, name, sides, embedded, partners, provenance)
    rec.refresh()
    return rec.embedding(name)


def _partners(
    rec: Recording,
    other: Recording,
    by: str,
    here: Sequence[Place],
    there: Sequence[Place],
    progress: bool | Report | None,
) -> list[int]:
    """The own layer most like each of the other's: from the stored matrix where it has them, else measured."""
    name = f"{by}-with-{slug(other.title)}"
    own, lent = [[r.activation(*place) for place in places] for r, places in ((rec, here), (other, there))]
    if name in rec.similarities:
        stored = rec.similarity(name)
        rows, columns = ([entry.input for entry in side] for side in (stored.rows, stored.columns))
        digests = [[array.digest or "" for array in side] for side in (own, lent)]
        if set(digests[0]) <= set(rows) and set(digests[1]) <= set(columns):
            at = np.ix_([rows.index(d) for d in digests[0]], [columns.index(d) for d in digests[1]])
            return [int(i) for i in stored.values[at].argmax(axis=0)]
    values, _ = measure(own, lent, here, there, by, by == "cka" and len(rec) >= LEAST, progress)
    return [int(i) for i in values.argmax(axis=0)]


def _store(
    rec: Recording,
    other: Recording,
    name: str,
    sides: Sequence[tuple[Recording, list[Place]]],
    embedded: Sequence[Embedding],
    partners: Sequence[int],
    provenance: Provenance,
) -> None:
    """Take the steps of both out of their embeddings, with all that was measured of them, and align the lent ones."""
    from inscape import shape

    content: dict[str, list[Any]] = {"steps": [], "center": [], "quality": []}
    arrays: dict[str, list[np.ndarray]] = {}
    for (r, chosen), embedding in zip(sides, embedded, strict=True):
        places_there = [(step.layer, step.checkpoint) for step in embedding.steps]
        picked = [places_there.index(place) for place in chosen]
        for key, values in content.items():
            values += [embedding.content[key][i] for i in picked]
        folder = r.path / "embeddings" / to_folder(embedding.name)
        for path in sorted(folder.iterdir()):
            if (path / "zarr.json").is_file():
                array = LazyArray(r.path, f"embeddings/{folder.name}/{path.name}")
                arrays.setdefault(path.name, []).append(np.stack([array[i] for i in picked]))
    own = len(sides[0][1])
    content["steps"] = [step if i < own else {**step, "lent": other.title} for i, step in enumerate(content["steps"])]
    coordinates = np.concatenate(arrays["coordinates"])
    centered = coordinates - np.asarray(content["center"], np.float32)[:, None, :]
    maps = np.concatenate(arrays["alignment"])
    aligned = np.einsum("snd,sde->sne", centered, maps, optimize=True)
    for k, partner in enumerate(partners):
        maps[own + k] = shape.procrustes(centered[own + k], aligned[partner])
        aligned[own + k] = centered[own + k] @ maps[own + k]
    scale = np.abs(aligned).max(axis=1) / 32767
    scale[scale == 0] = 1.0 / 32767
    screen = np.rint(aligned / scale[:, None, :]).astype(np.int16)
    written = {
        "alignment": ResultArray(maps, ("step", "dimension", "aligned_dimension")),
        "screen": ResultArray(screen, ("step", "sample", "dimension"), 1),
        "scale": ResultArray(scale.astype(np.float32), ("step", "dimension")),
    }
    for key, both in arrays.items():
        if key not in _REPLACED and len(both) == len(sides):  # what was measured of one alone says nothing of two
            axes = ("step", "sample", "dimension")[: both[0].ndim]
            written[key] = ResultArray(np.concatenate(both), axes, 1)
    attributes = {
        "method": embedded[0].method,
        "title": f"{embedded[0].content['title']} with {other.title}",
        "dims": embedded[0].dims,
        **content,
        "axes": None,
        "partners": [None] * own + list(partners),
        "provenance": provenance.to_json(),
    }
    results.write(rec.path, f"embeddings/{to_folder(name)}", written, {"inscape": attributes})
