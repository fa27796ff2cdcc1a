"""What is asked of an embedding, made definite: which layers, checkpoints and dimensions."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

from inscape.errors import UnknownLayer, WrongCall
from inscape.recording import Recording
from inscape.recording.names import offer

DIMS = {"pca": 16, "umap": 15, "tsne": 2}
UNITS_LIMIT = 64
LAID_OUT = ("umap", "tsne")
"""Methods that optimize a layout: of the last checkpoint where nobody says otherwise, for they take their time."""


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


def chosen_checkpoints(rec: Recording, asked: Sequence[str] | None, method: str) -> list[str]:
    """The checkpoints that are named, in order; without names all of them, or the last of a method that takes long."""
    if asked is None:
        last = rec.checkpoint()
        return [last] if method in LAID_OUT else rec.checkpoints
    wanted = {rec.checkpoint(name) for name in ([asked] if isinstance(asked, str) else asked)}
    return [name for name in rec.checkpoints if name in wanted]


def times_of(rec: Recording, layer: str, checkpoints: list[str]) -> list[str]:
    """The checkpoints at which a layer differs: the data itself is one step, shown at all of them."""
    return [rec.checkpoint()] if layer == "input" else checkpoints


def chosen_dims(rec: Recording, method: str, layers: Sequence[str], asked: int | None) -> int:
    """The number of dimensions.

    Raises:
        WrongCall: the method has no layout of so many.
    """
    units = {layer.name: layer.units for layer in rec.plan.layers}
    if method == "units":
        return _units(units, layers, asked)
    if method == "tsne":
        if asked not in (None, 2):
            raise WrongCall("t-SNE is laid out in 2 dimensions", got=f"dims={asked}", remedy="leave dims out, or umap")
        return 2
    # A projection has no more dimensions than there are units; a layout may have.
    limit = min(len(rec), max(units[layer] for layer in layers)) if method == "pca" else len(rec) - 2
    dims = min(DIMS[method], max(2, limit)) if asked is None else asked
    if not 2 <= dims <= 64:
        raise WrongCall("an embedding has from 2 to 64 dimensions", got=f"dims={dims}", remedy=f"dims={DIMS[method]}")
    return dims


def _units(units: dict[str, int], layers: Sequence[str], asked: int | None) -> int:
    sizes = {units[layer] for layer in layers}
    if len(sizes) > 1:
        raise WrongCall(
            "an embedding by units needs layers with the same number of units",
            got=", ".join(f"{layer}: {units[layer]}" for layer in layers),
            remedy=f"embed one layer at a time: layers=[{layers[-1]!r}] (--layers {layers[-1]})",
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
