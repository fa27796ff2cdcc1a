"""Models and weights as the command line and study files name them."""

from __future__ import annotations

import inspect
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from inscape.capture.weight_files import read_weights
from inscape.data.objects import load_object, said
from inscape.errors import ModelError

NESTED = ("state_dict", "model_state_dict", "model")
"""Where training scripts keep the state dict inside of a checkpoint."""
PREFIXES = ("module.", "_orig_mod.")
"""What DataParallel and torch.compile put before every name."""
_SHOWN = 5


def load_model(spec: str, *, args: Mapping[str, Any] | None = None) -> nn.Module:
    """Make the model that a spec names.

    Args:
        spec: `package.module:factory` or `path/file.py:factory`; the factory is a function, a class, or the model
            itself. The current folder is importable.
        args: keyword arguments of the factory.

    Raises:
        ModelError: there is no such file, module or name (the nearest are offered), the factory raises (chained), or
            what it returns is no `nn.Module`.

    >>> type(load_model("inscape.nets:DigitsNet")).__name__
    'DigitsNet'
    """
    factory = load_object(spec, "model", ModelError)
    if isinstance(factory, nn.Module):
        if args:
            raise ModelError(
                "a model that is made already takes no arguments",
                got=f"{spec} with {dict(args)}",
                remedy="name a factory",
            )
        return factory
    if not callable(factory):
        raise ModelError(
            "this is neither a model nor makes one",
            got=f"{spec}: {type(factory).__name__}",
            remedy="name a function that returns a torch.nn.Module, a class, or the model",
        )
    try:
        made = factory(**(args or {}))
    except (Exception, SystemExit) as error:
        raise ModelError(
            "the model factory failed",
            got=f"{spec}({', '.join(f'{k}={v!r}' for k, v in (args or {}).items())}) said: {said(error)}",
            remedy=_remedy_for_call(factory, error),
        ) from error
    if not isinstance(made, nn.Module):
        hint = "return the model alone" if isinstance(made, tuple | dict) else "return a torch.nn.Module"
        if isinstance(made, type) and issubclass(made, nn.Module):
            hint = f"return an instance: {made.__name__}()"
        raise ModelError("the factory did not make a model", got=f"{spec}: {type(made).__name__}", remedy=hint)
    return made


def _remedy_for_call(factory: Any, error: BaseException) -> str:
    if isinstance(error, TypeError) and "argument" in str(error):
        try:
            signature = str(inspect.signature(factory))
        except (TypeError, ValueError):
            signature = "(…)"
        return f"it takes {signature}: give it defaults, or name a function that calls it with arguments"
    return "mend the factory; try it alone in Python"


@dataclass(frozen=True)
class WeightsReport:
    """What was loaded into a model.

    Args:
        path: the file.
        format: safetensors, state dict or pickle.
        tensors: how many tensors were loaded.
        notes: what was adapted: prefixes taken away, number types changed.
    """

    path: Path
    format: str
    tensors: int
    notes: tuple[str, ...] = ()


def load_weights(model: nn.Module, path: str | os.PathLike[str], *, trust: bool = False) -> WeightsReport:
    """Load weights into a model; every name and every shape must fit.

    Args:
        model: it is changed in place, and only if everything fits.
        path: a safetensors file, or what `torch.save` wrote of a state dict (also inside of a checkpoint, under
            `state_dict`, `model_state_dict` or `model`).
        trust: unpickle the file where nothing else helps, which runs code that it holds.

    Raises:
        NeedsTrust: the file can only be read by unpickling it.
        ModelError: it is missing, empty, damaged, holds no weights, or they do not fit (naming the keys).

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     torch.save({"state_dict": nn.Linear(2, 1).state_dict()}, f"{folder}/best.pt")
    ...     load_weights(nn.Linear(2, 1), f"{folder}/best.pt").tensors
    2
    """
    path = Path(path)
    kind, loaded = read_weights(path, trust)
    state = _state_dict(loaded, path)
    fitted, notes = _fit(model, state, path)
    # assign=False: the model's own tensors, types and devices stay.
    model.load_state_dict(fitted, strict=False)
    return WeightsReport(path, kind, len(fitted), tuple(notes))


