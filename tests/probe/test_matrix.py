"""The matrix of an affine layer is the layer, and its adjoint is its transpose."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import nn

from inscape.errors import ModelError, WrongCall
from inscape.probe import flow

CONVOLUTIONS = {
    1: (nn.Conv1d, nn.ConvTranspose1d),
    2: (nn.Conv2d, nn.ConvTranspose2d),
    3: (nn.Conv3d, nn.ConvTranspose3d),
}
POOLINGS = {1: nn.AvgPool1d, 2: nn.AvgPool2d, 3: nn.AvgPool3d}
NORMS = {1: nn.BatchNorm1d, 2: nn.BatchNorm2d, 3: nn.BatchNorm3d}


@st.composite
def affine(draw: st.DrawFn) -> tuple[nn.Module, tuple[int, ...]]:
    """An affine module with options of every kind, and a shape that it takes."""
    dims = draw(st.sampled_from([1, 2, 3]))
    side = draw(st.integers(4, 7 if dims < 3 else 5))
    groups = draw(st.sampled_from([1, 2, 3]))
    channels = groups * draw(st.integers(1, 2))
    kind = draw(st.sampled_from(["conv", "transposed", "pool", "adaptive", "norm", "linear", "chain"]))
    shape = (channels, *[side] * dims)
    kernel, stride, dilation = draw(st.integers(1, 3)), draw(st.integers(1, 3)), draw(st.integers(1, 2))
    reach = dilation * (kernel - 1)
    if kind == "linear":
        return nn.Linear(side, draw(st.integers(1, 6)), bias=draw(st.booleans())), (
            *[channels] * draw(st.integers(0, 1)),
            side,
        )
    if kind == "conv" or kind == "chain":
        mode = draw(st.sampled_from(["zeros", "circular", "replicate"] + (["reflect"] if dims < 3 else [])))
        padding = draw(st.integers(0, min(2, side - 1)))
        module: nn.Module = (
            CONVOLUTIONS[dims][0](
                channels,
                groups * draw(st.integers(1, 2)),
                kernel,
                stride=stride,
                padding=padding,
                dilation=dilation,
                groups=groups,
                bias=draw(st.booleans()),
                padding_mode=mode,
            )
            if side + 2 * padding > reach
            else CONVOLUTIONS[dims][0](channels, groups, 1, groups=groups)
        )
        return (nn.Sequential(module, nn.Flatten()) if kind == "chain" else module), shape
    if kind == "transposed":
        extra = draw(st.integers(0, max(0, max(stride, dilation) - 1)))
        padding = draw(st.integers(0, reach // 2))
        return CONVOLUTIONS[dims][1](
            channels,
            groups * draw(st.integers(1, 2)),
            kernel,
            stride=stride,
            padding=padding,
            output_padding=extra,
            dilation=dilation,
            groups=groups,
            bias=draw(st.booleans()),
        ), shape
    if kind == "pool":
        options = {"count_include_pad": draw(st.booleans()), "ceil_mode": draw(st.booleans())}
        return POOLINGS[dims](kernel, stride=stride, padding=draw(st.integers(0, kernel // 2)), **options), shape
    if kind == "adaptive":
        return (nn.AdaptiveAvgPool1d, nn.AdaptiveAvgPool2d, nn.AdaptiveAvgPool3d)[dims - 1](
            draw(st.integers(1, 3))
        ), shape
    norm = NORMS[dims](channels, affine=draw(st.booleans()))
    torch.nn.init.normal_(norm.running_mean)
    torch.nn.init.uniform_(norm.running_var, 0.1, 4.0)
    return norm, shape


@given(affine(), st.integers(0, 2**31))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_matrix_is_the_layer_and_the_adjoint_its_transpose(
    case: tuple[nn.Module, tuple[int, ...]], seed: int
) -> None:
    module, shape = case
    random = np.random.default_rng(seed)
    W = flow.matrix(module, shape)
    c = flow.offset(module, shape)
    training = module.training
    module.eval()
    x = torch.from_numpy(random.standard_normal((1, *shape)).astype(np.float32))
    with torch.no_grad():
        y, zero = module(x), module(torch.zeros(1, *shape))
    flat = x.numpy().ravel().astype(np.float64)
    size = max(1.0, float(np.abs(y.numpy()).max()))
    assert training
    assert W.shape == (y.numel(), x.numel())
    assert np.abs(W @ flat - (y - zero).numpy().ravel()).max() <= 1e-5 * size
    assert np.abs(c - zero.numpy().ravel()).max() <= 1e-5 * size

    back = torch.from_numpy(random.standard_normal((3, *y.shape[1:])).astype(np.float32))
    pulled = flow.adjoint(module, x, back)
    left = (back.double() * torch.from_numpy((W @ flat).reshape(y.shape)).double()).flatten(1).sum(1)
    right = (pulled.double() * x.double()).flatten(1).sum(1)
    scale = float(back.norm() * max(np.linalg.norm(W @ flat), 1.0))
    assert float((left - right).abs().max()) <= 1e-5 * scale


@pytest.mark.parametrize("module", [nn.ReLU(), nn.MaxPool1d(2), nn.Softmax(-1), nn.LayerNorm(6), nn.GELU()])
def test_what_is_not_affine_has_no_matrix(module: nn.Module) -> None:
    with pytest.raises(ModelError, match=f"{type(module).__name__} is not affine"):
        flow.matrix(module, (2, 6))


def test_the_layer_is_left_as_it_was() -> None:
    module = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2))
    before = {name: tensor.clone() for name, tensor in module.state_dict().items()}
    module.train()
    flow.matrix(module, (1, 5, 5))
    assert module.training
    assert all((before[name] == tensor).all() for name, tensor in module.state_dict().items())
    assert next(module.parameters()).dtype is torch.float32


def test_bad_shapes_are_refused() -> None:
    with pytest.raises(WrongCall, match="positive"):
        flow.matrix(nn.Linear(3, 2), (0,))
    with pytest.raises(ModelError, match="does not take such an input"):
        flow.matrix(nn.Linear(3, 2), (4,))
    with pytest.raises(WrongCall, match="too large"):
        flow.matrix(nn.Conv2d(1, 1, 1), (1, 300, 300))
