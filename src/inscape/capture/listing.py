"""What can be recorded of a model, and what that would take, before it is done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from torch import nn

from inscape.capture import reductions
from inscape.capture.layers import plan_layers, select
from inscape.capture.planning import look
from inscape.capture.unwrap import unwrap
from inscape.errors import WrongCall

if TYPE_CHECKING:
    from inscape.data import Source


def list_layers(
    model: nn.Module,
    source: Source,
    *,
    layers: Sequence[str] = ("*",),
    reduction: str = "auto",
    dtype: str = "float32",
    channels: str = "auto",
) -> dict[str, Any]:
    """List every tensor that can be recorded, in execution order.

    Returns:
        ``layers``: dicts of name, module, shape, units, reduction, leaf, picked and bytes; ``uncalled``: modules
        not called in the forward pass; ``bytes``: what recording the picked ones takes a checkpoint.

    Raises:
        As `inscape.record` would for the same request.
    """
    model, notes = unwrap(model)
    structure = look(model, source, channels)
    picked = {tap.name for tap in select(model, structure, layers)}
    plans = {p.name: p for p in plan_layers([t for t in structure.taps if t.name in picked], reduction, dtype)}
    entries = []
    for tap in structure.taps:
        entry: dict[str, Any] = {
            "name": tap.name,
            "module": tap.kind,
            "shape": list(tap.shape),
            "leaf": tap.leaf,
            "picked": tap.name in picked,
            "recordable": tap.sample_axis is not None,
        }
        if tap.sample_axis is not None:
            try:
                resolved, units = reductions.resolve(reduction, tap.shape, tap.channels, tap.name)
            except WrongCall:
                resolved, units = "", 0
            size = units * np.dtype(plans[tap.name].dtype if tap.name in plans else dtype).itemsize * len(source)
            entry.update(reduction=resolved, units=units, bytes=size, channels=tap.channels)
        entries.append(entry)
    return {
        "layers": entries,
        "uncalled": structure.uncalled,
        "samples": len(source),
        "bytes": sum(entry.get("bytes", 0) for entry in entries if entry["picked"]),
        "notes": [*notes, *source.notes],
    }
