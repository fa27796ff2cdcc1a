"""How far the nearest neighbors of some samples are among all, X read once by blocks."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float64, Int64

from inscape.shape import _validate, rows
from inscape.shape._exact import on_sphere
from inscape.shape.rows import Rows

_SLACK = 1e-4
"""Products in float32 about the middle are wrong by some 1e-7 of the squared lengths; nobody nearer may be hidden."""


def distances_of_some(
    X: Rows, some: Int64[np.ndarray, " row"], k: int, *, sphere: bool = False
) -> Float64[np.ndarray, "row {k}"]:
    """The squared distances of these samples (rising indices) to their k nearest others, the nearest first.

    Products in float32 propose whom to measure, a block of X at a time; differences in float64 say how near they are.
    `sphere` puts the samples where half their squared distance is the cosine's.
    """
    chosen = _taken(X, some, sphere).astype(np.float64)
    # That of some serves as well as the middle of all: it only has to be near.
    middle = chosen.mean(axis=0)
    largest = np.abs(chosen - middle).max()
    scale = float(largest) if largest > 0 else 1.0
    single = ((chosen - middle) / scale).astype(np.float32)
    own = np.einsum("ij,ij->i", single, single)
    row, squared = np.zeros(0, np.int64), np.zeros(0)
    limit = np.full(len(some), np.inf, np.float32)
    for part in _validate.row_blocks(X.shape, rows.BLOCK):
        block = rows.read(X, part)
        block = on_sphere(block) if sphere else block
        narrow = _narrow(block, middle, scale)
        norms = np.einsum("ij,ij->i", narrow, narrow)
        near = single @ narrow.T
        near *= -2.0
        near += norms
        near += own[:, None]
        first, last = np.searchsorted(some, [part.start, part.stop])
        near[np.arange(first, last), some[first:last] - part.start] = np.inf
        bound = limit
        if near.shape[1] > k and np.isinf(limit).any():
            bound = np.minimum(limit, np.partition(near, k - 1, axis=1)[:, k - 1])
        bound = np.minimum(bound + _SLACK * (own + np.abs(bound)), np.finfo(np.float32).max)
        new, column = np.nonzero(near <= bound[:, None])
        row = np.concatenate([row, new])
        squared = np.concatenate([squared, _measured(chosen, new, block, column)])
        order = np.lexsort((squared, row))
        row, squared = row[order], squared[order]
        place = np.arange(len(row)) - np.searchsorted(row, row)
        row, squared, place = row[place < k], squared[place < k], place[place < k]
        limit[row[place == k - 1]] = squared[place == k - 1] / scale**2
    return squared.reshape(len(some), k)


def _narrow(block: np.ndarray, middle: np.ndarray, scale: float) -> np.ndarray:
    kind = np.float32 if block.dtype in (np.float16, np.float32) else np.float64
    found: np.ndarray = np.subtract(block, middle.astype(kind), dtype=kind)
    found *= kind(1.0 / scale)
    single: np.ndarray = found.astype(np.float32, copy=False)
    return single


def _measured(chosen: np.ndarray, row: np.ndarray, block: np.ndarray, column: np.ndarray) -> np.ndarray:
    found = np.empty(len(row))
    step = max(1, rows.BLOCK // (4 * chosen.shape[1]))
    for start in range(0, len(row), step):
        these = slice(start, start + step)
        difference = chosen[row[these]] - block[column[these]]
        found[these] = np.einsum("ij,ij->i", difference, difference)
    return found


def _taken(X: Rows, some: np.ndarray, sphere: bool) -> np.ndarray:
    """These rows, of which each block that has any is read."""
    found = []
    for part in _validate.row_blocks(X.shape, rows.BLOCK):
        first, last = np.searchsorted(some, [part.start, part.stop])
        if last > first:
            start = int(some[first])
            found.append(rows.read(X, slice(start, int(some[last - 1]) + 1))[some[first:last] - start])
    taken = np.concatenate(found)
    return on_sphere(taken) if sphere else taken
