"""Affine maps y = W x + c, as operators: W by differences, its adjoint by automatic differentiation, both exact.

Nothing here knows a kind of layer. Whatever is affine (convolutions of every option, average poolings, batch norms in
evaluation, paddings, sums) is one, and what is not is found out by asking it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from jaxtyping import Float64
from scipy import sparse
from torch import nn

from inscape.capture.mode import recording_mode
from inscape.errors import ModelError, WrongCall

Function = Callable[[torch.Tensor], torch.Tensor]

LARGEST = 1 << 16
"""Inputs of a layer whose matrix is written out. Larger ones are used through their adjoint."""

_BATCH = 64
_TOLERANCE = 1e-6


def matrix(module: nn.Module, input_shape: Sequence[int]) -> sparse.csr_array:
    """The linear part W (D_out, D_in) of an affine layer, written out: W x = m(x) − m(0).

    Rows and columns count the flattened output and input of one sample. The layer is looked at in evaluation mode and
    in float64, and left as it was.

    Args:
        module: any module that is affine in evaluation mode.
        input_shape: the shape of one sample, without the sample axis: (C, H, W), (D,), …

    Returns:
        A sparse float64 matrix in compressed rows.

    Raises:
        ModelError: the module is not affine, or does not take such an input.
        WrongCall: the input has more than 65,536 numbers: use the operator by its adjoint instead.

    >>> W = matrix(nn.AvgPool1d(2), (1, 4))
    >>> W.toarray().tolist()
    [[0.5, 0.5, 0.0, 0.0], [0.0, 0.0, 0.5, 0.5]]
    """
    shape = _checked_shape(input_shape)
    inputs = int(np.prod(shape))
    if inputs > LARGEST:
        raise WrongCall(
            "the matrix of this layer is too large to be written out",
            got=f"{inputs:,} inputs a sample",
            remedy=f"at most {LARGEST:,}; flow.prepare uses larger layers by their adjoint",
        )
    with _in_double(module) as function:
        zero = function(torch.zeros(1, *shape, dtype=torch.float64))
        check_affine(function, shape, type(module).__name__)
        columns = []
        for start in range(0, inputs, _BATCH):
            stop = min(start + _BATCH, inputs)
            units = torch.zeros(stop - start, inputs, dtype=torch.float64)
            units[torch.arange(stop - start), torch.arange(start, stop)] = 1.0
            answers = (function(units.reshape(-1, *shape)) - zero).reshape(stop - start, -1)
            columns.append(sparse.csr_array(answers.numpy()))
    return sparse.csr_array(sparse.vstack(columns).T.tocsr())


def offset(module: nn.Module, input_shape: Sequence[int]) -> Float64[np.ndarray, " output"]:
    """The constant part m(0) (D_out,) of an affine layer, apart from its matrix.

    Raises:
        ModelError: the module does not take such an input.

    >>> offset(nn.ConstantPad1d(1, 3.0), (1, 2)).tolist()
    [3.0, 0.0, 0.0, 3.0]
    """
    shape = _checked_shape(input_shape)
    with _in_double(module) as function:
        return function(torch.zeros(1, *shape, dtype=torch.float64)).reshape(-1).numpy().copy()


def adjoint(function: Function, at: torch.Tensor, cotangents: torch.Tensor) -> torch.Tensor:
    """Wᵀ y for each row of `cotangents`: the exact transpose of the function's linear part.

    Args:
        function: affine in its argument, sample by sample; it takes as many samples as `at` has.
        at: (n, …) where to take the derivative: anywhere, for an affine function; float.
        cotangents: (k, …) shaped as the function's outputs; k need not be n.

    Returns:
        (k, …) shaped as the function's inputs.
    """
    samples = at.shape[0]
    found = []
    with torch.enable_grad():
        x = at.detach().clone().requires_grad_(True)
        y = function(x)
        for start in range(0, cotangents.shape[0], samples):
            some = cotangents[start : start + samples]
            padded = torch.zeros_like(y)
            padded[: some.shape[0]] = some.reshape(some.shape[0], *y.shape[1:])
            (gradient,) = torch.autograd.grad(y, x, padded, retain_graph=True)
            found.append(gradient[: some.shape[0]])
    return torch.cat(found)


def check_affine(function: Function, shape: Sequence[int], name: str) -> None:
    """Make sure that a function of (n, *shape) is affine.

    Raises:
        ModelError: it is not: f(a x + (1 − a) y) differs from a f(x) + (1 − a) f(y).
    """
    generator = torch.Generator().manual_seed(0)
    x, y = (torch.randn(2, *shape, dtype=torch.float64, generator=generator) for _ in range(2))
    difference = affine_error(function, x, y)
    if difference > _TOLERANCE:
        raise ModelError(
            f"{name} is not affine, so it has no matrix",
            got=f"mixtures of inputs and of outputs differ by {difference:.2g}",
            remedy="ask for a linear layer, a convolution, an average pooling or a normalization by running statistics",
        )


def affine_error(function: Function, x: torch.Tensor, y: torch.Tensor) -> float:
    """How far a function is from affine between x and y, and beyond, as a share of its largest value."""
    fx, fy = function(x), function(y)
    worst = 0.0
    for a in (0.3, -3.0, 40.0):
        mixed = a * fx + (1.0 - a) * fy
        size = float(mixed.abs().max()) if mixed.numel() else 0.0
        difference = float((function(a * x + (1.0 - a) * y) - mixed).abs().max()) if mixed.numel() else 0.0
        worst = max(worst, difference / max(size, 1e-30))
    return worst


class _in_double:  # noqa: N801
    """The module as a function of float64, in evaluation; afterwards its types and modes are what they were."""

    def __init__(self, module: nn.Module) -> None:
        if not isinstance(module, nn.Module):
            raise WrongCall("a layer is an nn.Module", got=type(module).__name__, remedy="pass the layer itself")
        self._module = module

    def __enter__(self) -> Function:
        self._mode = recording_mode(self._module)
        self._mode.__enter__()
        state = {**dict(self._module.named_parameters()), **dict(self._module.named_buffers())}
        double = {n: t.detach().cpu().double() if t.is_floating_point() else t.detach().cpu() for n, t in state.items()}

        def function(x: torch.Tensor) -> torch.Tensor:
            try:
                answer = torch.func.functional_call(self._module, double, (x,))
            except (RuntimeError, TypeError, ValueError, IndexError) as error:
                raise ModelError(
                    f"{type(self._module).__name__} does not take such an input",
                    got=f"{tuple(x.shape[1:])} a sample; it said: {str(error).splitlines()[0][:160]}",
                    remedy="give the shape of one sample, without the sample axis",
                ) from error
            if not isinstance(answer, torch.Tensor):
                raise ModelError(
                    f"{type(self._module).__name__} does not return one tensor",
                    got=type(answer).__name__,
                    remedy="ask for a layer that maps one tensor to another",
                )
            return answer

        return function

    def __exit__(self, *error: object) -> None:
        self._mode.__exit__(None, None, None)


def _checked_shape(shape: Sequence[int]) -> tuple[int, ...]:
    sizes = tuple(shape) if not isinstance(shape, int) else (shape,)
    if not sizes or any(not isinstance(s, int | np.integer) or s < 1 for s in sizes):
        raise WrongCall("the shape of a sample is a tuple of positive sizes", got=repr(shape), remedy="(3, 32, 32)")
    return tuple(int(s) for s in sizes)
