"""From what a person calls labels to indices of classes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from inscape.data.source import AnyArray, Labels
from inscape.errors import DataError

NONE = -1


@dataclass(frozen=True)
class Encoded:
    """Labels as indices, the names that they count, and what turned out to be no class."""

    labels: Labels | None
    class_names: tuple[str, ...] | None
    columns: Mapping[str, AnyArray] = field(default_factory=dict)


def encode_labels(labels: Any, samples: int, class_names: Sequence[str] | None = None, start: int = 0) -> Encoded:
    """Turn labels into indices of classes.

    Args:
        labels: (n,) or (n, 1): integers (-1 for none), whole floats (NaN for none), bools, or strings (None or an
            empty one for none). Strings count the sorted names, or `class_names` where they are given. Other floats
            are a quantity and become the column `target`.
        samples: n.
        class_names: the names of the classes in the order of their indices.
        start: position of the first sample, for messages.

    Raises:
        DataError: another number of labels than of samples, a label that is no class, or labels of another kind.

    >>> encoded = encode_labels(["dog", "cat", None], 3)
    >>> encoded.labels.tolist(), encoded.class_names
    ([1, 0, -1], ('cat', 'dog'))
    """
    names = None if class_names is None else tuple(str(name) for name in class_names)
    if names is not None and len(set(names)) != len(names):
        twice = sorted({name for name in names if names.count(name) > 1})
        raise DataError(
            "two classes have one name", got=", ".join(twice[:5]), remedy="give each class a name of its own"
        )
    values = as_array(labels)
    if values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    if values.ndim != 1:
        raise DataError(
            "labels must be one number or name a sample",
            got=f"labels of shape {values.shape}",
            remedy="for one-hot labels give labels.argmax(axis=1)",
        )
    if len(values) != samples:
        raise DataError(
            "the labels do not fit the samples",
            got=f"{len(values):,} labels for {samples:,} samples",
            remedy="give one label a sample, in the same order",
        )
    if values.dtype.kind in "OUST":
        return _names(values, names, start)
    if values.dtype.kind == "f":
        whole = np.isnan(values) | (values == np.round(values))
        if not whole.all():
            return Encoded(None, names, {"target": values.astype(np.float64)})
        values = np.where(np.isnan(values), NONE, values)
    elif values.dtype.kind not in "iub":
        raise DataError("labels can't be of this type", got=str(values.dtype), remedy="give integers or strings")
    indices = values.astype(np.int64)
    check_labels(indices, names, start)
    return Encoded(indices, names)


def check_labels(labels: Labels, class_names: Sequence[str] | None, start: int) -> None:
    """Make sure that each label is an index of a class, or -1.

    Raises:
        DataError: naming the first sample with another label.
    """
    bad = labels < NONE
    if class_names is not None:
        bad |= labels >= len(class_names)
    if bad.any():
        first = int(np.argmax(bad))
        classes = "0 or more" if class_names is None else f"0 to {len(class_names) - 1}"
        raise DataError(
            "a label is no class",
            got=f"label {int(labels[first])} of sample {start + first}; {int(bad.sum()):,} such labels",
            remedy=f"classes are {classes}, and -1 means no label; or give class_names for all of them",
        )


def _names(values: AnyArray, names: tuple[str, ...] | None, start: int) -> Encoded:
    missing = [value is None or value == "" or value != value for value in values.tolist()]
    texts = [
        "" if gone else (value.decode() if isinstance(value, bytes) else str(value))
        for value, gone in zip(values.tolist(), missing, strict=True)
    ]
    if names is None:
        names = tuple(sorted({text for text, gone in zip(texts, missing, strict=True) if not gone}))
    index = {name: i for i, name in enumerate(names)}
    for sample, (text, gone) in enumerate(zip(texts, missing, strict=True), start):
        if not gone and text not in index:
            from inscape.recording.names import nearest

            near = ", ".join(nearest(text, list(names)))
            raise DataError(
                "a label is no class",
                got=f"{text!r}, of sample {sample}",
                remedy=f"class_names holds no such name; the nearest: {near}",
            )
    return Encoded(np.array([index.get(text, NONE) if text else NONE for text in texts], np.int64), names)


def as_array(values: Any) -> AnyArray:
    """An array of a tensor, an array or a list.

    >>> as_array(["a", None]).dtype
    dtype('O')
    """
    if hasattr(values, "detach"):
        values = values.detach().cpu().numpy()
    if isinstance(values, list | tuple) and any(isinstance(value, str) or value is None for value in values):
        return np.array(values, dtype=object)
    return np.asarray(values)


def as_column(name: str, values: Any, samples: int) -> AnyArray:
    """A column (n,) of numbers, bools or strings (object).

    Raises:
        DataError: another length, more than one value a sample, or values of another kind.

    >>> as_column("text", ["a", "b"], 2)
    array(['a', 'b'], dtype=object)
    """
    array = as_array(values)
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim != 1 or len(array) != samples:
        raise DataError(
            "a column does not fit the samples",
            got=f"{name!r} of shape {array.shape} for {samples:,} samples",
            remedy="give one value a sample, in the same order",
        )
    if array.dtype.kind in "OUST":
        return np.array(["" if value is None else str(value) for value in array.tolist()], dtype=object)
    if array.dtype.kind not in "biuf":
        raise DataError(
            "a column can't be of this type", got=f"{name!r}: {array.dtype}", remedy="give numbers, bools or strings"
        )
    return array
