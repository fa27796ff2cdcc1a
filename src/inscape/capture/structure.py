"""The tensors inside what a module returned: tuples, dicts and dataclasses, however nested."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import torch

Selector = tuple[int | str, ...]


def tensors(output: Any, selector: Selector = ()) -> Iterator[tuple[Selector, torch.Tensor]]:
    """Walk over the tensors of an output with the way to each: ``()``, ``(1,)``, ``("hidden",)``, ``(1, 0)``."""
    if isinstance(output, torch.Tensor):
        yield selector, output
    elif isinstance(output, Mapping):
        for key, value in output.items():
            yield from tensors(value, (*selector, str(key)))
    elif dataclasses.is_dataclass(output) and not isinstance(output, type):
        for field in dataclasses.fields(output):
            yield from tensors(getattr(output, field.name), (*selector, field.name))
    elif isinstance(output, Sequence) and not isinstance(output, str | bytes):
        for i, value in enumerate(output):
            yield from tensors(value, (*selector, i))


def pick(output: Any, selector: Selector) -> torch.Tensor:
    """Follow a selector to its tensor."""
    for key in selector:
        if isinstance(output, Mapping):
            output = output[key] if key in output else next(v for k, v in output.items() if str(k) == key)
        elif isinstance(key, str):
            output = getattr(output, key)
        else:
            output = output[key]
    assert isinstance(output, torch.Tensor)
    return output


def brackets(selector: Selector) -> str:
    """Write a selector as it is requested: ``gru[1]``, ``block[hidden]``.

    >>> brackets((1, 0)), brackets(("hidden",)), brackets(())
    ('[1][0]', '[hidden]', '')
    """
    return "".join(f"[{key}]" for key in selector)


def default_selector(found: Sequence[Selector]) -> Selector | None:
    """The tensor that a bare name means: the only one, or of a tuple the first; None where the choice must be named."""
    if len(found) == 1:
        return found[0]
    if found and all(isinstance(selector[0], int) for selector in found):
        return found[0]
    return None
