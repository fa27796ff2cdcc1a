"""What a model computes, call by call: modules, and the functions between them that no hook can see.

The model is run with the data under a function mode of torch, which sees every call (`F.relu`, `+`, `cat`, `flatten`,
`x.view(…)`, and the function inside each module), with real tensors. So a model needs not be traceable, and one with
its own control flow is followed where it went.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import nn
from torch.overrides import TorchFunctionMode

from inscape.capture.inputs import call as call_model
from inscape.capture.structure import tensors
from inscape.capture.unwrap import named_modules
from inscape.errors import ModelError

INPUT = "input"


@dataclass
class Value:
    """One tensor that the model computed on its way.

    Attributes:
        index: its place in the order of computing; the model's inputs come first.
        call: the number of the call that made it; -1 for an input.
        output: which of the call's tensors it is.
        operation: the name of the function, ``conv2d``, ``add``, ``relu``.
        sources: the values that the call was given.
        shape: raw, without the axis of the samples.
        sample_axis: the axis of the samples; None where there is none, or several samples share a row.
        floating: whether it holds floats.
        name: as it is asked for: the dotted name of the module that returned it, else ``block.add``.
        aliases: every other name: of the modules around, of modules that passed it on.
    """

    index: int
    call: int
    output: int
    operation: str
    sources: tuple[int, ...]
    shape: tuple[int, ...] = ()
    sample_axis: int | None = 0
    floating: bool = True
    name: str = ""
    aliases: list[str] = field(default_factory=list)

    @property
    def units(self) -> int:
        """D, how many numbers a sample has."""
        size = 1
        for s in self.shape:
            size *= s
        return size

    @property
    def shown(self) -> bool:
        """Whether it can be looked at: floats, a row a sample."""
        return self.floating and self.sample_axis is not None and self.units > 0


@dataclass
class Call:
    """One call as it happens: what visitors are given."""

    number: int
    function: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    values: dict[int, int]
    """The value that each tensor (by id) among the arguments is."""

    def tensors(self) -> Iterator[torch.Tensor]:
        """The tensors among the arguments."""
        yield from _arguments((self.args, self.kwargs))

    def with_source(self, value: int, x: torch.Tensor, change: Callable[[torch.Tensor], torch.Tensor]) -> Any:
        """The call's answer with `x` in the place of a value, and every other tensor changed by `change`."""

        def replace(item: Any) -> Any:
            if isinstance(item, torch.Tensor):
                # A copy, for functions that work in place.
                return x.clone() if self.values.get(id(item)) == value else change(item)
            if isinstance(item, Mapping):
                return {key: replace(v) for key, v in item.items()}
            if isinstance(item, tuple | list) and not isinstance(item, torch.Size):
                return type(item)(replace(v) for v in item) if type(item) in (tuple, list) else item
            return item

        args, kwargs = replace(self.args), replace(self.kwargs)
        answer = self.function(*args, **kwargs)
        return args[0] if answer is None else answer  # x[…] = y


Before = Callable[[Call], None]
After = Callable[[int, torch.Tensor], None]


class Watch(TorchFunctionMode):
    """Numbers the calls of one pass, and the tensors that came of them.

    Args:
        before: told of each call that is given a value, before it happens: functions in place destroy what they read.
        after: told of each value, with its tensor.
    """

    def __init__(self, before: Before | None = None, after: After | None = None) -> None:
        super().__init__()
        self.found: list[Value] = []
        self._before = before
        self._after = after
        self._by_tensor: dict[int, tuple[weakref.ref[torch.Tensor], int]] = {}
        self._calls = 0

    def add_inputs(self, inputs: Any) -> None:
        """Make the model's own inputs known."""
        for i, (_, tensor) in enumerate(tensors(inputs)):
            self._register(tensor, -1, i, INPUT, ())

    def value_of(self, tensor: torch.Tensor) -> int | None:
        """The value that a tensor is, as of now."""
        # An id may belong to another tensor once the first is gone.
        reference, index = self._by_tensor.get(id(tensor), (None, None))
        return index if reference is not None and reference() is tensor else None

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        given = {id(t): index for t in _arguments((args, kwargs)) if (index := self.value_of(t)) is not None}
        if not given:
            return func(*args, **kwargs)
        number = self._calls
        self._calls += 1
        if self._before:
            self._before(Call(number, func, args, kwargs, given))
        answer = func(*args, **kwargs)
        name = getattr(func, "__name__", "call").strip("_")
        outputs = [t for _, t in tensors(answer)] if isinstance(answer, torch.Tensor | tuple | list) else []
        if name == "setitem" and isinstance(args[0], torch.Tensor):
            outputs = [args[0]]
        sources = tuple(dict.fromkeys(given.values()))
        for i, tensor in enumerate(outputs):
            self._register(tensor, number, i, _operation(func, name), sources)
        return answer

    def _register(self, tensor: torch.Tensor, call: int, output: int, operation: str, sources: tuple[int, ...]) -> None:
        index = len(self.found)
        self.found.append(
            Value(index, call, output, operation, sources, tuple(tensor.shape), floating=tensor.is_floating_point())
        )
        self._by_tensor[id(tensor)] = weakref.ref(tensor), index
        if self._after:
            self._after(index, tensor)


