"""What a dataset's items mean: which part is the input, the label, the text, a column."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from inscape.data.labels import as_array
from inscape.data.source import Batch, Thumbnail, count_samples
from inscape.data.thumbnails import shrink
from inscape.errors import DataError

LABELS = ("label", "labels")
Collate = Callable[[list[Any]], Any]


@dataclass(frozen=True)
class Sample:
    """One sample, said in full: what a dataset's item may be where a tuple or a dict would be ambiguous.

    Args:
        input: what the model is called with, without the sample axis: a tensor or array, a tuple (positional
            arguments) or a dict (keyword arguments).
        label: index or name of the class; None for none.
        text: shown in place of a thumbnail.
        thumbnail: uint8 (h, w) or (h, w, 3), or a PIL image; made smaller where its sides exceed 64 pixels.
        columns: more about the sample by name: numbers, bools or strings.

    >>> Sample(np.zeros(3), label="cat", columns={"weight": 4.1}).label
    'cat'
    """

    input: Any
    label: Any = None
    text: str | None = None
    thumbnail: Any = None
    columns: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Parts:
    """The parts of a batch before labels are indices: what a collate function's result means."""

    inputs: Any
    labels: Any = None
    columns: Mapping[str, Any] = field(default_factory=dict)
    thumbnails: Sequence[Thumbnail] | None = None


def as_sample(item: Any) -> Sample:
    """Read an item of a dataset.

    A tensor or array is the input. Of a tuple of two the second is the label; where it is no single value it is the
    target of some other task and left out. Of a longer tuple the last is the label if it is a single value, the others
    are the model's arguments. Of a dict with `input`, that is the input, else every tensor is a keyword argument;
    `label` or `labels` is the label, single values are columns.

    Raises:
        DataError: there is nothing that a model could be given.

    >>> as_sample({"input_ids": np.array([5, 7]), "label": 1, "text": "hello"}).text
    'hello'
    """
    sample = _read_item(item)
    if hasattr(sample.input, "getbands"):
        raise DataError(
            "an item of the dataset is a picture, not a tensor",
            got=f"{type(sample.input).__name__}, {sample.input.size[0]}×{sample.input.size[1]} pixels",
            remedy="give the dataset a transform that makes tensors of it, or record a folder: inscape.data.Folder",
        )
    if sample.input is None or isinstance(sample.input, str | bytes):
        raise DataError(
            "an item of the dataset holds nothing that a model could be given",
            got=f"{type(sample.input).__name__}: {str(sample.input)[:40]!r}",
            remedy="return a tensor, (input, label), a dict of tensors, or inscape.data.Sample",
        )
    return sample


def _read_item(item: Any) -> Sample:
    if isinstance(item, Sample):
        return item
    if isinstance(item, Mapping):
        return _of_mapping(item)
    if isinstance(item, tuple | list) and item and not all(isinstance(part, int | float) for part in item):
        if len(item) == 1:
            return Sample(item[0])
        *arguments, last = item
        if len(item) == 2:
            return Sample(arguments[0], label=last if is_scalar(last) else None)
        return Sample(tuple(arguments), label=last) if is_scalar(last) else Sample(tuple(item))
    return Sample(item)


def _of_mapping(item: Mapping[str, Any]) -> Sample:
    label = next((item[key] for key in LABELS if key in item), None)
    rest = {key: value for key, value in item.items() if key not in LABELS}
    text = rest.pop("text", None)
    if "input" in rest:
        inputs = rest.pop("input")
    else:
        inputs = {key: value for key, value in rest.items() if _is_argument(value)}
        if not inputs:
            raise DataError(
                "an item of the dataset holds nothing that a model could be given",
                got=f"a dict of {', '.join(map(repr, item)) or 'nothing'}",
                remedy="put the model's input under 'input', or its keyword arguments as tensors",
            )
        rest = {key: value for key, value in rest.items() if key not in inputs}
    columns = {key: value for key, value in rest.items() if is_scalar(value)}
    return Sample(inputs, label=label if is_scalar(label) else None, text=text, columns=columns)


def collate_samples(samples: Sequence[Sample], collate: Collate, first: Sequence[int]) -> Parts:
    """Make a batch of samples.

    Args:
        samples: at least one.
        collate: makes a batch of inputs: torch's `default_collate`.
        first: the samples' positions, for messages.

    Raises:
        DataError: naming two samples whose shapes differ, or that hold different columns.
    """
    shapes = [_shapes(sample.input) for sample in samples]
    for position, shape in zip(first, shapes, strict=True):
        if shape != shapes[0]:
            raise DataError(
                "the samples have differing shapes",
                got=f"sample {first[0]}: {shapes[0]}, sample {position}: {shape}",
                remedy="make all samples of one shape (crop, resize or pad them in the dataset), or give a DataLoader "
                "whose collate_fn does",
            )
    try:
        inputs = collate([sample.input for sample in samples])
    except (TypeError, RuntimeError, ValueError) as error:
        raise DataError(
            "the samples can't be put into one batch",
            got=f"samples {first[0]} to {first[-1]}, {shapes[0]}; it said: {str(error).splitlines()[0][:200]}",
            remedy="return tensors of one shape and type, or give a DataLoader with a collate_fn of your own",
        ) from error
    names = list(samples[0].columns)
    for position, sample in zip(first, samples, strict=True):
        if set(sample.columns) != set(names):
            raise DataError(
                "the samples have differing columns",
                got=f"sample {first[0]}: {sorted(names)}, sample {position}: {sorted(sample.columns)}",
                remedy="give every sample the same columns",
            )
    columns: dict[str, Any] = {name: [plain(sample.columns[name]) for sample in samples] for name in names}
    if any(sample.text is not None for sample in samples):
        columns["text"] = [sample.text or "" for sample in samples]
    labels = [plain(sample.label) for sample in samples]
    pictures = [_picture(sample.thumbnail) for sample in samples if sample.thumbnail is not None]
    return Parts(
        _positional(inputs),
        labels if any(label is not None for label in labels) else None,
        columns,
        pictures if len(pictures) == len(samples) else None,
    )


