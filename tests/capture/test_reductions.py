"""Reductions against slow definitions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from inscape.capture.reductions import reduce, resolve
from inscape.errors import WrongCall


def rows(x: torch.Tensor, reduction: str, channels: str, **settings: Any) -> np.ndarray:
    resolved, units = resolve(reduction, x.shape[1:], channels, "layer")
    y = reduce(x, resolved, channels, layer="layer", **settings)
    assert y.shape == (len(x), units) and y.dtype == torch.float32
    return y.numpy()


def test_mean_and_max_keep_channels() -> None:
    x = torch.randn(3, 5, 4, 6)
    np.testing.assert_allclose(rows(x, "mean", "first"), x.numpy().mean(axis=(2, 3)), atol=1e-6)
    np.testing.assert_allclose(rows(x, "max", "last"), x.numpy().max(axis=(1, 2)))
    flat = torch.randn(3, 7)
    np.testing.assert_array_equal(rows(flat, "mean", "last"), flat.numpy())


def test_pool_is_the_mean_over_a_grid() -> None:
    x = torch.randn(2, 3, 8, 8)
    expected = x.numpy().reshape(2, 3, 2, 4, 2, 4).mean(axis=(3, 5)).reshape(2, -1)
    np.testing.assert_allclose(rows(x, "pool:2", "first"), expected, atol=1e-6)
    tokens = torch.randn(2, 6, 5)
    expected = tokens.numpy().reshape(2, 3, 2, 5).mean(axis=2).reshape(2, -1)
    np.testing.assert_allclose(rows(tokens, "pool:3", "last"), expected, atol=1e-6)


@given(c=st.integers(1, 5000), h=st.integers(1, 80), w=st.integers(1, 80))
def test_auto_is_the_largest_grid_that_fits(c: int, h: int, w: int) -> None:
    resolved, units = resolve("auto", (c, h, w), "first", "layer")
    if c * h * w <= 4096:
        assert (resolved, units) == ("flatten", c * h * w)
    elif c > 4096:
        assert units == c
    else:
        assert units <= 4096
        grid = [int(g) for g in resolved.partition(":")[2].split("x")] if resolved != "mean" else [1]
        larger = max(grid) + 1
        wider = [max(1, round(larger * s / max(h, w))) for s in (h, w)]
        assert c * wider[0] * wider[1] > 4096


def test_positions_depend_on_the_sample_alone() -> None:
    x = torch.randn(10, 4, 6, 6)
    together = rows(x, "position", "first", seed=3, first=100)
    alone = rows(x[7:8], "position", "first", seed=3, first=107)
    np.testing.assert_array_equal(together[7:8], alone)
    flat = x.flatten(2)
    for sample in range(10):
        assert any(np.array_equal(together[sample], flat[sample, :, p].numpy()) for p in range(36))
    assert not np.array_equal(together, rows(x, "position", "first", seed=4, first=100))


def test_positions_are_distinct_and_uniform() -> None:
    x = torch.arange(9.0).repeat(4000, 1)[:, None, :]
    chosen = rows(x, "positions:3", "first")
    assert all(len(set(row)) == 3 for row in chosen)
    counts = np.bincount(chosen.astype(int).ravel(), minlength=9)
    assert abs(counts / counts.sum() - 1 / 9).max() < 0.01


def test_tokens_and_masks() -> None:
    x = torch.randn(2, 4, 3)
    mask = torch.tensor([[1, 1, 1, 0], [1, 0, 0, 0]])
    np.testing.assert_array_equal(rows(x, "token:0", "last"), x[:, 0].numpy())
    np.testing.assert_array_equal(rows(x, "token:-1", "last", mask=mask), torch.stack([x[0, 2], x[1, 0]]).numpy())
    np.testing.assert_allclose(rows(x, "mean", "last", mask=mask)[0], x[0, :3].mean(0).numpy(), atol=1e-6)
    np.testing.assert_array_equal(rows(x, "max", "last", mask=mask)[1], x[1, 0].numpy())


@pytest.mark.parametrize(
    ("reduction", "shape"),
    [("median", (3,)), ("pool:0", (3, 4, 4)), ("token:9", (4, 3)), ("positions:50", (3, 4, 4)), ("pool:2", (7,)),
     ("flatten", (None, 3))],
)  # fmt: skip
def test_what_does_not_fit_is_said(reduction: str, shape: tuple[int | None, ...]) -> None:
    with pytest.raises(WrongCall, match="remedy"):
        resolve(reduction, shape, "first" if len(shape) == 3 else "last", "layer")
