"""The samples as the model takes them: which come together in one pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch

Ranges = Sequence[tuple[int, int]]

Batches = Callable[[Ranges], Iterator[Any]]
"""The samples' inputs as the model takes them, a batch for each range (start, stop); the same every time."""


def blocks(samples: int, size: int) -> Ranges:
    """All samples, in ranges of one size."""
    return [(start, min(start + size, samples)) for start in range(0, samples, size)]


def gathered(batches: Batches, ranges: Ranges, size: int) -> Iterator[tuple[int, Any]]:
    """How many samples, and their inputs: small ranges together, as far as they fit and are shaped alike."""
    count = 0
    parts: list[Any] = []
    for (start, stop), inputs in zip(ranges, batches(ranges), strict=True):
        if parts and (count + stop - start > size or _form(inputs) is None or _form(inputs) != _form(parts[0])):
            yield count, _joined(parts)
            count, parts = 0, []
        count += stop - start
        parts.append(inputs)
    if parts:
        yield count, _joined(parts)


def take(inputs: Any, count: int) -> Any:
    """The first samples of a batch."""
    if isinstance(inputs, torch.Tensor):
        return inputs[:count]
    if isinstance(inputs, dict):
        return {key: take(value, count) for key, value in inputs.items()}
    if isinstance(inputs, tuple):
        return tuple(take(value, count) for value in inputs)
    return inputs


def _form(inputs: Any) -> Any:
    """What two batches must have alike to be joined; None where it is not known how."""
    if isinstance(inputs, torch.Tensor):
        return tuple(inputs.shape[1:]), inputs.dtype
    if isinstance(inputs, dict):
        forms = {key: _form(value) for key, value in inputs.items()}
        return None if None in forms.values() else forms
    if isinstance(inputs, tuple):
        several = tuple(_form(value) for value in inputs)
        return None if None in several else several
    return None


def _joined(parts: list[Any]) -> Any:
    first = parts[0]
    if len(parts) == 1:
        return first
    if isinstance(first, torch.Tensor):
        return torch.cat(parts)
    if isinstance(first, dict):
        return {key: _joined([part[key] for part in parts]) for key in first}
    return tuple(_joined(list(values)) for values in zip(*parts, strict=True))
