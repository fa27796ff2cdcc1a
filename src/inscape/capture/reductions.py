"""Reductions: how what a layer gives for one sample becomes D numbers."""

from __future__ import annotations

import math
import re
import zlib
from collections.abc import Sequence

import numpy as np
import torch
from torch.nn import functional

from inscape.errors import WrongCall

AUTO_LIMIT = 4096
KINDS = "auto, flatten, mean, max, pool:w, position, positions:n, token:i"
_PATTERN = re.compile(r"auto|flatten|mean|max|position|pool:(\d+)(x\d+)*|positions:\d+|token:-?\d+")

Shape = Sequence[int | None]
"""A raw shape without the sample axis; None where it varies from batch to batch."""


def check(reduction: str) -> str:
    """Return a reduction if it is one.

    Raises:
        WrongCall: it is none, or one with an impossible number.
    """
    match = _PATTERN.fullmatch(reduction)
    numbers = [int(n) for n in re.findall(r"\d+", reduction)]
    if not match or (reduction.startswith(("pool", "positions")) and 0 in numbers):
        raise WrongCall("there is no such reduction", got=repr(reduction), remedy=f"choose from {KINDS}")
    return reduction


def resolve(reduction: str, shape: Shape, channels: str, layer: str) -> tuple[str, int]:
    """Resolve a reduction for a raw shape: what it will be (never ``auto``), and how many units it gives.

    Args:
        shape: without the sample axis: (C, H, W), (T, C), (D,).
        channels: ``first`` or ``last``.

    Raises:
        WrongCall: the reduction does not fit the shape.
    """
    check(reduction)
    positions, count = _split(shape, channels)
    if reduction == "auto":
        reduction = _auto(positions, count)
    kind, _, argument = reduction.partition(":")
    if count is None or (None in positions and kind in ("flatten", "pool", "position", "positions")):
        raise WrongCall(
            f"the shape of {layer} varies from batch to batch, so {reduction} gives no fixed number of units",
            got=f"{tuple('?' if s is None else s for s in shape)}",
            remedy="use mean, max or token:i; or pad every sample to the same length",
        )
    if not positions and kind in ("pool", "position", "positions", "token"):
        raise WrongCall(
            f"{layer} has no positions, so {reduction} means nothing there",
            got=f"shape {tuple(shape)} a sample",
            remedy="use flatten, mean or auto for this layer",
        )
    if kind == "flatten":
        return reduction, count * math.prod(p for p in positions if p is not None)
    if kind in ("mean", "max", "position"):
        return reduction, count
    total = math.prod(p for p in positions if p is not None)
    if kind == "positions":
        if int(argument) > total:
            raise WrongCall(
                f"{layer} has fewer positions than were asked for",
                got=f"{reduction}, of {total} positions",
                remedy=f"ask for at most positions:{total}, or flatten",
            )
        return reduction, count * int(argument)
    if kind == "token":
        length = positions[0]
        if length is not None and not -length <= int(argument) < length:
            raise WrongCall(
                f"{layer} has no such token",
                got=f"{reduction}, of {length} tokens",
                remedy=f"choose from token:0 to token:{length - 1}",
            )
        rest = positions[1:]
        return reduction, count * math.prod(p for p in rest if p is not None)
    grid = _grid(argument, [p for p in positions if p is not None])
    return "pool:" + _write(grid), count * math.prod(grid)


def _split(shape: Shape, channels: str) -> tuple[list[int | None], int | None]:
    """Split a raw shape into its positions and its number of channels."""
    if len(shape) == 0:
        return [], 1
    if len(shape) == 1:
        return [], shape[0]
    return (list(shape[1:]), shape[0]) if channels == "first" else (list(shape[:-1]), shape[-1])


def _auto(positions: Sequence[int | None], channels: int | None) -> str:
    sizes = [p for p in positions if p is not None]
    if channels is None or len(sizes) < len(positions):
        return "mean"
    if not sizes or channels * math.prod(sizes) <= AUTO_LIMIT:
        return "flatten"
    largest = max(sizes)
    for width in range(largest - 1, 0, -1):
        grid = [max(1, round(width * size / largest)) for size in sizes]
        if channels * math.prod(grid) <= AUTO_LIMIT:
            return "pool:" + _write(grid)
    return "mean"


def _write(grid: Sequence[int]) -> str:
    return str(grid[0]) if len(set(grid)) == 1 else "x".join(map(str, grid))


