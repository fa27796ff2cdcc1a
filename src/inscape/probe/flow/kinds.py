"""What kind of step leads from one tensor to the next: asked of the function itself, not read off its name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch.nn import functional

from inscape.capture.structure import tensors
from inscape.probe.flow.affine import Function, affine_error
from inscape.probe.flow.calls import Call, Value

LINEAR = "linear"
JOINING = "joining"
"""Linear, and what other branches of the network add to each sample: `x + f(x)`, `cat`."""

COORDINATEWISE = "coordinate-wise"
MAX_POOLING = "max-pooling"
SOFTMAX = "softmax"
ALIGNMENT = "alignment"

EXACT = frozenset({LINEAR, JOINING, COORDINATEWISE, SOFTMAX})
"""Kinds whose movement is the function's own: along coordinates, or straight in a view that does not change."""

_ALIKE = 1e-7
"""Differences of float64 answers that are rounding, as a share of the largest value."""


@dataclass(frozen=True)
class Kind:
    """A kind, and what shows why: `stand_in` is the linear function whose axes a max pooling borrows."""

    name: str
    function: Function | None = None
    stand_in: Function | None = None


def classify(call: Call, source: Value, target: Value, values: Sequence[Value], x: torch.Tensor) -> Kind:
    """Find out what a call does to one of the tensors that it is given.

    Args:
        call: the call, as it happens.
        source: the tensor that the flow comes from.
        target: the tensor that it goes to.
        values: all of the trace, for the axes of samples of the call's other tensors.
        x: the source's tensor: at least two samples.
    """
    function = function_of(call, source, target, values)
    if target.operation in ("max_pool1d", "max_pool2d", "max_pool3d"):
        pooled = _average_pooling(call, target)
        return Kind(MAX_POOLING, function, pooled) if pooled else Kind(ALIGNMENT)
    try:
        x = x.double()
        other = _another(x)
        y = function(x)
        if (
            not isinstance(y, torch.Tensor)
            or not torch.isfinite(y).all()
            or not _rowwise(function, source, target, x, other, y)
        ):
            return Kind(ALIGNMENT)
        if target.operation in ("softmax", "log_softmax") and source.units == target.units:
            return Kind(SOFTMAX, function)
        rolled = function_of(call, source, target, values, roll=True)
        constant = _same(rolled(x) - rolled(other), y - function(other))
        if constant and affine_error(function, x, other) < _ALIKE:
            return Kind(LINEAR if _same(rolled(x), y) else JOINING, function)
        if source.shape == target.shape and _coordinatewise(function, x, other, y):
            return Kind(COORDINATEWISE, function)
    except (RuntimeError, TypeError, ValueError, IndexError):
        # A function that takes no float64, or not these values: what can't be asked is shown by alignment.
        return Kind(ALIGNMENT)
    return Kind(ALIGNMENT)


def function_of(call: Call, source: Value, target: Value, values: Sequence[Value], roll: bool = False) -> Function:
    """The call as a function of one of its tensors, in the type that it is given; the others stay what they are.

    Args:
        roll: hand on the samples' other tensors by one sample, to see whether they change the linear part.
    """

    def function(x: torch.Tensor) -> torch.Tensor:
        def change(t: torch.Tensor) -> torch.Tensor:
            index = call.values.get(id(t))
            axis = values[index].sample_axis if index is not None else None
            if roll and axis is not None:
                t = t.roll(1, axis)
            return t.to(x.dtype, copy=True) if t.is_floating_point() else t

        answer = call.with_source(source.index, x, change)
        found = [t for _, t in tensors(answer)]
        return found[target.output]

    return function


def _another(x: torch.Tensor) -> torch.Tensor:
    generator = torch.Generator().manual_seed(1)
    noise = torch.randn(x.shape, dtype=x.dtype, generator=generator)
    return noise.to(x.device) * (x.std() + 1e-3) + x.flip(0).roll(1, 0)


def _same(a: torch.Tensor, b: torch.Tensor) -> bool:
    size = float(b.abs().max()) if b.numel() else 0.0
    return bool((a - b).abs().max() <= _ALIKE * max(size, 1e-12)) if b.numel() else True


def _rowwise(
    function: Function, source: Value, target: Value, x: torch.Tensor, other: torch.Tensor, y: torch.Tensor
) -> bool:
    """Whether the first sample's answer is its own affair."""
    assert source.sample_axis is not None
    assert target.sample_axis is not None
    mixed = other.clone()
    mixed.select(source.sample_axis, 0).copy_(x.select(source.sample_axis, 0))
    return _same(function(mixed).select(target.sample_axis, 0), y.select(target.sample_axis, 0))


def _coordinatewise(function: Function, x: torch.Tensor, other: torch.Tensor, y: torch.Tensor) -> bool:
    """Whether each number of the answer depends on the number in its place alone."""
    generator = torch.Generator().manual_seed(2)
    mask = torch.rand(x.shape, generator=generator).to(x.device) < 0.5
    return _same(function(torch.where(mask, x, other)), torch.where(mask, y, function(other)))


def _average_pooling(call: Call, target: Value) -> Function | None:
    """The average pooling of the same windows, where there is one."""
    names = ("input", "kernel_size", "stride", "padding", "dilation", "ceil_mode")
    given = dict(zip(names, call.args, strict=False)) | call.kwargs
    dilation = given.get("dilation", 1)
    if any(d != 1 for d in (dilation if isinstance(dilation, tuple | list) else (dilation,))):
        return None
    pool = getattr(functional, target.operation.replace("max", "avg"))
    return lambda x: pool(
        x,
        given["kernel_size"],
        given.get("stride"),
        given.get("padding", 0),
        bool(given.get("ceil_mode", False)),
        count_include_pad=False,
    )
