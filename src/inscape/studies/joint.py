"""Several layers or checkpoints in one layout: every sample is in it once a step, and all steps share one space."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from inscape.errors import WrongCall
from inscape.progress import Progress, Report
from inscape.recording import Embedding, Recording
from inscape.studies.activations import is_constant, warn_of_constant
from inscape.studies.asked import LAID_OUT, chosen_checkpoints, chosen_dims, chosen_layers, times_of
from inscape.studies.embedding_results import TITLES, Step, store
from inscape.studies.layouts import NEAR, NEIGHBORS, Floats, Layout
from inscape.studies.measuring import measured
from inscape.studies.sequences import JOINT

ROWS_LIMIT = 200_000
"""Rows of one joint layout: samples times steps."""
COMMON = 64
"""Dimensions in which layers are compared."""


def embed_joint(
    rec: Recording,
    method: str,
    *,
    layers: Sequence[str] | None,
    checkpoints: Sequence[str] | None,
    dims: int | None,
    seed: int | None,
    name: str | None,
    quality: bool | Literal["last"],
    force: bool,
    progress: bool | Report | None,
) -> Embedding:
    """Lay out all (sample, step) rows at once, see `inscape.embed`.

    Checkpoints of one layer are rows of one space, as they were recorded: Rauber, Fadel, Falcão and Telea, "Visualizing
    the hidden activity of artificial neural networks", IEEE TVCG 23 (2017), lay out epochs so. Units of different
    layers do not correspond; there, `comparable` says what is done.

    Raises:
        WrongCall: another method, or more than 200,000 rows.
    """
    from inscape.studies.embed import at_step, described

    if method not in LAID_OUT:
        raise WrongCall("a joint layout is one of UMAP or t-SNE", got=repr(method), remedy="method='tsne', or 'umap'")
    chosen = chosen_layers(rec, layers)
    if checkpoints is None and len(chosen) == 1:
        checkpoints = rec.checkpoints
    times = chosen_checkpoints(rec, checkpoints, method)
    wanted = [(layer, time) for layer in chosen for time in times_of(rec, layer, times)]
    dims = chosen_dims(rec, method, chosen, dims)
    name = name or (f"{method}-joint-{chosen[0]}" if len(chosen) == 1 else f"{method}-joint")
    rows = len(wanted) * len(rec)
    if rows > ROWS_LIMIT:
        raise WrongCall(
            f"a joint layout has at most {ROWS_LIMIT:,} rows",
            got=f"{len(wanted)} steps × {len(rec):,} samples = {rows:,} rows",
            remedy=f"choose at most {ROWS_LIMIT // len(rec)} layers and checkpoints, or a sequence (joint=False)",
        )
    inputs = [rec.activation(*step) for step in wanted]
    steps = [Step(*step, array.digest or "") for step, array in zip(wanted, inputs, strict=True)]
    parameters = {
        "layers": chosen,
        "checkpoints": times,
        "dims": dims,
        "neighbors": NEAR[method],
        "quality": quality,
        "sequence": JOINT,
        "common": COMMON,
    }
    provenance = described(method, parameters, seed, steps)
    if not force and name in rec.embeddings:
        stored = rec.embedding(name)
        if not stored.stale and stored.provenance.same_work(provenance):
            return stored
    with Progress(f"joint {TITLES[method]}", len(steps) + 1, "layouts", progress) as bar:
        bar.describe(f"joint {TITLES[method]} of {len(steps)} steps")
        blocks = [at_step(step, _read, array) for step, array in zip(steps, inputs, strict=True)]
        laid = _lay_out(method, comparable(blocks, [step.layer for step in steps]), dims, seed, bar)
        bar(1)
        center = laid.mean(axis=0)  # one for all: it is one space
        layouts = []
        for step, array, coordinates in zip(steps, inputs, np.split(laid, len(steps)), strict=True):
            layout = Layout(coordinates, dims, None, center)
            wants = quality is True or (quality == "last" and step.checkpoint == steps[-1].checkpoint)
            if wants and len(rec) > 2 * NEIGHBORS:
                with Progress(f"quality of {step.layer} at {step.checkpoint}", 0, "samples", bar) as part:
                    layout = at_step(step, measured, layout, method, array, rec, part.reach)
            layouts.append(layout)
            bar(1)
    constant = [step for step, block in zip(steps, blocks, strict=True) if is_constant(block)]
    warn_of_constant([f"{step.layer} at {step.checkpoint}" for step in constant])
    title = f"{TITLES[method]}, joint"
    store(rec, name, method, dims, steps, layouts, provenance, sequence=JOINT, title=title)
    rec.refresh()
    return rec.embedding(name)


def _read(array: Any) -> Any:
    from inscape.shape import _validate

    return _validate.matrix(np.asarray(array, dtype=np.float32), rows=2)


def _lay_out(method: str, rows: Floats, dims: int, seed: int | None, progress: Progress) -> Floats:
    from inscape import shape

    with Progress(f"neighbors of {len(rows):,} rows", len(rows), "samples", progress) as part:
        near = shape.neighbors(rows, k=min(NEAR[method], len(rows) - 1), seed=seed or 0, progress=part)
    if method == "tsne":
        return shape.tsne(rows, neighbors=near, seed=seed)
    return shape.umap(rows, dims, near, seed=seed)


def comparable(blocks: Sequence[Floats], layers: Sequence[str]) -> Floats:
    """The rows of all steps in one space where they can be compared.

    Steps of one layer alone stay as they are. Of several layers each is centered on the mean of all its checkpoints,
    reduced to at most 64 principal components that its checkpoints share (narrower ones have zeros for the rest), and
    scaled to unit mean norm; then turned by orthogonal Procrustes next to the layer before, over the checkpoints that
    both have. So checkpoints of one layer are never turned against each other: their movement is real.

    Args:
        blocks: an array (N, D) a step, in order of the layers; D is the same within a layer.
        layers: the layer of each.

    Returns:
        (S N, d) float32: the rows of the first step, then those of the second, …
    """
    from inscape import shape

    names = list(dict.fromkeys(layers))
    if len(names) == 1:
        return np.concatenate(blocks)
    found: list[Floats] = []
    before: list[Floats] = []
    for name in names:
        own = [block for block, layer in zip(blocks, layers, strict=True) if layer == name]
        rank = min(COMMON, *np.concatenate(own).shape)
        reduced = np.zeros((len(own) * len(own[0]), COMMON))
        reduced[:, :rank] = shape.pca(np.concatenate(own), rank).coordinates
        norm = np.linalg.norm(reduced, axis=1).mean()
        reduced /= norm if norm > 0 else 1.0
        parts: list[Floats] = list(np.split(reduced, len(own)))
        if before:
            # The same checkpoint of both; the data itself, which has one, is compared with the last.
            pairs = list(zip(reversed(parts), reversed(before), strict=False))
            turn = shape.procrustes(np.concatenate([a for a, _ in pairs]), np.concatenate([b for _, b in pairs]))
            parts = [part @ turn for part in parts]
        found += parts
        before = list(parts)
    return np.concatenate(found).astype(np.float32)
