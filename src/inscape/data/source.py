"""What the probe data is to everything else: a source that gives batches of samples by their positions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

import numpy as np

AnyArray = np.ndarray[Any, np.dtype[Any]]
Labels = np.ndarray[Any, np.dtype[np.int64]]
Thumbnail = np.ndarray[Any, np.dtype[np.uint8]]


@dataclass(frozen=True)
class Batch:
    """Consecutive samples of a source.

    Args:
        start: position of the first sample in the source.
        inputs: what the model is called with: a tensor or array (n, …), a tuple of them (positional arguments) or a
            dict of them (keyword arguments).
        labels: (n,) int64, an index into the source's `class_names`; -1 for none. None where the data has no labels.
        thumbnails: n images, uint8 (h, w) or (h, w, 3), each side at most 64 pixels; None where the source has none of
            its own (they may be made of inputs that look like images).
        columns: more about each sample by name, (n,) each: numbers, bools or strings; `text` is shown as text.

    >>> batch = Batch(0, np.zeros((2, 3)), labels=np.array([1, 0]), columns={"text": np.array(["a", "b"], object)})
    >>> len(batch)
    2
    """

    start: int
    inputs: Any
    labels: Labels | None = None
    thumbnails: Sequence[Thumbnail] | None = None
    columns: Mapping[str, AnyArray] = field(default_factory=dict)

    def __len__(self) -> int:
        return count_samples(self.inputs)


@runtime_checkable
class Source(Protocol):
    """Where samples come from. One that is asked twice for the same range answers the same.

    A source holds no open file, so that it can be sent to another process (by cloudpickle).
    """

    name: str
    """What a person calls it: the folder's name, `digits`, `TensorDataset`."""
    kind: str
    """folder, array, idx, torch, digits, or joined (of several kinds)."""
    class_names: tuple[str, ...] | None
    """Names of the classes that the labels count; None where there are none."""
    batch_size: int | None
    """What the source itself prefers (a DataLoader's own); None where it does not matter."""
    notes: tuple[str, ...]
    """What a person should be told before recording."""
    skipped: tuple[tuple[str, str], ...]
    """The files that could not be read, and why."""

    def __len__(self) -> int:
        """The number of samples."""
        ...

    def batches(self, ranges: Sequence[tuple[int, int]]) -> Iterator[Batch]:
        """Yield one batch for each (start, stop), in the order given.

        Raises:
            DataError: a range reaches outside of the source, or a sample cannot be read.
        """
        ...


def count_samples(inputs: Any) -> int:
    """The length of the sample axis of a model's arguments.

    >>> count_samples({"a": np.zeros((3, 2))})
    3
    """
    if isinstance(inputs, Mapping):
        return count_samples(next(iter(inputs.values())))
    if isinstance(inputs, tuple | list):
        return count_samples(inputs[0])
    return int(inputs.shape[0])


def check_ranges(ranges: Sequence[tuple[int, int]], samples: int) -> None:
    """Make sure that every range lies inside of the source and holds a sample.

    Raises:
        DataError: naming the range that does not.
    """
    from inscape.errors import DataError

    for start, stop in ranges:
        if not 0 <= start < stop <= samples:
            raise DataError(
                "this range of samples is not in the data",
                got=f"{start} to {stop} of {samples} samples",
                remedy=f"ask for ranges (start, stop) with 0 <= start < stop <= {samples}",
            )
