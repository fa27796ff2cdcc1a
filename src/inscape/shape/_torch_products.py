"""Products of large matrices by torch: on a GPU where there is one, else on all cores."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

_PAIRS = 16_000_000  # scores held at once on the CPU: 64 MB
_SHARE = 0.25  # of the free memory of a card, for one block of scores and what is sorted out of it
_STRIDE = 16


def smallest(centered: Any, rows: np.ndarray, count: int) -> Iterator[tuple[slice, np.ndarray, np.ndarray]]:
    """By blocks of rows: the `count` samples of smallest score ½‖y‖² − x·y, and the largest score among them.

    Args:
        centered: float32 points: `whole` (N, D), `norms` (N,) their squared lengths.
        rows: which samples look for others.
        count: less than N - 1.
    """
    import torch

    whole = torch.from_numpy(centered.whole)
    half = torch.from_numpy((0.5 * centered.norms).astype(np.float32))
    device, step = _place(torch, whole)
    with _full_precision(torch):
        whole, half = whole.to(device), half.to(device)
        for start in range(0, len(rows), step):
            some = slice(start, min(start + step, len(rows)))
            here = torch.from_numpy(rows[some]).to(device)
            scores = torch.addmm(half, whole[here], whole.T, alpha=-1.0)
            scores[torch.arange(len(here), device=device), here] = torch.inf
            if device == "cpu":
                candidates, worst = _few(torch, scores, count)
            else:
                best = torch.topk(scores, count, dim=1, largest=False, sorted=False)
                candidates, worst = best.indices.cpu().numpy(), best.values.amax(dim=1).cpu().numpy()
            yield some, candidates, worst


def _place(torch: Any, whole: Any) -> tuple[str, int]:
    """The device, and how many rows are looked at at once there."""
    if torch.cuda.is_available():
        free = torch.cuda.mem_get_info()[0] - whole.nbytes - 4 * len(whole)
        step = int(_SHARE * free) // (4 * len(whole))
        if step > 0:
            return "cuda", step
    return "cpu", max(1, _PAIRS // len(whole))


@contextmanager
def _full_precision(torch: Any) -> Iterator[None]:
    """Products of float32 in float32: the bound on their error holds for no shorter format."""
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("highest")
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(before)


def _few(torch: Any, scores: Any, count: int) -> tuple[np.ndarray, np.ndarray]:
    """The smallest of each row, without sorting it: what is above the `count`-th of every 16th isn't one."""
    N = scores.shape[1]
    spread = scores[:, ::_STRIDE].contiguous()
    if spread.shape[1] > 4 * count:
        limit = torch.topk(spread, count, dim=1, largest=False, sorted=False).values.amax(dim=1, keepdim=True)
        flat = np.flatnonzero((scores <= limit).numpy())
        if len(flat) < 4 * _STRIDE * count * len(scores):
            row, column = np.divmod(flat, N)
            lengths = np.bincount(row, minlength=len(scores))
            place = np.arange(len(flat)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
            left = np.full((len(scores), lengths.max()), np.inf, np.float32)
            columns = np.zeros(left.shape, np.int64)
            left[row, place], columns[row, place] = scores.numpy().reshape(-1)[flat], column
            near = np.argpartition(left, count - 1, axis=1)[:, :count]
            return np.take_along_axis(columns, near, 1), np.take_along_axis(left, near, 1).max(axis=1)
    best = torch.topk(scores, count, dim=1, largest=False, sorted=False)
    return best.indices.numpy(), best.values.amax(dim=1).numpy()