def _arguments(item: Any) -> Iterator[torch.Tensor]:
    if isinstance(item, torch.Tensor):
        yield item
    elif isinstance(item, Mapping):
        for value in item.values():
            yield from _arguments(value)
    elif isinstance(item, tuple | list):
        for value in item:
            yield from _arguments(value)


def _operation(func: Callable[..., Any], name: str) -> str:
    """The function's name as people know it: `fn` is what torch's own dispatch by a flag is called."""
    if name == "fn":
        from torch.nn import functional

        for known in ("max_pool1d", "max_pool2d", "max_pool3d", "adaptive_max_pool1d", "adaptive_max_pool2d"):
            if getattr(functional, known) is func:
                return known
    if name == "get":  # a property: x.T, x.real
        owner = getattr(func, "__self__", None)
        return str(getattr(owner, "__name__", name))
    return name.removeprefix("i") if name in ("iadd", "isub", "imul", "itruediv") else name.rstrip("_")


def run(model: nn.Module, inputs: Any, watch: Watch) -> None:
    """One pass under a watch: what its visitors raise comes through as it is."""
    watch.add_inputs(inputs)
    with watch:
        if isinstance(inputs, Mapping):
            model(**inputs)
        elif isinstance(inputs, tuple):
            model(*inputs)
        else:
            model(inputs)


def trace(model: nn.Module, few: Any, fewer: Any) -> list[Value]:
    """The values of a pass, named, with the axis of their samples.

    Args:
        model: in evaluation, see `capture.mode.recording_mode`.
        few: a batch.
        fewer: a batch of another size: the axis that shrinks with it is that of the samples.

    Raises:
        ModelError: the passes differ: the model decides by its data what to compute.
    """
    names: list[tuple[str, int]] = []
    stack: list[str] = []
    scope: dict[int, str] = {}
    watch = Watch(before=lambda call: scope.__setitem__(call.number, stack[-1] if stack else ""))
    handles = []

    def entering(name: str) -> Callable[..., None]:
        return lambda *_: stack.append(name)

    def leaving(name: str) -> Callable[..., None]:
        def left(_module: nn.Module, _args: Any, output: Any) -> None:
            stack.pop()
            for _, tensor in tensors(output):
                value = watch.value_of(tensor)
                if value is not None:
                    names.append((name, value))
                break  # a tuple's first tensor bears the name, as in a recording

        return left

    for name, module in named_modules(model):
        handles.append(module.register_forward_pre_hook(entering(name)))
        handles.append(module.register_forward_hook(leaving(name)))
    try:
        watch.add_inputs(few)
        with watch:
            call_model(model, few)
    finally:
        for handle in handles:
            handle.remove()
    values = watch.found
    again = Watch()
    run(model, fewer, again)
    other = again.found
    if [(v.call, v.operation, v.sources) for v in values] != [(v.call, v.operation, v.sources) for v in other]:
        raise ModelError(
            "the model computes other things for other samples",
            got=f"{len(values)} tensors in one pass, {len(other)} in another, or other functions",
            remedy="name a part of it whose steps do not depend on the data, or ask for an alignment of layers",
        )
    sizes = next(t.shape[0] for _, t in tensors(few)), next(t.shape[0] for _, t in tensors(fewer))
    for value, smaller in zip(values, other, strict=True):
        _find_samples(value, smaller.shape, sizes)
    _give_names(values, names, scope)
    return values


def _find_samples(value: Value, smaller: Sequence[int], sizes: tuple[int, int]) -> None:
    axes = [
        i
        for i, (a, b) in enumerate(zip(value.shape, smaller, strict=False))
        if (a, b) == sizes and len(value.shape) == len(smaller)
    ]
    value.sample_axis = axes[0] if axes else None
    if axes:
        value.shape = tuple(s for i, s in enumerate(value.shape) if i != axes[0])


def _give_names(values: Sequence[Value], names: Sequence[tuple[str, int]], scope: Mapping[int, str]) -> None:
    counts: dict[str, int] = {}
    for name, _ in names:
        counts[name] = counts.get(name, 0) + 1
    seen: dict[str, int] = {}
    for name, index in names:
        said = name
        if counts[name] > 1:
            said = f"{name}:{seen.get(name, 0)}"
            seen[name] = seen.get(name, 0) + 1
        value = values[index]
        # Leaves return before the containers around them.
        if not said:
            said = "output"
        if value.name:
            value.aliases.append(said)
        else:
            value.name = said
    taken = {v.name for v in values if v.name}
    for value in values:
        if value.name:
            continue
        inside = scope.get(value.call, "")
        base = INPUT if value.call < 0 else ".".join(part for part in (inside, value.operation) if part)
        if value.output:
            base += f"[{value.output}]"
        name, count = base, 1
        while name in taken:
            count += 1
            name = f"{base}-{count}"
        taken.add(name)
        value.name = name


def rows(value: Value, tensor: torch.Tensor) -> torch.Tensor:
    """The tensor as (n, D), a row a sample."""
    assert value.sample_axis is not None
    return tensor.movedim(value.sample_axis, 0).reshape(tensor.shape[value.sample_axis], -1)


def unrows(value: Value, flat: torch.Tensor) -> torch.Tensor:
    """(n, D) in the shape that the model has it in."""
    assert value.sample_axis is not None
    return flat.reshape(flat.shape[0], *value.shape).movedim(0, value.sample_axis)