def _state_dict(loaded: Any, path: Path) -> dict[str, Any]:
    """The state dict inside of what a file held."""
    for _ in range(len(NESTED) + 1):
        if isinstance(loaded, nn.Module):
            loaded = loaded.state_dict()
        if not isinstance(loaded, Mapping):
            break
        if any(isinstance(value, torch.Tensor) for value in loaded.values()):
            return {
                str(key): value
                for key, value in loaded.items()
                if isinstance(value, torch.Tensor) or "_extra_state" in key
            }
        key = next((k for k in NESTED if isinstance(loaded.get(k), Mapping | nn.Module)), None)
        if key is None:
            break
        loaded = loaded[key]
    held = ", ".join(map(repr, list(loaded)[:8])) if isinstance(loaded, Mapping) else type(loaded).__name__
    raise ModelError(
        "there are no weights in this file",
        got=f"{path} holds {held or 'nothing'}",
        remedy=f"save the state dict alone, or under one of: {', '.join(NESTED)}",
    )


def _bare(names: list[str]) -> dict[str, str]:
    """Each name without what wrappers put before it, to the name itself."""
    bare = {name: name for name in names}
    while bare and (prefix := next((p for p in PREFIXES if all(b.startswith(p) for b in bare)), None)):
        bare = {b.removeprefix(prefix): name for b, name in bare.items()}
    return {b.replace("._orig_mod.", "."): name for b, name in bare.items()}


def _fit(model: nn.Module, state: dict[str, Any], path: Path) -> tuple[dict[str, Any], list[str]]:
    own = model.state_dict()
    wanted, given = _bare(list(own)), _bare(list(state))
    present = {_identity(own[wanted[b]]): b for b in given if b in wanted}
    fitted, missing = {}, []
    for bare, name in wanted.items():
        # Tied weights are stored once by safetensors; a counter that old checkpoints lack does no harm.
        source = bare if bare in given else present.get(_identity(own[name]))
        if source is not None:
            fitted[name] = state[given[source]]
        elif not bare.endswith("num_batches_tracked"):
            missing.append(bare)
    unexpected = [bare for bare in given if bare not in wanted]
    differing = [
        f"{bare} {tuple(fitted[name].shape)} for {tuple(own[name].shape)}"
        for bare, name in wanted.items()
        if name in fitted and not _same_shape(own[name], fitted[name])
    ]
    problems = [
        f"{len(names)} {what}: {', '.join(names[:_SHOWN])}{', …' if len(names) > _SHOWN else ''}"
        for what, names in (("missing", missing), ("unexpected", unexpected), ("of another shape", differing))
        if names
    ]
    if problems:
        raise ModelError(
            "the weights do not fit the model",
            got=f"{path}: {'; '.join(problems)} (of {len(wanted)} tensors in the model, {len(given)} in the file)",
            remedy="give the weights of this very model, or make the model with the settings that it was trained with",
        )
    notes = []
    if sorted(given) != sorted(state):
        notes.append("prefixes of a wrapper were taken away")
    types = {(_type(value), _type(own[name])) for name, value in fitted.items() if _type(value) != _type(own[name])}
    notes += [f"{of} was turned into {into}" for of, into in sorted(types)]
    return fitted, notes


def _identity(value: Any) -> object:
    """What two names of one tensor share."""
    if not isinstance(value, torch.Tensor) or nn.parameter.is_lazy(value) or value.numel() == 0:
        return object()
    return value.data_ptr(), tuple(value.shape), value.stride()


def _type(value: Any) -> str:
    return str(value.dtype).removeprefix("torch.") if isinstance(value, torch.Tensor) else type(value).__name__


def _same_shape(own: Any, given: Any) -> bool:
    if not isinstance(own, torch.Tensor) or nn.parameter.is_lazy(own):
        return True  # a lazy layer takes its shape of what it is given
    return isinstance(given, torch.Tensor) and own.shape == given.shape
