"""Several sources as one, with a column that says which of them each sample is from: training data beside test data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from inscape.data.source import Batch, Source, check_ranges
from inscape.errors import DataError, WrongCall


class Joined:
    """Sources one after the other, the name of each in the column `split` of its samples.

    Args:
        parts: data of any kind that `source` takes, by the name of the split.
        class_names: names of the classes, in order, for those parts that bring none of their own.

    Raises:
        WrongCall: there is no part, or one has no name.
        DataError: the parts differ: in what the model is given of a sample, in their columns or class names, or only
            some have labels or thumbnails.

    >>> seen, new = np.zeros((3, 2), np.float32), np.ones((2, 2), np.float32)
    >>> probe = Joined({"train": (seen, [0, 1, 1]), "test": (new, [1, 0])})
    >>> batch = next(probe.batches([(1, 4)]))
    >>> batch.columns["split"].tolist(), batch.labels.tolist(), batch.inputs[:, 0].tolist()
    (['train', 'train', 'test'], [1, 1, 1], [0.0, 0.0, 1.0])
    """

    def __init__(self, parts: Mapping[str, Any], *, class_names: Sequence[str] | None = None) -> None:
        from inscape.data.resolve import source

        if not parts or not all(parts):
            got = ", ".join(map(repr, parts)) or "no split"
            raise WrongCall("data is joined of named splits", got=got, remedy='name them: {"train": …, "test": …}')
        self._names = list(parts)
        self._parts: list[Source] = [source(part, class_names=class_names) for part in parts.values()]
        self._starts = np.cumsum([0, *map(len, self._parts)]).tolist()
        first = self._parts[0]
        self.class_names = first.class_names
        self.name = ", ".join(f"{name}: {part.name}" for name, part in zip(self._names, self._parts, strict=True))
        kinds = {part.kind for part in self._parts}
        self.kind = kinds.pop() if len(kinds) == 1 else "joined"
        sizes = [part.batch_size for part in self._parts if part.batch_size is not None]
        self.batch_size: int | None = min(sizes, default=None)
        self.notes = tuple(dict.fromkeys(note for part in self._parts for note in part.notes))
        self.skipped = tuple(file for part in self._parts for file in part.skipped)
        looks = [_look(part) for part in self._parts]
        for name, look in zip(self._names, looks, strict=True):
            for what, value in look.items():
                if value != looks[0][what]:
                    raise DataError(
                        f"the splits differ in their {what}",
                        got=f"{self._names[0]}: {looks[0][what]}; {name}: {value}",
                        remedy="bring all of them to one form, or record each by itself",
                    )

    def __len__(self) -> int:
        return int(self._starts[-1])

    def batches(self, ranges: Sequence[tuple[int, int]]) -> Iterator[Batch]:
        check_ranges(ranges, len(self))
        for start, stop in ranges:
            yield _concatenate(start, list(self._pieces(start, stop)))

    def _pieces(self, start: int, stop: int) -> Iterator[Batch]:
        for name, part, begin in zip(self._names, self._parts, self._starts, strict=False):
            low, high = max(start - begin, 0), min(stop - begin, len(part))
            if low < high:
                batch = next(iter(part.batches([(low, high)])))
                split = np.full(high - low, name, object)
                yield replace(batch, columns={**batch.columns, "split": split})


def _look(part: Source) -> dict[str, Any]:
    """What has to be the same in all parts, read off the first sample."""
    if len(part) == 0:
        raise DataError("a split holds no sample", got=part.name, remedy="leave it out")
    first = next(iter(part.batches([(0, 1)])))
    return {
        "samples": _form(first.inputs),
        "labels": "none" if first.labels is None else "one a sample",
        "class names": part.class_names,
        "columns": sorted(set(first.columns) - {"split"}),
        "thumbnails": "none" if first.thumbnails is None else "one a sample",
    }


def _form(inputs: Any) -> Any:
    if isinstance(inputs, Mapping):
        return {key: _form(value) for key, value in inputs.items()}
    if isinstance(inputs, tuple):
        return tuple(_form(value) for value in inputs)
    return f"{str(inputs.dtype).removeprefix('torch.')} {tuple(inputs.shape[1:])}"


def _concatenate(start: int, pieces: Sequence[Batch]) -> Batch:
    if len(pieces) == 1:
        return replace(pieces[0], start=start)
    first = pieces[0]
    return Batch(
        start,
        _joined([piece.inputs for piece in pieces]),
        labels=None if first.labels is None else np.concatenate([p.labels for p in pieces if p.labels is not None]),
        thumbnails=None if first.thumbnails is None else [t for piece in pieces for t in piece.thumbnails or ()],
        columns={name: np.concatenate([piece.columns[name] for piece in pieces]) for name in first.columns},
    )


def _joined(inputs: Sequence[Any]) -> Any:
    first = inputs[0]
    if isinstance(first, Mapping):
        return {key: _joined([value[key] for value in inputs]) for key in first}
    if isinstance(first, tuple):
        return tuple(_joined(values) for values in zip(*inputs, strict=True))
    if any(hasattr(value, "detach") for value in inputs):
        import torch

        return torch.cat([torch.as_tensor(value).detach() for value in inputs])
    return np.concatenate(inputs)
