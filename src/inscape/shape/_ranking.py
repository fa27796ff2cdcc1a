"""Ranks of distances, many rows at once: quick where no two are equal, by the index where they are."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Float32, Float64, Int64


def nearest(
    squared: Float32[np.ndarray, "row sample"], ordered: Float32[np.ndarray, "row sample"], k: int
) -> Int64[np.ndarray, "row {k}"]:
    """The indices of the k nearest samples of each row, in no order; equally near ones by index.

    `ordered` is `squared` with each row sorted; k is less than the number of samples.
    """
    farthest = ordered[:, k - 1]
    tied = farthest == ordered[:, k]
    within = squared <= farthest[:, None]
    if not tied.any():
        return _columns(within).reshape(-1, k)
    found = np.empty((len(squared), k), np.int64)
    found[~tied] = _columns(within[~tied]).reshape(-1, k)
    found[tied] = np.partition(_keys(squared[tied]), k - 1, axis=1)[:, :k] & 0xFFFFFFFF
    return found


def _columns(chosen: np.ndarray) -> np.ndarray:
    """The columns of what is true, row after row."""
    found: np.ndarray = np.flatnonzero(chosen) % chosen.shape[1]
    return found


def ranks(
    squared: Float32[np.ndarray, "row sample"],
    ordered: Float32[np.ndarray, "row sample"],
    samples: Int64[np.ndarray, "row neighbor"],
) -> Int64[np.ndarray, "row neighbor"]:
    """The rank of these samples of each row by distance, then by index; 1 for the nearest."""
    wanted = np.take_along_axis(squared, samples, 1)
    found = np.empty(samples.shape, np.int64)
    for row in range(len(squared)):
        found[row] = ordered[row].searchsorted(wanted[row])
    after = np.take_along_axis(ordered, np.minimum(found + 1, ordered.shape[1] - 1), 1)
    tied = np.flatnonzero(((after == wanted) & (found + 1 < ordered.shape[1])).any(axis=1))
    if len(tied):
        keys = _keys(squared[tied])
        wanted_keys = np.take_along_axis(keys, samples[tied], 1)
        keys.sort(axis=1)
        found[tied] = [keys[i].searchsorted(wanted_keys[i]) for i in range(len(tied))]
    return found + 1


def _keys(squared: np.ndarray) -> np.ndarray:
    """Integers that sort by distance, then by index: the bits of a float32 ≥ 0 sort as the number does."""
    keys: np.ndarray = squared.view(np.int32).astype(np.int64)
    np.left_shift(keys, 32, out=keys)
    np.bitwise_or(keys, np.arange(squared.shape[1]), out=keys)
    return keys


def average_ranks(values: Float[np.ndarray, "row value"]) -> Float64[np.ndarray, "row value"]:
    """The rank of each value within its row, from 0; equal values share the mean of their ranks."""
    order = np.argsort(values, axis=1)
    ordered = np.take_along_axis(values, order, 1)
    same = ordered[:, 1:] == ordered[:, :-1]
    tied = np.flatnonzero(same.any(axis=1))
    ranked = np.tile(np.arange(values.shape[1], dtype=np.float64), (len(values), 1))
    if len(tied):
        ranked[tied] = _shared(same[tied])
    found = np.empty(values.shape)
    np.put_along_axis(found, order, ranked, 1)
    return found


def _shared(same: np.ndarray) -> np.ndarray:
    """The mean place of each run of equal values; `same` says which value equals the one before, from the second on."""
    edge = np.zeros((len(same), 1), bool)
    count = same.shape[1] + 1
    place = np.arange(count)
    first = np.maximum.accumulate(np.where(np.hstack([edge, same]), 0, place), axis=1)
    last = np.where(np.hstack([same, edge]), count, place)
    last = np.minimum.accumulate(last[:, ::-1], axis=1)[:, ::-1]
    return (first + last) / 2.0


def correlations(
    first: Float64[np.ndarray, "row value"], second: Float64[np.ndarray, "row value"]
) -> Float64[np.ndarray, " row"]:
    """Pearson's correlation of each row with that of the other: of ranks, Spearman's. NaN where one is constant."""
    first = first - first.mean(axis=1, keepdims=True)
    second = second - second.mean(axis=1, keepdims=True)
    product = np.einsum("ij,ij->i", first, second)
    lengths = np.sqrt(np.einsum("ij,ij->i", first, first) * np.einsum("ij,ij->i", second, second))
    found = np.full(len(first), np.nan)
    np.divide(product, lengths, out=found, where=lengths > 0)
    clipped: np.ndarray = np.clip(found, -1.0, 1.0)
    return clipped