def _grid(argument: str, sizes: Sequence[int]) -> list[int]:
    asked = [int(a) for a in argument.split("x")]
    if len(asked) == 1:
        asked = asked * len(sizes)
    if len(asked) != len(sizes):
        raise WrongCall(
            "the grid of a pooling does not fit the layer",
            got=f"pool:{argument} for {len(sizes)} spatial axes",
            remedy="give one number, or one an axis",
        )
    return [min(a, s) for a, s in zip(asked, sizes, strict=True)]


def reduce(
    x: torch.Tensor,
    reduction: str,
    channels: str,
    *,
    layer: str = "",
    seed: int = 0,
    first: int = 0,
    mask: torch.Tensor | None = None,
) -> torch.Tensor:
    """Apply a resolved reduction to a batch.

    Args:
        x: (n, …) with the samples first.
        reduction: as `resolve` returned it.
        channels: ``first`` or ``last``.
        seed, first: for random positions: the seed, and the number of the batch's first sample. A sample's positions
            depend on nothing else, so they are the same in any batch.
        mask: (n, T), 1 where a token is real: means and maxima leave padding out; ``token:-1`` is the last real one.

    Returns:
        (n, D), float32.
    """
    n = x.shape[0]
    kind, _, argument = reduction.partition(":")
    if (x.ndim <= 2 and kind in ("mean", "max")) or kind == "flatten":
        return x.reshape(n, -1).float()
    if mask is not None and not (x.ndim == 3 and channels == "last" and mask.shape == x.shape[:2]):
        mask = None
    if kind == "token":
        index = int(argument)
        if mask is not None and index < 0:
            last = mask.long().sum(dim=1) + index
            return x[torch.arange(n, device=x.device), last.clamp(min=0)].float()
        sequence = x if channels == "last" else x.movedim(1, -1)
        return sequence[:, index].reshape(n, -1).float()
    if kind in ("mean", "max"):
        return _over_positions(x, kind, channels, mask)
    if kind == "pool":
        return _pool(x, argument, channels)
    count = int(argument) if kind == "positions" else 1
    sequence = (x.movedim(1, -1) if channels == "first" else x).reshape(
        n, -1, x.shape[1 if channels == "first" else -1]
    )
    places = _positions(sequence.shape[1], n, count, layer, seed, first).to(x.device)
    return sequence[torch.arange(n, device=x.device)[:, None], places].reshape(n, -1).float()


def _over_positions(x: torch.Tensor, kind: str, channels: str, mask: torch.Tensor | None) -> torch.Tensor:
    x = x.float()
    if mask is not None:
        keep = mask.bool()[:, :, None]
        if kind == "max":
            return x.masked_fill(~keep, -torch.inf).amax(dim=1)
        return torch.where(keep, x, 0.0).sum(dim=1) / keep.sum(dim=1).clamp(min=1)
    axes = tuple(range(2, x.ndim)) if channels == "first" else tuple(range(1, x.ndim - 1))
    return x.amax(dim=axes) if kind == "max" else x.mean(dim=axes)


def _pool(x: torch.Tensor, argument: str, channels: str) -> torch.Tensor:
    x = (x if channels == "first" else x.movedim(-1, 1)).float()
    grid = _grid(argument, x.shape[2:])
    if len(grid) > 3:
        x, grid = x.flatten(4), [*grid[:2], math.prod(grid[2:])]
    if len(grid) == 1:
        y = functional.adaptive_avg_pool1d(x, grid[0])
    elif len(grid) == 2:
        y = functional.adaptive_avg_pool2d(x, (grid[0], grid[1]))
    else:
        y = functional.adaptive_avg_pool3d(x, (grid[0], grid[1], grid[2]))
    return (y if channels == "first" else y.movedim(1, -1)).reshape(x.shape[0], -1)


def _positions(total: int, n: int, count: int, layer: str, seed: int, first: int) -> torch.Tensor:
    """Draw `count` distinct positions a sample by a hash of seed, layer and sample (splitmix64), not by a generator."""
    with np.errstate(over="ignore"):
        sample = np.arange(first, first + n, dtype=np.uint64)[:, None]
        place = np.arange(total, dtype=np.uint64)[None, :]
        base = np.uint64((seed * 0x9E3779B97F4A7C15 + zlib.crc32(layer.encode())) % 2**64)
        z = base + sample * np.uint64(0xD1342543DE82EF95) + place * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        keys = z ^ (z >> np.uint64(31))
    # The positions with the smallest keys: distinct, and uniform over all choices.
    chosen = np.argsort(keys, axis=1, kind="stable")[:, :count]
    return torch.from_numpy(chosen.astype(np.int64))