def parts_of_collated(collated: Any, count: int) -> Parts:
    """Read what a collate function of somebody's own returned: a tensor, (inputs, labels), or a dict; or a `Batch`.

    The rules are those of `as_sample`, where what has one value a sample is a label or a column.

    Raises:
        DataError: it holds nothing for a model, or another number of samples than were asked for.
    """
    if isinstance(collated, Batch):
        parts = Parts(collated.inputs, collated.labels, collated.columns, collated.thumbnails)
    elif isinstance(collated, Mapping):
        parts = Parts(*split_mapping(collated))
    elif isinstance(collated, tuple | list) and collated:
        *arguments, last = collated
        if not arguments:
            parts = Parts(last)
        elif len(arguments) == 1:
            parts = Parts(_positional(arguments[0]), last if one_each(last, count) else None)
        elif one_each(last, count):
            parts = Parts(tuple(arguments), last)
        else:
            parts = Parts(tuple(collated))
    else:
        parts = Parts(collated)
    try:
        found = count_samples(parts.inputs)
    except (AttributeError, IndexError, TypeError, StopIteration) as error:
        raise DataError(
            "the collate_fn returned nothing that a model could be given",
            got=type(collated).__name__,
            remedy="return a tensor (n, …), (inputs, labels), or a dict of tensors",
        ) from error
    if found != count:
        raise DataError(
            "the collate_fn returned another number of samples than it was given",
            got=f"{found} of {count}",
            remedy="return every sample, in the order given",
        )
    return parts


def split_mapping(collated: Mapping[str, Any]) -> tuple[Any, Any, dict[str, Any]]:
    """Part a dict of batched values: (inputs, labels or None, columns)."""
    labels = next((collated[key] for key in LABELS if key in collated), None)
    rest = {key: value for key, value in collated.items() if key not in LABELS}
    if "input" in rest:
        inputs = _positional(rest.pop("input"))
    else:
        arrays = {key: value for key, value in rest.items() if is_array(value) and _is_numeric(value)}
        inputs = {key: value for key, value in arrays.items() if value.ndim > 1} or arrays
        if not inputs:
            raise DataError(
                "a batch holds nothing that a model could be given",
                got=f"a dict of {', '.join(map(repr, collated)) or 'nothing'}",
                remedy="put the model's input under 'input', or its keyword arguments as tensors",
            )
        rest = {key: value for key, value in rest.items() if key not in inputs}
    samples = count_samples(inputs)
    columns = {key: value for key, value in rest.items() if one_each(value, samples)}
    return inputs, labels if labels is not None and one_each(labels, samples) else None, columns


def is_array(value: Any) -> bool:
    """Whether a value is a NumPy array or a tensor."""
    return isinstance(value, np.ndarray) or (hasattr(value, "detach") and hasattr(value, "ndim"))


def is_scalar(value: Any) -> bool:
    """Whether a value is one number, bool or string, or None."""
    if is_array(value):
        return int(np.prod(tuple(value.shape))) == 1
    return value is None or isinstance(value, str | bytes | bool | int | float | np.generic)


def one_each(value: Any, count: int) -> bool:
    """Whether a batched value has one number, bool or string a sample."""
    if is_array(value):
        return tuple(value.shape) in ((count,), (count, 1))
    return isinstance(value, list | tuple) and len(value) == count and all(is_scalar(v) for v in value)


def plain(value: Any) -> Any:
    """The number or string of a 0-d array or tensor."""
    if isinstance(value, bytes):
        return value.decode()
    return value.item() if is_array(value) or isinstance(value, np.generic) else value


def _is_argument(value: Any) -> bool:
    return (is_array(value) and value.ndim > 0) or (
        isinstance(value, list | tuple) and bool(value) and as_array(value).dtype.kind in "biuf"
    )


def _is_numeric(array: Any) -> bool:
    return not isinstance(array, np.ndarray) or array.dtype.kind in "biuf"


def _positional(inputs: Any) -> Any:
    """Default collating makes lists of tuples; several positional arguments are a tuple."""
    return tuple(inputs) if isinstance(inputs, list) and inputs and is_array(inputs[0]) else inputs


def _picture(thumbnail: Any) -> Thumbnail:
    if hasattr(thumbnail, "detach"):
        thumbnail = thumbnail.detach().cpu().numpy()
    if hasattr(thumbnail, "getbands"):
        return shrink(thumbnail if thumbnail.mode in ("L", "RGB") else thumbnail.convert("RGB"))
    shape: tuple[int, ...] = getattr(thumbnail, "shape", ())
    kind = getattr(thumbnail, "dtype", type(thumbnail).__name__)
    if kind != np.uint8 or not (len(shape) == 2 or (len(shape) == 3 and shape[2] == 3)):
        raise DataError(
            "a thumbnail must be a small picture",
            got=f"{kind} of shape {shape}",
            remedy="give uint8 (h, w) or (h, w, 3)",
        )
    return shrink(thumbnail)


def _shapes(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _shapes(part) for key, part in value.items()}
    if isinstance(value, tuple):
        return tuple(_shapes(part) for part in value)
    return tuple(as_array(value).shape) if isinstance(value, list) else tuple(getattr(value, "shape", ()))
