"""From a model, its data and a request to the plan of a recording, before anything is written."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from torch import nn

from inscape.capture.discover import Structure, discover
from inscape.capture.inputs import as_tensors, checksum_bytes, to_device
from inscape.capture.layers import plan_layers, select
from inscape.capture.memory import LARGEST_TENSOR
from inscape.capture.mode import device_of
from inscape.capture.weights import parameter_count
from inscape.errors import DataError, WrongCall
from inscape.recording import ColumnPlan, Plan
from inscape.recording.files import array_crc32c

if TYPE_CHECKING:
    from inscape.data import Batch, Source

RESERVED = ("label", "thumbnail", "thumbnails")
LOOK = 64
"""Samples looked at for planning: columns, sizes of thumbnails, the range of pixel values."""


def look(model: nn.Module, source: Source, channels: str = "auto") -> Structure:
    """Find what can be recorded by running the model on the first samples."""
    if channels not in ("auto", "first", "last"):
        raise WrongCall("channels are first or last", got=repr(channels), remedy="channels='auto', 'first' or 'last'")
    return discover(model, _batches_of(source, model), channels)


def _batches_of(source: Source, model: nn.Module) -> Callable[[int], Any]:
    device = device_of(model)

    def batch(count: int) -> Any:
        if len(source) >= count:
            inputs = next(iter(source.batches([(0, count)]))).inputs
        else:  # with one sample only, it is repeated: discovery needs batches of two sizes
            inputs = _repeat(next(iter(source.batches([(0, 1)]))).inputs, count)
        return to_device(as_tensors(inputs), device)

    return batch


def _repeat(inputs: Any, count: int) -> Any:
    if isinstance(inputs, dict):
        return {key: _repeat(value, count) for key, value in inputs.items()}
    if isinstance(inputs, tuple | list):
        return tuple(_repeat(value, count) for value in inputs)
    if hasattr(inputs, "repeat_interleave"):
        return inputs.repeat_interleave(count, dim=0)
    return np.repeat(inputs, count, axis=0)


def make_plan(
    model: nn.Module,
    source: Source,
    structure: Structure,
    *,
    layers: Sequence[str],
    reduction: str,
    dtype: str,
    batch_size: int | None,
    seed: int,
    predictions: bool | None,
    allow_nonfinite: bool,
    title: str,
) -> Plan:
    """Decide everything that fixes the bytes of a recording.

    Raises:
        WrongCall and its kinds: a pattern that matches nothing, a reduction that does not fit, a wrong number.
        DataError: there is no sample, or a column is unusable.
    """
    if len(source) == 0:
        raise DataError("there is no sample to record", got=f"{source.name}: 0 samples", remedy="give at least one")
    size = batch_size if batch_size is not None else source.batch_size or default_batch_size(structure)
    if size < 1:
        raise WrongCall("the batch size must be at least 1", got=str(batch_size), remedy="batch_size=256")
    chosen = plan_layers(select(model, structure, layers), reduction, dtype)
    first = next(iter(source.batches([(0, min(LOOK, len(source)))])))
    names = source.class_names
    classes = structure.classes if predictions or (predictions is None and structure.classifier) else 0
    if predictions and not classes:
        raise WrongCall(
            "the model's output holds no numbers of classes",
            got="predictions=True for an output that is not (samples, classes)",
            remedy="leave predictions out, or give a classifier",
        )
    labels = first.labels is not None
    comparable = bool(classes) and labels and (names is None or len(names) == classes)
    cell, display = _thumbnails(first)
    return Plan(
        samples=len(source),
        layers=tuple(chosen),
        columns=tuple(_column(name, values) for name, values in first.columns.items()),
        labels=labels,
        class_names=None if names is None else tuple(names),
        thumbnail=cell,
        display=display,
        predictions=bool(classes),
        loss=comparable,
        batch_size=size,
        seed=seed,
        allow_nonfinite=allow_nonfinite,
        title=title,
        model={
            "name": type(model).__name__,
            "class": f"{type(model).__module__}.{type(model).__qualname__}",
            "parameters": parameter_count(model),
            "classes": classes or None,
            "probabilities": structure.probabilities,
        },
        data={"name": source.name, "kind": source.kind, "first": _checksum(first)},
    )


def _checksum(batch: Batch) -> int:
    """CRC-32C of the first samples: who resumes a recording must bring the same data."""
    crc = 0
    for content in checksum_bytes(as_tensors(batch.inputs), batch):
        crc = array_crc32c(content, crc)
    return crc


def default_batch_size(structure: Structure) -> int:
    """Choose samples a forward pass: 256, or fewer where the largest tensor of a batch would reach 32 MB.

    Larger tensors are given back to the system after every use and cleared by it before the next: on a CPU this took
    three quarters of the time of an image network at 224 pixels.
    """
    largest = max((math.prod(s or 1 for s in tap.shape) for tap in structure.taps), default=1)
    size = 256
    while size > 8 and size * largest * 4 >= LARGEST_TENSOR:
        size //= 2
    return size


def _column(name: str, values: Any) -> ColumnPlan:
    if name in RESERVED:
        raise DataError(
            "this name of a column is taken", got=repr(name), remedy="rename the column; labels are given as labels="
        )
    kind = np.asarray(values).dtype.kind
    types = {"b": "bool", "i": "int64", "u": "int64", "f": "float64", "O": "string", "U": "string", "T": "string"}
    if kind not in types or np.asarray(values).ndim != 1:
        raise DataError(
            "a column holds what can't be stored",
            got=f"{name!r}: {np.asarray(values).dtype}, {np.asarray(values).ndim} axes",
            remedy="give one number, bool or string a sample",
        )
    return ColumnPlan(name, types[kind])


def _thumbnails(first: Batch) -> tuple[tuple[int, int] | None, tuple[float, float] | None]:
    from inscape.data.thumbnails import display_range, is_image_like, thumbnails_of

    images = first.thumbnails
    display = None
    if images is None:
        if not is_image_like(first.inputs):
            return None, None
        display = display_range(first.inputs)
        images = thumbnails_of(first.inputs, display)
    sizes = {image.shape[:2] for image in images}
    height, width = next(iter(sizes)) if len(sizes) == 1 else (64, 64)
    return (int(height), int(width)), display


def title_of(out: Path) -> str:
    """The title of a recording: the name of its folder."""
    return out.name.removesuffix(".inscape") or out.resolve().name.removesuffix(".inscape")
