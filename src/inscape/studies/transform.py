"""`inscape.transform`: new samples placed into a stored embedding; nothing is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from inscape.errors import ArrayError, Mismatch, WrongCall
from inscape.recording import Recording
from inscape.studies.layouts import NEIGHBORS

if TYPE_CHECKING:
    from inscape.shape.placing import Placing

_PLACED_BY: dict[str, Placing] = {"umap": "umap", "tsne": "tsne"}
"""By what new samples find their place in a layout of a method; in one of people's own they go to the weighted mean."""

_TOLERANCE = 1e-3
"""How far components may be off that are computed again, as a share of the widest coordinate."""


def transform(
    rec: Recording,
    name: str,
    layer: str,
    checkpoint: str | int | None,
    activations: ArrayLike,
    *,
    aligned: bool = False,
    seed: int = 0,
) -> NDArray[np.float32]:
    """Place new samples into a stored embedding, by their activations at one of its steps; writes nothing.

    Args:
        rec: the recording.
        name: of the embedding.
        layer, checkpoint: which step of it; None: the last checkpoint that it has of the layer.
        activations: (n, D) of new samples by that layer at that checkpoint, reduced as the recorded ones are.
        aligned: as the page shows the step (centered and turned), in place of `coordinates`.
        seed: of the random numbers of ``umap``.

    Returns:
        (n, d) float32, in the space of ``rec.embedding(name, layer, checkpoint)``'s `coordinates` (or `aligned`).

    Raises:
        ArrayError: the activations have other units, or are not finite.
        Mismatch: the step's activation has changed since it was laid out.
        UnknownName, UnknownLayer: there is no such embedding or step.

    How far to trust it. ``pca``, ``units``: exactly as far as the embedding, it is the same map. ``umap`` and ``tsne``
    have no map: a new sample is drawn to its nearest recorded ones while these stay (`inscape.shape.place`). So it
    comes to lie among samples like it, but can't show structure that the recorded samples do not have, and one unlike
    all of them is put beside the nearest all the same. ``own``: the weighted mean of its nearest. A sample that was
    recorded gets its own place, by every method.

    Example:
        >>> inscape.transform(rec, "umap", "fc1", None, model_fc1(images)).shape        # doctest: +SKIP
        (50, 15)
    """
    from inscape.shape import _validate, place

    step = rec.embedding(name, layer, rec.checkpoint(checkpoint) if checkpoint is not None else None)
    at = step.steps[0]
    if at.lent is not None:
        raise WrongCall(
            "a lent step has no activations here", got=f"{at.layer} of {at.lent}", remedy="transform in that recording"
        )
    array = rec.activation(at.layer, at.checkpoint)
    if at.input is not None and at.input != array.digest:
        raise Mismatch(
            "the embedding is of another activation than the one that is recorded now",
            got=f"{name}: {at.layer} at {at.checkpoint} has changed",
            remedy=f"embed it again: inscape.embed(rec, {step.method!r}, name={name!r})",
        )
    new = _validate.matrix(activations, "activations")
    if new.shape[1] != at.units:
        raise ArrayError(
            f"activations of {at.layer} have {at.units:,} units",
            got=f"an array of shape {new.shape}",
            remedy="record the new samples by the same layer and reduction",
        )
    coordinates = np.asarray(step.coordinates)
    if step.method == "units":
        placed = np.ascontiguousarray(new, dtype=np.float32)
    elif step.method == "pca":
        placed = _project(array, new, coordinates, at.rank)
    else:
        X = np.asarray(array, dtype=np.float32)
        method = _PLACED_BY.get(step.method, "mean")
        placed = place(new, X, coordinates, method, k=min(NEIGHBORS, len(X)), seed=seed)
    if aligned:
        placed = ((placed - step.center) @ step.alignment).astype(np.float32)
    return placed


def _project(array: Any, new: NDArray[Any], coordinates: NDArray[Any], rank: int) -> NDArray[np.float32]:
    """By the components, computed again and checked against what is stored."""
    from inscape import shape

    found = shape.pca(array, rank)
    widest = float(np.abs(coordinates).max())
    if np.abs(found.coordinates - coordinates[:, :rank]).max() > _TOLERANCE * (widest or 1.0):
        raise Mismatch(
            "the principal components come out otherwise than they are stored",
            got="another version of a library, or components of equal variance",
            remedy="embed it again with force=True",
        )
    placed = np.zeros((len(new), coordinates.shape[1]), np.float32)
    placed[:, :rank] = (new - found.mean) @ found.components.T
    return placed
