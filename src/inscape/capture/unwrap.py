"""Models inside wrappers: DataParallel, DistributedDataParallel, torch.compile."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import nn

from inscape.errors import ModelError

COMPILED = "_orig_mod"


def unwrap(model: object) -> tuple[nn.Module, tuple[str, ...]]:
    """Take a model out of its wrappers, so that layers bear the names that its author gave them.

    Returns:
        The bare module, and what a person should be told.

    Raises:
        ModelError: it is no `nn.Module`, or one whose insides can't be watched (TorchScript, an exported program).
    """
    notes: list[str] = []
    while True:
        if isinstance(model, torch.jit.ScriptModule):
            raise ModelError(
                "a TorchScript model can't be recorded",
                got=type(model).__name__,
                remedy="give the nn.Module that it was scripted from: TorchScript does not call hooks on its layers",
            )
        if not isinstance(model, nn.Module):
            remedy = "give the model itself, an instance of torch.nn.Module"
            if isinstance(model, type) and issubclass(model, nn.Module):
                remedy = f"make an instance first: {model.__name__}()"
            raise ModelError("the model is not a torch.nn.Module", got=_describe(model), remedy=remedy)
        if isinstance(model, nn.DataParallel | nn.parallel.DistributedDataParallel):
            notes.append(f"unwrapped from {type(model).__name__}")
            model = model.module
        elif hasattr(model, COMPILED):
            notes.append("recorded uncompiled: a compiled graph does not call hooks")
            model = getattr(model, COMPILED)
        else:
            return model, tuple(notes)


def _describe(model: object) -> str:
    return f"the class {model.__name__}" if isinstance(model, type) else f"{type(model).__name__}: {str(model)[:80]}"


def named_modules(model: nn.Module) -> Iterator[tuple[str, nn.Module]]:
    """Name every module once, by its first dotted name, without the segments that torch.compile adds.

    A compiled module inside the model is named once, as the module it was compiled from.
    """
    seen: set[int] = set()
    for name, module in model.named_modules():
        inner = getattr(module, COMPILED, module)
        bare = name.replace(f".{COMPILED}", "").removeprefix(f"{COMPILED}.")
        if id(inner) not in seen:
            seen.add(id(inner))
            yield bare, inner


def aliases(model: nn.Module) -> dict[str, str]:
    """Map every further name of a shared module to its first."""
    first: dict[int, str] = {}
    found = {}
    for name, module in model.named_modules(remove_duplicate=False):
        bare = name.replace(f".{COMPILED}", "")
        inner = id(getattr(module, COMPILED, module))
        if inner in first and first[inner] != bare:
            found[bare] = first[inner]
        first.setdefault(inner, bare)
    return found
