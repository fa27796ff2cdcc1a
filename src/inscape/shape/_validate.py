"""What every method of this room asks of its arrays, said in one place so that all of them say it alike."""

from __future__ import annotations

import numbers
from collections.abc import Iterator
from typing import Any

import numpy as np
from jaxtyping import Shaped

from inscape.errors import ArrayError

LARGEST_SEED = 2**32 - 1


def matrix(X: Any, name: str = "X", *, rows: int = 1) -> Shaped[np.ndarray, "sample unit"]:
    """X as a real, finite matrix in memory, with at least `rows` rows."""
    found: np.ndarray = np.asarray(X)
    check_shape(found.shape, name, rows=rows)
    check_real(found.dtype, name)
    if found.dtype.kind == "b":
        found = found.astype(np.uint8)  # truth values cannot be subtracted
    bad = sum(count_not_finite(found[block]) for block in row_blocks(found.shape))
    if bad:
        raise not_finite(name, bad, len(found))
    return found


def check_shape(found: tuple[int, ...], name: str, *, rows: int = 1) -> None:
    if len(found) != 2:
        raise ArrayError(
            f"{name} must be a matrix (samples, units)",
            got=f"an array of shape {tuple(found)}",
            remedy=f"reshape it to one row a sample, such as {name}.reshape(len({name}), -1)",
        )
    if found[0] < rows or found[1] < 1:
        raise ArrayError(
            f"{name} needs at least {rows} {'sample' if rows == 1 else 'samples'} and 1 unit",
            got=f"an array of shape {tuple(found)}",
            remedy="record or select more samples",
        )


def check_real(dtype: Any, name: str) -> None:
    if np.dtype(dtype).kind not in "fiub":
        raise ArrayError(
            f"{name} must hold real numbers",
            got=f"an array of dtype {dtype}",
            remedy="convert it with .astype('float32'), or split complex numbers into real and imaginary units",
        )


def check_same_rows(X: Any, Y: Any) -> None:
    if X.shape[0] != Y.shape[0]:
        raise ArrayError(
            "X and Y must describe the same samples",
            got=f"X of shape {tuple(X.shape)}, Y of shape {tuple(Y.shape)}",
            remedy="pass the same samples, in the same order, to both",
        )


def check_integer(value: object, name: str, low: int, high: int, why: str) -> int:
    """An integer argument in low..high (inclusive); `why` tells where the bounds come from."""
    if isinstance(value, bool) or not isinstance(value, numbers.Integral) or not low <= int(value) <= high:
        allowed = f"{low}" if low == high else f"an integer from {low} to {high}"
        remedy = f"give {name} = {allowed}" if low <= high else "use more samples"
        raise ArrayError(f"{name} does not fit: {why}", got=f"{name} = {value!r}", remedy=remedy)
    return int(value)


def check_seed(seed: object) -> int:
    return check_integer(seed, "seed", 0, LARGEST_SEED, "a seed is an unsigned 32-bit integer")


def row_blocks(found: tuple[int, ...], entries: int = 8_000_000) -> Iterator[slice]:
    """Slices of whole rows, each of at most `entries` numbers (one row at least)."""
    step = max(1, entries // max(1, found[1]))
    for start in range(0, found[0], step):
        yield slice(start, min(start + step, found[0]))


def count_not_finite(block: np.ndarray) -> int:
    """How many rows of the block hold a NaN or an infinity."""
    # The sum is a quick test that reads the block once; only a bad one is looked at row by row.
    if block.dtype.kind != "f":
        return 0
    with np.errstate(all="ignore"):
        if np.isfinite(block.sum(dtype=np.float64)):
            return 0
    return int(np.count_nonzero(~np.isfinite(block).all(axis=1)))


def not_finite(name: str, bad: int, rows: int) -> ArrayError:
    return ArrayError(
        f"{name} holds numbers that are not finite",
        got=f"NaN or infinity in {bad:,} of {rows:,} rows",
        remedy=f"drop those rows ({name}[np.isfinite({name}).all(axis=1)]), or find the layer that overflowed",
    )
